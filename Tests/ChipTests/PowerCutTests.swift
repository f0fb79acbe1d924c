import Foundation
import Testing

@testable import Chip

/// Cuts the power at an instruction of the shipped image, or in the middle of a write.
///
/// `WELDTECH_POWER_CUTS` is the number of instructions that are drawn (10,000 in `make soak`),
/// `WELDTECH_CUTS=all` takes every write, and `WELDTECH_POWER_SEED` is the seed of the draw. A failure names
/// the operation, the moment and the seed of one cut; `WELDTECH_POWER_CUT=<operation>/<instruction or
/// write>/<number>/<seed>` runs that one alone.
@Suite struct PowerCutTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let count = environment["WELDTECH_POWER_CUTS"].flatMap(Int.init) ?? 40
  private static let firstSeed = environment["WELDTECH_POWER_SEED"].flatMap { UInt64($0) } ?? 1

  @Test(.enabled(if: environment["WELDTECH_POWER_CUT"] == nil), arguments: PowerCutRig.Operation.allCases)
  func `after a cut at any instruction the module boots, open, and pairing ends with both sides equal`(
    operation: PowerCutRig.Operation
  ) throws {
    let rig = try PowerCutRig(operation)
    let operations = PowerCutRig.Operation.allCases
    let share = (Self.count + operations.count - 1) / operations.count
    let dice = Dice(seed: Self.firstSeed &+ UInt64(operations.firstIndex(of: operation) ?? 0) << 32)
    var struck = 0
    for _ in 0..<share {
      let seed = dice.next()
      let wasCut = try cut(rig, .instruction(dice.next() % rig.instructions), seed: seed)
      if wasCut { struck += 1 }
    }
    #expect(struck > share / 2)
  }

  @Test(.enabled(if: environment["WELDTECH_POWER_CUT"] == nil), arguments: PowerCutRig.Operation.allCases)
  func `after a cut in the middle of a write the same holds`(operation: PowerCutRig.Operation) throws {
    let rig = try PowerCutRig(operation)
    let all = Self.environment["WELDTECH_CUTS"] == "all"
    let dice = Dice(seed: Self.firstSeed)
    // An update has thousands of writes, and each cut copies the images again.
    let step = all && operation != .update ? 1 : max(1, rig.writes / (all ? 300 : 6))
    for write in stride(from: rig.writes, to: 0, by: -step) {
      let wasCut = try cut(rig, .write(write), seed: dice.next())
      #expect(wasCut)
    }
  }

  @Test(
    .enabled(if: environment["WELDTECH_POWER_CUT"] != nil, "WELDTECH_POWER_CUT names one cut to be done again"))
  func `one cut, done again`() throws {
    let parts = (Self.environment["WELDTECH_POWER_CUT"] ?? "").split(separator: "/").map(String.init)
    try #require(parts.count == 4)
    let operation = try #require(PowerCutRig.Operation(rawValue: parts[0]))
    let number = try #require(UInt64(parts[2]))
    let seed = try #require(UInt64(parts[3]))
    let moment = parts[1] == "write" ? PowerCutRig.Moment.write(Int(number)) : .instruction(number)
    _ = try cut(try PowerCutRig(operation), moment, seed: seed)
  }

  private func cut(_ rig: PowerCutRig, _ moment: PowerCutRig.Moment, seed: UInt64) throws -> Bool {
    do {
      return try rig.cut(moment, seed: seed)
    } catch {
      Issue.record("WELDTECH_POWER_CUT=\(rig.operation.rawValue)/\(moment)/\(seed): \(error)")
      return true
    }
  }
}
