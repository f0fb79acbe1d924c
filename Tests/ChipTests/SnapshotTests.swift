import ModuleCore
import Testing

@testable import Chip

@Suite struct SnapshotTests {
  @Test func `a snapshot has all that the chip has`() throws {
    let chip = Set(Mirror(reflecting: try ChipRig().chip).children.compactMap(\.label))
    #expect(chip.subtracting(["processor", "random"]).count == Microcontroller.parts.count)
  }

  @Test func `a chip that is put back does the same again, to the instruction`() throws {
    let rig = try ChipRig(countsInstructions: true)
    rig.boot()
    let before = try rig.chip.snapshot()
    let laptop = ChipLaptop(keys: ChipKeys(), dice: Dice(seed: 1))
    let first = try laptop.pair(rig.chip)
    let (instructions, time) = (rig.chip.processor.instructions, rig.chip.now)
    let flash = rig.flash.read(FlashMap.base, count: Int(FlashMap.size))
    for _ in 0..<2 {
      try rig.chip.restore(before)
      let again = try ChipLaptop(keys: ChipKeys(), dice: Dice(seed: 1)).pair(rig.chip)
      #expect(again == first)
      #expect(rig.chip.processor.instructions == instructions && rig.chip.now == time)
      #expect(rig.flash.read(FlashMap.base, count: Int(FlashMap.size)) == flash)
    }
  }
}
