import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

/// Checks corrections and refusals in the store: what they queue, what they keep, and what they leave as it was.
@Suite struct CorrectionTests {
  let home = TestHome()

  /// The event that corrects the fields of a record as `change` changes them.
  private func correction(
    of installation: Installation, redo: [Step] = [], _ change: (inout CorrectableFields) -> Void
  ) -> InstallationEvent {
    var fields = installation.correctableFields
    change(&fields)
    return .corrected(.init(changes: fields.changes(since: installation.correctableFields), redo: redo))
  }

  private func append(
    _ event: InstallationEvent, to id: InstallationID, in fieldbook: Fieldbook, at second: Int64
  )
    throws -> Installation
  {
    try fieldbook.append(event, to: id, by: Sample.technician, at: Sample.at(second))
  }

  private func deliver(_ record: PendingRecord, in fieldbook: Fieldbook, at second: Int64) throws {
    for key in try fieldbook.pendingKeys() { try fieldbook.acknowledge(key: key.keyID, at: Sample.at(second)) }
    for file in record.files {
      try fieldbook.acknowledge(file: file.sha256, of: record.id, at: Sample.at(second))
    }
    try fieldbook.acknowledge(
      record: record.id, revision: record.revision, sha256: record.sha256, at: Sample.at(second))
  }

  @Test func `an open record takes a correction, and keeps its number`() throws {
    let fieldbook = try home.ready()
    let opened = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(0))
    let event = correction(of: opened) { $0.owner.unitName = "东风路汽修" }
    let changed = try append(event, to: opened.id, in: fieldbook, at: 1)
    #expect(changed.revision == 1 && changed.status == .open)
    #expect(try fieldbook.list().map(\.unitName) == ["东风路汽修"])
    #expect(try fieldbook.pendingRecords().isEmpty && fieldbook.rebuild().repaired == [])
    #expect(try fieldbook.provenRecord(of: opened.id) == changed)
  }

  /// Earlier revisions stay byte for byte. The new revision names the digest of the revision before it.
  @Test(arguments: [true, false])
  func `a signed record that is corrected waits for a new signature, then follows as the next revision`(
    isDelivered: Bool
  ) throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    let first = try #require(try fieldbook.pendingRecords().first)
    if isDelivered { try deliver(first, in: fieldbook, at: 10) }
    let event = correction(of: signed, redo: [.sign]) { $0.owner.responsibleName = PersonName("赵六") }
    let corrected = try append(event, to: signed.id, in: fieldbook, at: 20)
    #expect(corrected.status == .open && corrected.revision == 2 && corrected.nextStep == .sign)
    #expect(corrected.previousSha256 == first.sha256)
    #expect(try fieldbook.signaturesDue() == 1 && fieldbook.list().first?.isSignatureDue == true)
    // The signed revision is still pending; the unsigned revision is not.
    #expect(try fieldbook.pendingRecords().map(\.revision) == (isDelivered ? [] : [1]))
    if !isDelivered {
      let waiting = try #require(try fieldbook.pendingRecords().first)
      #expect(waiting.body == first.body && waiting.files == first.files)
      #expect(try fieldbook.fault(of: waiting) == nil)
      try deliver(waiting, in: fieldbook, at: 30)
      #expect(try fieldbook.installation(signed.id).status == .open)
    }

    let agreement = try Sample.agreement(in: fieldbook, "%PDF-1.7 second")
    let again = try append(.signed(agreement), to: signed.id, in: fieldbook, at: 40)
    #expect(again.status == .closed && again.revision == 2 && again.agreement == agreement)
    #expect(again.earlierAgreements == [try #require(signed.agreement)])
    let second = try #require(try fieldbook.pendingRecords().first)
    #expect(second.revision == 2 && second.previousSha256 == first.sha256)
    // The earlier agreement and the photos are not sent again.
    #expect(second.files.map(\.filename) == ["agreement-2.pdf"])
    #expect(try fieldbook.closedRecord(signed.id, revision: 1)?.body == first.body)
    #expect(try fieldbook.fault(of: second) == nil && fieldbook.recordFault(of: signed.id) == nil)
    #expect(try fieldbook.rebuild().repaired == [])
    try deliver(second, in: fieldbook, at: 50)
    #expect(try fieldbook.installation(signed.id).status == .delivered && fieldbook.signaturesDue() == 0)
  }

  @Test func `a damaged earlier agreement is found before the next signature`() throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    _ = try append(
      correction(of: signed, redo: [.sign]) { $0.welder.model = "ZX7-400" }, to: signed.id, in: fieldbook,
      at: 20)
    let sha256 = try #require(signed.agreement?.sha256)
    try Data("%PDF-1.8".utf8).write(to: URL(fileURLWithPath: fieldbook.files.path(of: sha256)))
    #expect(throws: FieldbookError.evidence(signed.id, .fileDamaged(name: "agreement.pdf", sha256: sha256))) {
      try fieldbook.provenRecord(of: signed.id)
    }
  }

  @Test func `the corrected record of a retired welder is queued without a signature`() throws {
    let fieldbook = try home.ready()
    let photo = try Sample.photo(.before, "rust", in: fieldbook)
    let retired = try fieldbook.open(
      Sample.id(), Sample.registered(retired: "机壳带电"), photos: [photo], at: Sample.at(0))
    let changed = try append(
      correction(of: retired) { $0.retiredReason = "绕组烧毁" }, to: retired.id, in: fieldbook, at: 5)
    #expect(changed.status == .retired && changed.revision == 2 && changed.retiredReason == "绕组烧毁")
    #expect(try fieldbook.pendingRecords().map(\.revision) == [1, 2])
    #expect(try fieldbook.rebuild().repaired == [] && fieldbook.recordFault(of: retired.id) == nil)
  }

  @Test
  func `void and refused records are not corrected, and no technician with an expired certificate does it`()
    throws
  {
    let fieldbook = try home.ready()
    let (void, refused) = (Sample.id(), Sample.id())
    for id in [void, refused] { _ = try fieldbook.open(id, Sample.registered(), at: Sample.at(0)) }
    let opened = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(0))
    _ = try append(.voided(reason: "x"), to: void, in: fieldbook, at: 1)
    _ = try append(.refused(.init(reason: "x", releasesCode: false)), to: refused, in: fieldbook, at: 1)
    let event = correction(of: opened) { $0.welder.model = "ZX7-400" }
    #expect(throws: FieldbookError.refused(.void)) { try append(event, to: void, in: fieldbook, at: 2) }
    #expect(throws: FieldbookError.refused(.refused)) { try append(event, to: refused, in: fieldbook, at: 2) }
    #expect(throws: FieldbookError.refused(.certificateExpired(Sample.expired.certificateExpires))) {
      try fieldbook.append(event, to: opened.id, by: Sample.expired, at: Sample.at(2))
    }
    #expect(try fieldbook.installation(opened.id) == opened)
  }

  @Test func `a correction whose record is lost from the table comes back from the log`() throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    let changed = try append(
      correction(of: signed, redo: [.sign]) { $0.owner.industry = .mining }, to: signed.id, in: fieldbook,
      at: 20)
    try fieldbook.database.run(
      "UPDATE record SET body = ? WHERE installation = ?",
      [.blob(try fieldbook.encode(signed)), .text(signed.id.text)])
    #expect(try fieldbook.rebuild().repaired == [signed.id])
    #expect(try fieldbook.installation(signed.id) == changed)
  }

  @Test(arguments: ["0001-fieldbook", "0004-label-texts", "0008-photo-marks"])
  func `a fieldbook of an earlier program takes corrections and refusals, and is searched`(name: String) throws
  {
    try FileManager.default.createDirectory(atPath: home.path, withIntermediateDirectories: true)
    let script = try String(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/Fieldbook/\(name).sql"), encoding: .utf8)
    try Database(path: home.path + "/fieldbook.sqlite", busyMilliseconds: 0).execute(script)
    let fieldbook = try home.fieldbook()
    let delivered = try #require(try fieldbook.page(mentioning: "树林召汽修").installations.first?.id)
    let open = try #require(try fieldbook.list(status: .open).first?.id)
    let body = try #require(try fieldbook.closedRecord(delivered, revision: 1)?.body)
    let record = try fieldbook.installation(delivered)
    let event = correction(of: record, redo: [.sign]) { $0.welder.serialNumber = "W-77" }
    #expect(try append(event, to: delivered, in: fieldbook, at: 10_000).revision == 2)
    let agreement = try Sample.agreement(in: fieldbook, "%PDF-1.7 again")
    let signed = try append(.signed(agreement), to: delivered, in: fieldbook, at: 10_001)
    #expect(signed.status == .closed && signed.earlierAgreements?.count == 1)
    #expect(try fieldbook.closedRecord(delivered, revision: 1)?.body == body)
    let refused = try append(
      .refused(.init(reason: "x", releasesCode: false)), to: open, in: fieldbook, at: 10_002)
    #expect(refused.status == .refused && refused.code == nil)
    #expect(try fieldbook.installations(of: signed.welder, otherThan: open) == [delivered])
    #expect(try fieldbook.rebuild().repaired == [])
    #expect(try fieldbook.pendingRecords().count == 3)
  }

  // MARK: - Refusals

  @Test func `a refusal before the pairing frees the code, also that of a label from stock, and is queued`()
    throws
  {
    let fieldbook = try home.ready(codes: 3)
    let stock = try #require(try fieldbook.drawCodes(count: 1).first)
    let own = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(0))
    let plate = try fieldbook.open(Sample.id(), Sample.registered(code: stock), at: Sample.at(0))
    let photo = InstallationEvent.photographed(try Sample.photo(.before, "seen", in: fieldbook))
    _ = try append(photo, to: plate.id, in: fieldbook, at: 1)
    for id in [own.id, plate.id] {
      let refused = try append(
        .refused(.init(reason: "不装了", releasesCode: false)), to: id, in: fieldbook, at: 2)
      #expect(refused.status == .refused && refused.code == nil && refused.refusedReason == "不装了")
    }
    #expect(try fieldbook.pendingRecords().map(\.id) == [own.id, plate.id])
    #expect(try fieldbook.pendingRecords().allSatisfy { try fieldbook.fault(of: $0) == nil })
    #expect(try fieldbook.counts() == [.refused: 2])
    // Both codes can be used again; the photo cannot.
    let next = try fieldbook.open(Sample.id(), Sample.registered(code: stock), at: Sample.at(3))
    let after = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(3))
    #expect(next.code == stock && after.code == own.code)
    #expect(throws: FieldbookError.self) { try append(photo, to: next.id, in: fieldbook, at: 4) }
    #expect(try fieldbook.rebuild().repaired == [] && fieldbook.recordFault(of: own.id) == nil)
    #expect(try fieldbook.resolve(stock.description) == next.id)
  }

  @Test func `a refusal after the pairing keeps the code with its record`() throws {
    let fieldbook = try home.ready(codes: 3)
    let opened = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(0))
    let code = try #require(opened.code)
    let events = try Sample.walk(of: opened.id, code: code, in: fieldbook, key: Sample.key(1)).prefix(3)
    _ = try fieldbook.append(Array(events), to: opened.id, by: Sample.technician, at: Sample.at(1))
    let refused = try append(
      .refused(.init(reason: "不装了", releasesCode: true)), to: opened.id, in: fieldbook, at: 2)
    #expect(refused.code == code, "the store decides, not the caller")
    #expect(throws: FieldbookError.codeBound(code, to: opened.id)) {
      try fieldbook.open(Sample.id(), Sample.registered(code: code), at: Sample.at(3))
    }
    #expect(throws: FieldbookError.refused(.refused)) {
      try append(.refused(.init(reason: "again", releasesCode: false)), to: opened.id, in: fieldbook, at: 3)
    }
    #expect(try fieldbook.pendingKeys().count == 1 && fieldbook.pendingRecords().count == 1)
  }

  @Test func `a signed record cannot be refused`() throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    #expect(throws: FieldbookError.refused(.closed)) {
      try append(.refused(.init(reason: "x", releasesCode: false)), to: signed.id, in: fieldbook, at: 20)
    }
  }
}
