import Foundation
import Records
import Testing

@testable import Fieldbook

/// Checks that inspections make revisions of closed records, both of records here and of records that only the
/// platform has.
@Suite struct InspectionRevisionTests {
  let home = TestHome()

  private static let state = ModuleState(
    imageSha256: Sample.firmware, starts: 3, sealOpenings: 0, watchdogResets: 0, serviceReplacements: 0,
    provenReplacements: 0)

  private func inspection(_ number: Int64, _ checks: [InspectionCheck] = [InspectionCheck(.key)]) -> Inspection
  {
    Inspection(
      inspector: Inspector(Sample.technician), inspectedAt: Sample.at(100 + number), source: .fieldbook,
      againstRevision: 1, againstSha256: nil, checks: checks, state: Self.state)
  }

  private func inspect(_ id: InstallationID, _ number: Int64, in fieldbook: Fieldbook) throws -> Installation {
    let lock = try #require(try fieldbook.lock(installation: id))
    defer { lock.release() }
    return try fieldbook.append(inspection(number), holding: lock, at: Sample.at(100 + number))
  }

  @Test
  func `forty inspections are forty revisions, each joined to the one before, and the first stays as it was`()
    throws
  {
    let fieldbook = try home.ready()
    let id = try Sample.signed(in: fieldbook).id
    let first = try #require(try fieldbook.closedRecord(id, revision: 1))
    for number in 1...40 {
      let record = try inspect(id, Int64(number), in: fieldbook)
      #expect(record.revision == number + 1 && record.status == .closed)
    }
    let again = try home.fieldbook()
    #expect(try again.closedRecord(id, revision: 1)?.body == first.body)
    var previous = first.sha256
    let pending = try again.pendingRecords()
    #expect(pending.map(\.revision) == Array(1...41))
    for record in pending.dropFirst() {
      #expect(record.previousSha256 == previous)
      #expect(try again.fault(of: record) == nil)
      let sent = try RecordCoding.decode(Installation.self, from: record.body)
      #expect(sent.inspections?.count == record.revision - 1 && sent.agreement != nil)
      // The files went with the first revision.
      #expect(record.body.count < 100_000)
      previous = record.sha256
    }
    #expect(try again.installation(id).inspections == (1...40).map { inspection(Int64($0)) })
    #expect(try again.rebuild() == .init(installations: 1, repaired: []))
    #expect(try again.recordFault(of: id) == nil)
  }

  @Test func `only an installed welder is inspected, and the ordinary way takes no inspection`() throws {
    let fieldbook = try home.ready()
    let open = Sample.id()
    _ = try fieldbook.open(open, Sample.registered(), at: Sample.at(0))
    #expect(throws: FieldbookError.refused(.needs([.sign]))) { try inspect(open, 1, in: fieldbook) }
    let id = try Sample.signed(in: fieldbook).id
    #expect(throws: FieldbookError.refused(.closed)) {
      try fieldbook.append(
        .welderInspected(inspection(1)), to: id, by: Sample.technician, at: Sample.at(200))
    }
    #expect(try fieldbook.installation(id).revision == 1)
  }

  /// Changes by hand to each part of a record, with the fault that is then found.
  private static let tampering: [(sql: String, fault: EvidenceFault)] = [
    ("UPDATE record SET body = CAST(replace(CAST(body AS TEXT), '树林召汽修', '别家汽修') AS BLOB)", .record),
    ("UPDATE record SET body = x'7b'", .record), ("DELETE FROM record", .record),
    ("DELETE FROM record; DELETE FROM installation", .record),
    ("UPDATE installation SET status = 'open'", .record),
    ("UPDATE installation SET status = 'void'", .record),
    ("UPDATE installation SET status = 'delivered'", .record),
    ("UPDATE installation SET status = 'melted'", .record), ("UPDATE installation SET code = NULL", .record),
    ("UPDATE installation SET revision = 2", .record), ("UPDATE installation SET unit_name = 'x'", .record),
    ("UPDATE installation SET next_step = 'seal'", .record), ("UPDATE code SET installation = NULL", .record),
    ("DELETE FROM code", .record),
    (
      "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'M-', 'N-') AS BLOB) WHERE name = 'paired'",
      .entry(seq: 4)
    ),
    ("UPDATE event SET at = '2026-11-25T00:00:00+08:00' WHERE name = 'sealed'", .entry(seq: 6)),
    ("UPDATE event SET name = 'labelled' WHERE name = 'sealed'", .entry(seq: 6)),
    ("UPDATE event SET sha256 = 'none' WHERE name = 'sealed'", .entry(seq: 6)),
    ("DELETE FROM event WHERE name = 'sealed'", .entry(seq: 5)),
    ("DELETE FROM event WHERE name = 'signed'", .record),
    ("DELETE FROM event", .record),
    ("UPDATE revision SET body = CAST(replace(CAST(body AS TEXT), '树林召汽修', '别家汽修') AS BLOB)", .revision(1)),
    ("UPDATE revision SET sha256 = 'none'", .revision(1)), ("UPDATE revision SET seq = 3", .revision(1)),
    ("UPDATE revision SET previous_sha256 = sha256", .revision(1)),
    ("UPDATE revision SET revision = 2", .revision(2)),
    ("DELETE FROM revision", .revision(1)), ("DELETE FROM delivery", .revision(1)),
  ]

  @Test(arguments: tampering.indices)
  func `a record that was changed anywhere is found by its code and its id, with a record to hold against`(
    index: Int
  ) throws {
    let (sql, expected) = Self.tampering[index]
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    let (id, code) = (signed.id, try #require(signed.code))
    #expect(try fieldbook.recordFault(of: id) == nil)
    try fieldbook.database.execute(
      """
      PRAGMA foreign_keys = OFF; DROP TRIGGER event_is_not_changed; DROP TRIGGER event_is_not_removed;
      DROP TRIGGER revision_is_not_changed; DROP TRIGGER revision_is_not_removed;
      """)
    try fieldbook.database.execute(sql)
    let entries = try fieldbook.database.first("SELECT count(*) FROM event") { $0.integer(0) }
    #expect(try fieldbook.recordFault(of: id) == expected, "\(sql)")
    for reference in [code.description, "https://a.example/w/\(code)", id.text, String(id.text.prefix(8))] {
      let found = try #require(try fieldbook.ownRecord(matching: reference), "\(sql) \(reference)")
      #expect(found.id == id && found.fault == expected && found.installation?.code == code, "\(sql)")
      #expect(found.installation?.owner.unitName == "树林召汽修", "\(sql)")
    }
    if !sql.contains("revision"), !sql.contains("installation SET"), !sql.contains("code"),
      !sql.contains("delivery")
    {
      #expect(throws: FieldbookError.self, "\(sql)") { try inspect(id, 1, in: fieldbook) }
      #expect(try fieldbook.database.first("SELECT count(*) FROM event") { $0.integer(0) } == entries)
    }
  }

  @Test func `a code that was moved to another record leads to its own`() throws {
    let fieldbook = try home.ready()
    let mine = try Sample.signed(in: fieldbook)
    let other = try Sample.signed(in: fieldbook, key: Sample.key(1))
    let code = try #require(mine.code)
    try fieldbook.database.execute(
      """
      PRAGMA foreign_keys = OFF; DELETE FROM code WHERE installation = '\(other.id)';
      UPDATE code SET installation = '\(other.id)' WHERE installation = '\(mine.id)'
      """)
    let found = try #require(try fieldbook.ownRecord(matching: code.description))
    #expect(found.id == mine.id && found.fault == .record && found.installation?.code == code)
  }

  @Test func `a file that is gone is told apart from a record that was changed, and the inspection is kept`()
    throws
  {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    let photo = try #require(signed.photos.first).sha256
    try FileManager.default.removeItem(atPath: fieldbook.files.path(of: photo))
    let gone = EvidenceFault.fileMissing(name: "photo-before-1.jpg", sha256: photo)
    #expect(try fieldbook.recordFault(of: signed.id) == gone)
    #expect(try inspect(signed.id, 1, in: fieldbook).revision == 2)
    // A changed record is reported before a missing file.
    try fieldbook.database.execute("UPDATE installation SET status = 'void'")
    #expect(try fieldbook.recordFault(of: signed.id) == .record)
  }

  // MARK: - Records that only the platform has

  /// The bytes of a record of another laptop, with a key that this program does not know, in two places.
  private func elsewhere() throws -> Data {
    let other = TestHome()
    let fieldbook = try other.ready()
    let id = try Sample.signed(in: fieldbook).id
    let body = try #require(try fieldbook.closedRecord(id, revision: 1)).body
    let text = String(decoding: body, as: UTF8.self)
      .replacing("\"unitName\"", with: "\"unitColour\":\"blue\",\"unitName\"")
      .replacing("\"schema\"", with: "\"planet\":{\"name\":\"earth\",\"moons\":[1,2.5]},\"schema\"")
    return Data(text.utf8)
  }

  @Test
  func `an inspection of another laptop's record makes the platform's next revision, every key as it was`()
    throws
  {
    let fieldbook = try home.ready()
    let body = try elsewhere()
    #expect(try fieldbook.appendVisit(inspection(1), to: body, at: Sample.at(101)) == 2)
    let again = try home.fieldbook()
    let pending = try #require(try again.pendingRecords().first)
    #expect(pending.previousSha256 == Fieldbook.digest(of: body) && pending.revision == 2)
    #expect(try again.fault(of: pending) == nil && again.queueSummary().records == 1)
    let before = try JSONDecoder().decode(JSONValue.self, from: body)
    let after = try JSONDecoder().decode(JSONValue.self, from: pending.body)
    guard case .object(let old) = before, case .object(let new) = after else {
      Issue.record("no objects")
      return
    }
    let changed = Set(new.keys).filter { old[$0] != new[$0] }
    #expect(changed == ["revision", "previousSha256", "inspections", "history", "module"])
    #expect(new["planet"] == old["planet"] && new["owner"] == old["owner"])
    #expect(try RecordCoding.decode(Installation.self, from: pending.body).inspections == [inspection(1)])
    // An inspection of another laptop's record makes no record of this fieldbook's.
    #expect(try again.list().isEmpty && again.rebuild() == .init(installations: 0, repaired: []))
    #expect(try again.verifyLog().entries == 1)

    try again.markAttempted(record: pending.id, revision: 2, at: Sample.at(102))
    #expect(throws: FieldbookError.digestDiffers(pending.id, revision: 2)) {
      try again.acknowledge(record: pending.id, revision: 2, sha256: "x", at: Sample.at(102))
    }
    for _ in 0..<2 {
      try again.acknowledge(record: pending.id, revision: 2, sha256: pending.sha256, at: Sample.at(102))
    }
    #expect(try again.pendingRecords().isEmpty && again.queueSummary().isEmpty)
    #expect(throws: FieldbookError.revisionUnknown(pending.id, revision: 9)) {
      try again.markAttempted(record: pending.id, revision: 9, at: Sample.at(103))
    }
  }

  @Test func `what the platform has not acknowledged is built on its newer record once more`() throws {
    let fieldbook = try home.ready()
    let body = try elsewhere()
    _ = try fieldbook.appendVisit(inspection(1), to: body, at: Sample.at(101))
    let mine = try #require(try fieldbook.pendingRecords().first)
    // Another laptop's revision reached the platform first.
    let rival = TestHome()
    let other = try rival.ready()
    _ = try other.appendVisit(inspection(7), to: body, at: Sample.at(101))
    let newer = try #require(try other.pendingRecords().first).body
    #expect(try fieldbook.appendVisit(inspection(2), to: newer, at: Sample.at(105)) == 4)
    let pending = try fieldbook.pendingRecords()
    #expect(pending.map(\.revision) == [3, 4])
    for record in pending { #expect(try fieldbook.fault(of: record) == nil) }
    #expect(pending[0].previousSha256 == Fieldbook.digest(of: newer))
    #expect(pending[1].previousSha256 == pending[0].sha256)
    let last = try RecordCoding.decode(Installation.self, from: pending[1].body)
    #expect(last.inspections == [inspection(7), inspection(1), inspection(2)])
    // A revision that arrived, and whose acknowledgement was lost, is not sent twice.
    #expect(try fieldbook.appendVisit(inspection(3), to: mine.body, at: Sample.at(106)) == 4)
    let rest = try fieldbook.pendingRecords().map {
      try RecordCoding.decode(Installation.self, from: $0.body).inspections?.count
    }
    #expect(rest == [2, 3])
  }

  @Test(arguments: [
    "UPDATE visit SET body = CAST(replace(CAST(body AS TEXT), '张三', '李四') AS BLOB)",
    "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), '张三', '李四') AS BLOB)",
  ])
  func `an inspection of another laptop's record that was changed is not sent`(sql: String) throws {
    let fieldbook = try home.ready()
    _ = try fieldbook.appendVisit(inspection(1), to: try elsewhere(), at: Sample.at(101))
    try fieldbook.database.execute("DROP TRIGGER event_is_not_changed; \(sql)")
    let pending = try #require(try fieldbook.pendingRecords().first)
    #expect(try fieldbook.fault(of: pending) != nil)
    #expect(try fieldbook.check().faults.contains(.revision(pending.id, revision: 2)))
  }
}
