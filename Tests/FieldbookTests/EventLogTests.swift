import Foundation
import Records
import Testing

@testable import Fieldbook

@Suite struct EventLogTests {
  let home = TestHome()

  @Test(
    arguments: [
      "UPDATE event SET at = '2020-01-01T00:00:00Z' WHERE seq = 1",
      "DELETE FROM event",
      "INSERT OR REPLACE INTO event SELECT 1, installation, at, name, body, previous_sha256, sha256 FROM event LIMIT 1",
      "INSERT INTO event SELECT 99, installation, at, name, body, previous_sha256, sha256 FROM event LIMIT 1",
      "UPDATE revision SET sha256 = ''", "DELETE FROM revision",
    ])
  func `refuses to change what was written`(sql: String) throws {
    let fieldbook = try home.ready()
    try Sample.signed(in: fieldbook)
    let head = try fieldbook.verifyLog().head
    #expect(throws: FieldbookError.self) { try fieldbook.database.execute(sql) }
    #expect(try fieldbook.verifyLog().head == head)
  }

  @Test(
    arguments: [
      ("UPDATE event SET at = '2020-01-01T00:00:00Z' WHERE seq = 3", 3, LogFault.digestDiffers),
      ("UPDATE event SET body = x'7b7d' WHERE seq = 4", 4, .digestDiffers),
      ("UPDATE event SET name = 'tested' WHERE seq = 2", 2, .digestDiffers),
      ("UPDATE event SET installation = 'x' WHERE seq = 1", 1, .digestDiffers),
      ("UPDATE event SET previous_sha256 = sha256 WHERE seq = 5", 5, .previousDiffers),
      ("UPDATE event SET sha256 = previous_sha256 WHERE seq = 10", 10, .digestDiffers),
      ("DELETE FROM event WHERE seq = 6", 6, .gap),
      ("DELETE FROM event WHERE seq = 1", 1, .gap),
    ])
  func `finds the first entry that does not fit`(sql: String, seq: Int64, fault: LogFault) throws {
    let fieldbook = try home.ready()
    try Sample.signed(in: fieldbook)
    try fieldbook.database.execute(
      "PRAGMA foreign_keys = OFF; DROP TRIGGER event_is_not_changed; DROP TRIGGER event_is_not_removed")
    try fieldbook.database.execute(sql)
    #expect(throws: FieldbookError.logBroken(seq: seq, fault)) { try fieldbook.verifyLog() }
    #expect(throws: FieldbookError.logBroken(seq: seq, fault)) { try fieldbook.rebuild() }
  }

  @Test func `chains the entries of all installations`() throws {
    let fieldbook = try home.ready()
    let first = try Sample.signed(in: fieldbook, key: Sample.key(1))
    let second = try Sample.signed(in: fieldbook, key: Sample.key(2), at: 10)
    let (entries, head) = try fieldbook.verifyLog()
    #expect(entries == 20)
    #expect(second.history.last?.sha256 == head)
    #expect(try fieldbook.events(of: first.id).map(\.sha256) == first.history.map(\.sha256))
    #expect(try fieldbook.events(of: second.id).map(\.seq) == Array(11...20))
  }

  @Test(
    arguments: [
      "UPDATE installation SET status = 'open', next_step = 'flash'",
      "UPDATE installation SET unit_name = 'x'",
      "UPDATE installation SET opened_seconds = 1, opened_at = '1970-01-01T00:00:01Z'",
      "UPDATE record SET body = x'7b7d'",
      "DELETE FROM record",
      "PRAGMA foreign_keys = OFF; DELETE FROM record; DELETE FROM installation",
    ])
  func `rebuild puts right what is kept beside the log`(sql: String) throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    let lines = try fieldbook.list()
    try fieldbook.database.execute(sql)
    #expect(try fieldbook.rebuild() == .init(installations: 1, repaired: [signed.id]))
    #expect(try fieldbook.installation(signed.id) == signed)
    #expect(try fieldbook.list() == lines)
    #expect(try fieldbook.rebuild().repaired == [])
  }
}
