import Foundation
import Records

/// A record and its events. Names and numbers are invented and occur nowhere else, so that a text can be
/// searched for them.
enum Sample {
  static let names = ["欧阳锋", "慕容雪", "诸葛亮"]
  static let phones = ["13811112222", "13933334444", "0477-5216666"]

  static let technician = Technician(
    name: PersonName(WrittenText(asKept: names[0])), phone: PhoneNumber(phones[0])!, company: "达旗焊安",
    certificate: "T-1",
    certificateExpires: CalendarDay("2026-12-31")!)
  static let code = LabelCode(region: "150621", serial: CodeSerial("00A000")!)!
  static let digest = String(repeating: "ab", count: 32)
  static let day = CalendarDay("2026-11-24")!

  static func at(_ seconds: Int64) -> Timestamp {
    Timestamp(secondsSince1970: 1_795_000_000 + seconds, offsetSeconds: 28_800)
  }

  static func registered(_ condition: Condition = .fit) -> InstallationEvent.Registered {
    InstallationEvent.Registered(
      technician: technician,
      owner: Owner(
        unitID: "u-1", unitName: "树林召汽修", unitType: .individual,
        responsibleName: PersonName(WrittenText(asKept: names[1])),
        responsiblePhone: PhoneNumber(phones[1])!, street: "树林召镇", community: "东达社区", industry: .autoRepair,
        industryNote: nil, operators: 3, certifiedOperators: 1),
      welder: Welder(
        brand: "瑞凌", model: "ZX7-315", serialNumber: "W-1", weldingProcess: .manualArc, supply: .singlePhase220,
        sourceType: .inverter, supplyMaxAmps: 40.5, maxCurrentAmps: 315, maxPowerKilowatts: 9.6, purpose: "修车",
        purchasedOn: CalendarDay("2020-02-29"), condition: condition),
      code: condition == .fit ? code : nil,
      scheme: condition == .fit ? SchemeReference(name: "single-phase-inverter", version: "1") : nil,
      retiredReason: condition == .fit ? nil : "机壳带电", remarks: "无")
  }

  static func installation(_ condition: Condition = .fit) -> Installation {
    Installation(
      id: InstallationID("0190f000-0000-4000-8000-00000000000a")!, registered: registered(condition), at: at(0),
      entrySha256: digest)
  }

  static func photo(_ stage: Photo.Stage) -> InstallationEvent {
    .photographed(
      Photo(
        stage: stage, sha256: digest, bytes: 12, mediaType: "image/jpeg", takenAt: at(1), widthPixels: 640,
        heightPixels: 480))
  }

  static func tested(_ outcomes: [TestReport.Outcome] = [.passed, .notRun(reason: "sync.offline")])
    -> InstallationEvent
  {
    .tested(
      TestReport(
        plan: "standard", startedAt: at(5),
        steps: outcomes.map {
          TestReport.Step(
            name: "supplyVoltage", measured: 221.5, unit: "V", lower: 198, upper: nil, outcome: $0)
        }))
  }

  static let sealed = InstallationEvent.sealed(
    Seal(number: "S-2", photoSha256: digest, appliedAt: at(4), previousNumbers: ["S-1"]))
  static let signed = signed(at: at(9))

  static func signed(at time: Timestamp) -> InstallationEvent {
    .signed(
      AgreementRecord(
        sha256: digest, bytes: 10, signedAt: time,
        signatory: Signatory(
          name: PersonName(WrittenText(asKept: names[2])), phone: PhoneNumber(phones[2])!, capacity: .authorised
        ),
        strokesSha256: digest))
  }

  /// The event of each step, in the order of the walk.
  static let events: [(step: Step, event: InstallationEvent)] = [
    (.photoBefore, photo(.before)),
    (
      .flash,
      .flashed(
        .init(
          chip: "STM32F405", chipID: "00", firmwareVersion: "1.0.0", firmwareSha256: digest, skipped: false))
    ),
    (.pair, .paired(.init(serialNumber: "M-1", keyID: "0011223344556677", imei: "86", iccid: "89"))),
    (
      .label,
      .labelled(
        LabelRecord(
          code: code, payload: "https://a.example/w/\(code)", template: "acrylic-60x40", verified: true))
    ),
    (.seal, sealed),
    (.test, tested()),
    (.photoAfter, photo(.after)),
    (.handover, .handedOver(Handover(trainedOperators: 2, operatingRules: .drafted, note: "好"))),
    (.sign, signed),
  ]

  /// A record that has gone through `steps`, in the order of the walk.
  static func installation(after steps: [Step]) -> Installation {
    var installation = installation()
    for (step, event) in events where steps.contains(step) {
      installation.apply(event, at: at(2), entrySha256: digest)
    }
    return installation
  }
}
