import Bench
import Foundation
import TestSupport
import Testing

/// Runs Debian's stm32flash, an independent implementation of AN3155, against the simulated ROM bootloader.
@Suite(
  .enabled(if: InstalledProgram.stm32flash.isInstalled, "stm32flash is not installed: scripts/setup tests"),
  .enabled(if: InstalledProgram.compiler.isInstalled, "no C compiler for the shim that gives a pty parity"))
struct STM32FlashTests {
  private let shim: ParityShim
  private var folder: String { shim.folder }

  init() throws { shim = try ParityShim() }

  private func stm32flash(_ arguments: [String], on port: String) throws -> ProgramOutcome {
    try InstalledProgram.stm32flash.run(arguments + [port], adding: shim.environment)
  }

  @Test func `it flashes and verifies random bytes, and reads them back`() throws {
    let chip = try ROMOnAPort()
    defer { chip.bench.stop() }
    // The number of bytes is odd on purpose: the last block has to be filled up to words.
    let bytes = SplitMix64.bytes(40_001, seed: 1)
    try Data(bytes).write(to: URL(filePath: "\(folder)/random.bin"))

    let written = try stm32flash(["-b", "115200", "-w", "\(folder)/random.bin", "-v"], on: chip.port)
    #expect(written.status == 0, "\(written.everything)")
    #expect(written.everything.contains("0x0413"), "\(written.everything)")
    #expect(chip.bench.configuration.flash.read(0x0800_0000, count: bytes.count) == bytes)

    let read = try stm32flash(["-r", "\(folder)/back.bin", "-S", "0x08000000:40001"], on: chip.port)
    #expect(read.status == 0, "\(read.everything)")
    #expect(try Data(contentsOf: URL(filePath: "\(folder)/back.bin")).prefix(40_001) == Data(bytes))
  }

  @Test func `it erases the sectors it is told to and no others`() throws {
    let flash = FlashArray.stm32f405()
    for sector in flash.sectors { flash.program(sector.address, [0]) }
    let chip = try ROMOnAPort(flash: flash)
    defer { chip.bench.stop() }
    let outcome = try stm32flash(["-o", "-S", "0x08008000:98304"], on: chip.port)
    #expect(outcome.status == 0, "\(outcome.everything)")
    #expect(
      flash.sectors.map { flash.read($0.address, count: 1) ?? [] }.joined().elementsEqual(
        [0, 0, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0]), "\(outcome.everything)")
  }

  @Test func `a firmware that it wrote piece by piece and started by its go runs`() throws {
    let chip = try ROMOnAPort()
    defer { chip.bench.stop() }
    var outcome: ProgramOutcome?
    for piece in try ShippedRelease.image().pieces.sorted(by: { $0.address < $1.address }) {
      let address = "0x" + String(piece.address, radix: 16)
      try Data(piece.bytes).write(to: URL(filePath: "\(folder)/piece.bin"))
      outcome = try stm32flash(
        ["-w", "\(folder)/piece.bin", "-v", "-S", "\(address):\(piece.bytes.count)", "-g", "0x08000000"],
        on: chip.port)
      #expect(outcome?.status == 0, "\(outcome?.everything ?? "")")
    }
    #expect(chip.bench.truth.firmwareRuns, "\(outcome?.everything ?? "")")
  }
}
