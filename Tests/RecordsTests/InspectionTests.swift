import Foundation
import Records
import Testing

/// Checks that an inspection finds each difference from the record by its reason, and nothing else.
@Suite struct InspectionTests {
  static let image = String(repeating: "1a", count: 32)
  static let state = ModuleState(
    imageSha256: image, starts: 5, sealOpenings: 1, watchdogResets: 0, serviceReplacements: 0,
    provenReplacements: 0, provenUpdates: 0, serviceUpdates: 0, provenEntries: 0, serviceEntries: 0)
  static let inspector = Inspector(
    role: .inspector, name: PersonName("李检"), phone: PhoneNumber("13800000003")!, company: "应急管理局",
    certificate: nil)

  /// A finished installation whose test has the module's state.
  static var record: Installation { record(of: state) }

  private static func record(of state: ModuleState) -> Installation {
    var installation = Sample.installation(after: Step.walk.filter { $0 != .test && $0 != .sign })
    var report = TestReport(plan: "standard", startedAt: Sample.at(5), steps: [])
    report.moduleState = state
    installation.apply(.tested(report), at: Sample.at(5), entrySha256: Sample.digest)
    installation.apply(Sample.signed, at: Sample.at(9), entrySha256: Sample.digest)
    return installation
  }

  static var good: InspectionFindings {
    let record = record
    var state = state
    state.starts = 40
    return InspectionFindings(
      recordFault: nil, label: .texts([record.label?.payload ?? ""]),
      module: .init(
        serialNumber: "M-1", firmwareVersion: "1.0.0", keyID: "0011223344556677", installation: record.id.text,
        code: Sample.code.description, platform: "https://a.example", trustAnchor: "5a", sealIsClosed: true,
        state: state, proof: .proven),
      releases: [.init(version: "1.0.0", sha256: Sample.digest, imageSha256: image)],
      platform: "https://a.example", trustAnchor: "5a", sealNumber: "S-2")
  }

  private func inspection(_ findings: InspectionFindings, of record: Installation = record) -> Inspection {
    Inspection(
      inspector: Self.inspector, inspectedAt: Sample.at(50), source: .fieldbook,
      againstRevision: record.revision, againstSha256: nil, checks: record.checks(of: findings),
      state: findings.module.state)
  }

  @Test func `a welder that is as recorded passes every check`() {
    let inspection = inspection(Self.good)
    #expect(inspection.verdict == .asRecorded)
    #expect(inspection.checks.map(\.topic) == InspectionCheck.Topic.allCases.filter { $0 != .answer })
    #expect(inspection.checks.allSatisfy { $0.outcome == .passed && $0.reason == nil })
  }

  @Test func `a label says whether its symbol was read or its code was typed`() throws {
    func label(_ findings: InspectionFindings) -> InspectionCheck? {
      Self.record.checks(of: findings).first { $0.topic == .label }
    }
    var findings = Self.good
    #expect(label(findings)?.givenAs == "symbol")
    findings.label = .code(Sample.code)
    let typed = try #require(label(findings))
    #expect(typed.outcome == .passed && typed.givenAs == "code" && typed.found == Sample.code.description)
    let kept = String(decoding: try RecordCoding.encode(typed), as: UTF8.self)
    #expect(kept.contains(#""givenAs":"code""#))
    findings.label = .notGiven
    #expect(label(findings)?.givenAs == nil)
    let others = Self.record.checks(of: findings).filter { $0.topic != .label }
    #expect(others.allSatisfy { $0.givenAs == nil })
  }

  @Test(arguments: ["s-2", " S-2 ", "Ｓ－２", "S\u{2011}2", "S - 2"])
  func `a seal's number is the same however it is typed`(number: String) {
    var findings = Self.good
    findings.sealNumber = number
    #expect(inspection(findings).verdict == .asRecorded)
  }

  struct Change: Sendable, CustomTestStringConvertible {
    var reason: InspectionCheck.Reason
    var topic: InspectionCheck.Topic
    var change: @Sendable (inout InspectionFindings) -> Void

    init(
      _ topic: InspectionCheck.Topic, _ reason: InspectionCheck.Reason,
      _ change: @escaping @Sendable (inout InspectionFindings) -> Void
    ) {
      (self.topic, self.reason, self.change) = (topic, reason, change)
    }

    var testDescription: String { "\(topic) \(reason)" }
  }

  static let otherCode = LabelCode(region: "150621", serial: CodeSerial("00A001")!)!

  static let changes = [
    Change(.record, .recordChanged) { $0.recordFault = .changed(code: "evidence.entry") },
    Change(.record, .recordElsewhere) { $0.recordFault = .elsewhere(Sample.digest) },
    Change(.record, .recordLost) { $0.recordFault = .lost(revision: 1) },
    Change(.record, .recordLost) { $0.recordFault = .lost(revision: nil) },
    Change(.record, .recordFileMissing) { $0.recordFault = .fileMissing(name: "photo-before-1.jpg") },
    Change(.record, .recordFileChanged) { $0.recordFault = .fileChanged(name: "agreement.pdf") },
    Change(.record, .listUnusable) { $0.recordFault = .notCompared(.listUnusable, found: nil) },
    Change(.record, .remoteUnusable) { $0.recordFault = .notCompared(.remoteUnusable, found: nil) },
    Change(.label, .otherLabel) { $0.label = .texts(["https://a.example/w/\(otherCode)"]) },
    Change(.label, .otherLabel) { $0.label = .texts([otherCode.description]) },
    Change(.label, .otherLabel) { $0.label = .code(otherCode) },
    Change(.label, .otherPayload) { $0.label = .texts([Sample.code.description]) },
    Change(.label, .severalLabels) { $0.label = .texts([Sample.code.description, otherCode.description]) },
    Change(.label, .notALabel) { $0.label = .texts(["https://pay.example/123"]) },
    Change(.label, .otherPayload) { $0.label = .texts(["https://b.example/w/\(Sample.code)"]) },
    Change(.label, .otherPayload) { $0.label = .texts(["https://a.example/w/\(Sample.code).abcdefgh"]) },
    Change(.label, .notGiven) { $0.label = .notGiven },
    Change(.label, .labelUnreadable) { $0.label = .unreadable },
    Change(.serialNumber, .otherModule) { $0.module.serialNumber = "M-2" },
    Change(.key, .otherKey) { $0.module.keyID = "8899aabbccddeeff" },
    Change(.key, .noKey) { $0.module.keyID = nil },
    Change(.key, .keyWrong) { $0.module.proof = .wrong },
    Change(.key, .keyPending) { $0.module.proof = .pending },
    Change(.key, .platformUnreachable) { $0.module.proof = .notJudged(.platformUnreachable) },
    Change(.key, .keyUnknown) { $0.module.proof = .notJudged(.keyUnknown) },
    Change(.installation, .otherInstallation) {
      $0.module.installation = "0190f000-0000-4000-8000-00000000000b"
    },
    Change(.installation, .otherInstallation) { $0.module.installation = nil },
    Change(.code, .otherCode) { $0.module.code = otherCode.description },
    Change(.settings, .otherPlatform) { $0.module.platform = "https://b.example" },
    Change(.settings, .otherTrustAnchor) { $0.module.trustAnchor = "5b" },
    Change(.settings, .noPlatform) { $0.platform = nil },
    Change(.release, .releaseElsewhere) { $0.releases = [] },
    Change(.seal, .sealOpen) { $0.module.sealIsClosed = false },
    Change(.sealNumber, .otherSeal) { $0.sealNumber = "S-3" },
    Change(.sealNumber, .earlierSeal) { $0.sealNumber = "S-1" },
    Change(.sealNumber, .notGiven) { $0.sealNumber = nil },
    Change(.sealOpenings, .sealOpened) { $0.module.state.sealOpenings = 3 },
    Change(.sealOpenings, .countedBack) { $0.module.state.sealOpenings = 0 },
    Change(.starts, .countedBack) { $0.module.state.starts = 4 },
    Change(.provenReplacements, .replacedWithProof) { $0.module.state.provenReplacements = 1 },
    Change(.serviceReplacements, .replacedByService) { $0.module.state.serviceReplacements = 1 },
    Change(.provenUpdates, .updatedWithProof) { $0.module.state.provenUpdates = 1 },
    Change(.serviceUpdates, .updatedByService) { $0.module.state.serviceUpdates = 1 },
    Change(.provenEntries, .enteredWithProof) { $0.module.state.provenEntries = 1 },
    Change(.serviceEntries, .enteredByService) { $0.module.state.serviceEntries = 1 },
    Change(.serviceEntries, .countWithheld) { $0.module.state.serviceEntries = nil },
  ]

  @Test(arguments: changes)
  func `one change is found by its reason, and nothing besides it`(_ change: Change) throws {
    var findings = Self.good
    change.change(&findings)
    let inspection = inspection(findings)
    // The counts of another module are compared with nothing.
    let found = inspection.checks.filter { $0.outcome != .passed && $0.why != .nothingToCompare }
    #expect(found.map(\.topic) == [change.topic] && found.map(\.why) == [change.reason])
    #expect(found.first?.outcome == (change.reason.isDifference ? .differs : .notRun))
    let isKey = change.topic == .key
    #expect(
      inspection.verdict
        == (change.reason.isDifference ? .differs : isKey ? .notProven : .asRecorded))
    let kept = try RecordCoding.decode(Inspection.self, from: RecordCoding.encode(inspection))
    #expect(kept == inspection)
  }

  @Test
  func
    `an answer that cannot be read is a difference that names what was asked, and all else is still checked`()
    throws
  {
    let record = Self.record
    let checks = record.checks(
      unusableAnswerTo: "identity", serialNumber: nil, recordFault: nil,
      label: .texts([record.label?.payload ?? ""]),
      sealNumber: "S-3")
    let inspection = Inspection(
      inspector: Self.inspector, inspectedAt: Sample.at(50), source: .fieldbook, againstRevision: 1,
      againstSha256: nil, checks: checks, state: nil)
    #expect(inspection.verdict == .differs)
    #expect(inspection.differences.map(\.why) == [.otherSeal, .answerUnusable])
    #expect(inspection.differences.last?.found == "identity")
    #expect(checks.first { $0.topic == .label }?.outcome == .passed)
    #expect(!checks.contains { $0.topic == .serialNumber })
    let named = record.checks(
      unusableAnswerTo: "readings", serialNumber: "M-2", recordFault: nil, label: .notGiven, sealNumber: nil)
    #expect(named.filter { $0.outcome == .differs }.map(\.why) == [.otherModule, .answerUnusable])
    // The inspection gives no state for a comparison with a later one.
    var next = record
    next.apply(.welderInspected(inspection), at: Sample.at(50), entrySha256: Sample.digest)
    #expect(next.module?.state == record.module?.state)
  }

  @Test func `every reason but those of the firmware is tried`() {
    let tried = Set(Self.changes.map(\.reason))
    let rest: Set<InspectionCheck.Reason> = [
      .otherFirmware, .notARelease, .platformRefused, .nothingToCompare, .notCounted, .answerUnusable,
    ]
    #expect(Set(InspectionCheck.Reason.allCases) == tried.union(rest))
  }

  @Test func `counts that the firmware never told are not run`() {
    let record = Self.record(of: Self.silent(Self.state))
    var findings = Self.good
    findings.module.state = Self.silent(findings.module.state)
    let inspection = inspection(findings, of: record)
    #expect(inspection.verdict == .asRecorded)
    #expect(inspection.checks.filter { $0.why == .notCounted }.count == 4)
  }

  /// The state as a firmware without authorities reports it.
  private static func silent(_ state: ModuleState) -> ModuleState {
    var state = state
    (state.provenUpdates, state.serviceUpdates) = (nil, nil)
    (state.provenEntries, state.serviceEntries) = (nil, nil)
    return state
  }

  // MARK: - Firmware

  @Test func `another firmware differs from the one on record, and from every release`() {
    var findings = Self.good
    findings.module.state.imageSha256 = Sample.digest
    let checks = Self.record.checks(of: findings)
    #expect(checks.filter { $0.outcome == .differs }.map(\.why) == [.otherFirmware, .notARelease])
    // The firmware of a signed release differs from the record's, too.
    findings.releases.append(.init(version: "1.1.0", sha256: "x", imageSha256: Sample.digest))
    #expect(
      Self.record.checks(of: findings).filter { $0.outcome != .passed }.map(\.why) == [.otherFirmware])
  }

  @Test func `an older record is held against its release, and without one only by the version`() throws {
    let record = Sample.installation(after: Step.walk)
    var findings = Self.good
    func firmware() -> InspectionCheck? { record.checks(of: findings).first { $0.topic == .firmware } }
    #expect(firmware()?.outcome == .passed)
    findings.releases = []
    #expect(firmware()?.why == .nothingToCompare)
    findings.module.firmwareVersion = "1.0.1"
    #expect(firmware()?.why == .otherFirmware)
    // The record has no counts to compare with.
    let openings = record.checks(of: findings).first { $0.topic == .sealOpenings }
    #expect(openings?.outcome == .notRun && openings?.why == .nothingToCompare)
  }

  @Test func `an update and an entry that are on record are no differences`() {
    var record = Self.record
    record.apply(.protected(.init(chipID: "00")), at: Sample.at(10), entrySha256: Sample.digest)
    #expect(record.isProtected && !Self.record.isProtected)
    var findings = Self.good
    findings.module.state.provenEntries = 2
    #expect(inspection(findings, of: record).verdict == .asRecorded)
    findings.module.state.provenUpdates = 1
    #expect(inspection(findings, of: record).verdict == .differs)
    record.apply(
      .flashed(
        .init(
          chip: "STM32F405", chipID: nil, firmwareVersion: "1.0.0", firmwareSha256: Sample.digest,
          skipped: false)),
      at: Sample.at(11), entrySha256: Sample.digest)
    #expect(inspection(findings, of: record).verdict == .asRecorded)
    // An update without a proof is a difference all the same.
    findings.module.state.serviceUpdates = 1
    #expect(inspection(findings, of: record).differences.map(\.why) == [.updatedByService])
  }

  @Test(arguments: FlashAuthority.Deed.allCases)
  func `the authority of a flashing that failed is on record by its beginning`(deed: FlashAuthority.Deed) {
    var record = Self.record
    record.apply(
      .flashBegun(
        FlashAttempt(
          serialNumber: "M-1", keyID: "0011223344556677", chipID: "00",
          authority: FlashAuthority(kind: .laptopProof, deed: deed), installedVersion: "1.0.0",
          state: Self.good.module.state)),
      at: Sample.at(10), entrySha256: Sample.digest)
    var findings = Self.good
    findings.module.state.provenUpdates = 1
    findings.module.state.provenEntries = 1
    #expect(
      inspection(findings, of: record).differences.map(\.why)
        == [deed == .update ? .enteredWithProof : .updatedWithProof])
    #expect(inspection(findings, of: Self.record).differences.count == 2)
  }

  // MARK: - In the record

  @Test func `an inspection is an event that adds keys only, and moves the state where all is as recorded`()
    throws
  {
    var record = Self.record
    let before = try JSONDecoder().decode(JSONValue.self, from: RecordCoding.encode(record))
    let good = inspection(Self.good)
    record.beginRevision(after: Sample.digest)
    record.apply(.welderInspected(good), at: Sample.at(60), entrySha256: Sample.digest)
    #expect(record.inspections == [good] && record.status == .closed && record.revision == 2)
    #expect(record.history.last?.event == "welderInspected" && record.history.last?.verdict == .asRecorded)
    #expect(record.module?.state?.starts == 40)
    var findings = Self.good
    findings.module.state.sealOpenings = 9
    record.apply(.welderInspected(inspection(findings)), at: Sample.at(61), entrySha256: Sample.digest)
    // An inspection that finds a difference leaves the recorded state as it was, so the next inspection finds
    // the openings again.
    #expect(record.module?.state?.sealOpenings == 1 && record.inspections?.count == 2)

    let after = try JSONDecoder().decode(JSONValue.self, from: RecordCoding.encode(record))
    guard case .object(let old) = before, case .object(let new) = after else {
      Issue.record("no objects")
      return
    }
    #expect(Set(new.keys).subtracting(old.keys) == ["inspections", "previousSha256"])
    #expect(old["inspections"] == nil)
    #expect(try RecordCoding.decode(Installation.self, from: RecordCoding.encode(record)) == record)
  }

  @Test func `a reason and a check of a newer program are read and kept`() throws {
    let text = #"{"name":"orbit","outcome":"differs","reason":"fellOff","found":"1"}"#
    let check = try RecordCoding.decode(InspectionCheck.self, from: Data(text.utf8))
    #expect(check.topic == nil && check.why == nil && check.reason == "fellOff")
  }
}
