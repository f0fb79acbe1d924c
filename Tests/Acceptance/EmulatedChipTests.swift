import Foundation
import TestSupport
import Testing

/// Runs the built program against the shipped bytes in QEMU, which has no flash controller, so that the module
/// cannot store anything.
@Suite(.serialized) struct EmulatedChipTests {
  private static let isInstalled = FileManager.default.isExecutableFile(atPath: "/usr/bin/qemu-system-arm")

  @Test(.enabled(if: isInstalled, "qemu-system-arm is not installed: scripts/setup tests"))
  func `the shipped firmware boots in QEMU, where a pairing fails and is never called one`() throws {
    let laptop = try Office.shared.get().laptop()
    let module = try RunningProgram(["bench", "module", "--engine", "qemu"])
    let port = try #require(try module.firstLine()["port"] as? String)
    let id = try laptop.register()
    try laptop.json("photo", id, "--stage", "before", try laptop.photo())
    // The module has its firmware already and reports the version.
    let flash = try laptop.json("flash", id, "--port", port)
    #expect(flash["skipped"] as? Bool == true && flash["skipReason"] as? String == "alreadyInstalled")
    for _ in 0..<2 {
      let code = try laptop.failure("pair", id, "--port", port, status: 1)
      #expect(code == "provision.module.refused")
      let record = try laptop.record(id)
      #expect((record["module"] as? [String: Any])?["keyId"] == nil, "\(record)")
      #expect(try laptop.list().first?["next"] as? String == "pair")
    }
    // The module still runs.
    #expect(try laptop.json("flash", id, "--port", port)["skipped"] as? Bool == true)
    module.signal(SIGTERM)
    #expect(module.end().status == 0)
  }

  @Test func `what makes no sense with QEMU is refused, and so is a machine without it`() throws {
    let laptop = try Laptop()
    let world = try laptop.scratch.write("world.json", "{}")
    #expect(
      try laptop.failure("bench", "module", "--engine", "qemu", "--world", world, status: 64)
        == "usage.option.conflict")
    #expect(
      try laptop.failure("bench", "module", "--engine", "core", "--image", world, status: 64)
        == "usage.option.missing")
    let outcome = try laptop.run(
      ["--json", "bench", "module", "--engine", "qemu"], environment: ["PATH": "/nonexistent"])
    #expect(outcome.status == 1 && outcome.errorCode == "bench.qemu")
    #expect((outcome.error?["hint"] as? String)?.contains("apt install") == true)
  }
}
