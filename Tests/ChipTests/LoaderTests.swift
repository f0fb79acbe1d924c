import Bench
import Cryptography
import ModuleCore
import Testing

@testable import Chip
@testable import Provision

/// Runs the flashing program in the RAM of an executed chip, together with the laptop's end of its protocol.
@Suite struct LoaderTests {
  @Test func `a blank chip is flashed at two megabaud, proved by its own digest, and the firmware runs`() throws
  {
    let rig = try LoaderRig()
    let result = try rig.flash()
    #expect(result.proofs == [.digest])
    #expect(result.skipped == nil)
    #expect(rig.cable.baudRates.contains(2_000_000))
    #expect(rig.holdsImage)
    #expect(rig.cable.chip.chip.state == .running)
    #expect(rig.cable.chip.chip.surface.closings == 0)
    // The time covers the program, the digest and the start of the firmware; the ROM path takes some twelve
    // seconds.
    #expect(result.seconds < 3.5)
  }

  @Test(arguments: [-10_000, 10_000])
  func `an oscillator that is off by a percent is in the divider already`(partsPerMillion: Int) throws {
    let rig = try LoaderRig(oscillatorError: partsPerMillion)
    #expect(try rig.flash().proofs == [.digest])
    #expect(rig.cable.baudRates.contains(2_000_000))
    #expect(rig.holdsImage)
  }

  @Test func `an adapter that drops bytes above 460,800 is driven at that speed, and remembered`() throws {
    let rig = try LoaderRig(maxAdapterBaudRate: 460_800)
    #expect(try rig.flash().proofs == [.digest])
    #expect(rig.holdsImage)
    #expect(rig.baudRates.held == 460_800)
    #expect(rig.cable.baudRates.contains(921_600) && !rig.cable.baudRates.contains(2_000_000))
  }

  @Test func `read back besides, every byte is right`() throws {
    let rig = try LoaderRig()
    #expect(try rig.flash(.init(readsBack: true)).proofs == [.digest, .read])
  }

  @Test func `a chip without a program for its RAM is flashed through the ROM and read back`() throws {
    let rig = try LoaderRig(timings: .instant)
    #expect(try rig.flash(.init(usesLoader: false)).proofs == [.read])
    #expect(rig.holdsImage)
  }

  @Test func `neither the boot block of an update nor the pairing's sectors can be written`() throws {
    let rig = try LoaderRig(holds: true)
    try rig.enterROM()
    let rom = ROMClient(link: rig.cable, baudRate: 115_200, now: { [clock = rig.cable.clock] in clock.now })
    #expect(try rom.probe(within: .milliseconds(100)))
    // The table allows the pairing's sectors, but the program refuses them.
    let loader = try #require(ChipModel.stm32f405.stm32?.loader)
    let image = loader.image(baudRate: 115_200, writable: [1, 2, 4])
    for start in stride(from: 0, to: image.count, by: 256) {
      try rom.write(loader.address + UInt32(start), Array(image[start..<min(start + 256, image.count)]))
    }
    try rom.go(loader.address)
    var client = LoaderClient(
      link: rig.cable, baudRate: 115_200, now: { [clock = rig.cable.clock] in clock.now })
    #expect(try client.meet())
    for sector in [0, 1, 2, 5] {
      let plan = LoaderFrame.word(UInt32(1) << UInt32(sector))
      #expect(try client.ask(.plan, plan).status == .refused, "sector \(sector)")
      let address = rig.flash.sectors[sector].address
      let block = LoaderFrame.word(address) + LoaderFrame.word(4) + LoaderFrame.half(4) + [0, 0, 1, 2, 3, 4]
      #expect(try client.ask(.block, block).status == .refused, "sector \(sector)")
    }
    #expect(try client.ask(.plan, LoaderFrame.word(1 << 4)).status == .done)
    #expect(rig.holdsImage == false || rig.flash.read(0x0800_0000, count: 4) != [0xff, 0xff, 0xff, 0xff])
  }
}
