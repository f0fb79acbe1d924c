import Bench
import Foundation
import TestSupport
import Testing

@testable import Provision

/// Flashes PyPI's esp32-mock-bootloader, a third implementation of Espressif's protocol. It erases nothing and
/// accepts any bytes as compressed data, so that it checks the form of our requests but not their effect.
@Suite(
  .enabled(
    if: InstalledProgram.esp32Mock.isInstalled, "esp32-mock-bootloader is not installed: scripts/setup peers"))
struct ESP32MockTests {
  @Test(arguments: [("esp32", ChipModel.esp32), ("esp32c3", .esp32c3)])
  func `our flasher writes its flash, has it proved, and finds it there again`(
    name: String, chip: ChipModel
  ) throws {
    let folder = TemporaryFolder()
    let mock = try InstalledProgram.esp32Mock.start([
      "run", "--pty", "--chip", name, "--port-file", folder.file("port"), "--timeout", "100",
    ])
    defer { mock.kill() }
    let portFile = folder.file("port")
    let isNamed = mock.wait(watching: [folder.path]) { _ in
      FileManager.default.contents(atPath: portFile)?.isEmpty == false
    }
    try #require(isNamed, "\(mock.said)")
    let port = try String(contentsOfFile: portFile, encoding: .ascii)

    let image = try PeerImage.espressif(chip)
    let first = try flash(image, on: port)
    #expect(first.chip == chip.name && first.skipped == nil && first.proofs == [.digest])
    #expect(first.chipID.hasPrefix("240ac4"))
    let again = try flash(image, on: port)
    #expect(again.skipped == .alreadyHeld && again.bytesWritten == 0)
    #expect(throws: FlashError.self) {
      try flash(try PeerImage.espressif(chip == .esp32 ? .esp32c3 : .esp32), on: port)
    }
  }

  /// Checks esptool's own reading of the images that our flasher accepts.
  @Test(
    .enabled(if: InstalledProgram.esptool.isInstalled),
    arguments: [("esp32", ChipModel.esp32), ("esp32c3", .esp32c3)])
  func `esptool finds our images' checksums and digests right`(name: String, chip: ChipModel) throws {
    let folder = TemporaryFolder()
    let program = try #require(try PeerImage.espressif(chip).pieces.last)
    let path = try folder.write("image.bin", program.bytes)
    let outcome = try InstalledProgram.esptool.run(
      ["--chip", name, "image-info", path], adding: ["COLUMNS": "200"])
    #expect(outcome.status == 0, "\(outcome.everything)")
    #expect(outcome.everything.contains("(valid)"), "\(outcome.everything)")
    #expect(!outcome.everything.contains("invalid"), "\(outcome.everything)")
  }

  private func flash(_ image: Image, on port: String) throws -> FlashResult {
    let link = try SerialPort.open(port, framing: .firmware)
    defer { link.close() }
    return try Flasher(link: link, now: { .now }).flash(.image(image))
  }
}
