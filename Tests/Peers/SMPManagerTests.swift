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
    let header = try ImageHeader.check(image, at: FlashMap.application)
    let digest = header.digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(state.output.lowercased().contains(digest), "\(state.output)")

    let reset = try smpmgr(["os", "reset"], on: port)
    #expect(reset.status == 0, "\(reset.output)")
    #expect(bench.truth.firmwareRuns)
  }
}
