import Cryptography
import Foundation
import Records
import TestSupport

@testable import Fieldbook

/// A fieldbook in a folder of its own, which is removed with the test.
final class TestHome {
  private let folder = TemporaryFolder()
  var path: String { folder.file("home") }

  func fieldbook() throws -> Fieldbook { try Fieldbook(home: path, busyMilliseconds: 20_000) }

  /// Makes a fieldbook with a block of codes.
  func ready(codes: Int = 100) throws -> Fieldbook {
    let fieldbook = try fieldbook()
    try fieldbook.addBlock(Sample.block("00A000", codes))
    return fieldbook
  }
}

enum Sample {
  static let technician = Technician(
    name: PersonName("张三"), phone: PhoneNumber("13800000001")!, company: "达旗焊安", certificate: "T-1",
    certificateExpires: CalendarDay("2027-01-01")!)
  static let expired = Technician(
    name: PersonName("李四"), phone: PhoneNumber("13800000002")!, company: "达旗焊安", certificate: "T-2",
    certificateExpires: CalendarDay("2026-11-17")!)
  static let firmware = String(repeating: "ab", count: 32)

  static func at(_ seconds: Int64) -> Timestamp {
    Timestamp(secondsSince1970: 1_795_000_000 + seconds, offsetSeconds: 28_800)
  }

  static func id() -> InstallationID { InstallationID(UUID().uuidString)! }

  static func block(_ first: String, _ count: Int) -> CodeBlock {
    CodeBlock(region: "150621", first: CodeSerial(first)!, count: count)!
  }

  static func code(_ serial: String) -> LabelCode {
    LabelCode(region: "150621", serial: CodeSerial(serial)!)!
  }

  static func registered(
    unit: WrittenText = "树林召汽修", code: LabelCode? = nil, technician: Technician = technician,
    retired reason: WrittenText? = nil
  ) -> InstallationEvent.Registered {
    InstallationEvent.Registered(
      technician: technician,
      owner: Owner(
        unitID: nil, unitName: unit, unitType: .individual, responsibleName: PersonName("王五"),
        responsiblePhone: PhoneNumber("13900000003")!, street: "树林召镇", community: nil, industry: .autoRepair,
        industryNote: nil, operators: 2, certifiedOperators: 1),
      welder: Welder(
        brand: nil, model: "ZX7-315", serialNumber: nil, weldingProcess: .manualArc, supply: .singlePhase220,
        sourceType: .inverter, supplyMaxAmps: 40, maxCurrentAmps: 315, maxPowerKilowatts: nil, purpose: nil,
        purchasedOn: nil, condition: reason == nil ? .fit : .retired),
      code: code, scheme: SchemeReference(name: "single-phase-inverter", version: "1"), retiredReason: reason,
      remarks: nil)
  }

  static func photo(_ stage: Photo.Stage, _ contents: String, in fieldbook: Fieldbook) throws -> Photo {
    let bytes = Data(contents.utf8)
    return Photo(
      stage: stage, sha256: try fieldbook.files.store(bytes), bytes: bytes.count, mediaType: "image/jpeg",
      takenAt: at(1), widthPixels: 640, heightPixels: 480)
  }

  static func key(_ byte: UInt8) -> SecretKey {
    let bytes = (0..<32).map { UInt8(truncatingIfNeeded: $0 &* 37) ^ byte }
    return SecretKey(bytes: bytes, keyID: String(SHA256Digest(of: bytes).hex.prefix(16)))!
  }

  static func report(passed: Bool = true) -> TestReport {
    TestReport(
      plan: "standard", startedAt: at(5),
      steps: [
        TestReport.Step(
          name: "supplyVoltage", measured: 221.4, unit: "V", lower: 198, upper: 242,
          outcome: passed ? .passed : .failed)
      ])
  }

  /// The events of a whole walk after registration without the signature. The key is prepared and committed.
  static func walk(
    of id: InstallationID, code: LabelCode, in fieldbook: Fieldbook, key: SecretKey, serial: String = "M-1"
  ) throws -> [InstallationEvent] {
    try fieldbook.prepare(key, for: id, moduleSerial: serial)
    try fieldbook.markCommitted(keyID: key.keyID, for: id, moduleSerial: serial)
    return [
      .photographed(try photo(.before, "before \(id)", in: fieldbook)),
      .flashed(
        .init(
          chip: "STM32F405", chipID: nil, firmwareVersion: "1.0.0", firmwareSha256: firmware, skipped: false)),
      .paired(.init(serialNumber: serial, keyID: key.keyID, imei: nil, iccid: nil)),
      .labelled(
        LabelRecord(
          code: code, payload: "https://mashanghan.example/w/\(code)", template: "acrylic-60x40",
          verified: true)),
      .sealed(Seal(number: "S-\(id)", photoSha256: nil, appliedAt: at(4), previousNumbers: [])),
      .tested(report()),
      .photographed(try photo(.after, "after \(id)", in: fieldbook)),
      .handedOver(Handover(trainedOperators: 2, operatingRules: .drafted, note: nil)),
    ]
  }

  static func agreement(in fieldbook: Fieldbook, _ contents: String = "%PDF-1.7") throws -> AgreementRecord {
    let document = Data(contents.utf8)
    return AgreementRecord(
      sha256: try fieldbook.files.store(document), bytes: document.count, signedAt: at(9),
      signatory: Signatory(
        name: PersonName("王五"), phone: PhoneNumber("13900000003")!, capacity: .proprietor),
      strokesSha256: try fieldbook.files.store(Data("{\"strokes\":[]}".utf8)))
  }

  /// Makes a record that has gone through the whole walk.
  @discardableResult
  static func signed(
    in fieldbook: Fieldbook, id: InstallationID = id(), key: SecretKey = key(0), at second: Int64 = 0
  )
    throws -> Installation
  {
    // No event is dated before the last one.
    let newest = try fieldbook.newestEventTime().map { $0.secondsSince1970 - at(0).secondsSince1970 }
    let second = max(second, newest ?? 0)
    let opened = try fieldbook.open(id, registered(), at: at(second))
    let events = try walk(of: id, code: opened.code!, in: fieldbook, key: key, serial: "M-\(key.keyID)")
    _ = try fieldbook.append(events, to: id, by: technician, at: at(second + 1))
    return try fieldbook.append(
      .signed(try agreement(in: fieldbook)), to: id, by: technician, at: at(second + 2))
  }
}
