import Bench
import Foundation
import TestSupport
import Testing

/// Runs PyPI's esptool, which comes from the chips' manufacturer, against the simulated ROM loaders of
/// Espressif's chips.
@Suite(.enabled(if: InstalledProgram.esptool.isInstalled, "esptool is not installed: scripts/setup peers"))
struct ESPToolTests {
  static let chips: [(name: String, model: ESP32Model)] = [("esp32", .esp32), ("esp32c3", .esp32c3)]

  private let folder = TemporaryFolder()

  private func bench(_ model: ESP32Model, oscillatorError: Int = 0) -> ModuleBench {
    var configuration = ModuleBench.Configuration(flash: .serial())
    configuration.oscillatorError = oscillatorError
    return ModuleBench(model, configuration, timings: .instant, now: { .now })
  }

  /// Runs esptool without a reset of the chip, because a pty has no lines that could reset it.
  private func esptool(_ arguments: [String], chip: String, on port: String) throws -> ProgramOutcome {
    try InstalledProgram.esptool.run(
      ["--chip", chip, "--port", port, "--no-stub", "--before", "no-reset", "--after", "no-reset"] + arguments,
      adding: ["COLUMNS": "200"])
  }

  @Test(arguments: 0..<2) func `it flashes and verifies, and what it wrote is there`(index: Int) throws {
    let (name, model) = Self.chips[index]
    let bench = bench(model, oscillatorError: 30_000)
    let port = try bench.runInBackground()
    defer { bench.stop() }
    // The earlier contents must be erased; random bytes cannot be compressed, text can.
    bench.configuration.flash.program(0x10_000, Array(repeating: 0, count: 70_000))
    let random = SplitMix64.bytes(66_003, seed: 1)
    let text = Array(String(repeating: "达拉特旗 welders ", count: 900).utf8)
    let files = (random: try folder.write("random.bin", random), text: try folder.write("text.bin", text))

    let written = try esptool(
      ["--baud", "460800", "write-flash", "0x10000", files.random, "0x40000", files.text],
      chip: name, on: port)
    #expect(written.status == 0, "\(written.everything)")
    #expect(written.everything.contains("Hash of data verified"), "\(written.everything)")
    #expect(bench.configuration.flash.read(0x10_000, count: random.count) == random)
    #expect(bench.configuration.flash.read(0x40_000, count: text.count) == text)
  }
}
