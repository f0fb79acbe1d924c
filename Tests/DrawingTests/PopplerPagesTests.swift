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

  /// A document written by hand.
  /// - Parameters:
  ///   - pages: the entries of the list of pages; the one page is object 3.
  ///   - content: the operators of the page.
  private func document(pages: String, content: String = "") -> Data {
    let objects = [
      "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages \(pages) >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>",
      "<< /Length \(content.utf8.count) >>\nstream\n\(content)\nendstream",
    ]
    var pdf = "%PDF-1.5\n"
    var table = "xref\n0 5\n0000000000 65535 f \n"
    for (index, object) in objects.enumerated() {
      table += String(format: "%010d 00000 n \n", pdf.utf8.count)
      pdf += "\(index + 1) 0 obj\n\(object)\nendobj\n"
    }
    let start = pdf.utf8.count
    return Data("\(pdf)\(table)trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n".utf8)
  }

  @Test func `a document without a page is damaged`() throws {
    #expect(try PopplerPages(document(pages: "/Kids [3 0 R] /Count 1")).count == 1)
    for pages in ["/Kids [] /Count 0", "/Kids [3 0 R] /Count -5"] {
      #expect(throws: DrawingError.pdf(.damaged)) { try PopplerPages(document(pages: pages)) }
    }
  }

  /// poppler keeps more than a kilobyte for each saved state.
  @Test func `a page that wants all memory ends the program that draws and not this one`() throws {
    let content = String(repeating: "q ", count: 4_000_000)
    let pages = try PopplerPages(document(pages: "/Kids [3 0 R] /Count 1", content: content))
    for _ in 0..<2 {
      #expect(throws: DrawingError.pdf(.pageProgramEnded)) {
        try pages.picture(ofPage: 0, dotsPerInch: 72, maxPixels: Self.maxPixels)
      }
    }
  }

  // MARK: - Other programs in its place

  @Test func `a program that is missing or is none is named with the system's reason`() throws {
    let folder = TemporaryFolder()
    let pdf = try document(pages: 1)
    let program = FilePath(folder.path).appending("weldtech-pages")
    #expect(throws: DrawingError.pdf(.noPageProgram(errno: ENOENT))) {
      try PopplerPages(pdf, program: program)
    }
    try Data("no program".utf8).write(to: URL(filePath: program.text))
    #expect(throws: DrawingError.pdf(.noPageProgram(errno: EACCES))) {
      try PopplerPages(pdf, program: program)
    }
  }

  @Test func `a program that ends before it has answered is an error`() throws {
    let pdf = try document(pages: 1)
    #expect(throws: DrawingError.pdf(.pageProgramEnded)) { try PopplerPages(pdf, program: "/bin/true") }
  }

  /// The program sends the numbers of its first message, reads a request, and sends those of its answer with five
  /// pixels.
  private func program(first: String, answer: String, in folder: TemporaryFolder) throws -> FilePath {
    let program = folder.path + "/weldtech-pages"
    let script = """
      #!/usr/bin/env python3
      import os, struct
      os.write(0, struct.pack('=qqq', \(first)))
      os.read(0, 24)
      os.write(0, struct.pack('=qqq', \(answer)) + b'12345')
      """
    try Data(script.utf8).write(to: URL(filePath: program))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    return FilePath(program)
  }

  @Test(arguments: [
    ("0, 4, 5", DrawingError.pdf(.pageProgramEnded)), ("0, 4, -5", .pdf(.tooLarge)),
    ("0, 1 << 32, 1 << 32", .pdf(.tooLarge)), ("0, 5000, 5000", .pdf(.tooLarge)), ("9, 1, 5", .pdf(.damaged)),
  ])
  func `a picture that is not what was wanted is an error`(answer: String, error: DrawingError) throws {
    let folder = TemporaryFolder()
    let program = try program(first: "0, 1, 0", answer: answer, in: folder)
    let pages = try PopplerPages(document(pages: 1), program: program)
    #expect(pages.count == 1)
    #expect(throws: error) {
      try pages.picture(ofPage: 0, dotsPerInch: 254, maxPixels: Self.maxPixels)
    }
  }

  @Test(arguments: ["0, -1, 0", "0, 0, 0", "-1, 1, 0", "7, 1, 0"])
  func `a first message that no program of ours sends is a damaged document`(first: String) throws {
    let folder = TemporaryFolder()
    let program = try program(first: first, answer: "0, 0, 0", in: folder)
    let pdf = try document(pages: 1)
    #expect(throws: DrawingError.pdf(.damaged)) { try PopplerPages(pdf, program: program) }
  }

  private final class Lengths: @unchecked Sendable {
    private let lock = NSLock()
    private(set) var all: [String] = []

    func note(_ text: String) { lock.withLock { all.append(text) } }
  }
}
