public import Records

/// Runs a test plan on a paired module and measures every step, even after a failed one. The relay is told to
/// open before the first step and after the last one, also when the test ends early. If that command is lost,
/// the relay opens by itself `startSeconds` after it has closed.
public struct FunctionalTest {
  /// Time that a start of the test may keep the relay closed, seconds.
  static let startSeconds: UInt32 = 30
  /// Time during which the zero of the current sensor is observed.
  private static let zeroWatch = Duration.seconds(1)
  /// Number of readings in that time, after a first one.
  private static let zeroLooks = 4
  /// Maximum amperes by which the sensor's zero may move during `zeroWatch`. A sensor whose zero moves more is
  /// drifting, even within its limits. The module's converter has steps of 0.4 A.
  private static let zeroMayMove = 0.5
  /// Maximum wait for a position or a network.
  private static let searchTime = Duration.seconds(10)
  /// Interval of the readings during this wait.
  private static let searchPause = Duration.milliseconds(500)

  private let client: SMPClient
  private let module: TestedModule
  private let authority: (any StartAuthority)?
  private let hasAuthorityElsewhere: Bool
  private let clock: any Clock
  private let isCancelled: () -> Bool
  private let onEvent: (FunctionalTestEvent) -> Void

  /// - Parameters:
  ///   - authority: the platform that signs starts; nil where this laptop has none.
  ///   - hasAuthorityElsewhere: whether `authority` is nil because this laptop delivers keys to another place
  ///     than a platform.
  ///   - isCancelled: called before each step; true cancels the test.
  ///   - onEvent: gets the events of each step in the order of `FunctionalTestEvent`.
  public init(
    client: SMPClient, module: TestedModule, authority: (any StartAuthority)?,
    hasAuthorityElsewhere: Bool = false, clock: any Clock,
    isCancelled: @escaping () -> Bool = { false }, onEvent: @escaping (FunctionalTestEvent) -> Void = { _ in }
  ) {
    self.client = client
    self.module = module
    self.authority = authority
    self.hasAuthorityElsewhere = hasAuthorityElsewhere
    self.clock = clock
    self.isCancelled = isCancelled
    self.onEvent = onEvent
  }

  /// Runs every step of a plan.
  /// - Parameter plan: the plan with the scheme's limits (`SchemeCatalogue.plan(named:for:)`).
  /// - Throws: `otherModule`, `otherKey` before the first step; `test`, naming the step, where the module no
  ///   longer answers; `cancelled`. A step that fails is no error.
  public func run(_ plan: TestPlan) throws(ProvisionError) -> TestReport {
    let startedAt = clock.now()
    try checkIdentity()
    let probe = RelayProbe(
      client: client, module: module, authority: authority, hasAuthorityElsewhere: hasAuthorityElsewhere,
      onEvent: onEvent)
    var steps: [TestReport.Step] = []
    do throws(ProvisionError) {
      try probe.open()
      for step in plan.steps {
        if isCancelled() { throw .cancelled }
        steps.append(try run(step, probe))
      }
      try probe.open()
    } catch {
      // The first error is reported; the relay opens by itself if this command is lost, too.
      try? client.stop()
      throw error
    }
    return TestReport(plan: plan.name, startedAt: startedAt, steps: steps)
  }

  // MARK: - Steps

  private func checkIdentity() throws(ProvisionError) {
    let identity = try client.identity()
    guard identity.serialNumber == module.serialNumber else {
      throw .otherModule(recorded: module.serialNumber, connected: identity.serialNumber)
    }
    guard identity.keyID == module.keyID else {
      throw .otherKey(recorded: module.keyID, held: identity.keyID)
    }
  }

  private func run(_ step: TestPlan.Step, _ probe: RelayProbe) throws(ProvisionError) -> TestReport.Step {
    onEvent(.began(step))
    let finding: Finding
    do throws(ProvisionError) {
      finding = try measure(step.kind, probe)
    } catch .cancelled {
      throw .cancelled
    } catch {
      throw .test(step: step.name, error)
    }
    let outcome: TestReport.Outcome =
      if let reason = finding.notRun {
        .notRun(reason: reason)
      } else {
        finding.cause == nil && finding.measured.map(step.admits) == true ? .passed : .failed
      }
    let result = TestReport.Step(
      name: step.name, measured: finding.measured, unit: step.unit, lower: step.lower, upper: step.upper,
      outcome: outcome)
    onEvent(.finished(result, cause: finding.cause))
    return result
  }

  private func measure(_ kind: TestPlan.Kind, _ probe: RelayProbe) throws(ProvisionError) -> Finding {
    switch kind {
    case .supplyVoltage: return Finding(try client.readings().supplyVolts)
    case .currentZeroOffset:
      try probe.open()
      return try watchZero()
    case .sealClosed: return try client.readings().sealClosed ? .yes : .no(.sealOpen)
    case .clockOffset:
      guard let time = try client.readings().time else { return Finding(nil, .clockNotSet) }
      return Finding(Double(time) - Double(clock.now().secondsSince1970))
    case .position:
      let readings = try search { $0.hasFix }
      return Finding(Double(readings.satellites), readings.hasFix ? nil : .noFix)
    case .signal:
      let readings = try search { $0.hasSIM && $0.isRegistered && $0.signalDBm != 0 }
      let cause: TestCause? = !readings.hasSIM ? .noSIM : !readings.isRegistered ? .notRegistered : nil
      return Finding(Double(readings.signalDBm), cause)
    case .relayClosesOnSignedStart: return try probe.closes()
    case .feedbackFollows: return try probe.feedbackFollows()
    case .relayOpensOnStop: return try probe.opensOnStop()
    case .relayRefusesForged: return try probe.refusesForged()
    case .relayRefusesReplayed: return try probe.refusesReplayed()
    case .platformStart: return try probe.closesForPlatform()
    }
  }

  /// Observes the current sensor's zero, and finds the value farthest from zero.
  private func watchZero() throws(ProvisionError) -> Finding {
    let first = try client.readings().weldingAmps
    var (worst, last) = (first, first)
    for _ in 0..<Self.zeroLooks {
      try client.pause(Self.zeroWatch / Self.zeroLooks)
      last = try client.readings().weldingAmps
      if last.magnitude > worst.magnitude { worst = last }
    }
    return Finding(worst, (last - first).magnitude > Self.zeroMayMove ? .zeroDrifts : nil)
  }

  /// Reads until `isFound` returns true, at most for `searchTime`, because a module that was just switched on
  /// has no position and no network yet.
  private func search(_ isFound: (ModuleReadings) -> Bool) throws(ProvisionError) -> ModuleReadings {
    let deadline = client.now() + Self.searchTime
    while true {
      let readings = try client.readings()
      if isFound(readings) || client.now() >= deadline { return readings }
      if isCancelled() { throw .cancelled }
      try client.pause(Self.searchPause)
    }
  }
}

/// The module that the record names for this welder.
public struct TestedModule: Sendable {
  public let serialNumber: String
  public let keyID: String
  /// The module's key; nil once the laptop has erased it, after which starts are requested from the platform.
  public let secret: SecretKey?

  public init(serialNumber: String, keyID: String, secret: SecretKey?) {
    self.serialNumber = serialNumber
    self.keyID = keyID
    self.secret = secret
  }
}

/// An event of a running test. Each step of the plan in order gives `began`, at most one `authorityFailed`, and
/// `finished`.
public enum FunctionalTestEvent: Sendable {
  case began(TestPlan.Step)
  /// The platform was reached but gave no start.
  case authorityFailed(any Error)
  /// The step is finished; `cause` says why it failed where the value alone does not.
  case finished(TestReport.Step, cause: TestCause?)
}

/// The reason why a step failed, other than its limits.
public enum TestCause: Hashable, Sendable {
  case sealOpen, clockNotSet, noFix, noSIM, notRegistered
  /// The current sensor's zero drifts although no current flows.
  case zeroDrifts
  /// The module refused a valid start.
  case startRefused(ModuleRejection)
  /// The module accepted the command, but the relay is still reported open.
  case relayStaysOpen
  case relayStaysClosed
  /// The relay is commanded closed but the contact is open: no coil voltage, or no feedback wire.
  case contactStaysOpen
  /// The relay is commanded open but the contact is closed: it may be welded.
  case contactStaysClosed
  /// The module accepted a start that it must refuse.
  case startAccepted
}

/// The result of a step.
struct Finding {
  var measured: Double?
  var cause: TestCause?
  /// The reason why the step could not be run, as a dotted code; nil where it was run.
  var notRun: String?

  init(_ measured: Double?, _ cause: TestCause? = nil) {
    self.measured = measured
    self.cause = cause
  }

  static var yes: Finding { Finding(1) }
  static func no(_ cause: TestCause) -> Finding { Finding(0, cause) }

  static func notRun(_ reason: String) -> Finding {
    var finding = Finding(nil)
    finding.notRun = reason
    return finding
  }
}
