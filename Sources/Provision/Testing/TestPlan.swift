public import Records

/// The steps that a functional test measures, in order, with their limits. Each plan is one JSON file in
/// `schemes/plans/`.
public struct TestPlan: Hashable, Sendable, Codable {
  /// The thing that a step measures; `docs/module-protocol.md` says by which commands.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Volts RMS at the module's supply terminals.
    case supplyVoltage
    /// Amperes of welding current read with the relay open.
    case currentZeroOffset
    /// The seal switch is closed.
    case sealClosed
    case relayClosesOnSignedStart
    /// The contact's feedback closes and opens with the command.
    case feedbackFollows
    case relayOpensOnStop
    /// A start with a wrong authenticator is refused and the relay stays open.
    case relayRefusesForged
    /// A start that was good once is refused, with and without a fresh challenge.
    case relayRefusesReplayed
    /// Seconds that the module's clock is ahead of the laptop's.
    case clockOffset
    /// Satellites of a position fix.
    case position
    /// dBm of a modem that has a SIM and is registered.
    case signal
    /// A start that the platform made closes the relay.
    case platformStart

    /// The unit that the kind's value is measured in; `1` is a yes (1) or no (0).
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
    public var name: String
    public var kind: Kind
    /// The kind's unit, which stands in the file so that its limits cannot be misread.
    public var unit: String
    /// The lower limit and, next, the upper one, both inclusive; nil where the side is open. A yes-or-no step has a
    /// lower limit of 1.
    public var lower: Double?
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

  /// The plan with a scheme's own limits in place of its own, by the name of the step.
  public func merged(with limits: [String: InstallationScheme.Limits]) -> TestPlan {
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
