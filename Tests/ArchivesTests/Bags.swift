import Cryptography
import Foundation
import Records
import TestSupport
import Testing

@testable import Archives

/// Makes installations for archives, from their events to the files that these name.
final class Bags {
  private let folder = TemporaryFolder(isInMemory: true)
  private var generator: SplitMix64
  private var seq: Int64 = 0
  private var previous = LogChain.beginning
  private var serial = 0

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  private static let technician = Technician(
    name: PersonName("张三"), phone: PhoneNumber("13800000001")!, company: "达旗焊安", certificate: "T-1",
    certificateExpires: CalendarDay("2030-01-01")!)

  /// The moment of the next event, in China's time zone.
  private var now: Timestamp { Timestamp(secondsSince1970: 1_795_000_000 + seq * 61, offsetSeconds: 28_800) }

  private func file(_ bytes: some DataProtocol) throws -> (path: String, sha256: String, bytes: Int) {
    let bytes = Data(bytes)
    let sha256 = SHA256Digest(of: bytes).hex
    return (try folder.write(sha256, bytes), sha256, bytes.count)
  }

  private func photo(_ stage: Photo.Stage, bytes: Int) throws -> Photo {
    let original = try file(generator.bytes(bytes))
    let copy = try file(generator.bytes(bytes / 3 + 1))
    var photo = Photo(
      stage: stage, sha256: original.sha256, bytes: original.bytes, mediaType: "image/jpeg", takenAt: now,
      widthPixels: 640, heightPixels: 480)
    photo.copy = Photo.Copy(sha256: copy.sha256, bytes: copy.bytes)
    return photo
  }

  /// Makes a signed installation.
  /// - Parameters:
  ///   - photoBytes: the length of each of the installation's two photos, bytes.
  ///   - isCorrected: whether the record is corrected after the signature, and signed again.
  ///   - losesOriginal: whether the original of the first photo is lost.
  func signed(photoBytes: Int = 2_000, isCorrected: Bool = false, losesOriginal: Bool = false) throws
    -> BagSource
  {
    let id = InstallationID(UUID(uuid: uuid(generator.bytes(16))))
    serial += 1
    let code = LabelCode(region: "150621", serial: CodeSerial(number: 10 * 46_656 + serial)!)!
    var written: [WrittenLogEntry] = []
    var revisions: [BagSource.Revision] = []

    func replay() throws -> Installation {
      let entries = written.compactMap { LogEntry($0, of: id) }
      return try #require(
        Installation.replaying(entries) { SHA256Digest(of: revisions[$0.revision - 1].body).hex })
    }
    func log(_ event: InstallationEvent) throws {
      seq += 1
      let body = try RecordCoding.encode(event)
      let at = now.description
      let sha256 = try #require(
        LogChain.digest(after: previous, seq: seq, subject: id.text, at: at, name: event.name, body: body))
      written.append(
        WrittenLogEntry(
          seq: seq, at: at, name: event.name, body: body, previousSha256: previous, sha256: sha256))
      previous = sha256
    }
    func sign(_ words: String) throws {
      let document = try file(Data("%PDF-1.7 \(words) \(id)".utf8))
      let strokes = try file(Data("{\"strokes\":[\(serial)]}".utf8))
      try log(
        .signed(
          AgreementRecord(
            sha256: document.sha256, bytes: document.bytes, signedAt: now,
            signatory: Signatory(
              name: PersonName("王五"), phone: PhoneNumber("13900000003")!, capacity: .proprietor),
            strokesSha256: strokes.sha256)))
      let record = try replay()
      revisions.append(BagSource.Revision(number: record.revision, body: try RecordCoding.encode(record)))
    }

    try log(.registered(registered(code)))
    try log(.photographed(try photo(.before, bytes: photoBytes)))
    try log(
      .labelled(
        LabelRecord(
          code: code, payload: "https://weld.example.cn/w/\(code)", template: "acrylic-60x40", verified: true)))
    try log(.sealed(Seal(number: "S-\(serial)", photoSha256: nil, appliedAt: now, previousNumbers: [])))
    let report = TestReport(
      plan: "standard", startedAt: now,
      steps: [
        TestReport.Step(
          name: "supplyVoltage", measured: 221.4, unit: "V", lower: 198, upper: 242, outcome: .passed)
      ])
    try log(.tested(report))
    try log(.photographed(try photo(.after, bytes: photoBytes)))
    try log(.handedOver(Handover(trainedOperators: 2, operatingRules: .drafted, note: nil)))
    try sign("first")
    // The numbers leave room for an entry of another installation.
    seq += 1
    previous = SHA256Digest(of: generator.bytes(8)).hex
    if isCorrected {
      try log(
        .corrected(
          InstallationEvent.Corrected(changes: [
            try RecordCoding.decode(
              FieldChange.self,
              from: Data(#"{"field":"owner.unitName","from":"树林召汽修","to":"树林召镇汽修"}"#.utf8))
          ])))
      try sign("second")
    }
    let installation = try replay()
    var source = BagSource(
      installation: installation, entries: written, revisions: revisions, files: [], missing: [])
    let events = written.compactMap { LogEntry($0, of: id)?.event }
    for named in BagLayout.files(of: installation, events) {
      if losesOriginal, named.mayBeMissing, source.missing.isEmpty {
        source.missing.append(MissingOriginal(path: "data/\(named.path)", sha256: named.sha256))
        continue
      }
      let path = folder.file(named.sha256)
      let bytes = try #require(FileManager.default.contents(atPath: path)).count
      source.files.append(
        BagSource.File(named.path, .file(path: path, byteCount: bytes, sha256: named.sha256)))
    }
    source.files.append(BagSource.File(BagLayout.test(1), .bytes(try RecordCoding.encode(report))))
    source.files.append(BagSource.File(BagLayout.testText(1), .bytes(Data("测试合格\n".utf8))))
    source.files.append(BagSource.File(BagLayout.label, .bytes(Data(generator.bytes(300)))))
    return source
  }

  /// The values of the event `adopted`, as the log stores them.
  private struct Taken: Encodable {
    var technician: Technician
    var source = Adoption.Source.archive
    var revision: Int
    var sha256: String
    var record: String
  }

  /// Makes the bag of another laptop that has taken an installation over and moved it.
  func takenOver(_ source: BagSource) throws -> BagSource {
    let id = source.installation.id
    let newest = try #require(source.revisions.last)
    let taken = Taken(
      technician: Self.technician, revision: newest.number, sha256: SHA256Digest(of: newest.body).hex,
      record: String(decoding: newest.body, as: UTF8.self))
    let adopted = try RecordCoding.decode(
      InstallationEvent.Adopted.self, from: try RecordCoding.encode(taken))
    let before = try #require(adopted.installation).correctableFields
    var after = before
    after.owner.street = "白泥井镇"
    var written: [WrittenLogEntry] = []
    var revisions: [BagSource.Revision] = []
    func replay() throws -> Installation {
      let entries = written.compactMap { LogEntry($0, of: id) }
      return try #require(
        Installation.replaying(entries) { closed in
          SHA256Digest(of: revisions[closed.revision - newest.number - 1].body).hex
        })
    }
    for event in [
      InstallationEvent.adopted(adopted), .moved(.init(changes: after.changes(since: before))),
    ] {
      seq += 1
      let (body, at) = (try RecordCoding.encode(event), now.description)
      let sha256 = try #require(
        LogChain.digest(after: previous, seq: seq, subject: id.text, at: at, name: event.name, body: body))
      written.append(
        WrittenLogEntry(
          seq: seq, at: at, name: event.name, body: body, previousSha256: previous, sha256: sha256))
      previous = sha256
      let record = try replay()
      revisions.append(BagSource.Revision(number: record.revision, body: try RecordCoding.encode(record)))
    }
    let installation = try replay()
    var bag = BagSource(
      installation: installation, entries: written, revisions: revisions, files: [], missing: [])
    bag.elsewhere = BagLayout.filesElsewhere(
      of: installation, written.compactMap { LogEntry($0, of: id)?.event })
    return bag
  }

  private func uuid(_ bytes: [UInt8]) -> uuid_t {
    bytes.withUnsafeBytes { $0.loadUnaligned(as: uuid_t.self) }
  }

  private func registered(_ code: LabelCode) -> InstallationEvent.Registered {
    InstallationEvent.Registered(
      technician: Self.technician,
      owner: Owner(
        unitID: nil, unitName: "树林召汽修", unitType: .individual, responsibleName: PersonName("王五"),
        responsiblePhone: PhoneNumber("13900000003")!, street: "树林召镇", community: nil, industry: .autoRepair,
        industryNote: nil, operators: 2, certifiedOperators: 1),
      welder: Welder(
        brand: nil, model: "ZX7-315", serialNumber: nil, weldingProcess: .manualArc, supply: .singlePhase220,
        sourceType: .inverter, supplyMaxAmps: 40, maxCurrentAmps: 315, maxPowerKilowatts: nil, purpose: nil,
        purchasedOn: nil, condition: .fit),
      code: code, scheme: SchemeReference(name: "single-phase-inverter", version: "1"), retiredReason: nil,
      remarks: nil)
  }
}
