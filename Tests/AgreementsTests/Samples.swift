import Cryptography
import Drawing
import Foundation
import Records
import Testing

@testable import Agreements

/// A finished walk with everything but the signature.
struct Sample {
  var unitName: WrittenText = "达拉特旗树林召镇老王电焊铺"
  var responsibleName: WrittenText = "王建国"
  var industry = Industry.other
  var industryNote: WrittenText? = "农机修理和农具焊接"
  var note: WrittenText? = "已张贴操作规程，讲解了关机移交"
  var remarks: WrittenText? = "店铺门前有台阶"
  var previousSeals: [String] = ["FT-000122"]
  var steps: [TestReport.Step]?

  static let signedAt = Timestamp("2026-11-24T09:45:10+08:00")!
  static let digest = String(repeating: "0123456789abcdef", count: 4)

  static let photoDigests = [
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
  ]

  var technician: Technician {
    Technician(
      name: PersonName("李明"), phone: PhoneNumber("13800000002")!, company: "鄂尔多斯市焊安智能科技有限公司",
      certificate: "DLT-2026-0042", certificateExpires: CalendarDay("2027-12-31")!)
  }

  var owner: Owner {
    Owner(
      unitID: "U-0173", unitName: unitName, unitType: .individual, responsibleName: PersonName(responsibleName),
      responsiblePhone: PhoneNumber("13812340001")!, street: "树林召镇", community: "锡尼街社区", industry: industry,
      industryNote: industryNote, operators: 3, certifiedOperators: 2)
  }

  var welder: Welder {
    Welder(
      brand: "瑞凌", model: "ZX7-400GT", serialNumber: "RL20231107-0085", weldingProcess: .manualArc,
      supply: .threePhase380, sourceType: .inverter, supplyMaxAmps: 27.5, maxCurrentAmps: 400,
      maxPowerKilowatts: 18.2, purpose: "门窗和护栏焊接", purchasedOn: CalendarDay("2023-11-20")!, condition: .fit)
  }

  var signatory: Signatory {
    Signatory(name: PersonName("王建国"), phone: PhoneNumber("13812340001")!, capacity: .proprietor)
  }

  static let defaultSteps: [TestReport.Step] = [
    .init(name: "supplyVoltage", measured: 383.4, unit: "V", lower: 342, upper: 418, outcome: .passed),
    .init(name: "currentZeroOffset", measured: 0.12, unit: "A", lower: -2, upper: 2, outcome: .passed),
    .init(name: "sealClosed", measured: 1, unit: "1", lower: 1, upper: nil, outcome: .passed),
    .init(name: "relayClosesOnSignedStart", measured: 1, unit: "1", lower: 1, upper: nil, outcome: .passed),
    .init(name: "feedbackFollows", measured: 1, unit: "1", lower: 1, upper: nil, outcome: .passed),
    .init(name: "relayOpensOnStop", measured: 1, unit: "1", lower: 1, upper: nil, outcome: .passed),
    .init(name: "relayRefusesForged", measured: 1, unit: "1", lower: 1, upper: nil, outcome: .passed),
    .init(name: "relayRefusesReplayed", measured: 1, unit: "1", lower: 1, upper: nil, outcome: .passed),
    .init(name: "clockOffset", measured: 0.4, unit: "s", lower: -5, upper: 5, outcome: .passed),
    .init(name: "position", measured: 9, unit: "satellites", lower: 4, upper: nil, outcome: .passed),
    .init(name: "signal", measured: -83, unit: "dBm", lower: -105, upper: nil, outcome: .passed),
    .init(
      name: "platformStart", measured: nil, unit: "1", lower: 1, upper: nil,
      outcome: .notRun(reason: "network.unreachable")),
  ]

  /// The record of the walk.
  /// - Parameter leavingOut: the step whose event is not applied.
  func installation(leavingOut: Step? = nil) -> Installation {
    let code = LabelCode(region: "150621", serial: CodeSerial("00A000")!)!
    func at(_ time: String) -> Timestamp { Timestamp("2026-11-24T\(time)+08:00")! }
    func photo(_ stage: Photo.Stage, _ time: String, _ sha256: String) -> InstallationEvent {
      .photographed(
        Photo(
          stage: stage, sha256: sha256, bytes: 2_400_000, mediaType: "image/jpeg",
          takenAt: at(time), widthPixels: 4032, heightPixels: 3024))
    }
    var installation = Installation(
      id: InstallationID("1b4e28ba-2fa1-41d2-883f-0016d3cca427")!,
      registered: .init(
        technician: technician, owner: owner, welder: welder, code: code,
        scheme: SchemeReference(name: "three-phase-inverter", version: "1.0.0"), retiredReason: nil,
        remarks: remarks), at: at("09:00:00"), entrySha256: Self.digest)
    let events: [(Step, InstallationEvent, String)] = [
      (.photoBefore, photo(.before, "09:02:11", Self.photoDigests[0]), "09:02:11"),
      (
        .flash,
        .flashed(
          .init(
            chip: "STM32F405", chipID: nil, firmwareVersion: "1.2.0", firmwareSha256: Self.digest,
            skipped: false)),
        "09:10:00"
      ),
      (
        .pair,
        .paired(
          .init(
            serialNumber: "WM1-24000173", keyID: "k-5f2c9b1e8d3a4f60", imei: "861234050012345",
            iccid: "89860412102070001234")), "09:14:05"
      ),
      (
        .label,
        .labelled(
          LabelRecord(
            code: code, payload: "https://weld.example.cn/w/\(code)", template: "acrylic-60x40", verified: true)
        ),
        "09:18:00"
      ),
      (
        .seal,
        .sealed(
          Seal(number: "FT-000123", photoSha256: nil, appliedAt: at("09:24:30"), previousNumbers: previousSeals)
        ),
        "09:24:30"
      ),
      (
        .test,
        .tested(TestReport(plan: "standard", startedAt: at("09:30:00"), steps: steps ?? Self.defaultSteps)),
        "09:31:00"
      ),
      (.photoAfter, photo(.after, "09:35:48", Self.photoDigests[1]), "09:35:48"),
      (
        .handover,
        .handedOver(Handover(trainedOperators: 2, operatingRules: .drafted, note: note, trainees: trainees)),
        "09:40:00"
      ),
    ]
    for (step, event, time) in events where step != leavingOut {
      installation.apply(event, at: at(time), entrySha256: Self.digest)
    }
    return installation
  }

  var trainees: [PersonName]?

  func agreement(strokes: SignatureStrokes, consents: Bool? = true) throws -> Agreement {
    try Agreement(
      try text(),
      signing: Agreement.Signing(
        signatory: signatory, signedAt: Self.signedAt, strokesSha256: Self.digest, consents: consents,
        shown: AgreementRecord.Showing(means: .terminal, at: Self.signedAt)), strokes: strokes,
      evidence: Self.evidence)
  }

  static let evidence = Agreement.Evidence(
    sealer: EvidenceManifest.Sealer(
      certificateSha256: digest, subject: "O=鄂尔多斯市焊安智能科技有限公司, CN=weldtech", selfIssued: true),
    expectsTimestamp: false)

  func text(leavingOut step: Step? = nil, terms: Data? = nil) throws -> AgreementText {
    try AgreementText(
      of: installation(leavingOut: step),
      terms: try AgreementTerms(json: terms ?? Self.shippedTerms(), drawnBy: nil),
      at: Self.signedAt, schemeTitle: "三相逆变焊机")
  }

  /// The shipped clauses of the name `dalad`.
  static func shippedTerms() throws -> Data { try shipped("dalad") }

  static func shipped(_ name: String) throws -> Data {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try Data(contentsOf: root.appending(path: "agreement-terms/\(name).json"))
  }

  // MARK: - Past the size at which a page fills

  /// A walk with every field as long as it can be, thirty test steps, and nine photos beside the authority's.
  static func fullest() -> (sample: Sample, installation: Installation) {
    var sample = Sample()
    sample.unitName = "达拉特旗树林召镇锡尼街老王电焊铺暨农机修理服务部门窗护栏农具焊接中心（第二分店）"
    sample.responsibleName = "阿拉坦乌力吉·巴特尔"
    sample.steps = (0..<30).map {
      .init(
        name: $0 < 12 ? defaultSteps[$0].name : "step\($0)", measured: 383.4 + Double($0), unit: "V",
        lower: 342,
        upper: 418, outcome: $0 == 29 ? .notRun(reason: "network.unreachable") : .passed)
    }
    sample.note = WrittenText(asKept: String(repeating: "已张贴操作规程，讲解了关机移交，", count: 25))
    sample.remarks = WrittenText(asKept: String(repeating: "店铺门前有台阶，", count: 50))
    sample.previousSeals = (0..<8).map { "FT-\(100 + $0)" }
    sample.trainees = (0..<10).map { PersonName(WrittenText(asKept: "受训人员第\($0)名")) }
    var installation = sample.installation()
    let at = Timestamp("2026-11-24T09:42:00+08:00")!
    let stages: [Photo.Stage] = [.before, .before, .before, .after, .after, .after, .seal, .authority]
    for (index, stage) in stages.enumerated() {
      var photo = Photo(
        stage: stage, sha256: SHA256Digest(of: Data("photo \(index)".utf8)).hex, bytes: 2_000_000,
        mediaType: "image/jpeg", takenAt: at, widthPixels: index % 3 == 0 ? 3024 : 4032,
        heightPixels: index % 3 == 0 ? 4032 : 3024)
      photo.copy = .init(sha256: SHA256Digest(of: Data("copy \(index)".utf8)).hex, bytes: 300_000)
      installation.apply(.photographed(photo), at: at, entrySha256: digest)
    }
    return (sample, installation)
  }

  /// A walk with nothing that may be left out.
  static func emptiest() -> (sample: Sample, installation: Installation) {
    var sample = Sample()
    (sample.industryNote, sample.note, sample.remarks, sample.previousSeals) = (nil, nil, nil, [])
    sample.steps = [
      .init(name: "supplyVoltage", measured: 1, unit: "V", lower: nil, upper: nil, outcome: .passed)
    ]
    return (sample, sample.installation())
  }

  /// A walk with rare characters and the Mongolian script in its names, whose owner signed before and has to
  /// sign again.
  static func rare() -> (sample: Sample, installation: Installation) {
    var sample = Sample()
    sample.unitName = "䶮㛃㵥𠅤𡐓𬭎𬬻𬎆焊铺"
    sample.responsibleName = "王䶮𬭎"
    var installation = sample.installation()
    let first = AgreementRecord(
      sha256: String(repeating: "ab", count: 32), bytes: 9, signedAt: signedAt, signatory: sample.signatory,
      strokesSha256: digest)
    installation.apply(.signed(first), at: signedAt, entrySha256: digest)
    let old = installation.correctableFields
    var new = old
    new.owner.unitName = "䶮㛃㵥𠅤𡐓𬭎𬬻𬎆𠮷\u{2A701}\u{2CEB5} ᠮᠣᠩᠭᠣᠯ 电焊铺"
    new.owner.street = "白泥井镇"
    installation.apply(.corrected(.init(changes: new.changes(since: old))), at: signedAt, entrySha256: digest)
    return (sample, installation)
  }

  /// The names of the three extreme walks.
  static let extremes = ["fullest", "emptiest", "rare"]

  static func extreme(_ name: String) -> (sample: Sample, installation: Installation) {
    switch name {
    case "fullest": fullest()
    case "emptiest": emptiest()
    default: rare()
    }
  }

  /// The agreement of a record, with a picture of each photo.
  static func agreement(
    of installation: Installation, _ sample: Sample, picture: JPEGPicture?, terms: Data? = nil
  ) throws -> Agreement {
    let text = try AgreementText(
      of: installation, terms: try AgreementTerms(json: terms ?? shippedTerms(), drawnBy: nil), at: signedAt,
      schemeTitle: "三相逆变焊机")
    var evidence = evidence
    for photo in installation.photos { evidence.pictures[photo.sha256] = picture }
    return try Agreement(
      text,
      signing: Agreement.Signing(
        signatory: sample.signatory, signedAt: signedAt, strokesSha256: digest, consents: true,
        shown: AgreementRecord.Showing(means: .terminal, at: signedAt),
        authoritySha256: installation.photos.filter { $0.stage == .authority }.map(\.sha256)),
      strokes: SignatureStrokes(json: signature()), evidence: evidence)
  }

  // MARK: - Strokes

  /// The name 王建国, written in a hurry: strokes as a pad of 600 × 300 gives them, with pressure.
  static func signature(withPressure: Bool = true) -> Data {
    let outlines: [[(Double, Double)]] = [
      [(80, 90), (105, 86), (135, 82), (160, 80)],
      [(85, 135), (110, 131), (150, 127)],
      [
        (120, 84), (119, 110), (120, 150), (118, 182), (104, 194), (82, 196), (120, 188), (175, 176),
        (205, 160),
      ],
      [(225, 95), (250, 88), (275, 86), (262, 100), (235, 118), (228, 122), (262, 116), (292, 112)],
      [(215, 140), (245, 134), (290, 128)], [(256, 66), (255, 100), (252, 150), (248, 190)],
      [(210, 120), (222, 132), (214, 152), (203, 170), (225, 182), (262, 196), (320, 204), (350, 190)],
      [(375, 85), (372, 130), (370, 175), (372, 200)],
      [(375, 86), (420, 78), (462, 76), (466, 120), (462, 170), (456, 204), (440, 196)],
      [(392, 110), (420, 106), (446, 104)], [(396, 138), (420, 134), (442, 132)],
      [(420, 106), (419, 140), (418, 172)],
      [(386, 178), (420, 172), (456, 168), (520, 150), (560, 120), (575, 96)],
    ]
    var clock = 0.0
    var strokes: [[[String: Double]]] = []
    for outline in outlines {
      var points: [[String: Double]] = []
      for (from, to) in zip(outline, outline.dropFirst()) {
        for part in 0..<4 {
          let share = Double(part) / 4
          let whole = Double(points.count) / Double(outline.count * 4)
          var point = [
            "x": from.0 + (to.0 - from.0) * share, "y": from.1 + (to.1 - from.1) * share, "t": clock,
          ]
          if withPressure { point["p"] = 0.25 + 0.7 * sin(.pi * min(1, whole)) }
          points.append(point)
          clock += 8
        }
      }
      strokes.append(points)
      clock += 120
    }
    let document: [String: Any] = ["width": 600, "height": 300, "strokes": strokes]
    return try! JSONSerialization.data(withJSONObject: document, options: [.sortedKeys])
  }
}
