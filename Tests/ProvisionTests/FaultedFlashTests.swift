import Bench
import Foundation
import ModuleCore
import Testing

@testable import Provision

/// Checks flashing over the ROM path with faults, each drawn from a seed: no success is false, every chip is
/// finished by running the same command again, no chip becomes unreachable, and other sectors and the relay
/// stay unchanged.
///
/// With `WELDTECH_FLASHES=10000` the suite runs 10,000 flashes instead of 210; `WELDTECH_FLASH_SEED=N` runs the
/// single flash of seed N.
@Suite struct FaultedFlashTests {
  private static let environment = ProcessInfo.processInfo.environment
  /// Number of shares of the flashes, which run side by side.
  private static let shares = 4
  private static var seeds: Range<Int> {
    if let seed = environment["WELDTECH_FLASH_SEED"].flatMap(Int.init) { return seed..<(seed + 1) }
    return 0..<(environment["WELDTECH_FLASHES"].flatMap(Int.init) ?? 210)
  }

  /// The bytes in sectors that no flashing may touch.
  private static let others = BootloaderImages.noise(1024, seed: 11)

  private let older: Image
  private let newer: Image

  init() throws {
    older = try BootloaderImages.firmware(version: "1.0.0", applicationBytes: 1600)
    newer = try BootloaderImages.firmware(version: "1.1.0", applicationBytes: 2000)
  }

  private func flash(_ bench: FaultyBench, _ image: Image, _ notes: any FlashNotes) throws -> FlashResult {
    let clock = bench.clock
    return try Flasher(link: bench, notes: notes, now: { clock.now }).flash(
      .image(image), options: .init(usesLoader: false))
  }

  private func holds(_ flash: FlashArray, _ image: Image) -> Bool {
    image.pieces.allSatisfy { flash.read($0.address, count: $0.bytes.count) == $0.bytes }
  }

  /// The state of a chip before flashing: blank, with an older running firmware, or after an interrupted
  /// flashing.
  private func bench(_ fault: inout WireFault) throws -> FaultyBench {
    let bench = FaultyBench()
    switch fault.draw(below: 3) {
    case 0: break
    case 1: _ = try flash(bench, older, MemoryFlashNotes())
    default:
      _ = try flash(bench, older, MemoryFlashNotes())
      bench.flash.erase(sector: 4)
      bench.cyclePower()
    }
    return bench
  }

  @Test(arguments: 0..<shares)
  func `a faulted flash never lies, and the same command finishes it`(share: Int) throws {
    for seed in Self.seeds where seed % Self.shares == share {
      let kind = WireFault.Kind.allCases[seed / Self.shares % WireFault.Kind.allCases.count]
      var fault = WireFault(kind, seed: UInt64(seed))
      let bench = try bench(&fault)
      for sector in [3, 7] { bench.flash.program(bench.flash.sectors[sector].address, Self.others) }
      let notes = MemoryFlashNotes()
      bench.begin(fault, span: 5000)
      var errors: [any Error] = []
      for _ in 0..<6 {
        do {
          _ = try flash(bench, newer, notes)
          #expect(holds(bench.flash, newer), "seed \(seed): success without the image")
          break
        } catch {
          errors.append(error)
          bench.mend()
        }
      }
      // An adapter that stays bad also loses answers of the running firmware, whose baud rate is fixed.
      #expect(errors.count < (kind == .slowAdapter ? 6 : 3), "seed \(seed), \(kind): \(errors)")
      #expect(holds(bench.flash, newer), "seed \(seed), \(kind): \(errors)")
      for sector in [3, 7] {
        #expect(
          bench.flash.read(bench.flash.sectors[sector].address, count: Self.others.count) == Self.others,
          "seed \(seed): sector \(sector) was touched")
      }
      #expect(!bench.chip.relayIsClosed)
    }
  }
}
