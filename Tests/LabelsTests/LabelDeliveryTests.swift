import Drawing
import Foundation
import Records
import TestSupport
import Testing

@testable import Labels

/// Checks finished batches whose pages and files were damaged on purpose.
@Suite struct LabelDeliveryTests {
  private func requests(_ count: Int, from first: Int = 466_560) throws -> [LabelRequest] {
    try (0..<count).map {
      LabelRequest(
        line: $0 + 2, payload: try Sample.payload(first + 7 * $0), fields: ["unitName": "样品电焊铺\($0)号"])
    }
  }

  private func sheets(sheet: SheetLayout.Sheet? = nil) throws -> LabelSheets {
    let template = try Sample.catalogue.template(named: "small-30x30")
    return try LabelSheets(
      template: template, settings: .init(dotsPerInch: 600),
      layout: SheetLayout(template: template, sheet: sheet), inks: LabelInks(), verification: .sample,
      workers: 2)
  }

  private func shortfall(_ body: () throws -> Void) -> LabelShortfall? {
    do { try body() } catch LabelError.notAccountedFor(let shortfall) { return shortfall } catch {
      Issue.record("\(error)")
    }
    return nil
  }

  // MARK: - Pages

  enum Fault: CaseIterable { case order, dropped, repeated, replaced, spoiled }

  /// A file in which the page at place 5 is damaged.
  private final class SpoiledBook: PageBook {
    var fault: Fault?
    private var pages: [LabelPage.Drawn] = []

    override func add(_ page: LabelPage.Drawn) throws(LabelError) {
      pages.append(page)
      guard let fault, pages.count == 6 || fault == .order && pages.count == 7 else {
        return try super.add(page)
      }
      switch fault {
      case .order:
        if pages.count == 7 {
          try super.add(page)
          try super.add(pages[5])
        }
      case .dropped: break
      case .repeated:
        try super.add(page)
        try super.add(page)
      case .replaced: try super.add(pages[0])
      case .spoiled:
        guard let other = PDFWriter.pack(Array("q Q\n".utf8)) else { throw .drawing(.outOfMemory) }
        try super.add(
          LabelPage.Drawn(packed: other, glyphs: [:], marks: page.marks, digest: page.digest, texts: page.texts)
        )
      }
    }
  }

  /// Only the first of these pages is rendered, so that only the accounting can find the damage.
  @Test(arguments: Fault.allCases)
  func `a page out of order, dropped, repeated, replaced or spoiled makes the batch fail`(fault: Fault) throws {
    let folder = TemporaryFolder()
    let requests = try requests(12)
    var sheets = try sheets()
    sheets.makeBook = { (file, layout, inks, dotsPerInch, title) throws(LabelError) in
      let book = try SpoiledBook(
        file: file, layout: layout, inks: inks, dotsPerInch: dotsPerInch, title: title)
      book.fault = fault
      return book
    }
    let found = try #require(
      shortfall { try sheets.run(requests, count: 12, output: folder.path + "/l.pdf", title: "t") })
    let sixth = [requests[5].payload.code]
    switch fault {
    case .order: #expect(found.missing.count == 0 && found.repeated.count == 0 && found.unknownPages == 0)
    case .dropped: #expect(found.missing.named == sixth && found.repeated.count == 0)
    case .repeated: #expect(found.repeated.named == sixth && found.missing.count == 0)
    case .replaced:
      #expect(found.missing.named == sixth && found.repeated.named == [requests[0].payload.code])
    case .spoiled: #expect(found.missing.named == sixth && found.unknownPages == 1)
    }
    #expect(try folder.names().isEmpty)
  }

  /// A list whose second reading starts again after three labels.
  private final class Restless: Sequence {
    let requests: [LabelRequest]
    private var readings = 0

    init(_ requests: [LabelRequest]) { self.requests = requests }

    func makeIterator() -> IndexingIterator<[LabelRequest]> {
      readings += 1
      return (readings == 2 ? requests[..<3] + requests[..<(requests.count - 3)] : requests[...]).map { $0 }
        .makeIterator()
    }
  }

  @Test func `pages that are right but not the list's make the batch fail`() throws {
    let folder = TemporaryFolder()
    let requests = try requests(9)
    let found = try #require(
      shortfall {
        try sheets().run(Restless(requests), count: 9, output: folder.path + "/l.pdf", title: "t")
      })
    #expect(found.missing.named == requests[6...].map(\.payload.code))
    #expect(found.repeated.named == requests[..<3].map(\.payload.code))
    #expect(try folder.names().isEmpty)
  }

  @Test func `files that are changed after they were finished make the batch fail`() throws {
    let folder = TemporaryFolder()
    let count = LabelSheets.maxPages + 4
    let requests = try requests(count)
    let (first, second) = (folder.path + "/l-001.pdf", folder.path + "/l-002.pdf")
    let spoilers: [(String, () throws -> Void)] = [
      ("swapped", { try swap(first, second) }), ("cut", { truncate(second, 2_000) }),
      ("gone", { unlink(first) }),
      ("doubled", { try Data(contentsOf: URL(filePath: first)).write(to: URL(filePath: second)) }),
    ]
    for (name, spoil) in spoilers {
      #expect(throws: LabelError.self, "\(name)") {
        try sheets().run(
          requests, count: count, output: folder.path + "/l.pdf", title: "t",
          events: { if case .finished(second) = $0 { try? spoil() } })
      }
      #expect(try folder.names().isEmpty, "\(name)")
    }
  }

  private func swap(_ one: String, _ other: String) throws {
    let bytes = try [one, other].map { try Data(contentsOf: URL(filePath: $0)) }
    try bytes[1].write(to: URL(filePath: one))
    try bytes[0].write(to: URL(filePath: other))
  }

  // MARK: - Labels in files of their own

  @Test(arguments: LabelFormat.allCases)
  func `a file that is swapped, changed, cut or gone makes the batch fail and names its label`(
    format: LabelFormat
  ) throws {
    let folder = TemporaryFolder()
    let requests = try requests(6)
    let batch = try LabelBatch(
      template: Sample.catalogue.template(named: "small-30x30"),
      settings: .init(dotsPerInch: 300, format: format),
      folder: folder.path, workers: 2)
    var ledger = LabelFileLedger(count: requests.count)
    try batch.run(requests) { labels in
      for label in labels { ledger.note(try #require(label.sha256), ofLabel: label.index) }
    }
    func check() throws -> Bool { try ledger.check(requests, in: folder.path, format: format) { false } }
    #expect(try check())
    #expect(try !ledger.check(requests, in: folder.path, format: format) { true })
    let files = requests.map { "\(folder.path)/\($0.payload.code).\(format.rawValue)" }
    let whole = try files.map { try Data(contentsOf: URL(filePath: $0)) }
    let spoilers: [(String, [Int], () throws -> Void)] = [
      ("swapped", [1, 4], { try swap(files[1], files[4]) }), ("cut", [2], { truncate(files[2], 100) }),
      ("gone", [0], { unlink(files[0]) }),
      ("doubled", [5], { try whole[3].write(to: URL(filePath: files[5])) }),
      (
        "changed", [3],
        {
          var bytes = whole[3]
          bytes[bytes.count / 2] ^= 1
          try bytes.write(to: URL(filePath: files[3]))
        }
      ),
    ]
    for (name, spoiled, spoil) in spoilers {
      try spoil()
      let found = shortfall { _ = try check() }
      #expect(found?.missing.named == spoiled.map { requests[$0].payload.code }, "\(name)")
      for (file, bytes) in zip(files, whole) { try bytes.write(to: URL(filePath: file)) }
    }
    #expect(try check())
  }

  @Test func `labels that an earlier run left behind are read back and not written again`() throws {
    let folder = TemporaryFolder()
    let requests = try requests(5)
    let template = try Sample.catalogue.template(named: "small-30x30")
    func run() throws -> [FiledLabel] {
      var made: [FiledLabel] = []
      try LabelBatch(template: template, settings: .init(dotsPerInch: 300), folder: folder.path, workers: 2)
        .run(
          requests
        ) { made += $0 }
      return made
    }
    let first = try run()
    #expect(first.allSatisfy { !$0.wasThere })
    truncate(first[2].file, 50)
    let second = try run()
    #expect(second.map(\.wasThere) == [true, true, false, true, true])
    #expect(second.map(\.sha256) == first.map(\.sha256))
  }
}
