import Bench
import Foundation
import ModuleCore
import Testing

@testable import Chip
@testable import Provision

/// Flashes that go wrong on the way through the loader: whatever happens, no success is false, the same command run
/// again ends well, and the relay never closes. Eight of them, or as many as `WELDTECH_LOADER_FLASHES` says.
@Suite struct LoaderFaultTests {
  private enum Fault: CaseIterable {
    /// Bytes changed, both ways, for a while.
    case noise
    /// Bytes lost, both ways, for a while.
    case silence
    case pull
    /// Power goes at an instruction of the loader.
    case brownOut
    case slowAdapter
  }

  /// The same row for the same seed (an xorshift).
  private struct Dice {
    var state: UInt64
    mutating func draw(_ limit: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int((state >> 20) % UInt64(limit))
    }
  }

  private static let count =
    ProcessInfo.processInfo.environment["WELDTECH_LOADER_FLASHES"].flatMap { Int($0) } ?? 8

  @Test func `a flash that goes wrong says so, and the same command run again ends well`() throws {
    var failed = 0
    for seed in 1...Self.count {
      let fault = Fault.allCases[seed % Fault.allCases.count]
      var dice = Dice(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15)
      let rig = try LoaderRig(
        adapterLimit: fault == .slowAdapter ? 460_800 : nil, countsInstructions: fault == .brownOut,
        timings: .instant)
      // A module whose last flashing was cut off: the boot block leads to the ROM.
      for piece in rig.image.pieces {
        rig.flash.program(piece.address, piece.address == FlashMap.bootBlock ? piece.bytes : [1, 2, 3, 4])
      }
      rig.cable.cyclePower()
      rig.cable.wait(.milliseconds(20))
      Self.set(fault, &dice, on: rig.cable)

      var isDone = false
      for attempt in 0..<4 where !isDone {
        do {
          _ = try rig.flash()
          isDone = true
        } catch {
          if attempt == 0 { failed += 1 }
          // Whoever stands there reads the error, sees to the cable, and runs it again.
          rig.cable.plugIn()
          rig.cable.wait(.seconds(2))
        }
        if isDone { #expect(rig.holdsImage, "false success, seed \(seed), \(fault)") }
        #expect(rig.cable.chip.chip.surface.closings == 0, "relay, seed \(seed), \(fault)")
      }
      #expect(isDone, "out of reach, seed \(seed), \(fault)")
    }
    #expect(failed > 0)
  }

  private static func set(_ fault: Fault, _ dice: inout Dice, on cable: ChipCable) {
    let (start, length) = (dice.draw(60_000), 50 + dice.draw(400))
    var passed = 0
    var noise = dice
    switch fault {
    case .noise:
      cable.spoil = { byte in
        passed += 1
        guard passed > start, passed < start + length, noise.draw(12) == 0 else { return byte }
        return byte ^ UInt8(1 << noise.draw(8))
      }
    case .silence:
      cable.spoil = { byte in
        passed += 1
        return passed > start && passed < start + length ? nil : byte
      }
    case .pull: cable.pullsAfter = dice.draw(50_000)
    case .brownOut: cable.cutPower(afterInstructions: UInt64(dice.draw(2_000_000)))
    case .slowAdapter: break
    }
  }
}
