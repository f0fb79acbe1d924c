import Bench
import Foundation
import TestSupport
import Testing

/// Runs PyPI's stm32loader, a third implementation of AN3155, against the simulated ROM bootloader.
@Suite(
  .enabled(if: InstalledProgram.stm32loader.isInstalled, "stm32loader is not installed: scripts/setup peers"),
  .enabled(if: InstalledProgram.compiler.isInstalled, "no C compiler for the shim that gives a pty parity"))
struct STM32LoaderTests {
  @Test func `it erases, writes and verifies, and what it wrote is there`() throws {
    let shim = try ParityShim()
    let chip = try ROMOnAPort()
    defer { chip.bench.stop() }
    let bytes = SplitMix64.bytes(20_003, seed: 1)
    try Data(bytes).write(to: URL(filePath: "\(shim.folder)/random.bin"))
    let outcome = try InstalledProgram.stm32loader.run(
      ["-p", chip.port, "-b", "115200", "-f", "F4", "-e", "-w", "-v", "-n", "\(shim.folder)/random.bin"],
      adding: shim.environment)
    #expect(outcome.status == 0, "\(outcome.everything)")
    #expect(
      chip.bench.configuration.flash.read(0x0800_0000, count: bytes.count) == bytes, "\(outcome.everything)")
  }
}
