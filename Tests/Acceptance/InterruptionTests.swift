import Bench
import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Runs two programs at once on the same installation, and presses Ctrl-C in the middle of the work.
@Suite struct InterruptionTests {
  @Test func `an installation is worked on by one program at a time`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(fault: "silence-during=write")
    let id = try laptop.walk(try laptop.register(), to: .flash, on: plug.port)
    let first = try laptop.start(["--verbose", "flash", id, "--port", plug.port])
    // The first program is held while it works on a module that fell silent.
    #expect(first.wait { $0.said.contains("writing") }, "\(first.written)\(first.said)")
    first.signal(SIGSTOP)
    #expect(try laptop.failure("flash", id, "--port", plug.port, status: 1) == "installation.busy")
    #expect(
      try laptop.run(["--json", "install", id] + (try laptop.answers(port: plug.port))).errorCode
        == "installation.busy")
    first.signal(SIGCONT)
    #expect(first.end().status == 1)
    try laptop.json("flash", id, "--port", plug.port)
  }

  @Test func `Ctrl-C in the middle of flashing is exit 2, and the same command goes on`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug()
    let id = try laptop.walk(try laptop.register(), to: .flash, on: plug.port)
    let flash = try laptop.start(["--verbose", "--json", "flash", id, "--port", plug.port])
    #expect(flash.wait { $0.said.contains("erasing") }, "\(flash.said)")
    let ended = flash.stop()
    #expect(ended.status == 2, "\(ended)")
    #expect(ended.errorCode == "cancelled")
    #expect(try laptop.json("flash", id, "--port", plug.port)["skipped"] as? Bool == false)
  }

  @Test func `one sync at a time delivers, and Ctrl-C ends a watching one with exit 2`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let watching = try laptop.start(["sync", "--watch"])
    #expect(watching.wait { !$0.written.isEmpty })
    #expect(try laptop.failure("sync", status: 1) == "sync.busy")
    #expect(watching.stop().status == 2)
    #expect(try laptop.json("sync")["delivered"] as? Int == 0)

    // `sync --watch --json` writes nothing before its end, so the test waits for its lock file.
    let silent = try laptop.start(["--json", "sync", "--watch"])
    let locks = laptop.home + "/locks"
    #expect(silent.wait(watching: [locks]) { _ in FileManager.default.fileExists(atPath: locks + "/sync") })
    let ended = silent.stop()
    #expect(ended.status == 2, "\(ended)")
    #expect(Set(try ended.document().keys).isSuperset(of: ["delivered", "pending", "failed", "outcomes"]))
  }

  @Test func `a bench ends quietly when it is stopped`() throws {
    let laptop = try Laptop()
    let platform = try RunningProgram(["bench", "platform", "--data", laptop.scratch.file("platform")])
    #expect(try platform.firstLine()["url"] is String)
    let module = try RunningProgram(["bench", "module"])
    #expect(try module.firstLine()["port"] is String)
    for bench in [platform, module] {
      let ended = bench.stop()
      #expect(ended.status == 0 && ended.diagnostics.isEmpty, "\(ended)")
    }
  }
}
