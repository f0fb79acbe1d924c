import Cryptography
import ESP32Programs
import Foundation
import TestSupport
import Testing

/// Runs the built program against its own `bench module --chip`, with an image that the test signs.
@Suite struct ESP32FlashTests {
  private let laptop: Laptop
  private let share: String

  init() throws {
    laptop = try Laptop()
    share = laptop.scratch.file("share")
    let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path()
    for folder in ["firmware/releases", "firmware/trust"] {
      try FileManager.default.createDirectory(atPath: "\(share)/\(folder)", withIntermediateDirectories: true)
    }
    for folder in ["label-templates", "schemes"] {
      try FileManager.default.copyItem(atPath: "\(checkout)/\(folder)", toPath: "\(share)/\(folder)")
    }
  }

  private func run(_ arguments: String...) throws -> ProgramOutcome {
    try laptop.run(["--json"] + arguments, environment: ["WELDTECH_SHARE": share])
  }

  /// Makes a signed release and returns the path of its manifest.
  private func release(chip: String, id: UInt16, version: String) throws -> String {
    let pieces = ESP32Programs.release(chipID: id, version: version, bytes: 30_000)
    let file = pieces.flatMap(\.bytes)
    var offset = 0
    let segments = pieces.map { address, bytes in
      defer { offset += bytes.count }
      return ["address": Int(address), "offset": offset, "length": bytes.count]
    }
    let name = "\(chip)-\(version)"
    let manifest: [String: Any] = [
      "name": name, "version": version, "chip": chip, "productId": Int(id), "segments": segments,
      "bytes": file.count, "sha256": SHA256Digest(of: file).hex,
    ]
    _ = try laptop.scratch.write("\(name).bin", Data(file))
    let path = try laptop.scratch.write("\(name).json", try JSONSerialization.data(withJSONObject: manifest))
    let key = try SigningKey(seed: SplitMix64.bytes(32, seed: 5))
    try Data(key.verifyingKey.pem.utf8).write(to: URL(filePath: "\(share)/firmware/trust/\(name).pem"))
    let signed = try run("firmware", "sign", path, "--key", try laptop.scratch.write("\(name).pem", key.pem()))
    #expect(signed.status == 0, "\(signed)")
    return path
  }

  @Test(arguments: [("esp32", "ESP32", 0), ("esp32c3", "ESP32-C3", 5)] as [(String, String, UInt16)])
  func `a chip at a real wire's pace is flashed, recorded, and skipped the second time`(
    name: String, chip: String, id: UInt16
  ) throws {
    try laptop.setUp()
    let installation = try laptop.register()
    _ = try run("photo", installation, "--stage", "before", try laptop.photo())
    let bench = try laptop.start(["bench", "module", "--chip", name, "--wire-speed", "115200"])
    defer { bench.stop() }
    let port = try #require(try bench.firstLine()["port"] as? String)
    let manifest = try release(chip: chip, id: id, version: "1.2.0")

    let first = try run("flash", installation, "--port", port, "--manifest", manifest).document()
    #expect(first["chip"] as? String == chip && first["skipped"] as? Bool == false, "\(first)")
    #expect(first["proof"] as? [String] == ["digest"] && first["firmwareVersion"] as? String == "1.2.0")
    let module = try laptop.record(installation)["module"] as? [String: Any]
    #expect(module?["chip"] as? String == chip, "\(module ?? [:])")

    let again = try run("flash", installation, "--port", port, "--manifest", manifest).document()
    #expect(again["skipped"] as? Bool == true && again["skipReason"] as? String == "alreadyHeld", "\(again)")
    #expect((again["seconds"] as? Double ?? 9) < 2, "\(again)")

    let older = try release(chip: chip, id: id, version: "1.1.0")
    let refused = try run("flash", installation, "--port", port, "--manifest", older)
    #expect(refused.errorCode == "provision.flash.downgrade", "\(refused)")
    let other = try release(chip: id == 0 ? "ESP32-C3" : "ESP32", id: 5 - id, version: "1.3.0")
    let wrong = try run("flash", installation, "--port", port, "--manifest", other)
    #expect(wrong.errorCode == "provision.flash.wrongChip", "\(wrong)")
    #expect(
      try run("flash", installation, "--port", port, "--profile", "esp32").errorCode
        == "provision.flash.noRelease")
  }

  @Test func `there is no firmware to begin with, and no engine but one`() throws {
    #expect(
      try run("bench", "module", "--chip", "esp32", "--with-firmware").errorCode == "provision.flash.noRelease")
    #expect(try run("bench", "module", "--chip", "esp32", "--engine", "unicorn").status == 64)
  }
}
