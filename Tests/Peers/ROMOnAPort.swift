import Bench
import TestSupport

/// A simulated chip on a port that runs nothing but its ROM bootloader.
struct ROMOnAPort {
  let bench: ModuleBench
  let port: String

  /// - Parameter flash: the flash of the chip, which the chip shares with the test.
  init(flash: FlashArray = .stm32f405()) throws {
    bench = ModuleBench(
      ModuleBench.Configuration(timings: .instant, flash: flash),
      random: SeededBytes(seed: 1).bytes, now: { .now })
    port = try bench.runInBackground()
  }
}
