import Bench
import Cryptography
import Fieldbook
import Foundation
import Provision
import Records
import Sync
import TestSupport
import Testing

@testable import weldtech

/// Runs of `pair` and `test` with faults, each followed by the same command on a sound cable. There are two
/// laptops, a local platform and one module with its own clock.
final class Campaign {
  /// The state of a run's module before the faulted `pair`.
  enum Situation: CaseIterable {
    /// The module is blank.
    case fresh
    /// The module is paired by this same installation.
    case again
    /// The module is paired by a void installation of this laptop.
    case laptopProof
    /// The module is paired by another laptop, whose key the platform has.
    case platformProof
    /// The module is paired by another laptop, and nobody has the key any more.
    case service

    var kind: KeyReplacement.Kind? {
      switch self {
      case .fresh, .again: nil
      case .laptopProof: .laptopProof
      case .platformProof: .platformProof
      case .service: .service
      }
    }
  }

  /// The maximum time of `pair`, by the module's clock.
  static let pairDeadline = Duration.seconds(120)
  /// The maximum time of `test`, by the module's clock.
  static let testDeadline = Duration.seconds(300)

  let module: CampaignModule
  // The folder is in memory, because 10,000 runs write several times as many transactions.
  private let folder = TemporaryFolder(isInMemory: true)
  private let platform: LocalPlatform
  private let laptops: [CampaignLaptop]
  /// The number of faulted `pair` commands that ended in an error.
  private(set) var struckPairs = 0
  /// The number of faulted `test` commands that ended in an error.
  private(set) var struckTests = 0
  /// The maximum time of a faulted `pair`, by the module's clock.
  private(set) var maxPairDuration = Duration.zero
  /// The maximum time of a faulted `test`, by the module's clock.
  private(set) var maxTestDuration = Duration.zero

  init(flash: FlashArray) throws {
    platform = try LocalPlatform(
      LocalPlatform.Configuration(
        listen: "127.0.0.1:0", dataFolder: folder.file("platform"), token: nil,
        random: SeededBytes(seed: 1).bytes))
    let url = try platform.start()
    let module = CampaignModule(flash: flash)
    self.module = module
    let clock = VirtualClock(module.time)
    laptops = try ["A", "B"].map { [folder] in
      try CampaignLaptop(home: folder.file($0), platform: url, firstCode: "00\($0)000", clock: clock)
    }
  }

  deinit { platform.stop() }

  // MARK: - One run

  func run(seed: UInt64) throws {
    var draw = CampaignDraw(seed: seed)
    let situation = Situation.allCases[draw.below(Situation.allCases.count)]
    for laptop in laptops { laptop.seed(seed) }
    module.renew()
    let old = try prepare(situation)
    let installation = try situation == .again ? old.installation : laptops[0].open(seed, 0)
    let reason: WrittenText? = situation == .service ? "laptop lost" : nil

    let (pairFault, testFault) = (draw.fault(), draw.fault())
    let paired = try pairFaulted(installation, pairFault, old: old.keyID, reason)
    try agree(paired, situation, old: old.keyID)
    if situation == .service { module.setCase(open: false) }
    let isSound = draw.below(4) > 0
    if !isSound { module.surroundings.world = draw.defect() }
    try testFaulted(paired, testFault, isSound: isSound)
  }

  /// Brings the module into the situation.
  /// - Returns: the key that the module holds, and the installation that made it.
  private func prepare(_ situation: Situation) throws -> (keyID: String?, installation: InstallationID) {
    guard situation != .fresh else { return (nil, InstallationID("00000000-0000-4000-8000-000000000000")!) }
    let laptop = laptops[situation == .platformProof || situation == .service ? 1 : 0]
    let id = try laptop.open(laptop.seed, 1)
    let before = try laptop.pair(id, module.plug()).installation
    if situation == .laptopProof { try laptop.void(id) }
    if situation == .platformProof { try laptop.deliverKeys() }
    if situation == .service { module.setCase(open: true) }
    return (before.module?.keyID, id)
  }

  private func pairFaulted(
    _ id: InstallationID, _ fault: ModuleBenchFault, old: String?, _ reason: WrittenText?
  ) throws -> Installation {
    let began = module.time.now
    do {
      let done = try laptops[0].pair(id, module.plug(fault), reason)
      maxPairDuration = max(maxPairDuration, module.time.now - began)
      try #require(module.time.now - began <= Self.pairDeadline, "pair under \(fault.spelling)")
      // A command that reports success has succeeded on both sides.
      try #require(module.truth.committedKeyID == done.installation.module?.keyID)
      return done.installation
    } catch let error as ProvisionError {
      struckPairs += 1
      maxPairDuration = max(maxPairDuration, module.time.now - began)
      try #require(module.time.now - began <= Self.pairDeadline, "\(error) under \(fault.spelling)")
      // Exactly one key is valid: the old one, or the one that this laptop has just made.
      _ = module.plug()
      let truth = module.truth
      let made = try laptops[0].latestKey(of: id, truth.serialNumber ?? "")
      try #require(
        truth.committedKeyID == old || truth.committedKeyID == made,
        "\(error) under \(fault.spelling): \(truth), before \(old ?? "-"), here \(made ?? "-")")
      if reason != nil { module.setCase(open: true) }
      return try laptops[0].pair(id, module.plug(), reason).installation
    }
  }

  private func agree(_ record: Installation, _ situation: Situation, old: String?) throws {
    let truth = module.truth
    let kept = try #require(record.module)
    try #require(truth.committedKeyID != nil && truth.committedKeyID == kept.keyID && truth.pendingKeyID == nil)
    try #require(truth.serialNumber == kept.serialNumber && kept.pairedAt != nil)
    try #require(try module.plug().configuration().code == record.code?.description)
    try #require(try laptops[0].latestKey(of: record.id, kept.serialNumber ?? "") == kept.keyID)
    try #require(kept.replacement?.kind == situation.kind)
    if situation.kind != nil {
      try #require(kept.replacement?.previousKeyID == old && kept.keyID != old && kept.replacement?.count == 1)
      try #require(kept.inspection?.keyID == old && kept.inspection?.replacing == situation.kind)
    } else if situation == .again {
      try #require(kept.keyID == old)
    }
  }

  private func testFaulted(_ paired: Installation, _ fault: ModuleBenchFault, isSound: Bool) throws {
    let began = module.time.now
    let report: TestReport
    do {
      report = try #require(try laptops[0].test(paired.id, module.plug(fault)).test)
    } catch let error as ProvisionError {
      struckTests += 1
      maxTestDuration = max(maxTestDuration, module.time.now - began)
      try #require(module.time.now - began <= Self.testDeadline, "\(error) under \(fault.spelling)")
      // The relay opens by itself, whatever was lost.
      module.pass(.seconds(31))
      try #require(!module.truth.relayIsClosed)
      try expect(isSound, try laptops[0].test(paired.id, module.plug()).test)
      return
    }
    maxTestDuration = max(maxTestDuration, module.time.now - began)
    try #require(module.time.now - began <= Self.testDeadline, "test under \(fault.spelling)")
    if report.passed {
      try #require(isSound, "passed under \(fault.spelling)")
      try #require(!module.truth.relayIsClosed)
    } else {
      // A test with a fault is recorded as failed; the same command then gives the true result.
      try expect(isSound, try laptops[0].test(paired.id, module.plug()).test)
    }
  }
}

extension Campaign {
  private func expect(_ isSound: Bool, _ report: TestReport?) throws {
    let report = try #require(report)
    let failed = report.steps.filter { !$0.passed }.map { "\($0.name): \($0.outcome) \($0.measured ?? -1)" }
    try #require(report.passed == isSound, "\(failed)")
  }
}

/// Draws the choices of a run from its seed.
struct CampaignDraw {
  private var numbers: SplitMix64

  init(seed: UInt64) { numbers = SplitMix64(seed: seed &* 0xd134_2543_de82_ef95 &+ 11) }

  mutating func next() -> UInt64 { numbers.next() }

  mutating func below(_ count: Int) -> Int { numbers.next(below: count) }

  mutating func fault() -> ModuleBenchFault {
    var timedEffects: [ModuleBenchFault.TimedEffect] = []
    var noises: [WireNoise] = []
    for _ in 0...below(2) {
      let seed = UInt32(below(1 << 20))
      switch below(9) {
      case 0: noises.append(WireNoise(.noise, seed: seed, partsPerMillion: 200 + below(8_000)))
      case 1: noises.append(WireNoise(.lost, seed: seed, partsPerMillion: 200 + below(8_000)))
      case 2: noises.append(WireNoise(.flipped, seed: seed, partsPerMillion: 200 + below(8_000)))
      case 3: noises.append(WireNoise(.doubled, seed: seed, partsPerMillion: 200 + below(8_000)))
      case 4: noises.append(WireNoise(.half, seed: seed, partsPerMillion: 20_000 + below(300_000)))
      case 5: noises.append(WireNoise(.brownout, seed: seed, partsPerMillion: 100 + below(2_000)))
      case 6:
        let effect = ModuleBenchFault.Effect.allCases[below(3)]
        timedEffects.append(.init(effect, .during(below(2) == 0 ? .pair : .test)))
      default:
        let effect = ModuleBenchFault.Effect.allCases[below(3)]
        timedEffects.append(.init(effect, .after(bytes: below(1_500))))
      }
    }
    return ModuleBenchFault(timedEffects: timedEffects, noises: noises)
  }

  /// Draws surroundings in which no test may pass.
  mutating func defect() -> World {
    switch below(6) {
    case 0: World(supplyVolts: 300)
    case 1: World(supplyVolts: 400, contact: .welded)
    case 2: World(supplyVolts: 400, contact: .unwired)
    case 3: World(supplyVolts: 400, zeroOffsetAmps: 40)
    case 4: World(supplyVolts: 400, hasSIM: false)
    default: World(supplyVolts: 400, sealClosed: false)
    }
  }
}
