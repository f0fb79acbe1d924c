import Cryptography
import Drawing
import Foundation
import Records
import Testing

@testable import Agreements

/// Compares records with the sealed agreement that they name.
@Suite struct SignedRecordTests {
  private static let shared = try? SealedSample()

  /// The agreement, and the record that its signature closed.
  private func signed() throws -> (verification: AgreementVerification, record: Installation) {
    let sample = try #require(Self.shared)
    let verification = try AgreementVerification(
      sample.plain, trusting: sample.roots, now: SealedSample.now)
    let manifest = verification.manifest
    var record = Sample().installation()
    record.apply(
      .signed(
        AgreementRecord(
          sha256: SHA256Digest(of: sample.plain).hex, bytes: sample.plain.count, signedAt: Sample.signedAt,
          signatory: Sample().signatory, strokesSha256: Sample.digest, terms: manifest.terms,
          textSha256: manifest.textSha256, shown: manifest.signing.shown, consentsToDynamics: true)),
      at: Sample.signedAt, entrySha256: Sample.digest)
    return (verification, record)
  }

  /// The record with `value` at `path` in place of its own value.
  private func changed(_ record: Installation, _ path: String, to value: Any?) throws -> Installation {
    func put(_ value: Any?, at keys: ArraySlice<String>, in members: [String: Any]) -> [String: Any] {
      var members = members
      guard let key = keys.first else { return members }
      if keys.count == 1 {
        members[key] = value
      } else {
        members[key] = put(value, at: keys.dropFirst(), in: members[key] as? [String: Any] ?? [:])
      }
      return members
    }
    let json = try #require(
      try JSONSerialization.jsonObject(with: RecordCoding.encode(record)) as? [String: Any])
    let keys = path.split(separator: ".").map(String.init)
    return try RecordCoding.decode(
      Installation.self, from: JSONSerialization.data(withJSONObject: put(value, at: keys[...], in: json)))
  }

  private func next(_ record: Installation, _ events: InstallationEvent...) -> Installation {
    var next = record
    next.beginRevision(after: Sample.digest)
    for event in events { next.apply(event, at: Sample.signedAt, entrySha256: Sample.digest) }
    return next
  }

  private static let owner = PersonName("赵六")

  private static let falsified: [(String, any Sendable)] = [
    ("owner.unitName", "别的店"), ("owner.street", "昭君镇"), ("owner.responsiblePhone", "13900000009"),
    ("welder.serialNumber", "X-1"), ("welder.maxCurrentAmps", 200), ("label.code", "150621-00A001-0"),
    ("module.serialNumber", "WM1-24000999"), ("module.keyId", "k-0000000000000000"), ("seal.number", "FT-9"),
    ("technician.phone", "13900000009"), ("agreement.textSha256", String(repeating: "cd", count: 32)),
    ("agreement.signedAt", "2026-11-23T09:45:10+08:00"), ("agreement.bytes", 17),
    ("agreement.signatory.phone", "13900000009"),
    ("agreement.strokesSha256", String(repeating: "cd", count: 32)),
    ("agreement.sha256", String(repeating: "cd", count: 32)), ("handover.trainedOperators", 7),
    ("remarks", "别的"), ("funding.payer", "banner"), ("openedAt", "2026-11-23T09:00:00+08:00"),
    ("status", "retired"), ("scheme.name", "single-phase-inverter"), ("survey.filledBy", "别人"), ("revision", 2),
  ]

  @Test func `the record that a signature closed is what its agreement says, and each changed field is named`()
    throws
  {
    let (verification, record) = try signed()
    #expect(verification.difference(from: record) == nil)
    for (path, value) in Self.falsified where path != "label.code" {
      let other = try changed(record, path, to: value)
      #expect(verification.difference(from: other) == path, "\(path)")
    }
    var photos = try #require(
      try JSONSerialization.jsonObject(with: RecordCoding.encode(record.photos)) as? [Any])
    photos.removeLast()
    #expect(verification.difference(from: try changed(record, "photos", to: photos)) == "photos")
    #expect(verification.difference(from: try changed(record, "code", to: nil)) == "code")
    #expect(verification.difference(from: try changed(record, "agreement", to: nil)) == "agreement")
    #expect(
      verification.difference(
        from: try changed(record, "id", to: "1b4e28ba-2fa1-41d2-883f-0016d3cca428")) == "id")
    // A record from before the signature has no agreement.
    #expect(verification.difference(from: Sample().installation()) == "agreement")
  }

  @Test func `a later revision may differ in what its events change, and in nothing else`() throws {
    let (verification, record) = try signed()
    let voided = next(record, .voided(reason: "误登"))
    #expect(verification.difference(from: voided) == nil)
    #expect(
      verification.difference(from: try changed(voided, "owner.street", to: "昭君镇")) == "owner.street")
    let moved = next(
      record, .moved(.init(changes: try changes(of: record) { $0.owner.street = "昭君镇" })))
    #expect(moved.owner.street.text == "昭君镇" && verification.difference(from: moved) == nil)
    #expect(
      verification.difference(from: try changed(moved, "owner.unitName", to: "别的店")) == "owner.unitName")
    let opened = next(
      record, .repairOpened(.init(technician: Sample().technician, fault: "不通电", isUnsafe: true)))
    #expect(opened.status == .outOfUse && verification.difference(from: opened) == nil)
    #expect(verification.difference(from: try changed(opened, "module.keyId", to: "x")) == "module.keyId")
    let found = Photo(
      stage: .found, sha256: Sample.digest, bytes: 1, mediaType: "image/jpeg", takenAt: Sample.signedAt,
      widthPixels: 1, heightPixels: 1)
    let begun = next(
      opened,
      .repairBegun(
        .init(technician: Sample().technician, seal: .broken, verdict: nil, photos: [found])),
      .paired(.init(serialNumber: "WM1-24000999", keyID: "k-1", imei: nil, iccid: nil)))
    #expect(verification.difference(from: begun) == nil)
    #expect(verification.difference(from: try changed(begun, "welder.model", to: "x")) == "welder.model")
    #expect(verification.difference(from: try changed(begun, "photos", to: [Any]())) == "photos")
    let withdrawn = next(
      record, .withdrawn(.init(technician: Sample().technician, reason: "报废", photos: [found])))
    #expect(verification.difference(from: withdrawn) == nil)
    #expect(verification.difference(from: try changed(withdrawn, "welder.brand", to: "x")) == "welder.brand")
  }

  private func changes(
    of record: Installation, _ change: (inout CorrectableFields) -> Void
  ) throws -> [FieldChange] {
    var fields = record.correctableFields
    change(&fields)
    return fields.changes(since: record.correctableFields)
  }

  @Test func `a correction that nobody signed again does not stand under the old agreement`() throws {
    let (verification, record) = try signed()
    var corrected = next(
      record, .corrected(.init(changes: try changes(of: record) { $0.owner.unitName = "别的店" })))
    #expect(verification.difference(from: corrected) == "agreement")
    let agreement = try #require(record.agreement)
    corrected = try changed(
      corrected, "agreement",
      to: JSONSerialization.jsonObject(with: RecordCoding.encode(agreement)))
    #expect(verification.difference(from: corrected) == "earlierAgreements")
  }

  // MARK: - From before there were seals

  private func paper() throws -> Data {
    let document = OwnPDFDocument(
      pageWidthMillimetres: 210, pageHeightMillimetres: 297,
      metadata: CairoPDFDocument.Metadata(
        title: "安装部署协议", author: "公司", subject: "协议", date: Sample.signedAt.description))
    let flow = PageFlow()
    document.canvas.draw(flow.set("协议", style: TextStyle(sizePoints: 10)), x: 20, y: 20, colour: .black)
    try document.endPage()
    return try document.finish(identity: [UInt8](repeating: 6, count: 16))
  }

  @Test func `only a whole file of this program is an agreement from before there were seals`() throws {
    let paper = try paper()
    #expect(UnsealedAgreement(paper)?.pageCount == 1)
    let sample = try #require(Self.shared)
    var others = [
      Data(), Data("not a pdf at all".utf8), Data("%PDF-1.6\n%%EOF\n".utf8), sample.plain,
      sample.plain.prefix(5_000), sample.unsealed.bytes, paper + Data("x".utf8),
    ]
    others += stride(from: 1, to: paper.count, by: 97).map { paper.prefix($0) }
    for other in others { #expect(UnsealedAgreement(other) == nil, "\(other.count) bytes") }
    // The unsealed file is refused above although it is whole, since it has embedded files.
    let evidence = try OwnPDFFile(sample.unsealed.bytes).attachments
    #expect(!evidence.isEmpty)
  }
}
