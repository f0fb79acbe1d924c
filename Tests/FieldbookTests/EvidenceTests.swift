import Cryptography
import Foundation
import Records
import Testing

@testable import Fieldbook

/// Checks that altered evidence is refused, with its name, before it is signed or sent.
@Suite struct EvidenceTests {
  let home = TestHome()

  /// Takes the second of three records up to its signature, with entries of the other records before and after
  /// its own.
  private func walked(_ fieldbook: Fieldbook) throws -> InstallationID {
    try Sample.signed(in: fieldbook, key: Sample.key(1))
    let id = Sample.id()
    let opened = try fieldbook.open(id, Sample.registered(), at: Sample.at(10))
    let code = try #require(opened.code)
    let events = try Sample.walk(of: id, code: code, in: fieldbook, key: Sample.key(2), serial: "M-2")
    _ = try fieldbook.append(events, to: id, by: Sample.technician, at: Sample.at(11))
    _ = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(12))
    return id
  }

  /// Lets SQL change the rows that triggers protect, as anybody who has the file can.
  private func tamper(_ fieldbook: Fieldbook, _ sql: String) throws {
    try fieldbook.database.execute(
      """
      PRAGMA foreign_keys = OFF; DROP TRIGGER IF EXISTS event_is_not_changed;
      DROP TRIGGER IF EXISTS event_is_not_removed; DROP TRIGGER IF EXISTS revision_is_not_changed;
      DROP TRIGGER IF EXISTS revision_is_not_removed; DROP TRIGGER IF EXISTS event_is_appended;
      """)
    try fieldbook.database.execute(sql)
  }

  private func sign(_ id: InstallationID, in fieldbook: Fieldbook) throws -> Installation {
    let lock = try #require(try fieldbook.lock(installation: id))
    defer { lock.release() }
    let proven = try fieldbook.provenRecord(of: id)
    return try fieldbook.close(
      proven, with: try Sample.agreement(in: fieldbook), holding: lock, by: Sample.technician, at: Sample.at(20)
    )
  }

  @Test func `signs what is as it was written`() throws {
    let fieldbook = try home.ready()
    let id = try walked(fieldbook)
    #expect(try fieldbook.provenRecord(of: id) == fieldbook.installation(id))
    #expect(try sign(id, in: fieldbook).status == .closed)
    for record in try fieldbook.pendingRecords() { #expect(try fieldbook.fault(of: record) == nil) }
    #expect(try fieldbook.rebuild() == .init(installations: 3, repaired: []))
  }

  /// The third entry of the record is entry 13 of the log: ten entries of the first record come before its first.
  @Test(
    arguments: [
      (
        "UPDATE record SET body = CAST(replace(CAST(body AS TEXT), '树林召汽修', '别家汽修') AS BLOB)",
        EvidenceFault.record
      ),
      ("UPDATE record SET body = x'7b7d'", .record),
      (
        "UPDATE record SET body = CAST(json_set(CAST(body AS TEXT), '$.test.passed', json('false')) AS BLOB)",
        .record
      ),
      ("UPDATE event SET at = '2026-01-01T00:00:00+08:00' WHERE seq = 13", .entry(seq: 13)),
      (
        "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), '1.0.0', '1.0.1') AS BLOB) WHERE seq = 13",
        .entry(seq: 13)
      ),
      ("UPDATE event SET body = x'7b7d' WHERE seq = 19", .entry(seq: 19)),
      ("UPDATE event SET sha256 = previous_sha256 WHERE seq = 15", .entry(seq: 15)),
      ("UPDATE event SET previous_sha256 = sha256 WHERE seq = 15", .entry(seq: 14)),
      ("DELETE FROM event WHERE seq = 14", .entry(seq: 13)),
      ("DELETE FROM event WHERE seq = 10", .entry(seq: 11)),
      ("UPDATE event SET previous_sha256 = sha256 WHERE seq = 20", .entry(seq: 19)),
    ])
  func `refuses to sign what is not`(sql: String, fault: EvidenceFault) throws {
    let fieldbook = try home.ready()
    let id = try walked(fieldbook)
    try tamper(fieldbook, sql)
    #expect(throws: FieldbookError.evidence(id, fault)) { try sign(id, in: fieldbook) }
    #expect(try fieldbook.closedRecord(id, revision: 1) == nil)
  }

  @Test func `refuses a forged entry whose digest was made anew`() throws {
    let fieldbook = try home.ready()
    let id = try walked(fieldbook)
    let row = try #require(
      try fieldbook.database.first(
        "SELECT at, name, CAST(body AS TEXT), previous_sha256 FROM event WHERE seq = 13"
      ) { ($0.text(0), $0.text(1), $0.text(2), $0.text(3)) })
    let body = row.2.replacingOccurrences(of: "1.0.0", with: "9.9.9")
    #expect(body != row.2)
    let digest = try #require(
      LogChain.digest(
        after: row.3, seq: 13, subject: id.text, at: row.0, name: row.1, body: Data(body.utf8)))
    try tamper(
      fieldbook, "UPDATE event SET body = CAST('\(body)' AS BLOB), sha256 = '\(digest)' WHERE seq = 13")
    #expect(throws: FieldbookError.evidence(id, .entry(seq: 13))) { try sign(id, in: fieldbook) }
  }

  @Test(arguments: ["truncated", "replaced", "flipped", "gone", "empty", "longer"])
  func `refuses to sign over a photo that is not the one attached`(how: String) throws {
    let fieldbook = try home.ready()
    let id = try walked(fieldbook)
    let photo = try #require(try fieldbook.installation(id).photos.last)
    let path = fieldbook.files.path(of: photo.sha256)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    var fault = EvidenceFault.fileDamaged(name: "photo-after-1.jpg", sha256: photo.sha256)
    switch how {
    case "truncated": try bytes.dropLast().write(to: URL(fileURLWithPath: path))
    case "replaced": try Data(repeating: 7, count: bytes.count).write(to: URL(fileURLWithPath: path))
    case "flipped": try (bytes.dropLast() + [bytes[bytes.count - 1] ^ 1]).write(to: URL(fileURLWithPath: path))
    case "empty": try Data().write(to: URL(fileURLWithPath: path))
    case "longer": try (bytes + [0]).write(to: URL(fileURLWithPath: path))
    default:
      try FileManager.default.removeItem(atPath: path)
      fault = .fileMissing(name: "photo-after-1.jpg", sha256: photo.sha256)
    }
    #expect(throws: FieldbookError.evidence(id, fault)) { try sign(id, in: fieldbook) }
  }

  @Test func `reads a large file in pieces`() throws {
    let fieldbook = try home.ready()
    var bytes = Data((0..<3_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    let sha256 = try fieldbook.files.store(bytes)
    try fieldbook.files.verify(sha256)
    bytes[2_097_152] ^= 0x10
    try bytes.write(to: URL(fileURLWithPath: fieldbook.files.path(of: sha256)))
    #expect(throws: FieldbookError.fileDamaged(sha256: sha256)) { try fieldbook.files.verify(sha256) }
  }

  @Test func `does not close a record that was added to meanwhile`() throws {
    let fieldbook = try home.ready()
    let id = try walked(fieldbook)
    let lock = try #require(try fieldbook.lock(installation: id))
    defer { lock.release() }
    let proven = try fieldbook.provenRecord(of: id)
    let photo = try Sample.photo(.after, "meanwhile", in: fieldbook)
    _ = try fieldbook.append(.photographed(photo), to: id, by: Sample.technician, at: Sample.at(13))
    let agreement = try Sample.agreement(in: fieldbook)
    #expect(throws: FieldbookError.recordChanged(id)) {
      try fieldbook.close(proven, with: agreement, holding: lock, by: Sample.technician, at: Sample.at(14))
    }
    #expect(try fieldbook.installation(id).status == .open)
    let again = try fieldbook.provenRecord(of: id)
    let closed = try fieldbook.close(
      again, with: agreement, holding: lock, by: Sample.technician, at: Sample.at(14))
    #expect(closed.photos.count == 3)
  }

  @Test func `a lock that was let go of proves nothing`() throws {
    let fieldbook = try home.ready()
    let id = try walked(fieldbook)
    let lock = try #require(try fieldbook.lock(installation: id))
    #expect(try home.fieldbook().lock(installation: id) == nil)
    lock.release()
    #expect(throws: FieldbookError.recordChanged(id)) {
      try fieldbook.append(
        [.handedOver(Handover(trainedOperators: 1, operatingRules: .existing, note: nil))], holding: lock,
        by: Sample.technician, at: Sample.at(13))
    }
  }

  /// A signature reads only its own entries and their neighbours, however many installations there are.
  @Test func `does not read the whole log for one signature`() throws {
    let fieldbook = try home.ready()
    let plan = try fieldbook.database.rows(
      """
      EXPLAIN QUERY PLAN SELECT seq,
        (SELECT sha256 FROM event AS before WHERE before.seq = event.seq - 1),
        (SELECT previous_sha256 FROM event AS after WHERE after.seq = event.seq + 1)
      FROM event WHERE installation = 'x' ORDER BY seq
      """
    ) { $0.text(3) }
    #expect(plan.contains { $0.contains("event_of_installation") })
    #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
  }

  // MARK: - Delivery

  @Test(
    arguments: [
      (
        "UPDATE revision SET body = CAST(replace(CAST(body AS TEXT), '树林召汽修', '别家汽修') AS BLOB)",
        EvidenceFault.revision(1)
      ),
      (
        "UPDATE revision SET sha256 = iif(sha256 LIKE '0%', '1', '0') || substr(sha256, 2)", .revision(1)
      ),
      ("UPDATE record SET body = CAST(replace(CAST(body AS TEXT), '树林召汽修', '别家汽修') AS BLOB)", .record),
      ("UPDATE event SET at = '2026-01-01T00:00:00+08:00' WHERE seq = 3", .entry(seq: 3)),
      ("UPDATE event SET previous_sha256 = sha256 WHERE seq = 4", .entry(seq: 3)),
      ("UPDATE delivery_file SET sha256 = 'nonsense' WHERE position = 1", .revision(1)),
      ("DELETE FROM delivery_file WHERE position = 2", .revision(1)),
    ])
  func `gives out no record that is not what was closed`(sql: String, fault: EvidenceFault) throws {
    let fieldbook = try home.ready()
    let tampered = try Sample.signed(in: fieldbook, key: Sample.key(1))
    try tamper(fieldbook, sql)
    let good = try Sample.signed(in: fieldbook, key: Sample.key(2), at: 20)
    let records = try fieldbook.pendingRecords()
    #expect(records.map(\.id) == [tampered.id, good.id])
    #expect(try fieldbook.fault(of: records[0]) == fault)
    #expect(try fieldbook.fault(of: records[1]) == nil)
  }

  @Test func `finds a body that was forged together with its digest`() throws {
    let fieldbook = try home.ready()
    try Sample.signed(in: fieldbook)
    let body = try #require(try fieldbook.pendingRecords().first?.body)
    let forged = Data(
      String(decoding: body, as: UTF8.self).replacingOccurrences(
        of: "\"payer\":\"owner\"", with: "\"payer\":\"banner\""
      )
      .utf8)
    #expect(forged != body)
    try tamper(fieldbook, "SELECT 1")
    try fieldbook.database.run(
      "UPDATE revision SET body = ?, sha256 = ?", [.blob(forged), .text(Fieldbook.digest(of: forged))])
    let record = try #require(try fieldbook.pendingRecords().first)
    #expect(try fieldbook.fault(of: record) == .revision(1))
  }

  /// A single flipped bit is found in each thirteenth byte of the body.
  @Test func `finds every flipped bit`() throws {
    let fieldbook = try home.ready()
    try Sample.signed(in: fieldbook)
    let record = try #require(try fieldbook.pendingRecords().first)
    for index in stride(from: 0, to: record.body.count, by: 13) {
      var body = record.body
      body[index] ^= 1 << UInt8(index % 8)
      let flipped = PendingRecord(
        id: record.id, code: record.code, revision: 1, body: body, sha256: record.sha256, previousSha256: nil,
        files: record.files)
      #expect(try fieldbook.fault(of: flipped) == .revision(1))
    }
  }

  @Test func `gives out no key that is not the one named`() throws {
    let fieldbook = try home.ready()
    let key = Sample.key(1)
    try Sample.signed(in: fieldbook, key: key)
    #expect(try fieldbook.secret(ofKey: key.keyID) == key.bytes)
    var bytes = key.bytes
    bytes[31] ^= 1
    try fieldbook.database.run("UPDATE pairing_key SET secret = ?", [.blob(Data(bytes))])
    #expect(try fieldbook.secret(ofKey: key.keyID) == nil)
    #expect(throws: FieldbookError.damagedRow(table: "pairing_key", key: key.keyID)) {
      try fieldbook.heldKey(key.keyID, moduleSerial: "M-\(key.keyID)")
    }
  }

  // MARK: - The doctor's rebuild

  @Test func `names each damaged record and mends the others`() throws {
    let fieldbook = try home.ready()
    let first = try Sample.signed(in: fieldbook, key: Sample.key(1))
    let second = try Sample.signed(in: fieldbook, key: Sample.key(2), at: 10)
    try tamper(
      fieldbook,
      """
      UPDATE revision SET body = x'7b7d' WHERE installation = '\(first.id)';
      UPDATE record SET body = x'7b7d' WHERE installation = '\(second.id)';
      """)
    let check = try fieldbook.check()
    #expect(Set(check.faults) == [.revision(first.id, revision: 1), .differs(second.id)])
    #expect(try fieldbook.restore(check.restorable) == [second.id])
    #expect(try fieldbook.installation(second.id) == second)
  }

  @Test func `notices a closed revision that left the queue`() throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    try fieldbook.database.execute("DELETE FROM delivery")
    #expect(try fieldbook.check().faults == [.revision(signed.id, revision: 1)])
  }
}
