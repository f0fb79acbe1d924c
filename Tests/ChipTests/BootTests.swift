import Bench
import ModuleCore
import Testing

@testable import Chip

/// Checks the shipped image while it is executed.
@Suite struct BootTests {
  @Test func `the boot block starts the application, which says who it is`() throws {
    let rig = try ChipRig()
    rig.boot()
    let reply = try rig.ask(.identity)
    #expect(reply[ModuleField.chip]?.text.map { String(decoding: $0, as: UTF8.self) } == "STM32F405")
    #expect(reply[ModuleField.uniqueID]?.byteString == Array("WELDTECHSIM1".utf8))
    #expect(reply[ModuleField.boots]?.unsigned == 1)
    #expect(rig.chip.surface.closings == 0)
  }

  @Test func `a damaged application is not started: the ROM bootloader takes the wire`() throws {
    let rig = try ChipRig()
    rig.flash.program(FlashMap.application + 0x1000, [0, 0, 0, 0])
    rig.chip.powerUp()
    rig.boot()
    #expect(rig.chip.state == .bootloader)
    #expect(rig.chip.surface.closings == 0)
  }

  @Test func `a key is kept through a power cut, and the relay answers only an authentic start`() throws {
    let rig = try ChipRig()
    rig.boot()
    try rig.pair(key: ChipRig.key)
    rig.chip.cutPower { 0 }
    rig.boot()
    let identity = try rig.ask(.identity)
    #expect(identity[ModuleField.keyID]?.byteString == Authenticator.keyID(of: ChipRig.key))
    #expect(identity[ModuleField.boots]?.unsigned == 2)
    let wrong = [UInt8](repeating: 9, count: 32)
    #expect(try rig.start(key: wrong, seconds: 5)[ModuleField.error] != nil)
    #expect(rig.chip.surface.closings == 0)
    #expect(try rig.start(key: ChipRig.key, seconds: 1)[ModuleField.error] == nil)
    #expect(rig.chip.surface.relayIsClosed)
    rig.wait(milliseconds: 50)
    #expect(try rig.ask(.readings)[ModuleField.feedback]?.boolean == true)
    rig.wait(milliseconds: 1_100)
    #expect(!rig.chip.surface.relayIsClosed)
  }

  @Test func `a reset is answered before it happens`() throws {
    let rig = try ChipRig()
    rig.boot()
    #expect(try rig.reset() != nil)
    rig.boot()
    #expect(try rig.ask(.identity)[ModuleField.boots]?.unsigned == 2)
  }

  @Test func `a generator that fails refuses pairing`() throws {
    let rig = try ChipRig(world: World(randomWorks: false))
    rig.boot()
    var begin = CBORMapWriter()
    begin.put(ModuleField.key, bytes: ChipRig.key)
    begin.put(ModuleField.installation, text: ChipRig.installation)
    let reply = try rig.ask(.pairBegin, begin)
    #expect(reply[ModuleField.error]?[ModuleField.returnCode]?.unsigned == UInt64(ModuleRefusal.noRandom.code))
  }

  @Test(arguments: [
    // The tolerance is a quarter of a percent, for the edges of a mains period and the converter's steps.
    (World(supplyVolts: 400), 399_000...401_000), (World(supplyVolts: 180), 179_550...180_450),
  ])
  func `the supply is what the converter sees`(world: World, millivolts: ClosedRange<UInt64>) throws {
    let rig = try ChipRig(world: world)
    rig.boot()
    let measured = try #require(try rig.ask(.readings)[ModuleField.millivolts]?.unsigned)
    #expect(millivolts.contains(measured))
  }

  @Test func `a welded contact and an open seal are seen through the pins`() throws {
    let rig = try ChipRig(world: World(contact: .welded, sealClosed: false))
    rig.boot()
    let readings = try rig.ask(.readings)
    #expect(readings[ModuleField.feedback]?.boolean == true)
    #expect(readings[ModuleField.relay]?.boolean == false)
    #expect(readings[ModuleField.seal]?.boolean == false)
  }
}
