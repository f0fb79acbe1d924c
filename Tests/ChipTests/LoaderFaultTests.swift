import Bench
import Foundation
import ModuleCore
import Testing

@testable import Chip
@testable import Provision

/// Flashes through the loader with faults, each drawn from a seed. Whatever happens, no success is false, the
/// same command run again succeeds, and the relay never closes.
///
/// `WELDTECH_LOADER_FLASHES` is the number of flashes (10,000 in `make soak`), `WELDTECH_LOADER_FLASH_SEED` the
/// seed of the first; given alone, it repeats that one.
@Suite struct LoaderFaultTests {
  private enum Fault: CaseIterable {
    /// Bits are flipped or bytes lost in both directions for a while.
    case noise, loss
    /// All bytes are lost in both directions, for a while or until somebody repairs the cable.
    case silence
    case pull
    /// Power fails at an instruction, or in the middle of an operation of the flash.
    case brownOut, cutWrite
    /// The adapter drops bytes above 460,800 baud all the time.
    case slowAdapter
    /// The loader receives everything, and its answers are lost.
    case muteLoader
  }

  /// The earlier contents of the chip's flash.
  private enum Start: CaseIterable, Sendable {
    case blank
    /// The last flashing was interrupted, so that the boot block leads to the ROM.
    case cutOff
    /// Another firmware runs.
    case other
  }

  /// The bytes, instructions and flash operations of an undisturbed flashing, from the moment of the command.
  private struct Course: Sendable {
    let bytes: Int
    let instructions: Range<UInt64>
    let operations: Range<Int>
  }

  private static let environment = ProcessInfo.processInfo.environment
  private static var seeds: Range<Int> {
    let first = environment["WELDTECH_LOADER_FLASH_SEED"].flatMap(Int.init)
    let count = environment["WELDTECH_LOADER_FLASHES"].flatMap(Int.init)
    return (first ?? 0)..<((first ?? 0) + (count ?? (first == nil ? 8 : 1)))
  }
  /// Number of parts into which the flashes are divided; the parts run side by side.
  private static let shares = 4

  @Test(arguments: 0..<shares)
  func `a flash that goes wrong says so, and the same command run again ends well`(share: Int) throws {
    let courses = try Self.courses.get()
    for seed in Self.seeds where seed % Self.shares == share {
      let fault = Fault.allCases[seed / Self.shares % Fault.allCases.count]
      let dice = Dice(seed: UInt64(seed))
      let start = Start.allCases[dice.below(Start.allCases.count)]
      let course = try #require(courses[start])
      // A slow adapter may be added to any other fault.
      let isSlow = fault == .slowAdapter || dice.below(6) == 0
      let rig = try Self.rig(
        start, countsInstructions: fault == .brownOut, maxAdapterBaudRate: isSlow ? 460_800 : nil)
      Self.set(fault, dice, course, on: rig)
      let errors = Self.flashUntilDone(rig, "seed \(seed), \(fault) from \(start)")
      #expect(errors.count < 4, "out of reach, seed \(seed), \(fault) from \(start): \(errors)")
    }
  }

  @Test(arguments: [Fault.silence, .pull, .brownOut, .cutWrite])
  private func `a flashing fails where a fault comes that nothing makes up for`(fault: Fault) throws {
    // The draws have the same limits as the measured flash, since a fault beyond its end would prove nothing.
    let course = try #require(try Self.courses.get()[.cutOff])
    let struck = try (0..<6).contains { seed in
      let rig = try Self.rig(.cutOff, countsInstructions: fault == .brownOut)
      Self.set(fault, Dice(seed: UInt64(seed)), course, on: rig)
      return !Self.flashUntilDone(rig, "\(fault)").isEmpty
    }
    #expect(struck)
  }

  // MARK: - One flash

  private static func rig(
    _ start: Start, countsInstructions: Bool = false, maxAdapterBaudRate: Int? = nil
  ) throws -> LoaderRig {
    let rig = try LoaderRig(
      maxAdapterBaudRate: maxAdapterBaudRate, countsInstructions: countsInstructions)
    for piece in rig.image.pieces where start != .blank {
      let isBoot = piece.address == FlashMap.bootBlock
      let application = start == .other ? LoaderRig.other(piece.bytes) : [1, 2, 3, 4]
      rig.flash.program(piece.address, isBoot ? piece.bytes : application)
    }
    rig.cable.cyclePower()
    rig.cable.wait(.milliseconds(start == .other ? 800 : 20))
    return rig
  }

  private static let courses = Result {
    try Dictionary(uniqueKeysWithValues: Start.allCases.map { ($0, try course(from: $0)) })
  }

  private static func course(from start: Start) throws -> Course {
    let rig = try rig(start, countsInstructions: true)
    let chip = rig.cable.chip.chip
    let (instructions, operations) = (chip.processor.instructions, chip.flash.operations)
    var bytes = 0
    rig.cable.spoil = { byte in
      bytes += 1
      return byte
    }
    try rig.flash()
    return Course(
      bytes: bytes, instructions: instructions..<chip.processor.instructions,
      operations: operations..<chip.flash.operations)
  }

  /// Runs the same command until it reports success, at most four times, and checks the success.
  private static func flashUntilDone(_ rig: LoaderRig, _ name: String) -> [any Error] {
    var errors: [any Error] = []
    let chip = rig.cable.chip.chip
    while errors.count < 4 {
      do {
        _ = try rig.flash()
        #expect(rig.holdsImage, "false success, \(name)")
        break
      } catch {
        errors.append(error)
        // A technician reads the error, repairs cable and supply, and runs the command again.
        rig.cable.plugIn()
        rig.cable.wait(.seconds(2))
        if chip.state == .lockedUp { rig.cable.cyclePower(holdsBoot0: true) }
      }
    }
    #expect(chip.surface.closings == 0, "relay, \(name)")
    return errors
  }

  private static func set(_ fault: Fault, _ dice: Dice, _ course: Course, on rig: LoaderRig) {
    let cable = rig.cable
    let (start, length) = (dice.below(course.bytes), 50 + dice.below(400))
    var passed = 0
    func within(_ length: Int) -> Bool {
      passed += 1
      return passed > start && passed - start < length
    }
    switch fault {
    case .noise:
      cable.spoil = { within(length) && dice.below(12) == 0 ? $0 ^ UInt8(1 << dice.below(8)) : $0 }
    case .loss: cable.spoil = { within(length) && dice.below(12) == 0 ? nil : $0 }
    case .silence:
      let length = dice.below(3) == 0 ? Int.max : length
      cable.spoil = { within(length) ? nil : $0 }
    // Most of the bytes go from the laptop to the chip.
    case .pull: cable.pullsAfter = start / 2
    case .brownOut:
      cable.cutSeed = dice.byte()
      let number = course.instructions.lowerBound + dice.next() % UInt64(course.instructions.count)
      cable.chip.chip.cutAfterInstructions = number
    case .cutWrite:
      cable.cutSeed = dice.byte()
      cable.cutPower(inOperation: course.operations.lowerBound + 1 + dice.below(course.operations.count))
    case .slowAdapter: break
    case .muteLoader: cable.muteLoader()
    }
  }
}
