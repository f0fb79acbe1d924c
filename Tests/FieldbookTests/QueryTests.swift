import CSQLite
import Foundation
import Records
import Testing

@testable import Fieldbook

@Suite struct QueryTests {
  let home = TestHome()

  private func open(_ text: String, in fieldbook: Fieldbook, at second: Int64 = 0) throws -> Installation {
    try fieldbook.open(
      InstallationID(text)!, Sample.registered(unit: WrittenText(asKept: text)), at: Sample.at(second))
  }

  @Test func `finds an installation by ID beginning or code`() throws {
    let fieldbook = try home.ready()
    let a = try open("abcd0000-0000-4000-8000-000000000001", in: fieldbook)
    let b = try open("abcd1000-0000-4000-8000-000000000002", in: fieldbook)
    #expect(try fieldbook.resolve("ABCD0000-0000-4000-8000-000000000001") == a.id)
    #expect(try fieldbook.resolve("abcd0") == a.id)
    #expect(try fieldbook.resolve(" ａｂｃｄ１ ") == b.id)
    #expect(try fieldbook.resolve(b.code!.description) == b.id)
    #expect(try fieldbook.resolve(b.code!.description.lowercased().filter { $0 != "-" }) == b.id)
    #expect(try fieldbook.installation(matching: "abcd1") == b)
    #expect(throws: FieldbookError.ambiguous("abcd", matches: [a.id, b.id])) { try fieldbook.resolve("abcd") }
    #expect(throws: FieldbookError.referenceTooShort("abc")) { try fieldbook.resolve("abc") }
    for text in ["", "ab"] {
      #expect(throws: FieldbookError.referenceTooShort(text)) { try fieldbook.resolve(text) }
    }
    for text in ["abce", "zzzz", "abcd%", "' OR 1=1", "150621-00A009-0", Sample.id().text] {
      #expect(throws: FieldbookError.notFound(text)) { try fieldbook.resolve(text) }
    }
  }

  @Test func `pages the last opened first without gaps or repeats`() throws {
    let fieldbook = try home.ready()
    for index in 0..<25 {
      _ = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(Int64(index / 4)))
    }
    let all = try fieldbook.list(limit: 1000)
    #expect(all.count == 25)
    #expect(
      all.map(\.id)
        == all.sorted { ($0.openedAt, $0.id.text) > ($1.openedAt, $1.id.text) }.map(\.id))
    var paged: [InstallationSummary] = []
    while true {
      let page = try fieldbook.list(limit: 7, after: paged.last?.id)
      if page.isEmpty { break }
      #expect(page.count <= 7)
      paged += page
      // This installation is opened between two pages, and is not in the later pages.
      if paged.count == 7 { _ = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(100)) }
    }
    #expect(paged == all)
    #expect(throws: FieldbookError.self) { try fieldbook.list(after: Sample.id()) }
  }

  @Test func `lists and counts by status`() throws {
    let fieldbook = try home.ready()
    try Sample.signed(in: fieldbook)
    for second in 3..<6 as Range<Int64> {
      let photo = try Sample.photo(.before, "x\(second)", in: fieldbook)
      _ = try fieldbook.open(
        Sample.id(), Sample.registered(retired: "r"), photos: [photo], at: Sample.at(second))
    }
    _ = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(6))
    #expect(try fieldbook.counts() == [.closed: 1, .retired: 3, .open: 1])
    let retired = try fieldbook.list(status: .retired, limit: 2)
    #expect(retired.count == 2)
    #expect(try fieldbook.list(status: .retired, after: retired[1].id).count == 1)
    #expect(try fieldbook.list(status: .void).isEmpty)
  }

  /// Counts how often SQLite's virtual machine jumps while `body` runs, which it does for each row that it reads.
  private func jumps(of fieldbook: Fieldbook, _ body: () throws -> Bool) throws -> Int {
    let count = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    count.initialize(to: 0)
    defer { count.deallocate() }
    let handle = fieldbook.database.handle
    sqlite3_progress_handler(
      handle, 1,
      { count in
        count?.assumingMemoryBound(to: Int.self).pointee += 1
        return 0
      }, count)
    defer { sqlite3_progress_handler(handle, 0, nil, nil) }
    let holds = try body()
    #expect(holds)
    return count.pointee
  }

  /// `bench/records` measures the time that this takes.
  @Test func `reads no more than it answers of ten thousand installations`() throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    // These are copies of a whole record under other ids, which the queries read, without 10,000 synced
    // commits.
    try fieldbook.database.execute(
      """
      PRAGMA foreign_keys = OFF;
      BEGIN;
      CREATE TEMP TABLE copy AS
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        SELECT i, lower(hex(randomblob(4)) || '-0000-4000-8000-' || printf('%012d', i)) AS new FROM n;
      INSERT INTO record SELECT new, CAST(replace(CAST(body AS TEXT), installation, new) AS BLOB) FROM record, copy;
      INSERT INTO installation SELECT new, NULL, iif(i % 10, 'closed', 'open'), unit_name, opened_at,
        opened_seconds + i / 3, iif(i % 10, NULL, 'flash'), 1 FROM installation, copy;
      COMMIT;
      """)
    let again = try Fieldbook(home: home.path)
    let middle = try again.list(limit: 5000).last!.id
    let page = try jumps(of: again) { try again.list(limit: 100, after: middle).count == 100 }
    let open = try jumps(of: again) { try again.list(status: .open, limit: 100).count == 100 }
    let show = try jumps(of: again) { try again.installation(matching: middle.text).id == middle }
    let queue = try jumps(of: again) { try again.queueSummary().records == 1 }
    let count = try jumps(of: again) { try again.counts()[.open] == 1000 }
    print("10,000 installations: page \(page), open \(open), show \(show), queue \(queue), counts \(count)")
    for jumps in [page, open, show, queue] { #expect((1..<2_000).contains(jumps), "\(jumps)") }
    // Every installation is counted once.
    #expect((10_000..<100_000).contains(count), "\(count)")
    #expect(try again.resolve(signed.code!.description) == signed.id)
  }
}

@Suite struct SetupTests {
  let home = TestHome()

  @Test func `starts empty and keeps what is saved`() throws {
    let fieldbook = try home.fieldbook()
    #expect(try fieldbook.setup() == Setup())
    let saved = try fieldbook.updateSetup {
      $0.technician = Sample.technician
      $0.platform = "https://mashanghan.example"
    }
    try home.fieldbook().updateSetup {
      $0.platformKey = .init(certificatePEM: "-----BEGIN", firstSeenAt: Sample.at(0))
      $0.tokenFile = "/etc/token"
    }
    let both = try fieldbook.setup()
    #expect(both.technician == saved.technician)
    #expect(both.platform == saved.platform)
    #expect(both.platformKey?.firstSeenAt == Sample.at(0))
    #expect(both.tokenFile == "/etc/token")
    #expect(both.region == "150621")
  }

  @Test func `prints no name or phone`() throws {
    var setup = Setup()
    setup.technician = Sample.technician
    var dumped = ""
    dump(setup, to: &dumped)
    for text in ["\(setup)", String(reflecting: setup), dumped] {
      #expect(!text.contains("13800000001"))
      #expect(!text.contains("张三"))
    }
  }
}
