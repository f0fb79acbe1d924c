import Bench
import Foundation
import ModuleCore
import Testing

@testable import Chip
@testable import Provision

/// Cuts the power while the loader writes the boot block of a blank chip. Half a boot block is never started,
/// the chip can still be reached, and the same command finishes it.
///
/// `WELDTECH_BOOT_CUTS` is the number of instructions that are drawn, `WELDTECH_CUTS=all` takes every write.
@Suite struct BootBlockCutTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let count = environment["WELDTECH_BOOT_CUTS"].flatMap(Int.init) ?? 8

  private enum Moment {
    case instruction(UInt64)
    case operation(Int)
  }

  /// A chip that is blank except for the application, so that the loader has to write only the boot block.
  private func rig(countsInstructions: Bool) throws -> LoaderRig {
    let rig = try LoaderRig(countsInstructions: countsInstructions)
    for piece in rig.image.pieces where piece.address != FlashMap.bootBlock {
      rig.flash.program(piece.address, piece.bytes)
    }
    return rig
  }

  /// The range of instructions and operations of the chip from the first erasure to the verification, in a run
  /// without a cut.
  private func span(countsInstructions: Bool) throws -> (instructions: Range<UInt64>, operations: Range<Int>) {
    let rig = try rig(countsInstructions: countsInstructions)
    let chip = rig.cable.chip.chip
    var begun: (UInt64, Int)?
    var ended: (UInt64, Int) = (0, 0)
    try rig.flash { step in
      switch step {
      case .erasing where begun == nil: begun = (chip.processor.instructions, chip.flash.operations)
      case .verifying(bytes: 0, of: _): ended = (chip.processor.instructions, chip.flash.operations)
      default: break
      }
    }
    #expect(rig.holdsImage)
    let first = try #require(begun)
    return (first.0..<ended.0, first.1 + 1..<ended.1 + 1)
  }

  @Test func `after a cut at any instruction nothing half is started and the same command ends well`() throws {
    let span = try span(countsInstructions: true).instructions
    let dice = Dice(seed: 5)
    for _ in 0..<Self.count {
      let number = span.lowerBound + UInt64(dice.below(span.count))
      try cut(.instruction(number), seed: dice.byte())
    }
  }

  @Test func `after a cut in the middle of any write the same holds`() throws {
    let span = try span(countsInstructions: false).operations
    // The operations are the erasure and all words of the boot block that are not ones.
    #expect(span.count > 400)
    let isWhole = Self.environment["WELDTECH_CUTS"] == "all"
    var numbers = Array(stride(from: span.upperBound - 1, through: span.lowerBound, by: isWhole ? -1 : -70))
    // The operations are the erasure and the last two words, which make the boot block a program.
    numbers += [span.lowerBound, span.upperBound - 2, span.upperBound - 1].filter { !numbers.contains($0) }
    let dice = Dice(seed: 6)
    for number in numbers { try cut(.operation(number), seed: dice.byte()) }
  }

  private func cut(_ moment: Moment, seed: UInt8) throws {
    var isCounting = false
    if case .instruction = moment { isCounting = true }
    let rig = try rig(countsInstructions: isCounting)
    let chip = rig.cable.chip.chip
    rig.cable.cutSeed = seed
    switch moment {
    case .instruction(let number): chip.cutAfterInstructions = number
    case .operation(let number): rig.cable.cutPower(inOperation: number)
    }
    do {
      try rig.flash()
      #expect(rig.holdsImage, "false success, \(moment), \(seed)")
    } catch is FlashError {}
    #expect(rig.cable.cuts == 1, "\(moment), \(seed)")

    rig.cable.wait(.seconds(2))
    if rig.cable.chip.chip.state != .bootloader {
      let boot = try #require(rig.image.pieces.first { $0.address == FlashMap.bootBlock }).bytes
      let found = rig.flash.read(FlashMap.bootBlock, count: boot.count) ?? []
      // The cut may have hit the very last word, the stack's address, after which nothing is left to do.
      let isWhole = found.dropFirst(4) == boot.dropFirst(4)
      #expect(isWhole, "half a boot block was started, \(moment), \(seed)")
    }
    if rig.cable.chip.chip.state == .lockedUp {
      // BOOT0 is held high, as for every blank chip.
      rig.cable.cyclePower(holdsBoot0: true)
      #expect(chip.state == .bootloader)
    }
    try rig.flash()
    #expect(rig.holdsImage, "\(moment), \(seed)")
    #expect(chip.state == .running)
    #expect(chip.surface.closings == 0)
  }
}
