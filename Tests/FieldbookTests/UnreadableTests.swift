import Foundation
import Records
import Testing

@testable import Fieldbook

/// Checks that an unreadable entry affects only its own record.
@Suite struct UnreadableTests {
  let home = TestHome()

  /// Writes an entry without checking it, as a faulty program could.
  private func write(_ body: String, name: String, of id: InstallationID, in fieldbook: Fieldbook) throws {
    try EventLog.append(Data(body.utf8), name: name, of: id.text, at: Sample.at(5), in: fieldbook.database)
  }

  private static let photoOf1969 = """
    {"event":"photographed","facts":{"stage":"before","sha256":"\(String(repeating: "ab", count: 32))","bytes":1,\
    "mediaType":"image/jpeg","takenAt":"1969-12-31T23:59:59+08:00","widthPixels":640,"heightPixels":480}}
    """

  private func damaged(_ fieldbook: Fieldbook) throws -> InstallationID {
    let id = Sample.id()
    _ = try fieldbook.open(id, Sample.registered(), at: Sample.at(1))
    try write(Self.photoOf1969, name: "photographed", of: id, in: fieldbook)
    try fieldbook.database.run(
      "UPDATE record SET body = ? WHERE installation = ?", [.blob(Data("{}".utf8)), .text(id.text)])
    return id
  }

  @Test func `the other records go on and it is named`() throws {
    let fieldbook = try home.ready()
    let id = try damaged(fieldbook)
    let signed = try Sample.signed(in: fieldbook, at: 10)
    #expect(try fieldbook.list().map(\.id) == [signed.id, id])
    #expect(throws: FieldbookError.damagedRow(table: "record", key: id.text)) { try fieldbook.installation(id) }
    let check = try fieldbook.check()
    #expect(check.installations == 2)
    #expect(check.faults == [.unreadable(id, table: "event", key: "2")])
    #expect(throws: FieldbookError.evidence(id, .record)) { try fieldbook.provenRecord(of: id) }
  }

  @Test func `it can be taken back and its code is free again`() throws {
    let fieldbook = try home.ready(codes: 1)
    let id = try damaged(fieldbook)
    let lock = try #require(try fieldbook.lock(installation: id))
    try fieldbook.void(
      WrittenText(asKept: "an impossible date"), holding: lock, by: Sample.technician, at: Sample.at(6))
    lock.release()
    #expect(try fieldbook.status(of: id) == .void)
    #expect(try fieldbook.installation(id).status == .void)
    #expect(try fieldbook.codesLeft() == 1)
    #expect(try fieldbook.rebuild() == .init(installations: 1, repaired: []))
    _ = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(7))
  }

  @Test func `it is sent as void where the module may hold its key`() throws {
    let fieldbook = try home.ready()
    let id = try damaged(fieldbook)
    try fieldbook.prepare(Sample.key(1), for: id, moduleSerial: "M-1")
    let lock = try #require(try fieldbook.lock(installation: id))
    try fieldbook.void(
      WrittenText(asKept: "an impossible date"), holding: lock, by: Sample.technician, at: Sample.at(6))
    let record = try #require(try fieldbook.pendingRecords().first)
    #expect(record.id == id)
    #expect(try fieldbook.fault(of: record) == nil)
  }

  @Test func `even one without a registration can be taken back`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    try write("{}", name: "registered", of: id, in: fieldbook)
    try fieldbook.database.execute(
      """
      INSERT INTO installation (id, code, status, unit_name, opened_at, opened_seconds, next_step, revision)
      VALUES ('\(id)', NULL, 'open', 'x', '2026-11-24T09:30:00+08:00', 1795000000, 'flash', 1);
      """)
    let signed = try Sample.signed(in: fieldbook, at: 10)
    #expect(try fieldbook.check().faults == [.unreadable(id, table: "event", key: "1")])
    let lock = try #require(try fieldbook.lock(installation: id))
    try fieldbook.void(
      WrittenText(asKept: "it says nothing"), holding: lock, by: Sample.technician, at: Sample.at(20))
    #expect(try fieldbook.status(of: id) == .void)
    #expect(try fieldbook.list(status: .closed).map(\.id) == [signed.id])
    #expect(try fieldbook.check().faults.isEmpty)
  }

  @Test(
    arguments: [
      "UPDATE installation SET opened_at = '1969-12-31T23:59:59+08:00' WHERE id = ?",
      "UPDATE installation SET status = 'lost' WHERE id = ?",
      "UPDATE installation SET next_step = 'dance' WHERE id = ?",
    ])
  func `a damaged line of the list takes no other with it`(sql: String) throws {
    let fieldbook = try home.ready()
    let bad = Sample.id()
    let good = Sample.id()
    for id in [bad, good] { _ = try fieldbook.open(id, Sample.registered(), at: Sample.at(1)) }
    try fieldbook.database.run(sql, [.text(bad.text)])
    #expect(try fieldbook.list().map(\.id) == [good])
    #expect(try fieldbook.page().unreadable == 1)
    #expect(try fieldbook.counts().values.reduce(0, +) >= 1)
    #expect(try fieldbook.rebuild().repaired == [bad])
    #expect(Set(try fieldbook.list().map(\.id)) == [bad, good])
  }

  @Test func `nothing is written that could not be read again`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    _ = try fieldbook.open(id, Sample.registered(), at: Sample.at(1))
    for seconds in [Int64.min, -1, 253_402_300_800, Int64.max] {
      var photo = try Sample.photo(.before, "p\(seconds)", in: fieldbook)
      photo.takenAt = Timestamp(secondsSince1970: seconds, offsetSeconds: 0)
      #expect(throws: FieldbookError.unencodable(event: "photographed")) {
        try fieldbook.append(.photographed(photo), to: id, by: Sample.technician, at: Sample.at(2))
      }
    }
    #expect(try fieldbook.verifyLog().entries == 1)
    #expect(try fieldbook.rebuild() == .init(installations: 1, repaired: []))
  }
}
