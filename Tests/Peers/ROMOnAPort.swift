import Bench
import TestSupport

/// A simulated chip that runs nothing but its ROM bootloader, plugged in.
struct ROMOnAPort {
  let bench: ModuleBench
  let port: String

  /// - Parameter flash: what is in it, which goes on being what the chip has.
  init(flash: FlashArray = .stm32f405()) throws {
    bench = ModuleBench(
      ModuleBench.Configuration(timings: .instant, flash: flash),
      random: SeededBytes(seed: 1).bytes, now: { .now })
    port = try bench.runInBackground()
  }
}
