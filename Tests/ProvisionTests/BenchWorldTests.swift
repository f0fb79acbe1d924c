import Bench
import Cryptography
import FoundationEssentials
import ModuleCore
import Records
import TestSupport
import Testing

@testable import Provision

/// Runs the functional test over a pty with the quick engine, in the same surroundings as on the executed chip.
@Suite struct BenchWorldTests {
  private struct LaptopClock: Clock {
    let start = ContinuousClock.now

    func now() -> Timestamp {
      let seconds = (ContinuousClock.now - start).components.seconds
      return Timestamp(secondsSince1970: FixedClock().time.secondsSince1970 + seconds, offsetSeconds: 28_800)
    }
  }

  @Test func `the worlds are there`() {
    #expect(WorldCase.all.count >= 16 && WorldCase.all.first?.fails == nil)
  }

  @Test(arguments: WorldCase.all) func `a world fails exactly its step`(world: WorldCase) throws {
    var configuration = ModuleBench.Configuration(timings: .instant)
    configuration.surroundings = Surroundings(world.world)
    try ShippedRelease.program(configuration.flash)
    let module = ModuleBench(
      configuration, random: SeededBytes(seed: 1).bytes, now: { ContinuousClock.now })
    let link = try SerialPort.open(try module.runInBackground(), framing: .firmware)
    defer {
      link.close()
      module.stop()
    }
    let client = SMPClient(link: link, now: { ContinuousClock.now })
    let clock = LaptopClock()
    let keys = MemoryKeys()
    let pairing = Pairing(client: client, keys: keys, clock: clock, random: SeededBytes(seed: 2).bytes)
    let serialNumber = try pairing.pair(PairingTests.installation, settings: PairingTests.settings).serialNumber
    let kept = try #require(try keys.key(for: PairingTests.installation, moduleSerial: serialNumber))
    let secret = try #require(kept.secret)
    let test = FunctionalTest(
      client: client, module: TestedModule(serialNumber: serialNumber, keyID: secret.keyID, secret: secret),
      authority: KeyHolder(secret), clock: clock)
    let report = try test.run(try FunctionalTestTests.plan())
    #expect(report.steps.filter { !$0.passed }.map(\.name) == [world.fails].compactMap { $0 }, "\(report)")
    if let range = world.measured, let step = report.steps.first(where: { $0.name == world.fails }) {
      let measured = try #require(step.measured)
      #expect(measured >= range[0] && measured <= range[1], "\(measured)")
    }
    #expect(!module.truth.relayIsClosed)
  }
}
