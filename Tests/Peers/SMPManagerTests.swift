import Bench
import Foundation
import ModuleCore
import Testing

/// PyPI's smpmgr against the module's firmware: it knows SMP from another reading than ours.
@Suite(.enabled(if: PeerProgram.smpmgr.isInstalled, "smpmgr is not installed: scripts/setup peers"))
struct SMPManagerTests {
  private func smpmgr(_ arguments: [String], on port: String) throws -> PeerProgram.Outcome {
    try PeerProgram.smpmgr.run(["--port", port, "--timeout", "5"] + arguments, environment: ["COLUMNS": "200"])
  }

  @Test func `it gets its echo, the image's version and digest, and resets the module`() throws {
    let flash = FlashArray.stm32f405()
    let image = PeerImage.application(version: (3, 1, 4))
    flash.program(FlashMap.bootBlock, PeerImage.bootBlock)
    flash.program(FlashMap.application, image)
    let bench = ModuleBench(
      .init(timings: .instant, flash: flash), random: { (0..<$0).map { _ in .random(in: 0...255) } },
      now: { .now })
    let port = try bench.runInBackground()
    defer { bench.stop() }

    let echo = try smpmgr(["os", "echo", "达拉特旗 44"], on: port)
    #expect(echo.status == 0, "\(echo.output)")
    #expect(echo.output.contains("达拉特旗 44"), "\(echo.output)")

    let state = try smpmgr(["image", "state-read"], on: port)
    #expect(state.status == 0, "\(state.output)")
    #expect(state.output.contains("3.1.4"), "\(state.output)")
    let digest = PeerImage.container(of: image, version: [3, 1, 4, 0]).suffix(32)
      .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(state.output.lowercased().contains(digest), "\(state.output)")

    let reset = try smpmgr(["os", "reset"], on: port)
    #expect(reset.status == 0, "\(reset.output)")
    #expect(bench.truth.firmwareRuns)
  }

  @Test func `it upgrades the module by image upload, cut off in the middle and resumed`() throws {
    let flash = FlashArray.stm32f405()
    let new = PeerImage.container(of: PeerImage.application(version: (3, 2, 0)), version: [3, 2, 0, 0])
    let file = NSTemporaryDirectory() + "weldtech-update-\(UUID().uuidString).bin"
    try Data(new).write(to: URL(filePath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    flash.program(FlashMap.bootBlock, PeerImage.bootBlock)
    flash.program(FlashMap.application, PeerImage.application(version: (3, 1, 4)))
    let bench = ModuleBench(
      .init(fault: ModuleBenchFault("pull-after=4000"), timings: .instant, flash: flash),
      random: { (0..<$0).map { _ in .random(in: 0...255) } }, now: { .now })
    defer { bench.stop() }
    let cut = try smpmgr(["image", "upload", "--slot", "1", file], on: try bench.runInBackground())
    #expect(cut.status != 0, "\(cut.output)")

    // Some of the file's 1,000 words are there; the others are written now, and nothing is erased.
    bench.stop()
    flash.failPower(afterOperations: 10_000)
    let port = try bench.runInBackground()
    let resumed = try smpmgr(["image", "upload", "--slot", "1", file], on: port)
    #expect(resumed.status == 0, "\(resumed.output)")
    let words = 10_000 - (flash.operationsLeft ?? 0)
    #expect((100...600).contains(words))
    #expect(flash.read(FlashMap.upload, count: new.count) == new)
    flash.failPower(afterOperations: nil)

    let upgrade = try smpmgr(["upgrade", "--slot", "1", file], on: port)
    #expect(upgrade.status == 0 && upgrade.output.contains("Upgrade complete"), "\(upgrade.output)")
    #expect(bench.truth.firmwareVersion == "3.2.0")
    let confirm = try smpmgr(["image", "state-write", "--confirm"], on: port)
    #expect(confirm.status == 0, "\(confirm.output)")
    _ = try smpmgr(["os", "reset"], on: port)
    let state = try smpmgr(["image", "state-read"], on: port)
    #expect(state.output.contains("version='3.2.0'"), "\(state.output)")
    #expect(state.output.contains("confirmed=True"), "\(state.output)")
    #expect(bench.truth.firmwareVersion == "3.2.0")
  }
}
