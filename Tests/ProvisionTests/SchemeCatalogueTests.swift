import Foundation
import Provision
import Records
import TestSupport
import Testing

@Suite struct SchemeCatalogueTests {
  static let shipped = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("schemes").path

  private func welder(_ supply: Supply, _ process: WeldingProcess, _ source: SourceType, _ amps: Double)
    -> Welder
  {
    Welder(
      brand: nil, model: nil, serialNumber: nil, weldingProcess: process, supply: supply, sourceType: source,
      supplyMaxAmps: amps, maxCurrentAmps: 200, maxPowerKilowatts: nil, purpose: nil, purchasedOn: nil,
      condition: .fit)
  }

  @Test func `reads every shipped file`() throws {
    let catalogue = try SchemeCatalogue(directory: Self.shipped)
    #expect(catalogue.schemes.count >= 5)
    #expect(catalogue.plans.map(\.name) == ["standard"])
    for scheme in catalogue.schemes {
      let plan = try catalogue.plan(for: scheme)
      #expect(Set(plan.steps.map(\.kind)) == Set(TestPlan.Kind.allCases))
      #expect(scheme.wiring.count >= 8)
      let volts = try #require(plan.steps.first { $0.kind == .supplyVoltage })
      let isThreePhase = scheme.ratings.supplyVolts == 380
      #expect(volts.lower == (isThreePhase ? 342 : 198) && volts.upper == (isThreePhase ? 418 : 242))
    }
  }

  @Test(arguments: [
    (Supply.singlePhase220, WeldingProcess.manualArc, SourceType.ac, 32.0, "single-phase-transformer"),
    (.singlePhase220, .spot, .ac, 50, "single-phase-transformer"),
    (.singlePhase220, .tig, .inverter, 28, "single-phase-inverter"),
    (.singlePhase220, .manualArc, .dc, 40, "single-phase-inverter"),
    (.threePhase380, .manualArc, .ac, 60, "three-phase-transformer"),
    (.threePhase380, .spot, .ac, 90, "three-phase-transformer"),
    (.threePhase380, .mig, .inverter, 35, "three-phase-inverter"),
    (.threePhase380, .tig, .dc, 63, "three-phase-inverter"),
    (.threePhase380, .plasma, .inverter, 40, "three-phase-plasma"),
    (.threePhase380, .mig, .inverter, 120, "three-phase-heavy"),
    (.threePhase380, .other, .dc, 150, "three-phase-heavy"),
  ])
  func `chooses one scheme for a welder`(
    supply: Supply, process: WeldingProcess, source: SourceType, amps: Double, name: String
  ) throws {
    let catalogue = try SchemeCatalogue(directory: Self.shipped)
    #expect(try catalogue.scheme(for: welder(supply, process, source, amps)).name == name)
  }

  @Test(arguments: [
    (Supply.other, WeldingProcess.manualArc, SourceType.ac, 30.0), (.singlePhase220, .manualArc, .ac, 80),
    (.threePhase380, .manualArc, .inverter, 300), (.threePhase380, .manualArc, .other, 30),
  ])
  func `refuses a welder that none fits`(
    supply: Supply, process: WeldingProcess, source: SourceType, amps: Double
  )
    throws
  {
    let catalogue = try SchemeCatalogue(directory: Self.shipped)
    let error = #expect(throws: NoSchemeFits.self) {
      try catalogue.scheme(for: welder(supply, process, source, amps))
    }
    #expect(error?.mismatches.count == catalogue.schemes.count)
  }

  @Test func `says when a plan or scheme is not there`() throws {
    let catalogue = try SchemeCatalogue(directory: Self.shipped)
    let scheme = try catalogue.scheme(named: "three-phase-plasma")
    #expect(throws: ProvisionError.noSuchPlan("quick")) { try catalogue.plan(named: "quick", for: scheme) }
    #expect(throws: ProvisionError.noSuchScheme("none")) { try catalogue.scheme(named: "none") }
  }

  // MARK: - Faults

  typealias Fault = DocumentFault.FieldFault

  /// Each argument is one change to a shipped scheme, with the expected report.
  @Test(arguments: [
    ("\"title\": {", "\"titel\": {", "titel", Fault.unknown),
    ("\"supply\": [", "\"suply\": [", "appliesTo.suply", .unknown),
    ("\"single-phase-inverter\"", "\"single\"", "name", .otherFileName),
    ("\"inverter\",", "\"thyristor\",", "appliesTo.sourceType[0]", .notAChoice),
    ("\"relayAmps\": 40", "\"relayAmps\": 32", "ratings.relayAmps", .aboveRating),
    ("\"relayAmps\": 40", "\"relayAmps\": \"40\"", "ratings.relayAmps", .wrongType),
    ("\"breakerAmps\": 40", "\"breakerAmps\": 0", "ratings.breakerAmps", .outOfRange),
    ("\"testPlan\": \"standard\"", "\"testPlan\": \"quick\"", "testPlan", .noSuchName),
    ("\"currentZeroOffset\"", "\"zeroOffset\"", "testLimits.zeroOffset", Fault.noSuchStep(plan: "standard")),
    ("\"upper\": 242", "\"upper\": 24", "testLimits.supplyVoltage.upper", .outOfRange),
    ("\"upper\": 242", "\"uper\": 242", "testLimits.supplyVoltage.uper", .unknown),
    ("\"upper\": 40", "\"lower\": 40", "appliesTo.supplyMaxAmps.upper", .missing),
    ("\"version\": \"1.0.0\",", "", "version", .missing),
    (
      "\"diagram\": {",
      "\"approval\": {\"name\": \"\", \"number\": \"1\", \"date\": \"2026-11-20\"}, \"diagram\": {",
      "approval.name", .empty
    ),
    ("\"wires\": [", "\"wire\": [", "diagram.wire", .unknown),
    ("\"kind\": \"fuse\"", "\"kind\": \"choke\"", "diagram.devices[4].kind", .notAChoice),
    ("\"kind\": \"fuse\"", "\"kind\": \"fuse\", \"pole\": 1", "diagram.devices[4].pole", .unknown),
    ("\"id\": \"RC1\"", "\"id\": \"FU1\"", "diagram.devices[5].id", .duplicate),
    ("\"id\": \"RC1\"", "\"id\": \"rc 1\"", "diagram.devices[5].id", .notAChoice),
    (
      "\"terminals\": [\"L\", \"N\", \"PE\"]", "\"terminals\": [\"L\", \"N\"]", "diagram.devices[0].terminals",
      .notAChoice
    ),
    (
      "\"terminals\": [\"L\", \"N\", \"K1\"", "\"terminals\": [\"L\", \"N\", \"X\", \"K1\"",
      "diagram.devices[6].terminals", .unconnected
    ),
    (
      "\"residualMilliamps\": 30", "\"residualMilliamps\": 0", "diagram.devices[2].residualMilliamps",
      .outOfRange
    ),
    ("\"4\"], \"amps\": 40", "\"4\"], \"amps\": 63", "diagram.devices[1].amps", .otherRating),
    ("\"PE\"], \"amps\": 40", "\"PE\"]", "diagram.devices[3].amps", .missing),
    ("\"from\": \"QF1:2\"", "\"from\": \"QF1:7\"", "diagram.wires[2].from", .noSuchName),
    ("\"to\": \"FU1:1\"", "\"to\": \"FU9:1\"", "diagram.wires[10].to", .noSuchName),
    (
      "\"from\": \"X1:N\", \"to\": \"QF1:3\"", "\"from\": \"QF1:1\", \"to\": \"X1:L\"", "diagram.wires[1]",
      .duplicate
    ),
    (
      "\"to\": \"QF1:1\", \"squareMillimetres\": 6", "\"to\": \"QF1:1\", \"squareMillimetres\": 4",
      "diagram.wires[0].squareMillimetres", .otherRating
    ),
    (
      "\"to\": \"QF1:1\", \"squareMillimetres\": 6", "\"to\": \"QF1:1\"", "diagram.wires[0].squareMillimetres",
      .missing
    ),
    ("\"colour\": \"coaxial\"", "\"colour\": \"copper\"", "diagram.wires[21].colour", .notAChoice),
  ])
  func `names file and field of a scheme`(old: String, new: String, field: String, fault: Fault) throws {
    let folder = try TemporaryFolder(copying: Self.shipped)
    let file = try folder.edit("single-phase-inverter.json", old, new)
    #expect(throws: ProvisionError.document(file: file, .field(path: field, step: nil, fault))) {
      try SchemeCatalogue(directory: folder.path)
    }
  }

  @Test(arguments: [
    ("\"kind\": \"position\"", "\"kind\": \"place\"", "steps[9].kind", "position", Fault.notAChoice),
    ("\"unit\": \"dBm\"", "\"unit\": \"dB\"", "steps[10].unit", "signal", .notAChoice),
    ("\"upper\": 418", "\"upper\": 41", "steps[0].upper", "supplyVoltage", .outOfRange),
    ("\"upper\": 418", "\"uper\": 418", "steps[0].uper", "supplyVoltage", .unknown),
    ("\"lower\": 1\n", "\"lower\": null\n", "steps[2].lower", "sealClosed", .missing),
    ("\"name\": \"signal\"", "\"name\": \"position\"", "steps[10].name", "position", .duplicate),
    (
      "\"kind\": \"sealClosed\"", "\"kind\": \"feedbackFollows\"", "steps[2].name", "sealClosed",
      .nameOfOtherKind
    ),
    (
      "\"name\": \"supplyVoltage\",\n      \"kind\": \"supplyVoltage\",\n      \"unit\": \"V\"",
      "\"name\": \"supplyVoltage\",\n      \"kind\": \"clockOffset\",\n      \"unit\": \"s\"", "steps[0].name",
      "supplyVoltage", .nameOfOtherKind
    ),
  ])
  func `names file step and field of a plan`(
    old: String, new: String, field: String, step: String, fault: Fault
  ) throws {
    let folder = try TemporaryFolder(copying: Self.shipped)
    let file = try folder.edit("plans/standard.json", old, new)
    #expect(throws: ProvisionError.document(file: file, .field(path: field, step: step, fault))) {
      try SchemeCatalogue(directory: folder.path)
    }
  }

  /// Writes a copy of the standard plan, called `renamed`, in which one step has another name.
  private func renameStep(_ step: String, to name: String, in folder: TemporaryFolder) throws {
    let text = String(decoding: try folder.bytes("plans/standard.json"), as: UTF8.self)
      .replacingOccurrences(of: "\"name\": \"standard\"", with: "\"name\": \"renamed\"")
      .replacingOccurrences(of: "\"name\": \"\(step)\"", with: "\"name\": \"\(name)\"")
    try folder.write("plans/renamed.json", text)
  }

  @Test(arguments: [("supplyVoltage", "mains"), ("currentZeroOffset", "zero")])
  func `refuses a plan without a step that the scheme has limits for, whoever names the plan`(
    step: String, name: String
  ) throws {
    let folder = try TemporaryFolder(copying: Self.shipped)
    try renameStep(step, to: name, in: folder)
    let file = folder.file("three-phase-inverter.json")
    let error = ProvisionError.document(
      file: file, .field(path: "testLimits.\(step)", step: nil, .noSuchStep(plan: "renamed")))
    let catalogue = try SchemeCatalogue(directory: folder.path)
    let scheme = try catalogue.scheme(named: "three-phase-inverter")
    #expect(throws: error) { try catalogue.plan(named: "renamed", for: scheme) }
    #expect(try catalogue.plan(for: scheme).name == "standard")
    _ = try folder.edit("three-phase-inverter.json", "\"testPlan\": \"standard\"", "\"testPlan\": \"renamed\"")
    #expect(throws: error) { try SchemeCatalogue(directory: folder.path) }
  }

  @Test func `a company's own name is allowed for a step that the scheme has no limits for`() throws {
    let folder = try TemporaryFolder(copying: Self.shipped)
    try renameStep("clockOffset", to: "ourClock", in: folder)
    let catalogue = try SchemeCatalogue(directory: folder.path)
    let plan = try catalogue.plan(
      named: "renamed", for: try catalogue.scheme(named: "three-phase-inverter"))
    #expect(plan.steps.first { $0.name == "ourClock" }?.kind == .clockOffset)
    let volts = try #require(plan.steps.first { $0.name == "supplyVoltage" })
    #expect(volts.lower == 342 && volts.upper == 418)
  }

  @Test func `refuses a file that is too large or no JSON or not there`() throws {
    let folder = try TemporaryFolder(copying: Self.shipped)
    let file = folder.path + "/huge.json"
    try Data(repeating: 32, count: 65 * 1024).write(to: URL(fileURLWithPath: file))
    #expect(throws: ProvisionError.document(file: file, .tooLarge(limit: 65_536))) {
      try SchemeCatalogue(directory: folder.path)
    }
    try Data("[{".utf8).write(to: URL(fileURLWithPath: file))
    #expect(
      throws: ProvisionError.document(
        file: file, .notJSON(JSONFault(reason: .unfinished, offset: 2, line: 1, column: 3)))
    ) {
      try SchemeCatalogue(directory: folder.path)
    }
    #expect(throws: ProvisionError.document(file: "/none/plans", .unreadable(errno: ENOENT))) {
      try SchemeCatalogue(directory: "/none")
    }
  }

  /// A shipped file that is cut at every seventh length is refused each time and never traps.
  @Test func `refuses a shipped file cut short anywhere`() throws {
    let folder = try TemporaryFolder(copying: Self.shipped)
    let file = folder.path + "/plans/standard.json"
    let whole = try Data(contentsOf: URL(fileURLWithPath: file))
    for length in stride(from: 0, to: whole.count - 2, by: 7) {
      try whole.prefix(length).write(to: URL(fileURLWithPath: file))
      #expect(throws: ProvisionError.self) { try SchemeCatalogue(directory: folder.path) }
    }
  }
}

extension TemporaryFolder {
  /// Replaces a piece of a file and returns the file's path.
  fileprivate func edit(_ name: String, _ old: String, _ new: String) throws -> String {
    let text = String(decoding: try bytes(name), as: UTF8.self)
    let range = try #require(text.range(of: old))
    return try write(name, text.replacingCharacters(in: range, with: new))
  }
}
