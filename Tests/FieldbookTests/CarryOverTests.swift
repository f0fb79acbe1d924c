import Foundation
import Records
import Testing

@testable import Fieldbook

/// Checks that two laptops can inspect one welder without a network: the inspections of the second are built on
/// the platform's record, nothing is lost, and nothing that was closed is changed.
@Suite struct CarryOverTests {
  let home = TestHome()

  private func inspection(_ number: Int64) -> Inspection {
    Inspection(
      inspector: Inspector(Sample.technician), inspectedAt: Sample.at(100 + number), source: .fieldbook,
      againstRevision: 1, againstSha256: nil, checks: [InspectionCheck(.key)], state: nil)
  }

  @discardableResult
  private func inspect(_ id: InstallationID, _ number: Int64, in fieldbook: Fieldbook) throws -> Installation {
    let lock = try #require(try fieldbook.lock(installation: id))
    defer { lock.release() }
    return try fieldbook.append(inspection(number), holding: lock, at: Sample.at(100 + number))
  }

  /// Makes a record that the platform has acknowledged.
  private func delivered(in fieldbook: Fieldbook) throws -> (id: InstallationID, body: Data) {
    let id = try Sample.signed(in: fieldbook).id
    for key in try fieldbook.pendingKeys() { try fieldbook.acknowledge(key: key.keyID, at: Sample.at(5)) }
    let record = try #require(try fieldbook.pendingRecords().first)
    for file in record.files { try fieldbook.acknowledge(file: file.sha256, of: id, at: Sample.at(5)) }
    try acknowledge(record, in: fieldbook)
    return (id, record.body)
  }

  private func acknowledge(_ record: PendingRecord, in fieldbook: Fieldbook) throws {
    try fieldbook.markAttempted(record: record.id, revision: record.revision, at: Sample.at(300))
    try fieldbook.acknowledge(
      record: record.id, revision: record.revision, sha256: record.sha256, at: Sample.at(300))
  }

  /// The platform's record after another laptop has inspected it.
  private func inspectedElsewhere(_ record: Data, _ number: Int64) throws -> Data {
    let rival = TestHome()
    let other = try rival.ready()
    _ = try other.appendVisit(inspection(number), to: record, at: Sample.at(100 + number))
    return try #require(try other.pendingRecords().first).body
  }

  private func revisions(_ rebuild: Rebuild, _ place: SourceLocation = #_sourceLocation) throws
    -> [PendingRecord]
  {
    guard case .revisions(let records) = rebuild else {
      Issue.record("\(rebuild)", sourceLocation: place)
      return []
    }
    return records
  }

  private func inspections(in body: Data) throws -> [Inspection] {
    try RecordCoding.decode(Installation.self, from: body).inspections ?? []
  }

  // MARK: - A legitimate fork

  @Test
  func `inspections of two laptops are all in the platform's record, and closed revisions stay as they were`()
    throws
  {
    let fieldbook = try home.ready()
    let (id, first) = try delivered(in: fieldbook)
    try inspect(id, 1, in: fieldbook)
    try inspect(id, 2, in: fieldbook)
    let closed = try (1...3).map { try #require(try fieldbook.closedRecord(id, revision: $0)).body }
    let platform = try inspectedElsewhere(first, 50)

    let built = try revisions(try fieldbook.rebuild(id, on: platform, at: Sample.at(200)))
    #expect(built.map(\.revision) == [3, 4])
    #expect(built.first?.previousSha256 == Fieldbook.digest(of: platform))
    #expect(built.last?.previousSha256 == built.first?.sha256)
    #expect(try inspections(in: built[1].body) == [inspection(50), inspection(1), inspection(2)])
    let again = try home.fieldbook()
    for (index, body) in closed.enumerated() {
      #expect(try again.closedRecord(id, revision: index + 1)?.body == body)
    }
    #expect(try again.pendingRecords() == built && again.queueSummary().records == 2)
    for record in built { #expect(try again.fault(of: record) == nil) }
    #expect(try again.recordFault(of: id) == nil && again.rebuild().repaired == [])
    #expect(try again.status(of: id) == .closed && again.isCarriedOver(id))
    // A second rebuild gives the same revisions.
    #expect(try again.rebuild(id, on: platform, at: Sample.at(201)) == .revisions(built))

    for record in built { for _ in 0..<2 { try acknowledge(record, in: again) } }
    #expect(try again.pendingRecords().isEmpty && again.queueSummary().isEmpty)
    #expect(try again.status(of: id) == .delivered && again.installation(id).status == .delivered)
    #expect(try again.recordFault(of: id) == nil && again.rebuild().repaired == [])
    #expect(try again.remoteState(of: id)?.revision == 4)
    // The record is this laptop's own, and is in no list of the platform's records.
    #expect(try again.visited().isEmpty && again.visitedCount() == 0)
  }

  @Test func `what is inspected after that without a network, and a void, go the same way`() throws {
    let fieldbook = try home.ready()
    let (id, first) = try delivered(in: fieldbook)
    try inspect(id, 1, in: fieldbook)
    var built = try revisions(
      try fieldbook.rebuild(id, on: try inspectedElsewhere(first, 50), at: Sample.at(200)))
    for record in built { try acknowledge(record, in: fieldbook) }
    let platform = try #require(built.last).body

    // The record here has revision 3 now, as the platform has; the two revisions differ.
    #expect(try inspect(id, 2, in: fieldbook).revision == 3)
    #expect(try fieldbook.pendingRecords().map(\.revision) == [3])
    built = try revisions(try fieldbook.rebuild(id, on: platform, at: Sample.at(210)))
    #expect(built.map(\.revision) == [4])
    #expect(try fieldbook.pendingRecords() == built)
    try acknowledge(built[0], in: fieldbook)
    #expect(try inspections(in: built[0].body) == [50, 1, 2].map { inspection($0) })
    #expect(try fieldbook.status(of: id) == .delivered)

    _ = try fieldbook.append(.voided(reason: "x"), to: id, by: Sample.technician, at: Sample.at(220))
    let void = try revisions(try fieldbook.rebuild(id, on: built[0].body, at: Sample.at(221)))
    let sent = try RecordCoding.decode(Installation.self, from: try #require(void.first).body)
    #expect(void.count == 1 && sent.status == .void && sent.revision == 5 && sent.inspections?.count == 3)
    #expect(try fieldbook.fault(of: void[0]) == nil)
    try acknowledge(void[0], in: fieldbook)
    #expect(try fieldbook.queueSummary().isEmpty)
    #expect(try revisions(try fieldbook.rebuild(id, on: void[0].body, at: Sample.at(222))).isEmpty)
  }

  @Test func `an inspection that arrived and whose acknowledgement was lost is not sent twice`() throws {
    let fieldbook = try home.ready()
    let (id, _) = try delivered(in: fieldbook)
    try inspect(id, 1, in: fieldbook)
    try inspect(id, 2, in: fieldbook)
    let mine = try #require(try fieldbook.closedRecord(id, revision: 2)).body
    // The platform has stored the first of the inspections, and then one of another laptop.
    let platform = try inspectedElsewhere(mine, 50)
    let built = try revisions(try fieldbook.rebuild(id, on: platform, at: Sample.at(200)))
    #expect(built.map(\.revision) == [4])
    #expect(try inspections(in: built[0].body) == [1, 50, 2].map { inspection($0) })
    // The platform has stored the visit as well, and its reply was lost on the way.
    let later = try inspectedElsewhere(built[0].body, 51)
    #expect(try revisions(try fieldbook.rebuild(id, on: later, at: Sample.at(202))).isEmpty)
    #expect(try fieldbook.queueSummary().isEmpty && fieldbook.status(of: id) == .delivered)
  }

  @Test func `the platform goes on once more before it is delivered`() throws {
    let fieldbook = try home.ready()
    let (id, first) = try delivered(in: fieldbook)
    try inspect(id, 1, in: fieldbook)
    var platform = first
    for number in 50..<55 {
      platform = try inspectedElsewhere(platform, Int64(number))
      let built = try revisions(try fieldbook.rebuild(id, on: platform, at: Sample.at(200)))
      #expect(built.map(\.revision) == [number - 50 + 3])
      #expect(try inspections(in: built[0].body).count == number - 50 + 2)
    }
    #expect(try fieldbook.pendingRecords().count == 1)
  }

  @Test func `a visit is built anew as well, and what was visited stays in the list`() throws {
    let fieldbook = try home.ready()
    let other = TestHome()
    let first = try delivered(in: try other.ready())
    _ = try fieldbook.appendVisit(inspection(1), to: first.body, at: Sample.at(101))
    _ = try fieldbook.appendVisit(inspection(2), to: first.body, at: Sample.at(102))
    var row = try #require(try fieldbook.visited().first)
    #expect(row.id == first.id && row.inspections == 2 && row.waiting == 2 && row.last == inspection(2))
    #expect(row.unitName == "树林召汽修" && row.revision == 1 && !row.isConflicted)
    let platform = try inspectedElsewhere(first.body, 50)
    let built = try revisions(try fieldbook.rebuild(first.id, on: platform, at: Sample.at(200)))
    #expect(built.map(\.revision) == [3, 4])
    let code = try #require(row.code)
    let shown = try #require(try fieldbook.visitedRecord(matching: code.description))
    #expect(shown.installation.inspections?.count == 3 && shown.waiting == 2 && shown.state.revision == 2)
    for record in built { try acknowledge(record, in: fieldbook) }
    row = try #require(try fieldbook.visited().first)
    #expect(row.inspections == 2 && row.waiting == 0 && row.revision == 4)
    #expect(try fieldbook.visitedRecord(matching: String(first.id.text.prefix(8)))?.waiting == 0)
    #expect(try fieldbook.visitedRecord(matching: "150621-00A001-V") == nil)
    #expect(try fieldbook.list().isEmpty && fieldbook.check().faults.isEmpty)
  }

  @Test func `the list of what was inspected has pages`() throws {
    let fieldbook = try home.ready()
    let other = try TestHome().ready()
    let records = try (1...7).map { number in
      try #require(
        try other.closedRecord(try Sample.signed(in: other, key: Sample.key(UInt8(number))).id, revision: 1))
    }
    for (index, record) in records.enumerated() {
      _ = try fieldbook.appendVisit(inspection(Int64(index)), to: record.body, at: Sample.at(110))
    }
    let all = try fieldbook.visited()
    #expect(all.count == 7)
    #expect(try fieldbook.visitedCount() == 7)
    var paged: [Fieldbook.VisitedSummary] = []
    while true {
      let page = try fieldbook.visited(limit: 3, after: paged.last?.id)
      paged += page
      if page.count < 3 { break }
    }
    #expect(paged == all)
    let unknown = Sample.id()
    #expect(throws: FieldbookError.notFound(unknown.text)) { try fieldbook.visited(after: unknown) }
  }

  // MARK: - A real conflict

  @Test(arguments: [
    ("树林召汽修", "别家汽修"), ("\"S-", "\"T-"), ("\"revision\":2", "\"revision\":1"),
    ("\"revision\":2", "\"revision\":3"), ("weldtech.installation/1", "weldtech.installation/2"),
    ("\"previousSha256\":\"", "\"previousSha256\":\"0"), ("\"event\":\"sealed\"", "\"event\":\"opened\""),
    ("\"status\":\"closed\"", "\"status\":\"melted\""),
  ])
  func `a record that does not go on from what was acknowledged is a conflict, and nothing is carried over`(
    old: String, new: String
  ) throws {
    let fieldbook = try home.ready()
    let (id, first) = try delivered(in: fieldbook)
    try inspect(id, 1, in: fieldbook)
    let waiting = try fieldbook.pendingRecords()
    let good = try inspectedElsewhere(first, 50)
    let bad = Data(String(decoding: good, as: UTF8.self).replacing(old, with: new).utf8)
    try #require(bad != good)
    for _ in 0..<2 { #expect(try fieldbook.rebuild(id, on: bad, at: Sample.at(200)) == .conflict) }
    #expect(try fieldbook.pendingRecords() == waiting && !fieldbook.isCarriedOver(id))
    let conflict = try #require(try fieldbook.conflicts().first)
    #expect(conflict.id == id && conflict.unitName == "树林召汽修" && conflict.foundAt == Sample.at(200))
    // The company corrects the platform's record.
    _ = try revisions(try fieldbook.rebuild(id, on: good, at: Sample.at(210)))
    #expect(try fieldbook.conflicts().isEmpty && fieldbook.pendingRecords().map(\.revision) == [3])
  }

  @Test
  func `what the platform never acknowledged, and a void that follows nothing carried over, are conflicts`()
    throws
  {
    let fieldbook = try home.ready()
    let never = try Sample.signed(in: fieldbook).id
    try inspect(never, 1, in: fieldbook)
    let body = try #require(try fieldbook.closedRecord(never, revision: 1)).body
    #expect(
      try fieldbook.rebuild(never, on: try inspectedElsewhere(body, 50), at: Sample.at(200)) == .conflict)
    let other = try TestHome().ready()
    let (id, first) = try delivered(in: other)
    _ = try other.append(.voided(reason: "x"), to: id, by: Sample.technician, at: Sample.at(101))
    #expect(try other.rebuild(id, on: try inspectedElsewhere(first, 50), at: Sample.at(200)) == .conflict)
    #expect(try other.conflicts().map(\.id) == [id])
  }

  @Test
  func `a record that has gone on at the platform is not corrected, whether or not anything was carried over`()
    throws
  {
    let fieldbook = try home.ready()
    let (id, first) = try delivered(in: fieldbook)
    let record = try fieldbook.installation(id)
    var fields = record.correctableFields
    fields.welder.model = "ZX7-400"
    let correction = InstallationEvent.corrected(
      .init(changes: fields.changes(since: record.correctableFields)))
    func correct(at second: Int64) throws {
      _ = try fieldbook.append(correction, to: id, by: Sample.technician, at: Sample.at(second))
    }
    let remote = try inspectedElsewhere(first, 50)
    try inspect(id, 1, in: fieldbook)
    _ = try revisions(try fieldbook.rebuild(id, on: remote, at: Sample.at(310)))
    #expect(throws: FieldbookError.recordGoneOn(id)) { try correct(at: 320) }
    #expect(try fieldbook.installation(id).status != .open)
  }

  @Test func `an own inspection that was changed is not carried over`() throws {
    let fieldbook = try home.ready()
    let (id, first) = try delivered(in: fieldbook)
    try inspect(id, 1, in: fieldbook)
    try fieldbook.database.execute(
      """
      DROP TRIGGER event_is_not_changed;
      UPDATE event SET body = CAST(replace(CAST(body AS TEXT), '张三', '李四') AS BLOB) WHERE name = 'welderInspected'
      """)
    guard
      case .damaged(.entry) = try fieldbook.rebuild(
        id, on: try inspectedElsewhere(first, 50), at: Sample.at(200))
    else {
      Issue.record("not found")
      return
    }
    #expect(try !fieldbook.isCarriedOver(id))
  }

  @Test(arguments: [
    ("INSERT", "remote_record"), ("INSERT", "visit"), ("UPDATE", "delivery"), ("DELETE", "conflict"),
  ])
  func `a write that fails while it is carried over leaves everything as it was`(verb: String, table: String)
    throws
  {
    let fieldbook = try home.ready()
    let (id, first) = try delivered(in: fieldbook)
    try inspect(id, 1, in: fieldbook)
    try fieldbook.markConflict(record: id, at: Sample.at(150))
    let platform = try inspectedElsewhere(first, 50)
    let waiting = try fieldbook.pendingRecords()
    try fieldbook.database.execute(
      "CREATE TRIGGER broken BEFORE \(verb) ON \(table) BEGIN SELECT raise(ABORT, 'broken'); END")
    #expect(throws: FieldbookError.self) { try fieldbook.rebuild(id, on: platform, at: Sample.at(200)) }
    try fieldbook.database.execute("DROP TRIGGER broken")
    let again = try home.fieldbook()
    #expect(try again.pendingRecords() == waiting && again.remoteState(of: id) == nil)
    #expect(try again.conflicts().count == 1 && !again.isCarriedOver(id))
    #expect(try revisions(try again.rebuild(id, on: platform, at: Sample.at(201))).map(\.revision) == [3])
  }
}
