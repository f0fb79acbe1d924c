import Bench
import FoundationEssentials
import ModuleCore
import Provision
import Records
import TestSupport
import Testing

@testable import Chip

/// Runs the functional test through the wire of the executed chip, in surroundings with exactly one fault.
@Suite struct ChipWorldTests {
  /// A clock that follows the chip's, from the time at which the chip was paired. Only the thread that runs the
  /// chip uses it.
  private final class LaptopClock: Clock, @unchecked Sendable {
    private let chip: Microcontroller
    private let pairedAt: UInt64

    init(_ chip: Microcontroller) {
      self.chip = chip
      pairedAt = chip.now
    }

    func now() -> Timestamp {
      let seconds = 1_795_000_000 + Int64((chip.now - pairedAt) / 1_000_000_000)
      return Timestamp(secondsSince1970: seconds, offsetSeconds: 28_800)
    }
  }

  /// Pairs a chip and tests it with the shipped plan.
  private static func test(_ rig: ChipRig) throws -> TestReport {
    rig.boot()
    let keys = ChipKeys()
    try ChipLaptop(keys: keys, dice: Dice(seed: 4)).pair(rig.chip)
    let clock = LaptopClock(rig.chip)
    let secret = try #require(keys.kept?.secret)
    let link = ChipLink(rig.chip)
    let client = SMPClient(link: link, now: { link.now })
    let module = TestedModule(
      serialNumber: try client.identity().serialNumber, keyID: secret.keyID, secret: secret)
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let catalogue = try SchemeCatalogue(directory: root + "/schemes")
    let plan = try catalogue.plan(for: catalogue.scheme(named: "single-phase-inverter"))
    return try FunctionalTest(client: client, module: module, authority: KeyHolder(secret), clock: clock)
      .run(plan)
  }

  @Test func `the worlds are there`() {
    #expect(WorldCase.all.count >= 16 && WorldCase.all.first?.fails == nil)
  }

  @Test(arguments: WorldCase.all)
  func `a world fails exactly its step, by what the pins and lines say`(world: WorldCase) throws {
    let rig = try ChipRig(world: world.world)
    let report = try Self.test(rig)
    #expect(report.steps.filter { !$0.passed }.map(\.name) == [world.fails].compactMap { $0 }, "\(report)")
    #expect(report.steps.count == 12 && report.openSteps.isEmpty)
    if let range = world.measured, let step = report.steps.first(where: { $0.name == world.fails }) {
      let measured = try #require(step.measured)
      #expect(measured >= range[0] && measured <= range[1], "\(measured)")
    }
    #expect(!rig.chip.surface.relayIsClosed)
  }

  @Test func `the position is the world's, and the numbers are the modem's and the card's`() throws {
    let rig = try ChipRig(world: World(latitude: -33.868723, longitude: -151.208333, satellites: 12))
    rig.boot()
    rig.wait(milliseconds: 4_000)
    let readings = try rig.ask(.readings)
    let latitude = try #require(readings[ModuleField.latitude]?.integer)
    let longitude = try #require(readings[ModuleField.longitude]?.integer)
    #expect(abs(latitude + 33_868_723) <= 1 && abs(longitude + 151_208_333) <= 1)
    #expect(readings[ModuleField.satellites]?.unsigned == 12)
    let identity = try rig.ask(.identity)
    let id = Array("WELDTECHSIM1".utf8)
    #expect(identity[ModuleField.imei]?.text == Array(BoardNumbers.imei(of: id).utf8))
    #expect(identity[ModuleField.iccid]?.text == Array(BoardNumbers.iccid(of: id).utf8))
  }

  /// The window of 20 ms begins at any place in a period of the mains.
  @Test func `the supply is the same whenever it is asked for`() throws {
    let rig = try ChipRig(world: World(supplyVolts: 400))
    rig.boot()
    for _ in 0..<20 {
      rig.wait(milliseconds: 7)
      let millivolts = try #require(try rig.ask(.readings)[ModuleField.millivolts]?.unsigned)
      #expect((399_000...401_000).contains(millivolts), "\(millivolts)")
    }
  }

  @Test func `a fix that is lost, a card that is pulled and a modem that dies are noticed`() throws {
    let rig = try ChipRig()
    rig.boot()
    rig.wait(milliseconds: 4_000)
    let sound = try rig.ask(.readings)
    #expect(sound[ModuleField.fix]?.boolean == true && sound[ModuleField.registered]?.boolean == true)
    #expect(sound[ModuleField.signalStrength]?.integer == -71)
    rig.surroundings.world.hasFix = false
    rig.surroundings.world.hasSIM = false
    rig.wait(milliseconds: 7_000)
    let poor = try rig.ask(.readings)
    #expect(poor[ModuleField.fix]?.boolean == false && poor[ModuleField.simCard]?.boolean == false)
    #expect(try rig.ask(.identity)[ModuleField.iccid] == nil)
    rig.surroundings.world.hasModem = false
    rig.wait(milliseconds: 30_000)
    #expect(try rig.ask(.identity)[ModuleField.imei] == nil)
  }

  /// An erasure of up to two seconds stops the core, and bytes are lost meanwhile; the incomplete rest must not
  /// be used.
  @Test func `an erasure in the middle of sentences costs sentences and nothing else`() throws {
    let rig = try ChipRig()
    rig.boot()
    rig.wait(milliseconds: 4_000)
    try rig.pair(key: ChipRig.key)
    rig.wait(milliseconds: 6_000)
    let readings = try rig.ask(.readings)
    #expect(readings[ModuleField.latitude]?.integer == 40_410_000)
    #expect(readings[ModuleField.simCard]?.boolean == true)
  }
}
