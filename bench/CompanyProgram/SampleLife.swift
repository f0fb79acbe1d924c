import Cryptography
import FoundationEssentials
import Records

/// The life of one invented welder, which follows from its number alone. Of 100 records 84 are installed, four
/// of these are corrected and signed again, six are retired, six are refused and four are void. Photos and
/// documents are shared by many records, so that a hundred thousand of them fit onto a disk.
struct SampleLife {
  let number: Int
  /// Whether photos are shared by many records, which a fieldbook refuses.
  private let sharesPhotos: Bool

  init(_ number: Int, sharesPhotos: Bool = true) {
    self.number = number
    self.sharesPhotos = sharesPhotos
  }

  enum Outcome { case installed, corrected, retired, refused, void }

  var outcome: Outcome {
    switch number % 100 {
    case 3, 23, 43, 63: .corrected
    case 5, 15, 35, 55, 75, 95: .retired
    case 7, 17, 37, 57, 77, 97: .refused
    case 9, 39, 69, 99: .void
    default: .installed
    }
  }

  // MARK: - What it is made of

  private static let streets = ["树林召镇", "白泥井镇", "昭君镇", "恩格贝镇", "中和西镇", "王爱召镇", "展旦召苏木", "工业街道"]
  private static let industries: [Industry] = [
    .autoRepair, .doorsWindows, .renovation, .flexibleWork, .mining, .construction, .municipal, .other,
  ]
  private static let types: [UnitType] = [.general, .small, .individual, .flexible, .household]

  struct Missing: Error {}

  private func need<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
  }

  /// The number of the welder's unit; three successive welders belong to one unit.
  private var unit: Int { number / 3 }

  private func digits(_ value: Int, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }

  var id: InstallationID {
    get throws {
      let digest = SHA256Digest(of: Data("installation \(number)".utf8)).hex
      let parts = [8, 4, 4, 4, 12].reduce(into: (rest: digest[...], parts: [String]())) { state, count in
        state.parts.append(String(state.rest.prefix(count)))
        state.rest = state.rest.dropFirst(count)
      }
      return try need(InstallationID(parts.parts.joined(separator: "-")))
    }
  }

  /// The moment of an event, `step` seconds after the record's first one; the records begin 97 seconds apart,
  /// from 1 September 2024 on.
  func at(_ step: Int) -> Timestamp {
    Timestamp(secondsSince1970: 1_725_150_000 + Int64(number) * 97 + Int64(step), offsetSeconds: 28_800)
  }

  var technician: Technician {
    get throws {
      Technician(
        name: PersonName("张三"), phone: try need(PhoneNumber("13800000001")), company: "达旗焊安",
        certificate: "T-1",
        certificateExpires: try need(CalendarDay("2099-12-31")))
    }
  }

  func registered(code: LabelCode?) throws -> InstallationEvent.Registered {
    let industry = Self.industries[unit % Self.industries.count]
    let isRetired = outcome == .retired
    return InstallationEvent.Registered(
      technician: try technician,
      owner: Owner(
        unitID: nil, unitName: WrittenText(stringLiteral: "顺利\(["汽修", "焊接", "钢构", "门窗"][unit % 4])\(unit)部"),
        unitType: Self.types[unit % Self.types.count], responsibleName: PersonName("王五"),
        responsiblePhone: try need(PhoneNumber("138\(digits(unit, 8))")),
        street: WrittenText(stringLiteral: Self.streets[unit % Self.streets.count]),
        community: unit % 2 == 0 ? "长胜社区" : nil, industry: industry,
        industryNote: industry == .other ? "农机具修理" : nil, operators: unit % 6, certifiedOperators: unit % 6 / 2),
      welder: Welder(
        brand: number % 5 == 0 ? nil : "示例", model: "ZX7-315",
        serialNumber: number % 11 == 0 ? nil : WrittenText(stringLiteral: "W-\(number)"),
        weldingProcess: .manualArc,
        supply: number % 2 == 0 ? .singlePhase220 : .threePhase380, sourceType: .inverter,
        supplyMaxAmps: number % 3 == 0 ? 24.5 : 40, maxCurrentAmps: 315,
        maxPowerKilowatts: number % 4 == 0 ? 11.5 : nil, purpose: number % 7 == 0 ? "=1+1" : nil,
        purchasedOn: number % 5 == 1 ? at(0).day : nil, condition: isRetired ? .retired : .fit),
      code: code, scheme: SchemeReference(name: "single-phase-inverter", version: "1"),
      retiredReason: isRetired ? "机壳带电" : nil, remarks: number % 10 == 0 ? "院内" : nil)
  }

  var code: LabelCode {
    get throws {
      try need(CodeSerial(number: number).flatMap { LabelCode(region: "150621", serial: $0) })
    }
  }

  static func file(_ name: String) -> Data { Data("\(name), made for a test".utf8) }

  static func digest(_ bytes: Data) -> String { SHA256Digest(of: bytes).hex }

  func photo(_ stage: Photo.Stage) -> (Photo, Data) {
    let bytes = Self.file("photo \(stage.rawValue) \(sharesPhotos ? number % 32 : number)")
    return (
      Photo(
        stage: stage, sha256: Self.digest(bytes), bytes: bytes.count, mediaType: "image/jpeg", takenAt: at(10),
        widthPixels: 4_000, heightPixels: 3_000), bytes
    )
  }

  /// The key of a module that does not exist.
  var key: SecretKey {
    get throws {
      let bytes = SHA256Digest(of: Data("key \(number)".utf8)).bytes
      return try need(SecretKey(bytes: bytes, keyID: String(SHA256Digest(of: Data(bytes)).hex.prefix(16))))
    }
  }

  /// The events after the registration up to the signature.
  func walk(code: LabelCode) throws -> (events: [InstallationEvent], files: [Data]) {
    let (before, after) = (photo(.before), photo(.after))
    let events: [InstallationEvent] = [
      .photographed(before.0),
      .flashed(
        .init(
          chip: "STM32F405", chipID: nil, firmwareVersion: "1.0.0",
          firmwareSha256: String(repeating: "ab", count: 32), skipped: false)),
      .paired(.init(serialNumber: "M-\(number)", keyID: try key.keyID, imei: nil, iccid: nil)),
      .labelled(
        LabelRecord(
          code: code, payload: "https://mashanghan.example/w/\(code)", template: "acrylic-60x40", verified: true
        )),
      .sealed(Seal(number: "S-\(number)", photoSha256: nil, appliedAt: at(40), previousNumbers: [])),
      .tested(
        TestReport(
          plan: "standard", startedAt: at(50),
          steps: ["supplyVoltage", "current", "relay", "network", "seal"].map {
            TestReport.Step(
              name: $0, measured: 221.4, unit: "V", lower: 198, upper: 242, outcome: .passed)
          })),
      .photographed(after.0), .handedOver(Handover(trainedOperators: 2, operatingRules: .drafted, note: nil)),
    ]
    return (events, [before.1, after.1])
  }

  /// The signature.
  /// - Parameter again: whether the signature is the one after a correction.
  func signed(again: Bool) throws -> (event: InstallationEvent, files: [Data]) {
    let document = Self.file("agreement \(number % 64)\(again ? " again" : "")")
    let strokes = Data("{\"strokes\":[]}".utf8)
    let event = InstallationEvent.signed(
      AgreementRecord(
        sha256: Self.digest(document), bytes: document.count, signedAt: at(again ? 90 : 70),
        signatory: Signatory(
          name: PersonName("王五"), phone: try need(PhoneNumber("13900000003")), capacity: .proprietor),
        strokesSha256: Self.digest(strokes)))
    return (event, [document, strokes])
  }

  /// The correction of a record that was signed.
  func corrected(_ installation: Installation) -> InstallationEvent {
    var fields = installation.correctableFields
    fields.owner.community = "东达社区"
    return .corrected(.init(changes: fields.changes(since: installation.correctableFields), redo: [.sign]))
  }
}
