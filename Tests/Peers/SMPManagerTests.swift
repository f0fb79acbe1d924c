import Bench
import Foundation
import ModuleCore
import Records
import TestSupport
import Testing

@testable import Provision

/// Runs PyPI's smpmgr, an independent implementation of SMP, against the shipped firmware on every engine.
@Suite(
  .serialized, .enabled(if: InstalledProgram.smpmgr.isInstalled, "smpmgr is not installed: scripts/setup peers")
)
struct SMPManagerTests {
  private let folder = TemporaryFolder()

  private func smpmgr(_ arguments: [String], on port: String) throws -> ProgramOutcome {
    try InstalledProgram.smpmgr.run(["--port", port, "--timeout", "5"] + arguments, adding: ["COLUMNS": "200"])
  }

  /// Asks for an echo until the module, which may still be starting, returns it.
  private func awaken(_ port: String) throws -> ProgramOutcome {
    for _ in 0..<9 {
      let echo = try smpmgr(["os", "echo", "达拉特旗 44"], on: port)
      if echo.status == 0 { return echo }
    }
    return try smpmgr(["os", "echo", "达拉特旗 44"], on: port)
  }

  @Test(arguments: PeerEngine.allCases.filter(\.isThere))
  func `it gets its echo, the image's version and digest, and resets the module`(_ engine: PeerEngine) throws {
    let bench = try engine.module()
    let port = try bench.runInBackground()
    defer { bench.stop() }

    let echo = try awaken(port)
    #expect(echo.status == 0 && echo.everything.contains("达拉特旗 44"), "\(echo.everything)")

    let version = try ShippedRelease.image().manifest.version.description
    let digest = PeerImage.container(of: try PeerImage.application()).suffix(32)
      .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    func look() throws {
      let state = try smpmgr(["image", "state-read"], on: port)
      #expect(state.status == 0, "\(state.everything)")
      #expect(state.everything.contains("version='\(version)'"), "\(state.everything)")
      #expect(state.everything.lowercased().contains(digest), "\(state.everything)")
    }
    try look()

    let reset = try smpmgr(["os", "reset"], on: port)
    #expect(reset.status == 0, "\(reset.everything)")
    #expect(try awaken(port).status == 0)
    #expect(bench.truth.firmwareRuns)
    try look()
  }

  @Test(.enabled(if: PeerEngine.qemu.isThere, "qemu-system-arm is not installed: scripts/setup tests"))
  func `it is told that QEMU keeps no upload`() throws {
    let file = try write(PeerImage.container(of: try PeerImage.application(version: (9, 0, 0))))
    let bench = try PeerEngine.qemu.module()
    let port = try bench.runInBackground()
    defer { bench.stop() }
    #expect(try awaken(port).status == 0)
    let outcome = try smpmgr(["image", "upload", "--slot", "1", file], on: port)
    #expect(outcome.status != 0, "\(outcome.everything)")
  }

  @Test(arguments: [PeerEngine.core, .unicorn])
  func `it upgrades the module by image upload, cut off in the middle and resumed`(_ engine: PeerEngine) throws
  {
    let new = PeerImage.container(of: try PeerImage.application(version: (9, 2, 0)))
    let file = try write(new)
    let bench = try engine.module(fault: "pull-after=20000")
    defer { bench.stop() }
    let flash = bench.configuration.flash
    let first = try bench.runInBackground()
    #expect(try awaken(first).status == 0)
    let cut = try smpmgr(["image", "upload", "--slot", "1", file], on: first)
    #expect(cut.status != 0, "\(cut.everything)")

    // Some words of the file are in flash already; the others are written now, and nothing is erased.
    bench.stop()
    flash.failPower(afterOperations: 100_000)
    let port = try bench.runInBackground()
    let resumed = try smpmgr(["image", "upload", "--slot", "1", file], on: port)
    #expect(resumed.status == 0, "\(resumed.everything)")
    let words = 100_000 - (flash.operationsLeft ?? 0)
    #expect((1_000...6_000).contains(words), "\(words) of \(new.count / 4)")
    #expect(flash.read(FlashMap.upload, count: new.count) == new)
    flash.failPower(afterOperations: nil)

    let upgrade = try smpmgr(["upgrade", "--slot", "1", file], on: port)
    #expect(upgrade.status == 0 && upgrade.everything.contains("Upgrade complete"), "\(upgrade.everything)")
    #expect(try awaken(port).status == 0)
    let confirm = try smpmgr(["image", "state-write", "--confirm"], on: port)
    #expect(confirm.status == 0, "\(confirm.everything)")
    _ = try smpmgr(["os", "reset"], on: port)
    #expect(try awaken(port).status == 0)
    let state = try smpmgr(["image", "state-read"], on: port)
    #expect(state.everything.contains("version='9.2.0'"), "\(state.everything)")
    #expect(state.everything.contains("confirmed=True"), "\(state.everything)")
    #expect(flash.read(FlashMap.application, count: 64) == Array(new[32..<96]))
  }

  @Test(arguments: [PeerEngine.core, .unicorn])
  func `a paired module refuses its image, and takes it when the case has been open for ten seconds`(
    _ engine: PeerEngine
  ) throws {
    let new = PeerImage.container(of: try PeerImage.application(version: (9, 2, 0)))
    let file = try write(new)
    let bench = try engine.module()
    defer { bench.stop() }
    let port = try bench.runInBackground()
    #expect(try awaken(port).status == 0)
    try pair(port)

    let flash = bench.configuration.flash
    let before = flash.read(FlashMap.upload, count: Int(FlashMap.uploadSize))
    // smpmgr shows the code in two ways of its own, and ends with status 0 after a refused erasure.
    for arguments in [["image", "upload", "--slot", "1", file], ["upgrade", "--slot", "1", file]] {
      let refused = try smpmgr(arguments, on: port)
      let text = refused.everything.filter { !$0.isWhitespace }
      #expect(refused.status != 0 && text.contains("rc=11"), "\(refused.everything)")
    }
    func expectEraseIsRefused() throws {
      let refused = try smpmgr(["image", "erase", "1"], on: port)
      #expect(refused.everything.contains("EACCESSDENIED"), "\(refused.everything)")
    }
    try expectEraseIsRefused()
    #expect(flash.read(FlashMap.upload, count: Int(FlashMap.uploadSize)) == before)
    #expect(try smpmgr(["image", "state-read"], on: port).status == 0)

    bench.configuration.surroundings.world.sealClosed = false
    var upgrade = try smpmgr(["upgrade", "--slot", "1", file], on: port)
    // Each attempt takes a part of the ten seconds.
    for _ in 0..<60 where upgrade.status != 0 {
      upgrade = try smpmgr(["upgrade", "--slot", "1", file], on: port)
    }
    #expect(upgrade.status == 0 && upgrade.everything.contains("Upgrade complete"), "\(upgrade.everything)")
    bench.configuration.surroundings.world.sealClosed = true
    #expect(try awaken(port).status == 0)
    let state = try smpmgr(["image", "state-read"], on: port)
    #expect(state.everything.contains("version='9.2.0'"), "\(state.everything)")
    #expect(flash.read(FlashMap.application, count: 64) == Array(new[32..<96]))
    try expectEraseIsRefused()
  }

  /// Gives a module a key, as a laptop does.
  private func pair(_ port: String) throws {
    let link = try SerialPort.open(port, framing: .firmware)
    defer { link.close() }
    let client = SMPClient(link: link, now: { .now })
    let bytes = [UInt8](repeating: 0x5a, count: SecretKey.byteCount)
    let keyID = Authenticator.keyID(of: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let key = try #require(SecretKey(bytes: bytes, keyID: keyID))
    let installation = try #require(InstallationID("11111111-2222-4333-8444-555555555555"))
    #expect(try client.pairBegin(key, for: installation) == keyID)
    #expect(try client.pairCommit(key, uniqueID: try client.identity().uniqueID) == keyID)
  }

  private func write(_ bytes: [UInt8]) throws -> String {
    try folder.write("update.bin", bytes)
  }
}
