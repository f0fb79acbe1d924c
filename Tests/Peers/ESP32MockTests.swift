import Bench
import Foundation
import Testing

@testable import Provision

/// PyPI's esp32-mock-bootloader, flashed by us: a third reading of Espressif's protocol. It erases nothing and takes any
/// bytes for packed, so that it proves what we say and not what we may.
@Suite(
  .enabled(
    if: PeerProgram.esp32Mock.isInstalled, "esp32-mock-bootloader is not installed: scripts/setup peers"))
struct ESP32MockTests {
  @Test(arguments: [("esp32", ChipModel.esp32), ("esp32c3", .esp32c3)])
  func `our flasher writes its flash, has it proved, and finds it there again`(
    name: String, chip: ChipModel
  ) throws {
    let folder = NSTemporaryDirectory() + "weldtech-mock-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let mock = try PeerProgram.esp32Mock.start([
      "run", "--pty", "--chip", name, "--port-file", "\(folder)/port", "--timeout", "100",
    ])
    // A test's threads block the signals that a child then does not hear.
    defer { kill(mock.processIdentifier, SIGKILL) }
    let port = try #require(written(file: "\(folder)/port"))

    let image = try PeerImage.espressif(chip)
    let first = try flash(image, on: port)
    #expect(first.chip == chip.name && first.skipped == nil && first.proofs == [.digest])
    #expect(first.chipID.hasPrefix("240ac4"))
    let again = try flash(image, on: port)
    #expect(again.skipped == .alreadyHeld && again.bytesWritten == 0)
    #expect(again.duration < .seconds(2), "\(again.duration)")
    #expect(throws: FlashError.self) {
      try flash(try PeerImage.espressif(chip == .esp32 ? .esp32c3 : .esp32), on: port)
    }
  }

  /// esptool's own reading of the images that our flasher takes.
  @Test(
    .enabled(if: PeerProgram.esptool.isInstalled),
    arguments: [("esp32", ChipModel.esp32), ("esp32c3", .esp32c3)])
  func `esptool finds our images' checksums and digests right`(name: String, chip: ChipModel) throws {
    let path = NSTemporaryDirectory() + "weldtech-image-\(UUID().uuidString).bin"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let program = try #require(try PeerImage.espressif(chip).pieces.last)
    try Data(program.bytes).write(to: URL(filePath: path))
    let outcome = try PeerProgram.esptool.run(
      ["--chip", name, "image-info", path], environment: ["COLUMNS": "200"])
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(outcome.output.contains("(valid)"), "\(outcome.output)")
    #expect(!outcome.output.contains("invalid"), "\(outcome.output)")
  }

  private func flash(_ image: Image, on port: String) throws -> FlashResult {
    let link = try SerialPort.open(port, framing: .firmware)
    defer { link.close() }
    return try Flasher(link: link, now: { .now }).flash(.image(image))
  }

  private func written(file path: String) -> String? {
    for _ in 0..<400 {
      if let text = try? String(contentsOfFile: path, encoding: .ascii), !text.isEmpty { return text }
      Thread.sleep(forTimeInterval: 0.05)
    }
    return nil
  }
}
