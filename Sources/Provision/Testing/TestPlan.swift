public import Records

/// The steps of a functional test, in order, with their limits. Each plan is one JSON file in `schemes/plans/`.
public struct TestPlan: Hashable, Sendable, Codable {
  /// The quantity that a step measures; `docs/module-protocol.md` gives the commands.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Supply voltage at the module's terminals, volts RMS.
    case supplyVoltage
    /// Welding current with the relay open, amperes.
    case currentZeroOffset
    /// Whether the seal switch is closed.
    case sealClosed
    case relayClosesOnSignedStart
    /// Whether the contact's feedback closes and opens with the command.
    case feedbackFollows
    case relayOpensOnStop
    /// Whether a start with a wrong authentication code is refused and the relay stays open.
    case relayRefusesForged
    /// Whether a used start is refused, with and without a new challenge.
    case relayRefusesReplayed
    /// Seconds by which the module's clock is ahead of the laptop's.
    case clockOffset
    /// Number of satellites of a position fix.
    case position
    /// Signal strength in dBm of a modem that has a SIM and is registered.
    case signal
    /// Whether a start made by the platform closes the relay.
    case platformStart

    /// The unit of the measured value; `1` stands for yes (1) or no (0).
    public var unit: String {
      switch self {
      case .supplyVoltage: "V"
      case .currentZeroOffset: "A"
      case .clockOffset: "s"
      case .position: "satellites"
      case .signal: "dBm"
      case .sealClosed, .relayClosesOnSignedStart, .feedbackFollows, .relayOpensOnStop, .relayRefusesForged,
        .relayRefusesReplayed, .platformStart:
        "1"
      }
    }
  }

  public struct Step: Hashable, Sendable, Codable {
    /// The name in records and agreements: that of the step's own kind, or a name that belongs to no kind.
    public var name: String
    public var kind: Kind
    /// The unit of the step's kind, which the file repeats so that the limits cannot be misread.
    public var unit: String
    /// The lower limit, inclusive, in the step's unit; nil for no limit. A yes-or-no step has the lower limit 1.
    public var lower: Double?
    /// The upper limit, inclusive, in the step's unit; nil for no limit.
    public var upper: Double?

    public init(name: String, kind: Kind, lower: Double?, upper: Double?) {
      self.name = name
      self.kind = kind
      unit = kind.unit
      self.lower = lower
      self.upper = upper
    }

    func admits(_ value: Double) -> Bool {
      InstallationScheme.Limits(lower: lower, upper: upper).contains(value)
    }
  }

  public var name: String
  public var version: String
  public var steps: [Step]

  public init(name: String, version: String, steps: [Step]) {
    self.name = name
    self.version = version
    self.steps = steps
  }

  /// The plan with a scheme's limits in place of the plan's own, by the names of the steps.
  /// - Throws: `UnusedLimits` where there are limits for a step that the plan does not have. Without them the
  ///   module would be tested against the wider limits of the plan.
  func merged(with limits: [String: InstallationScheme.Limits]) throws(UnusedLimits) -> TestPlan {
    let names = Set(steps.map(\.name))
    if let unused = limits.keys.filter({ !names.contains($0) }).min() { throw UnusedLimits(step: unused) }
    var merged = self
    merged.steps = steps.map { step in
      guard let own = limits[step.name] else { return step }
      var step = step
      step.lower = own.lower
      step.upper = own.upper
      return step
    }
    return merged
  }
}

/// The error that a scheme has limits for a step that the plan does not have.
struct UnusedLimits: Error, Hashable {
  /// The first such name in alphabetical order.
  let step: String
}
