import FoundationEssentials
public import Records

/// The installation schemes and test plans that are shipped: `<directory>/*.json` and
/// `<directory>/plans/*.json`. All of them are read and checked against each other at once, so that a mistake
/// is found before work starts.
public struct SchemeCatalogue: Hashable, Sendable {
  /// The installation schemes, sorted by name.
  public let schemes: [InstallationScheme]
  /// The test plans, sorted by name.
  public let plans: [TestPlan]
  private let directory: String

  /// - Throws: `document`, naming file and field.
  public init(directory: String) throws(ProvisionError) {
    var plans: [TestPlan] = []
    for file in try DocumentFile.all(in: directory + "/plans") {
      plans.append(try Self.plan(in: file))
    }
    var schemes: [InstallationScheme] = []
    for file in try DocumentFile.all(in: directory) {
      schemes.append(try Self.scheme(in: file, plans: plans))
    }
    self.directory = directory
    self.plans = plans.sorted { $0.name < $1.name }
    self.schemes = schemes.sorted { $0.name < $1.name }
  }

  // MARK: - Using

  /// - Throws: `NoSchemeFits`, with the unmet conditions of each scheme.
  public func scheme(for welder: Welder) throws(NoSchemeFits) -> InstallationScheme {
    try InstallationScheme.choose(for: welder, among: schemes)
  }

  /// - Throws: `noSuchScheme`.
  public func scheme(named name: String) throws(ProvisionError) -> InstallationScheme {
    guard let scheme = schemes.first(where: { $0.name == name }) else { throw .noSuchScheme(name) }
    return scheme
  }

  /// The plan called `name`, or the scheme's own plan where `name` is nil, with the scheme's limits.
  /// - Throws: `noSuchPlan`; `document`, naming the scheme's file, where the scheme has limits for a step that
  ///   the plan does not have.
  public func plan(named name: String? = nil, for scheme: InstallationScheme) throws(ProvisionError) -> TestPlan
  {
    let name = name ?? scheme.testPlan
    guard let plan = plans.first(where: { $0.name == name }) else { throw .noSuchPlan(name) }
    return try Self.merge(plan, with: scheme, in: "\(directory)/\(scheme.name).json")
  }

  // MARK: - Checking one document

  private static func plan(in file: DocumentFile) throws(ProvisionError) -> TestPlan {
    try file.refuseUnknownFields(PlanFields.document)
    try file.refuseUnknownFields(PlanFields.step, inEach: "steps")
    let plan = try file.decode(TestPlan.self)
    try file.check(name: plan.name, version: plan.version)
    if plan.steps.isEmpty { throw file.fault("steps", .empty) }
    var names: Set<String> = []
    for (index, step) in plan.steps.enumerated() {
      let path = "steps[\(index)]"
      if step.name.isEmpty { throw file.fault("\(path).name", .empty) }
      if !names.insert(step.name).inserted { throw file.fault("\(path).name", .duplicate) }
      if let namesake = TestPlan.Kind(rawValue: step.name), namesake != step.kind {
        throw file.fault("\(path).name", .nameOfOtherKind)
      }
      if step.unit != step.kind.unit { throw file.fault("\(path).unit", .notAChoice) }
      if step.lower == nil && step.upper == nil { throw file.fault("\(path).lower", .missing) }
      try file.check(lower: step.lower, upper: step.upper, at: path)
    }
    return plan
  }

  private static func scheme(in file: DocumentFile, plans: [TestPlan]) throws(ProvisionError)
    -> InstallationScheme
  {
    try file.refuseUnknownFields(SchemeFields.document)
    try file.refuseUnknownFields(SchemeFields.appliesTo, in: "appliesTo")
    for name in SchemeFields.limited {
      try file.refuseUnknownFields(SchemeFields.limits, in: "appliesTo", name)
    }
    try file.refuseUnknownFields(SchemeFields.approval, in: "approval")
    try file.refuseUnknownFields(SchemeFields.diagram, in: "diagram")
    try file.refuseUnknownFields(SchemeFields.device, inEach: "diagram", "devices")
    try file.refuseUnknownFields(SchemeFields.wire, inEach: "diagram", "wires")
    let scheme = try file.decode(InstallationScheme.self)
    try file.check(name: scheme.name, version: scheme.version)
    try check(scheme.appliesTo, in: file)
    try check(scheme.ratings, for: scheme.appliesTo, in: file)
    if scheme.wiring.isEmpty { throw file.fault("wiring", .empty) }
    try check(scheme.diagram, of: scheme, in: file)
    for (path, text) in texts(of: scheme) where text.isEmpty { throw file.fault(path, .empty) }
    guard let plan = plans.first(where: { $0.name == scheme.testPlan }) else {
      throw file.fault("testPlan", .noSuchName)
    }
    _ = try merge(plan, with: scheme, in: file.path)
    for (name, limits) in scheme.testLimits.sorted(by: { $0.key < $1.key }) {
      let path = "testLimits.\(name)"
      try file.refuseUnknownFields(SchemeFields.limits, in: "testLimits", name)
      // Limits without a bound would take both of the plan's away.
      if limits.lower == nil && limits.upper == nil { throw file.fault("\(path).lower", .missing) }
      try file.check(lower: limits.lower, upper: limits.upper, at: path)
    }
    return scheme
  }

  /// Puts the scheme's limits into a plan, which need not be the scheme's own.
  /// - Parameter file: the path of the scheme's file.
  private static func merge(_ plan: TestPlan, with scheme: InstallationScheme, in file: String)
    throws(ProvisionError) -> TestPlan
  {
    do throws(UnusedLimits) {
      return try plan.merged(with: scheme.testLimits)
    } catch {
      throw .document(
        file: file,
        .field(path: "testLimits.\(error.step)", step: nil, .noSuchStep(plan: plan.name)))
    }
  }

  private static func check(_ appliesTo: InstallationScheme.Applicability, in file: DocumentFile)
    throws(ProvisionError)
  {
    if appliesTo.supply?.isEmpty == true { throw file.fault("appliesTo.supply", .empty) }
    if appliesTo.weldingProcess?.isEmpty == true { throw file.fault("appliesTo.weldingProcess", .empty) }
    if appliesTo.sourceType?.isEmpty == true { throw file.fault("appliesTo.sourceType", .empty) }
    let amounts = [appliesTo.supplyMaxAmps, appliesTo.maxCurrentAmps, appliesTo.maxPowerKilowatts]
    for (name, limits) in zip(SchemeFields.limited, amounts) {
      try file.check(lower: limits?.lower, upper: limits?.upper, at: "appliesTo.\(name)")
    }
  }

  /// Checks the ratings. A relay or breaker burns where it carries less than the welder draws, so the scheme
  /// must exclude such a welder.
  private static func check(
    _ ratings: InstallationScheme.Ratings, for appliesTo: InstallationScheme.Applicability,
    in file: DocumentFile
  ) throws(ProvisionError) {
    let values = [
      ("relayAmps", ratings.relayAmps), ("breakerAmps", ratings.breakerAmps),
      ("supplyVolts", ratings.supplyVolts),
      ("cableSquareMillimetres", ratings.cableSquareMillimetres),
    ]
    for (name, value) in values where value <= 0 { throw file.fault("ratings.\(name)", .outOfRange) }
    guard let drawn = appliesTo.supplyMaxAmps?.upper else {
      throw file.fault("appliesTo.supplyMaxAmps.upper", .missing)
    }
    if drawn > ratings.relayAmps { throw file.fault("ratings.relayAmps", .aboveRating) }
    if drawn > ratings.breakerAmps { throw file.fault("ratings.breakerAmps", .aboveRating) }
  }

  private static func check(_ diagram: WiringDiagram?, of scheme: InstallationScheme, in file: DocumentFile)
    throws(ProvisionError)
  {
    guard let (path, fault) = diagram?.fault(against: scheme.ratings) else { return }
    let found: DocumentFault.FieldFault =
      switch fault {
      case .missing: .missing
      case .empty: .empty
      case .duplicate: .duplicate
      case .notAChoice: .notAChoice
      case .outOfRange: .outOfRange
      case .noSuchName: .noSuchName
      case .unconnected: .unconnected
      case .otherRating: .otherRating
      }
    throw file.fault("diagram.\(path)", found)
  }

  private static func texts(of scheme: InstallationScheme) -> [(path: String, text: String)] {
    var texts = [
      ("title.zh", scheme.title.zh), ("title.en", scheme.title.en), ("moduleModel", scheme.moduleModel),
    ]
    if let approval = scheme.approval {
      texts += [("approval.name", approval.name), ("approval.number", approval.number)]
    }
    for (index, step) in scheme.wiring.enumerated() {
      texts.append(("wiring[\(index)].zh", step.zh))
      texts.append(("wiring[\(index)].en", step.en))
    }
    return texts
  }

  private enum PlanFields {
    static let document: Set<String> = ["name", "version", "steps"]
    static let step: Set<String> = ["name", "kind", "unit", "lower", "upper"]
  }

  private enum SchemeFields {
    static let document: Set<String> = [
      "name", "version", "title", "appliesTo", "wiring", "ratings", "moduleModel", "testPlan", "testLimits",
      "diagram", "approval",
    ]
    static let appliesTo: Set<String> = [
      "supply", "weldingProcess", "sourceType", "supplyMaxAmps", "maxCurrentAmps", "maxPowerKilowatts",
    ]
    static let approval: Set<String> = ["name", "number", "date"]
    static let diagram: Set<String> = ["devices", "wires"]
    static let device: Set<String> = ["id", "kind", "terminals", "amps", "residualMilliamps"]
    static let wire: Set<String> = ["from", "to", "squareMillimetres", "colour"]
    static let limited = ["supplyMaxAmps", "maxCurrentAmps", "maxPowerKilowatts"]
    static let limits: Set<String> = ["lower", "upper"]
  }
}
