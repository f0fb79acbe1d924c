import Cryptography
import Foundation
import ModuleCore
import Records
import Testing

/// A finished installation with the same events as a real one.
struct SampleInstallation {
  let id: InstallationID
  let code: LabelCode
  let secret: [UInt8]
  let keyID: String
  let moduleSerial: String
  let record: PendingRecord

  static let at = Timestamp(secondsSince1970: 1_790_000_000, offsetSeconds: 28_800)

  /// Makes a sample.
  /// - Parameters:
  ///   - number: distinguishes the samples.
  ///   - photoBytes: size of the photo taken before the work.
  ///   - copies: whether the photos have upload copies.
  init(_ number: Int, in files: MemoryFiles, photoBytes: Int = 900, copies: Bool = false) throws {
    id = try #require(InstallationID(UUID().uuidString))
    code = try #require(CodeSerial(number: number).flatMap { LabelCode(region: "150621", serial: $0) })
    secret = files.random.bytes(32)
    keyID = Hex.encode(Authenticator.keyID(of: secret))
    moduleSerial = "WM24-\(number)"

    func file(_ name: String, _ bytes: Int) throws -> PendingFile {
      let digest = try #require(FileDigest(files.store(Data(files.random.bytes(bytes)))))
      return PendingFile(sha256: digest, bytes: bytes, filename: name)
    }
    let before = try file("before.jpg", photoBytes)
    let after = try file("after.jpg", 700)
    let agreement = try file("agreement.pdf", 1200)
    let smallBefore = copies ? try file("before-copy.jpg", 300) : nil
    let smallAfter = copies ? try file("after-copy.jpg", 250) : nil
    func photo(_ stage: Photo.Stage, _ file: PendingFile, copy: PendingFile?) -> Photo {
      var photo = Photo(
        stage: stage, sha256: file.sha256.hex, bytes: file.bytes, mediaType: "image/jpeg", takenAt: Self.at,
        widthPixels: 640, heightPixels: 480)
      photo.copy = copy.map { Photo.Copy(sha256: $0.sha256.hex, bytes: $0.bytes) }
      return photo
    }

    var installation = try Self.opened(id, code)
    let events: [InstallationEvent] = [
      .photographed(photo(.before, before, copy: smallBefore)),
      .flashed(
        .init(
          chip: "STM32F405", chipID: nil, firmwareVersion: "1.0.0",
          firmwareSha256: String(repeating: "0", count: 64), skipped: false)),
      .paired(.init(serialNumber: moduleSerial, keyID: keyID, imei: nil, iccid: nil)),
      .labelled(
        .init(code: code, payload: "https://example.cn/w/\(code)", template: "acrylic-60x40", verified: true)),
      .sealed(.init(number: "S\(number)", photoSha256: nil, appliedAt: Self.at, previousNumbers: [])),
      .tested(
        .init(
          plan: "standard", startedAt: Self.at,
          steps: [.init(name: "voltage", measured: 221, unit: "V", lower: 198, upper: 242, outcome: .passed)])),
      .photographed(photo(.after, after, copy: smallAfter)),
      .handedOver(.init(trainedOperators: 2, operatingRules: .drafted, note: nil)),
      .signed(
        .init(
          sha256: agreement.sha256.hex, bytes: agreement.bytes, signedAt: Self.at,
          signatory: .init(
            name: PersonName("王某"), phone: try #require(PhoneNumber("13800000001")), capacity: .proprietor),
          strokesSha256: String(repeating: "1", count: 64))),
    ]
    for event in events {
      installation.apply(event, at: Self.at, entrySha256: String(repeating: "2", count: 64))
    }
    let body = try RecordCoding.encode(installation)
    record = PendingRecord(
      id: id, code: code, revision: 1, body: body, sha256: SHA256Digest(of: body).hex, previousSha256: nil,
      files: copies ? [smallBefore, smallAfter, agreement].compactMap(\.self) : [before, after, agreement],
      originals: copies ? [before, after] : [])
  }

  func enqueue(in outbox: MemoryOutbox, withKey: Bool = true) {
    if withKey {
      outbox.enqueue(
        PendingKey(keyID: keyID, installation: id, moduleSerial: moduleSerial), secret: secret)
    }
    outbox.enqueue(record)
  }

  /// Makes the record's next revision, with other remarks.
  func next(after previous: PendingRecord) throws -> PendingRecord {
    var members = try #require(
      try JSONSerialization.jsonObject(with: previous.body) as? [String: Any])
    members["revision"] = previous.revision + 1
    members["previousSha256"] = previous.sha256
    members["remarks"] = "revision \(previous.revision + 1)"
    let body = try JSONSerialization.data(withJSONObject: members, options: [.sortedKeys])
    return PendingRecord(
      id: id, code: code, revision: previous.revision + 1, body: body, sha256: SHA256Digest(of: body).hex,
      previousSha256: previous.sha256, files: [])
  }

  private static func opened(_ id: InstallationID, _ code: LabelCode) throws -> Installation {
    let phone = try #require(PhoneNumber("13800000001"))
    return Installation(
      id: id,
      registered: .init(
        technician: .init(
          name: PersonName("李某"), phone: phone, company: "安装公司", certificate: "T-1",
          certificateExpires: CalendarDay(daysSince1970: 21_000)),
        owner: .init(
          unitID: nil, unitName: "某汽修厂", unitType: .individual, responsibleName: PersonName("王某"),
          responsiblePhone: phone, street: "树林召镇", community: nil, industry: .autoRepair, industryNote: nil,
          operators: 2, certifiedOperators: 1),
        welder: .init(
          brand: nil, model: nil, serialNumber: nil, weldingProcess: .manualArc, supply: .singlePhase220,
          sourceType: .inverter, supplyMaxAmps: 30, maxCurrentAmps: 200, maxPowerKilowatts: 6.6, purpose: nil,
          purchasedOn: nil, condition: .fit),
        code: code, scheme: .init(name: "single-phase-inverter", version: "1"), retiredReason: nil, remarks: nil
      ),
      at: at, entrySha256: String(repeating: "3", count: 64))
  }
}
