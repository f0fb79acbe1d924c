import ModuleCore
import Records
import TestSupport
import Testing

@testable import Provision

/// Runs the shipped plan on the module's own core, first sound and then with one faulty part at a time.
@Suite struct FunctionalTestTests {
  /// A paired module, and a platform that holds its key or fails.
  final class Bench: StartAuthority {
    /// With `none` the laptop delivers to no platform, so there is nobody to ask.
    enum Network { case reachable, unreachable, failing, wrongKey, none }
    struct ServerError: Error {}

    let rig: ModuleRig
    let secret: SecretKey
    let serialNumber: String
    var network = Network.reachable
    private(set) var asked: [StartRequest] = []
    var events: [FunctionalTestEvent] = []

    init(_ change: (inout WorkbenchBoard) -> Void = { _ in }) throws {
      rig = ModuleRig()
      let laptop = PairingTests.Laptop()
      serialNumber = try laptop.pair(rig).serialNumber
      let kept = try laptop.keys.key(for: PairingTests.installation, moduleSerial: serialNumber)
      secret = try #require(kept?.secret)
      change(&rig.board)
    }

    func start(_ request: StartRequest) throws -> SignedStart? {
      asked.append(request)
      if network == .unreachable { return nil }
      if network == .failing { throw ServerError() }
      let key = network == .wrongKey ? Array(repeating: 0, count: 32) : secret.bytes
      let code = Authenticator.start(
        key: key, counter: request.counter, seconds: request.seconds, challenge: request.challenge)
      return SignedStart(counter: request.counter, seconds: request.seconds, authenticator: code)
    }

    func run(
      _ plan: TestPlan? = nil, forgotten: Bool = false, keyID: String? = nil, serial: String? = nil,
      isCancelled: @escaping () -> Bool = { false }
    ) throws -> TestReport {
      events = []
      let module = TestedModule(
        serialNumber: serial ?? serialNumber, keyID: keyID ?? secret.keyID, secret: forgotten ? nil : secret)
      let test = FunctionalTest(
        client: rig.link.client(), module: module, authority: network == .none ? nil : self,
        hasAuthorityElsewhere: network == .none, clock: FixedClock(), isCancelled: isCancelled,
        onEvent: { self.events.append($0) })
      return try test.run(plan ?? FunctionalTestTests.plan())
    }

    var causes: [String: TestCause] {
      events.reduce(into: [:]) { causes, event in
        if case .finished(let step, let cause?) = event { causes[step.name] = cause }
      }
    }
  }

  /// The shipped plan for a single-phase welder.
  static func plan() throws -> TestPlan {
    let catalogue = try SchemeCatalogue(directory: SchemeCatalogueTests.shipped)
    return try catalogue.plan(for: catalogue.scheme(named: "single-phase-inverter"))
  }

  // MARK: - Sound

  @Test func `passes a sound module and measures every step`() throws {
    let bench = try Bench()
    let report = try bench.run()
    #expect(report.passed && report.openSteps.isEmpty && report.plan == "standard")
    #expect(report.startedAt.secondsSince1970 == FixedClock().time.secondsSince1970)
    #expect(try report.steps.map(\.name) == Self.plan().steps.map(\.name))
    #expect(report.steps.allSatisfy { $0.passed && $0.measured != nil && ($0.lower != nil || $0.upper != nil) })
    let volts = try #require(report.steps.first)
    #expect(volts.measured == 229.5 && volts.lower == 198 && volts.upper == 242 && volts.unit == "V")
    #expect(report.steps[1].measured == 0.12)
    #expect(bench.asked.count == 1 && bench.asked[0].keyID == bench.secret.keyID)
    #expect(!bench.rig.module.relayIsClosed)
  }

  @Test func `tells each step before and after`() throws {
    let bench = try Bench()
    let report = try bench.run()
    var told: [String] = []
    for event in bench.events {
      switch event {
      case .began(let step): told.append("began \(step.name)")
      case .finished(let step, let cause):
        told.append("finished \(step.name)")
        #expect(cause == nil)
      case .authorityFailed: Issue.record("no authority failed")
      }
    }
    #expect(told == report.steps.flatMap { ["began \($0.name)", "finished \($0.name)"] })
  }

  // MARK: - One part failing

  struct Fault: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let failed: [String: TestCause?]
    let change: @Sendable (inout WorkbenchBoard) -> Void
  }

  static let faults = [
    Fault(testDescription: "low supply", failed: ["supplyVoltage": nil]) { $0.values.millivolts = 180_000 },
    Fault(testDescription: "current offset", failed: ["currentZeroOffset": nil]) {
      $0.values.milliamperes = -1_001
    },
    Fault(testDescription: "drifting zero", failed: ["currentZeroOffset": .zeroDrifts]) {
      $0.zeroDriftMilliamperesAReading = 150
    },
    Fault(testDescription: "zero that drifts out of its limits", failed: ["currentZeroOffset": .zeroDrifts]) {
      $0.zeroDriftMilliamperesAReading = -600
    },
    Fault(testDescription: "open seal", failed: ["sealClosed": .sealOpen]) { $0.sealIsClosed = false },
    Fault(testDescription: "clock ahead", failed: ["clockOffset": nil]) { $0.values.time += 6 },
    Fault(testDescription: "clock not set", failed: ["clockOffset": .clockNotSet]) { $0.values.time = 0 },
    Fault(testDescription: "no fix", failed: ["position": .noFix]) { $0.values.hasFix = false },
    Fault(testDescription: "few satellites", failed: ["position": nil]) { $0.values.satellites = 3 },
    Fault(testDescription: "no SIM", failed: ["signal": .noSIM]) { $0.values.hasSimCard = false },
    Fault(testDescription: "not registered", failed: ["signal": .notRegistered]) {
      $0.values.isRegistered = false
    },
    Fault(testDescription: "weak signal", failed: ["signal": nil]) { $0.values.signalStrength = -113 },
    Fault(testDescription: "no signal figure", failed: ["signal": nil]) { $0.values.signalStrength = 0 },
    Fault(testDescription: "contact stays open", failed: ["feedbackFollows": .contactStaysOpen]) {
      $0.contactIsStuckOpen = true
    },
    Fault(testDescription: "contact welded", failed: ["feedbackFollows": .contactStaysClosed]) {
      $0.contactIsStuckClosed = true
    },
  ]

  @Test(arguments: faults) func `fails the steps that see the fault and no others`(_ fault: Fault) throws {
    let bench = try Bench(fault.change)
    let report = try bench.run()
    #expect(!report.passed)
    #expect(Set(report.steps.filter { !$0.passed }.map(\.name)) == Set(fault.failed.keys))
    #expect(bench.causes == fault.failed.compactMapValues { $0 })
    #expect(!bench.rig.module.relayIsClosed)
  }

  /// A module that was just switched on has neither a position nor a network yet.
  @Test func `waits for a position and a network that are not there yet`() throws {
    let bench = try Bench { $0.readingsUntilItKnowsItsPlace = 12 }
    let report = try bench.run()
    #expect(report.passed, "\(bench.causes)")
  }

  @Test func `can be stopped while it waits for a position`() throws {
    let bench = try Bench { $0.values.hasFix = false }
    var questions = 0
    #expect(throws: ProvisionError.cancelled) {
      try bench.run(isCancelled: {
        questions += 1
        return questions > 13
      })
    }
    #expect(!bench.rig.module.relayIsClosed)
  }

  /// The firmware accepts any start; the test checks every refusal in the answer and at the relay.
  @Test func `fails a module that takes forged or replayed starts`() throws {
    let bench = try Bench()
    bench.rig.tamper = { frame, module in
      guard let request = message(in: frame), request.command == ModuleCommand.start.rawValue,
        request.group == 64
      else { return module(frame) }
      _ = module(frame)
      return request.reply(CBORMapWriter().encoded)?.frame ?? []
    }
    let report = try bench.run()
    #expect(report.steps.filter { !$0.passed }.map(\.name) == ["relayRefusesForged", "relayRefusesReplayed"])
    #expect(bench.causes["relayRefusesForged"] == .startAccepted)
    #expect(bench.causes["relayRefusesReplayed"] == .startAccepted)
  }

  /// The firmware checks the authentication code and forgets the counter.
  @Test func `fails a module that takes a used counter signed anew`() throws {
    let bench = try Bench()
    var counters: Set<UInt64> = []
    bench.rig.tamper = { frame, module in
      let reply = module(frame)
      guard let request = message(in: frame), request.command == ModuleCommand.start.rawValue,
        request.group == 64,
        let counter = try? CBORItem(request.payload)["ctr"]?.unsigned,
        let answer = message(in: reply).flatMap({ try? CBORItem($0.payload) })
      else { return reply }
      if answer["err"] == nil { counters.insert(counter) }
      let isReplayed = answer["err"]?["rc"]?.unsigned == 6
      return isReplayed && counters.contains(counter) ? request.reply([])?.frame ?? [] : reply
    }
    #expect(try !bench.run().passed)
    #expect(bench.causes == ["relayRefusesReplayed": .startAccepted])
  }

  @Test func `does not take a refusal for another reason as proof`() throws {
    let bench = try Bench()
    var refused = 0
    bench.rig.tamper = { frame, module in
      guard let request = message(in: frame), request.command == ModuleCommand.start.rawValue,
        request.group == 64
      else { return module(frame) }
      refused += 1
      var error = CBORMapWriter()
      error.put("group", unsigned: 64)
      error.put("rc", unsigned: 9)
      var map = CBORMapWriter()
      map.put("err", map: error)
      return request.reply(map.encoded)?.frame ?? []
    }
    let report = try bench.run()
    #expect(report.steps.filter { !$0.passed }.count == 6 && refused == 6)
    #expect(bench.causes["relayRefusesForged"] == .startRefused(.init(group: 64, code: 9)))
    #expect(bench.causes["relayClosesOnSignedStart"] == .startRefused(.init(group: 64, code: 9)))
  }

  // MARK: - Platform and key

  @Test(arguments: [(Bench.Network.unreachable, "network.unreachable"), (.failing, "platform.failed")])
  func `leaves the platform's step open without a platform`(network: Bench.Network, reason: String) throws {
    let bench = try Bench()
    bench.network = network
    let report = try bench.run()
    #expect(report.passed)
    #expect(report.openSteps.map(\.name) == ["platformStart"])
    #expect(report.openSteps[0].notRun == reason && report.openSteps[0].measured == nil)
    let failures = bench.events.filter { if case .authorityFailed = $0 { true } else { false } }
    #expect(failures.count == (network == .failing ? 1 : 0))
  }

  @Test func `fails a platform that holds another key`() throws {
    let bench = try Bench()
    bench.network = .wrongKey
    let report = try bench.run()
    #expect(!report.passed && bench.causes == ["platformStart": .startRefused(.init(group: 64, code: 5))])
  }

  @Test func `asks the platform for every start when the key is forgotten`() throws {
    let bench = try Bench()
    #expect(try bench.run(forgotten: true).passed)
    #expect(bench.asked.count == 5)
  }

  @Test func `leaves the starts open when the key is forgotten and the platform is away`() throws {
    let bench = try Bench()
    bench.network = .unreachable
    let report = try bench.run(forgotten: true)
    #expect(
      report.openSteps.map(\.notRun) == Array(repeating: "key.forgotten", count: 4) + ["network.unreachable"])
    #expect(report.steps.first { $0.name == "relayRefusesForged" }?.passed == true)
  }

  @Test func `leaves all starts without a key open, and says why, where the laptop delivers to no platform`()
    throws
  {
    let bench = try Bench()
    bench.network = .none
    let held = try bench.run()
    #expect(held.passed && held.openSteps.map(\.name) == ["platformStart"])
    let forgotten = try bench.run(forgotten: true)
    for report in [held, forgotten] {
      #expect(Set(report.openSteps.map(\.notRun)) == ["platform.elsewhere"])
    }
    #expect(forgotten.openSteps.count == 5 && bench.asked.isEmpty)
  }

  // MARK: - Ended early

  @Test func `refuses another module or another key than the record's`() throws {
    let bench = try Bench()
    #expect(throws: ProvisionError.otherModule(recorded: "WT9", connected: bench.serialNumber)) {
      try bench.run(serial: "WT9")
    }
    #expect(throws: ProvisionError.otherKey(recorded: "00", held: bench.secret.keyID)) {
      try bench.run(keyID: "00")
    }
    #expect(bench.events.isEmpty)
  }

  @Test func `stops between steps when asked`() throws {
    let bench = try Bench()
    var questions = 0
    #expect(throws: ProvisionError.cancelled) {
      try bench.run(isCancelled: {
        questions += 1
        return questions == 5
      })
    }
    #expect(questions == 5 && !bench.rig.module.relayIsClosed)
  }

  /// The module falls silent for good at each message in turn; the error names the step, and the relay does not
  /// stay closed.
  @Test func `says in which step the module fell silent`() throws {
    let sound = try Bench()
    let before = sound.rig.link.writes
    _ = try sound.run()
    let messages = sound.rig.link.writes - before
    var steps: Set<String> = []
    for silentFrom in 2..<messages - 1 {
      let bench = try Bench()
      var count = -1
      bench.rig.tamper = { frame, module in
        count += 1
        return count < silentFrom ? module(frame) : []
      }
      let error = #expect(throws: ProvisionError.self) { try bench.run() }
      if case .test(let step, .link(.timeout, _))? = error {
        steps.insert(step)
      } else {
        Issue.record("\(String(describing: error)) at \(silentFrom)")
      }
      for _ in 0..<4 { bench.rig.pass(milliseconds: 10_000) }
      #expect(!bench.rig.module.relayIsClosed)
    }
    #expect(try steps == Set(Self.plan().steps.map(\.name)))
  }

  @Test func `ends at once when the cable is pulled`() throws {
    let bench = try Bench()
    bench.rig.link.writesLeft = 9
    let start = bench.rig.link.time
    let error = #expect(throws: ProvisionError.self) { try bench.run() }
    guard case .test(_, .link(.closed, _))? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(bench.rig.link.time - start < .seconds(2))
  }

  /// In a bad network every fourth reply is lost, and the verdict is the same.
  @Test func `passes a sound module though replies are lost`() throws {
    let bench = try Bench()
    var count = 0
    bench.rig.tamper = { frame, module in
      let reply = module(frame)
      count += 1
      let isStart = message(in: frame)?.command == ModuleCommand.start.rawValue
      return count.isMultiple(of: 4) && !isStart ? [] : reply
    }
    #expect(try bench.run().passed)
  }

  /// A start whose reply is lost is not sent again; a new start with its own challenge is sent instead.
  @Test func `asks for a fresh challenge when the reply to a start is lost`() throws {
    let bench = try Bench()
    var starts: [[UInt8]] = []
    bench.rig.tamper = { frame, module in
      let reply = module(frame)
      guard let request = message(in: frame), request.command == ModuleCommand.start.rawValue else {
        return reply
      }
      starts.append(request.payload)
      return starts.count == 1 ? [] : reply
    }
    let plan = TestPlan(
      name: "one", version: "1",
      steps: [.init(name: "a", kind: .relayClosesOnSignedStart, lower: 1, upper: nil)])
    #expect(try bench.run(plan).passed)
    #expect(starts.count == 2 && starts[0] != starts[1])
  }
}
