import Foundation
import Records
import Testing

@testable import Fieldbook

/// Checks that a record of another laptop is taken over: how its log begins here, what is delivered of it, and
/// what is known of files that stayed behind.
@Suite struct AdoptionTests {
  private let theirs = TestHome()
  private let ours = TestHome()
  private static let us = Technician(
    name: PersonName("赵六"), phone: PhoneNumber("13800000006")!, company: "东胜焊修", certificate: "T-6",
    certificateExpires: CalendarDay("2027-01-01")!)

  /// The newest closed revision of a record that another laptop made, with `change` made in its text.
  private func theirRecord(_ change: (String) -> String = { $0 }) throws -> RemoteRecord {
    let fieldbook = try theirs.ready()
    let signed = try Sample.signed(in: fieldbook)
    let record = try #require(try fieldbook.closedRecord(signed.id, revision: 1))
    let body = Data(change(String(decoding: record.body, as: UTF8.self)).utf8)
    return try RemoteRecord(body, sha256: Fieldbook.digest(of: body), of: signed.id)
  }

  private func adopted(_ record: RemoteRecord, from source: Adoption.Source = .platform) throws
    -> InstallationEvent.Adopted
  {
    try #require(InstallationEvent.Adopted(record, from: source, by: Self.us))
  }

  /// A fieldbook that has taken over a record, and that record.
  private func taken(from source: Adoption.Source = .platform, _ change: (String) -> String = { $0 }) throws
    -> (fieldbook: Fieldbook, record: RemoteRecord, adopted: Installation)
  {
    let record = try theirRecord(change)
    let fieldbook = try ours.fieldbook()
    try fieldbook.addBlock(Sample.block("00B000", 50))
    return (
      fieldbook, record, try fieldbook.adopt(try adopted(record, from: source), at: Sample.at(20))
    )
  }

  private func append(_ events: [InstallationEvent], to id: InstallationID, in fieldbook: Fieldbook, at: Int64)
    throws -> Installation
  {
    try fieldbook.append(events, to: id, by: Self.us, at: Sample.at(at))
  }

  // MARK: - Taking over

  @Test func `a record that was taken over is the next revision, with all that it had and who took it`() throws
  {
    let (fieldbook, before, adopted) = try taken()
    let installation = before.installation
    #expect(adopted.revision == 2 && adopted.previousSha256 == before.sha256 && adopted.status == .closed)
    #expect(adopted.history.dropLast() == installation.history[...])
    let last = try #require(adopted.history.last)
    #expect(last.event == "adopted" && last.adoption?.technician == Self.us)
    #expect(
      last.adoption?.source == .platform && last.adoption?.revision == 1
        && last.adoption?.sha256 == before.sha256)
    #expect(
      adopted.owner == installation.owner && adopted.module == installation.module
        && adopted.agreement == installation.agreement && adopted.photos == installation.photos)

    let pending = try fieldbook.pendingRecords()
    #expect(pending.map(\.revision) == [2] && pending.first?.previousSha256 == before.sha256)
    #expect(pending.first?.files.isEmpty == true && pending.first?.originals.isEmpty == true)
    #expect(try fieldbook.fault(of: try #require(pending.first)) == nil)
    #expect(try fieldbook.recordFault(of: adopted.id) == nil)
    #expect(try fieldbook.provenRecord(of: adopted.id) == adopted)
    // Another laptop checks the delivered record.
    let sent = try RemoteRecord(
      try #require(pending.first).body, sha256: try #require(pending.first).sha256, of: adopted.id)
    #expect(sent.continues(installation, sha256: before.sha256))
  }

  @Test func `files that stayed behind are no damage, and a lost file of this laptop is one`() throws {
    let (fieldbook, before, adopted) = try taken()
    let named = RecordFile.named(by: before.installation)
    #expect(try fieldbook.filesElsewhere(of: adopted.id) == named)
    var check = try fieldbook.check()
    #expect(check.faults.isEmpty && check.filesElsewhere == named.count && check.files == 0)
    let photo = try Sample.photo(.found, "found", in: fieldbook)
    _ = try append(
      [
        .repairOpened(.init(technician: Self.us, fault: "不启动")),
        .repairBegun(.init(technician: Self.us, seal: .intact, verdict: .asRecorded, photos: [photo])),
      ], to: adopted.id, in: fieldbook, at: 30)
    fieldbook.files.remove(photo.sha256)
    check = try fieldbook.check()
    #expect(check.faults == [.fileMissing(sha256: photo.sha256, of: adopted.id)])
    #expect(throws: FieldbookError.self) { try fieldbook.provenRecord(of: adopted.id) }
  }

  @Test func `it is found by its code and its id, also where only the log has it`() throws {
    let (fieldbook, before, adopted) = try taken()
    let code = try #require(before.installation.code).description
    #expect(try fieldbook.installation(matching: code).id == adopted.id)
    #expect(try fieldbook.installation(matching: String(adopted.id.text.prefix(8))).id == adopted.id)
    try fieldbook.database.run("DELETE FROM code", [])
    try fieldbook.database.run("DELETE FROM record", [])
    try fieldbook.database.run("DELETE FROM seal_use", [])
    #expect(try fieldbook.ownRecord(matching: code)?.id == adopted.id)
    #expect(try fieldbook.rebuild().repaired == [adopted.id])
    #expect(try fieldbook.installation(adopted.id) == adopted)
    #expect(
      try fieldbook.database.first("SELECT count(*) FROM seal_use") { $0.integer(0) } == 1,
      "the seal counts as used again")
  }

  @Test func `its seal and its photos are evidence of no other welder`() throws {
    let (fieldbook, before, _) = try taken()
    let other = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(30))
    let events = try Sample.walk(
      of: other.id, code: try #require(other.code), in: fieldbook, key: Sample.key(7), serial: "M-7")
    _ = try fieldbook.append(Array(events.prefix(4)), to: other.id, by: Sample.technician, at: Sample.at(31))
    let number = try #require(before.installation.seal?.number)
    #expect(throws: FieldbookError.sealUsed(number: number, by: before.installation.id)) {
      try fieldbook.append(
        .sealed(Seal(number: number, photoSha256: nil, appliedAt: Sample.at(32), previousNumbers: [])),
        to: other.id, by: Sample.technician, at: Sample.at(32))
    }
    let photo = try Sample.photo(.before, "before \(before.installation.id)", in: fieldbook)
    #expect(
      throws: FieldbookError.photoUsed(sha256: photo.sha256, by: before.installation.id, stage: .before)
    ) {
      try fieldbook.append(.photographed(photo), to: other.id, by: Sample.technician, at: Sample.at(33))
    }
  }

  // MARK: - Working on it

  @Test func `a repair of it is signed, and its revisions go on from the one that was taken over`() throws {
    let (fieldbook, before, adopted) = try taken()
    let id = adopted.id
    let old = try #require(adopted.module)
    try fieldbook.prepare(Sample.key(9), for: id, moduleSerial: "M-new")
    try fieldbook.markCommitted(keyID: Sample.key(9).keyID, for: id, moduleSerial: "M-new")
    _ = try append(
      [
        .repairOpened(.init(technician: Self.us, fault: "进水")),
        .repairBegun(
          .init(
            technician: Self.us, seal: .broken, verdict: nil,
            photos: [try Sample.photo(.found, "found", in: fieldbook)])),
        .moduleRetired(
          .init(
            serialNumber: try #require(old.serialNumber), keyID: old.keyID, isDead: false, reason: "进水",
            photos: [])),
        .flashed(
          .init(
            chip: "STM32F405", chipID: nil, firmwareVersion: "1.1.0", firmwareSha256: Sample.firmware,
            skipped: false)),
        .paired(.init(serialNumber: "M-new", keyID: Sample.key(9).keyID, imei: nil, iccid: nil)),
        .sealed(
          Seal(
            number: "S-new", photoSha256: nil, appliedAt: Sample.at(33),
            previousNumbers: [try #require(adopted.seal?.number)])),
        .tested(Sample.report()),
      ], to: id, in: fieldbook, at: 33)
    let lock = try #require(try fieldbook.lock(installation: id))
    defer { lock.release() }
    let proven = try fieldbook.provenRecord(of: id)
    let closed = try fieldbook.close(
      proven, with: .init(done: "换了模块", addendum: try Sample.agreement(in: fieldbook, "%PDF-1.7 addendum")),
      holding: lock, by: Self.us, at: Sample.at(40))
    #expect(closed.revision == 4 && closed.status == .closed)
    #expect(closed.retiredModules?.map(\.serialNumber) == [old.serialNumber ?? ""])
    #expect(closed.history.starts(with: before.installation.history))
    let pending = try fieldbook.pendingRecords()
    #expect(pending.map(\.revision) == [2, 3, 4])
    let names = Set(pending.flatMap { $0.files.map(\.filename) })
    // The strokes are those of the agreement in this test, and stayed behind.
    #expect(names == ["photo-found-1.jpg", "addendum-1.pdf"])
    for record in pending { #expect(try fieldbook.fault(of: record) == nil) }
    #expect(try fieldbook.check().faults.isEmpty && fieldbook.recordFault(of: id) == nil)
    let history = try fieldbook.provenHistory(of: id)
    #expect(history.revisions.map(\.number) == [2, 3, 4] && history.installation == closed)
    // Which laptop installed a welder decides where it is counted.
    #expect(try fieldbook.outcomes(on: Sample.at(40).day).installed.isEmpty)
    let filter = LedgerFilter()
    #expect(try fieldbook.ledgerFigures(filter, today: Sample.at(40).day).cells.isEmpty)
  }

  @Test func `keys that this program does not know are delivered as they were`() throws {
    let (fieldbook, _, adopted) = try taken { text in
      text.replacing("\"schema\":", with: "\"moons\":[1,{\"name\":\"木卫一\"}],\"schema\":")
        .replacing("\"model\":\"ZX7-315\"", with: "\"colour\":\"red\",\"model\":\"ZX7-315\"")
        .replacing("\"unitName\":", with: "\"taxNumber\":\"0000\",\"unitName\":")
    }
    var owner = adopted.owner
    owner.unitName = "东风路修理部"
    _ = try append(
      [.transferred(.init(technician: Self.us, owner: owner))], to: adopted.id, in: fieldbook, at: 30)
    _ = try append(
      [.handedOver(Handover(trainedOperators: 1, operatingRules: .drafted, note: nil))], to: adopted.id,
      in: fieldbook, at: 31)
    _ = try append(
      [.signed(try Sample.agreement(in: fieldbook, "%PDF-1.7 new owner"))], to: adopted.id, in: fieldbook,
      at: 32)
    let pending = try fieldbook.pendingRecords()
    #expect(pending.map(\.revision) == [2, 3])
    for (record, hasOwner) in zip(pending, [true, false]) {
      let sent = try RecordCoding.decode(JSONValue.self, from: record.body)
      #expect(sent["moons"] == .array([.number(1), .object(["name": .string("木卫一")])]))
      #expect(sent["welder"]?["colour"] == .string("red"))
      // An unknown key of one owner is not kept for the next owner.
      #expect((sent["owner"]?["taxNumber"] != nil) == hasOwner)
      #expect(try fieldbook.fault(of: record) == nil)
    }
  }

  // MARK: - What is refused

  @Test func `a second time changes nothing`() throws {
    let (fieldbook, before, adopted) = try taken()
    let entries = try fieldbook.verifyLog().entries
    #expect(try fieldbook.adopt(try self.adopted(before), at: Sample.at(25)) == adopted)
    #expect(try fieldbook.verifyLog().entries == entries && fieldbook.pendingRecords().count == 1)
  }

  @Test func `other bytes than those of the digest are refused, and leave nothing`() throws {
    let record = try theirRecord()
    var adopted = try adopted(record)
    adopted.record = adopted.record.replacing("ZX7-315", with: "ZX7-400")
    let fieldbook = try ours.ready()
    #expect(throws: FieldbookError.evidence(record.installation.id, .revision(1))) {
      try fieldbook.adopt(adopted, at: Sample.at(20))
    }
    adopted.record = "{"
    #expect(throws: FieldbookError.self) { try fieldbook.adopt(adopted, at: Sample.at(20)) }
    #expect(try fieldbook.verifyLog().entries == 0 && fieldbook.pendingRecords().isEmpty)
  }

  @Test func `a code that another record here has, an expired certificate and a waiting inspection refuse it`()
    throws
  {
    let record = try theirRecord()
    let id = record.installation.id
    let fieldbook = try ours.ready()
    let code = try #require(record.installation.code)
    // Both laptops count from the same serial here.
    let own = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(10))
    #expect(own.code == code)
    #expect(throws: FieldbookError.codeBound(code, to: own.id)) {
      try fieldbook.adopt(try adopted(record), at: Sample.at(20))
    }
    let other = TestHome()
    let inspector = try other.fieldbook()
    try inspector.addBlock(Sample.block("00B000", 50))
    let inspection = Inspection(
      inspector: Inspector(Self.us), inspectedAt: Sample.at(11), source: .platform, againstRevision: 1,
      againstSha256: nil, checks: [InspectionCheck(.key)], state: nil)
    _ = try inspector.appendVisit(inspection, to: record.body, at: Sample.at(11))
    #expect(throws: FieldbookError.inspectionWaits(id)) {
      try inspector.adopt(try adopted(record), at: Sample.at(20))
    }
    let late = try #require(InstallationEvent.Adopted(record, from: .platform, by: Sample.expired))
    #expect(throws: FieldbookError.refused(.certificateExpired(Sample.expired.certificateExpires))) {
      try inspector.adopt(late, at: Sample.at(20))
    }
    #expect(try fieldbook.check().faults.isEmpty && inspector.check().faults.isEmpty)
  }

  // MARK: - At the platform

  @Test func `an archive's record waits until its own laptop has delivered it, and another one is a conflict`()
    throws
  {
    let theirBook = try theirs.ready()
    let signed = try Sample.signed(in: theirBook)
    let id = signed.id
    func inspected(_ second: Int64) -> Inspection {
      Inspection(
        inspector: Inspector(Sample.technician), inspectedAt: Sample.at(second), source: .fieldbook,
        againstRevision: 1, againstSha256: nil, checks: [InspectionCheck(.key)], state: nil)
    }
    let lock = try #require(try theirBook.lock(installation: id))
    _ = try theirBook.append(inspected(10), holding: lock, at: Sample.at(10))
    lock.release()
    let first = try #require(try theirBook.closedRecord(id, revision: 1))
    let second = try #require(try theirBook.closedRecord(id, revision: 2))
    let fieldbook = try ours.fieldbook()
    let record = try RemoteRecord(second.body, sha256: second.sha256, of: id)
    let adopted = try fieldbook.adopt(try adopted(record, from: .archive), at: Sample.at(20))
    #expect(adopted.revision == 3)
    #expect(try fieldbook.waitsForAnother(id) && fieldbook.lastKnownToPlatform(id) == nil)
    #expect(try fieldbook.rebuild(id, on: first.body, at: Sample.at(21)) == .waits)
    #expect(try !fieldbook.isConflicted(id))
    // This laptop continues its work meanwhile.
    _ = try append([.repairOpened(.init(technician: Self.us, fault: "不启动"))], to: id, in: fieldbook, at: 22)
    let rival = TestHome()
    let third = try rival.ready()
    _ = try third.appendVisit(inspected(12), to: second.body, at: Sample.at(12))
    let goneOn = try #require(try third.pendingRecords().first).body
    #expect(try fieldbook.rebuild(id, on: goneOn, at: Sample.at(23)) == .conflict)
    let before = adopted.correctableFields
    var after = before
    after.owner.street = "白泥井镇"
    #expect(throws: FieldbookError.recordGoneOn(id)) {
      try append([.moved(.init(changes: after.changes(since: before)))], to: id, in: fieldbook, at: 24)
    }
    // A record that was taken over from the platform is known to be on the platform.
    let other = TestHome()
    let from = try other.fieldbook()
    _ = try from.adopt(try self.adopted(record, from: .platform), at: Sample.at(20))
    #expect(try !from.waitsForAnother(id) && from.lastKnownToPlatform(id)?.sha256 == second.sha256)
  }
}
