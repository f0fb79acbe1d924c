import Files
import Foundation
import TestSupport
import Testing

@testable import Drawing

@Suite struct PopplerPagesTests {
  private static let maxPixels = 20_000_000

  /// A document whose page n, from 0, has a black bar of n + 1 mm from the left edge.
  private func document(pages: Int) throws -> Data {
    let document = try CairoPDFDocument(
      pageWidthMillimetres: 210, pageHeightMillimetres: 297,
      metadata: .init(title: "t", author: "a", subject: "s", date: "2026-11-24T09:30:00+08:00"))
    for page in 0..<pages {
      var bar = Path()
      bar.add(Rectangle(x: 0, y: 100, width: Double(page + 1), height: 10))
      document.canvas.fill(bar)
      document.endPage()
    }
    return try document.finish()
  }

  /// The length of the bar on a page in whole millimetres.
  private func barMillimetres(_ pages: PopplerPages, page: Int) throws -> Int {
    let picture = try pages.picture(ofPage: page, dotsPerInch: 254, maxPixels: Self.maxPixels)
    let row = picture.pixels[(1050 * picture.widthPixels)...].prefix(picture.widthPixels)
    return row.count { $0 < 128 } / 10
  }

  /// A picture of a page has six million bytes, many times what a socket holds.
  @Test func `two documents are drawn at once, each page as often as it is wanted`() throws {
    let count = 40
    let pdf = try document(pages: count)
    let lengths = Lengths()
    DispatchQueue.concurrentPerform(iterations: 2) { thread in
      guard let pages = try? PopplerPages(pdf), pages.count == count else { return }
      for page in (0..<count).reversed() + [7, 7] {
        guard let length = try? barMillimetres(pages, page: page) else { continue }
        lengths.note("\(thread): \(page) has \(length) mm")
      }
    }
    let wanted = (0..<2).flatMap { thread in
      ((0..<count).reversed() + [7, 7]).map { "\(thread): \($0) has \($0 + 1) mm" }
    }
    #expect(lengths.all.sorted() == wanted.sorted())
  }

  @Test func `a page that is refused leaves the document open`() throws {
    let pages = try PopplerPages(document(pages: 2))
    for page in [2, -1, Int.max] {
      #expect(throws: DrawingError.pdf(.noSuchPage)) {
        try pages.picture(ofPage: page, dotsPerInch: 254, maxPixels: Self.maxPixels)
      }
    }
    #expect(throws: DrawingError.pdf(.tooLarge)) {
      try pages.picture(ofPage: 0, dotsPerInch: 254, maxPixels: 2100 * 2970 - 1)
    }
    // A side of 210.0001 mm begins another pixel.
    let picture = try pages.picture(ofPage: 0, dotsPerInch: 254, maxPixels: 2101 * 2971)
    #expect(
      (2100...2101).contains(picture.widthPixels) && (2970...2971).contains(picture.heightPixels)
        && picture.pixels.count == picture.widthPixels * picture.heightPixels)
    #expect(try barMillimetres(pages, page: 1) == 2)
  }

  @Test func `bytes that are no document are damaged, however few`() throws {
    let whole = try document(pages: 1)
    for bytes in [Data(), Data("%PDF".utf8), Data(repeating: 0, count: 70_000), whole.prefix(200)] {
      #expect(throws: DrawingError.pdf(.damaged)) { try PopplerPages(bytes) }
    }
  }

  @Test func `a program that is missing is named as such`() throws {
    let folder = TemporaryFolder()
    let pdf = try document(pages: 1)
    #expect(throws: DrawingError.pdf(.noPageProgram)) {
      try PopplerPages(pdf, program: FilePath(folder.path).appending("weldtech-pages"))
    }
  }

  @Test func `a program that ends before it has answered is an error`() throws {
    let pdf = try document(pages: 1)
    #expect(throws: DrawingError.pdf(.damaged)) { try PopplerPages(pdf, program: "/bin/true") }
  }

  @Test func `a picture that ends too early is an error`() throws {
    let folder = TemporaryFolder()
    let program = folder.path + "/weldtech-pages"
    // Opens a document of one page, reads a request, promises 20 pixels, and sends 5.
    let script = """
      #!/usr/bin/env python3
      import os, struct
      os.write(0, struct.pack('=qqq', 0, 1, 0))
      os.read(0, 24)
      os.write(0, struct.pack('=qqq', 0, 4, 5) + b'12345')
      """
    try Data(script.utf8).write(to: URL(filePath: program))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    let pages = try PopplerPages(document(pages: 1), program: FilePath(program))
    #expect(pages.count == 1)
    for _ in 0..<2 {
      #expect(throws: DrawingError.pdf(.damaged)) {
        try pages.picture(ofPage: 0, dotsPerInch: 254, maxPixels: Self.maxPixels)
      }
    }
  }

  private final class Lengths: @unchecked Sendable {
    private let lock = NSLock()
    private(set) var all: [String] = []

    func note(_ text: String) { lock.withLock { all.append(text) } }
  }
}
