import Fieldbook
import Foundation
import Records
import Terminal
import Testing

@testable import weldtech

/// Checks the view of a record: it fits the window, and no name or phone number is shown in full without a
/// request.
@Suite struct RecordViewTests {
  private static let digest = String(repeating: "ab", count: 32)

  /// Makes a record that has gone through everything but delivery, in the fieldbook of `desk`.
  private func signed(_ desk: Desk, isProtected: Bool = false) throws -> String {
    try desk.setUp()
    let reference = try desk.register()
    let fieldbook = try desk.fieldbook()
    let id = try fieldbook.resolve(reference)
    let code = try #require(try fieldbook.installation(id).code)
    let photos = try [
      Photo.Stage.before: fieldbook.files.store(Data("photo".utf8)),
      .after: fieldbook.files.store(Data("after".utf8)),
    ]
    func photographed(_ stage: Photo.Stage) -> InstallationEvent {
      .photographed(
        Photo(
          stage: stage, sha256: photos[stage] ?? "", bytes: 5, mediaType: "image/jpeg",
          takenAt: desk.clock.time,
          widthPixels: 640, heightPixels: 480))
    }
    let keyID = String(repeating: "0", count: 16)
    let key = try #require(SecretKey(bytes: Array(repeating: 7, count: 32), keyID: keyID))
    try fieldbook.prepare(key, for: id, moduleSerial: "WM1-0123456789ABCDEF01234567")
    try fieldbook.markCommitted(keyID: keyID, for: id, moduleSerial: "WM1-0123456789ABCDEF01234567")
    let technician = try #require(try fieldbook.setup().technician)
    let events: [InstallationEvent] =
      [
        photographed(.before),
        .flashed(
          .init(
            chip: "STM32F405", chipID: nil, firmwareVersion: "1.0.0", firmwareSha256: Self.digest,
            skipped: false)),
        .paired(
          .init(serialNumber: "WM1-0123456789ABCDEF01234567", keyID: keyID, imei: nil, iccid: nil)),
        .labelled(
          LabelRecord(
            code: code, payload: "https://mashanghan.example/w/\(code)", template: "acrylic-60x40",
            verified: true)),
        .sealed(
          Seal(number: "S-0002", photoSha256: nil, appliedAt: desk.clock.time, previousNumbers: ["S-0001"])),
        .tested(Self.report(desk.clock.time)),
      ] + (isProtected ? [.protected(.init(chipID: "00"))] : []) + [
        photographed(.after),
        .handedOver(Handover(trainedOperators: 2, operatingRules: .drafted, note: nil)),
      ]
    let lock = try #require(try fieldbook.lock(installation: id))
    defer { lock.release() }
    _ = try fieldbook.append(events, holding: lock, by: technician, at: desk.clock.time)
    let agreement = AgreementRecord(
      sha256: try fieldbook.files.store(Data("%PDF".utf8)), bytes: 4, signedAt: desk.clock.time,
      signatory: Signatory(
        name: PersonName(WrittenText(asKept: Person.signatory.name)),
        phone: try #require(PhoneNumber(Person.signatory.phone)),
        capacity: .authorised), strokesSha256: try fieldbook.files.store(Data("{}".utf8)))
    _ = try fieldbook.close(
      try fieldbook.provenRecord(of: id), with: agreement, holding: lock, by: technician, at: desk.clock.time)
    return reference
  }

  @Test(arguments: [false, true])
  func `it says whether the chip is protected from reading`(_ isProtected: Bool) throws {
    let desk = Desk()
    let id = try signed(desk, isProtected: isProtected)
    let line = try desk.run(["--lang", "zh", "show", id]).output.split(separator: "\n").first {
      $0.contains("芯片读保护")
    }
    #expect(line?.hasSuffix(isProtected ? "已设置" : "未设置") == true, "\(line ?? "")")
  }

  private static func report(_ time: Timestamp) -> TestReport {
    let steps: [(String, Double?, String, Double?, Double?, TestReport.Outcome)] = [
      ("supplyVoltage", 221.375, "V", 198, 242, .passed), ("currentZeroOffset", -0.25, "A", -2, 2, .passed),
      ("sealClosed", 1, "1", 1, 1, .passed), ("relayClosesOnSignedStart", 1, "1", 1, 1, .passed),
      ("clockOffset", -1, "s", -120, 120, .passed), ("position", 9, "satellites", 4, nil, .passed),
      ("signal", -87, "dBm", -105, nil, .passed),
      ("platformStart", nil, "1", 1, 1, .notRun(reason: "network.unreachable")),
    ]
    return TestReport(
      plan: "standard", startedAt: time,
      steps: steps.map {
        TestReport.Step(name: $0.0, measured: $0.1, unit: $0.2, lower: $0.3, upper: $0.4, outcome: $0.5)
      })
  }

  // MARK: - Width

  @Test(arguments: Language.allCases)
  func `nothing on a terminal of 80 columns is wider than it`(_ language: Language) throws {
    let desk = Desk()
    let id = try signed(desk)
    let other = try desk.register()
    for command in [
      ["show", id], ["show", id, "--full"], ["list"], ["next"], ["status"], ["today"], ["schemes"],
      [
        "correct", id, "--unit-name", "东风路铁艺店", "--responsible-phone", "13900000009", "--supply",
        "singlePhase220",
      ],
      ["show", id], ["next"], ["status"], ["today"], ["list"], ["refuse", other, "--reason", "不装了"],
      ["help", "day"],
      ["schemes", "three-phase-inverter"], ["labels", "templates"],
    ] {
      let answer = try desk.run(["--lang", language.rawValue] + command, columns: 80)
      #expect(answer.status == 0)
      for line in answer.output.split(separator: "\n") where DisplayWidth.columns(of: line) > 80 {
        Issue.record("\(command.joined(separator: " ")), \(DisplayWidth.columns(of: line)) columns: \(line)")
      }
    }
  }

  @Test func `a pipe gets every column in full`() throws {
    let desk = Desk()
    let id = try signed(desk)
    let row = try #require(try desk.run(["list"]).output.split(separator: "\n").last)
    #expect(row.contains("树林召汽车修理厂（东风路二分店）"))
    #expect(row.contains(String(id.prefix(8))))
  }

  // MARK: - Personal data

  @Test func `names and phones are masked in show, list, next and status`() throws {
    let desk = Desk()
    let id = try signed(desk)
    for command in [["show", id], ["list"], ["next"], ["status"]] {
      let answer = try desk.run(command, columns: 80)
      for secret in Person.secrets {
        #expect(!answer.output.contains(secret) && !answer.diagnostics.contains(secret), "\(command)")
      }
    }
    let shown = try desk.run(["show", id]).output
    #expect(shown.contains("慕**"))
    #expect(shown.contains("139****4444"))
  }

  @Test func `--full shows them, and so does the record as JSON`() throws {
    let desk = Desk()
    let id = try signed(desk)
    for arguments in [["show", id, "--full"], ["--json", "show", id]] {
      let shown = try desk.run(arguments).output
      for text in [Person.owner.name, Person.owner.phone, Person.technician.name, Person.signatory.name] {
        #expect(shown.contains(text))
      }
    }
  }

  @Test func `a name that would move the cursor is refused`() throws {
    let desk = Desk()
    try desk.setUp()
    let failure = try #require(desk.failure(["register", "--unit-name", "店\u{1B}[2J", "--street", "树\u{7}"]))
    #expect(failure.code == "register.rejected")
    for path in ["owner.unitName", "owner.street"] {
      #expect(failure.details.contains { $0.path == path && $0.code == "field.character" })
    }
    for detail in failure.details {
      #expect(!detail.message.en.unicodeScalars.contains { $0.value < 0x20 })
    }
  }
}
