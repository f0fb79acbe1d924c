import Bench
import Foundation
import Glibc
import Records
import TestSupport
import Testing

@testable import weldtech

/// Checks that each fault of the cable and of the network has its own error, and that work on the record can
/// continue.
@Suite struct FaultTests {
  // MARK: - The port

  @Test func `a port that is not there, in use or no serial port has its own error`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .flash, on: plug.port)
    func flash(_ port: String) throws -> String? { try laptop.failure("flash", id, "--port", port, status: 1) }

    #expect(try flash("/dev/ttyUSB-none") == "provision.port.missing")
    #expect(try flash("/dev/null") == "provision.port.notSerial")
    #expect(try flash(try laptop.photo()) == "provision.port.notSerial")
    let holder = open(plug.port, O_RDWR | O_NOCTTY | O_CLOEXEC)
    #expect(flock(holder, LOCK_EX | LOCK_NB) == 0)
    #expect(try flash(plug.port) == "provision.port.inUse")
    close(holder)
    try laptop.json("flash", id, "--port", plug.port)
  }

  @Test(
    .enabled(
      if: getuid() != 0 || FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv"),
      "root opens every port and there is no setpriv"))
  func `a port without permission has its own error`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .flash, on: plug.port)
    chmod(plug.port, getuid() == 0 ? 0o600 : 0)
    let other = try Unprivileged(laptop)
    #expect(try other.failure("flash", id, "--port", plug.port) == "provision.port.permission")
    chmod(plug.port, 0o620)
    try laptop.json("flash", id, "--port", plug.port)
  }

  @Test func `an image that is not the one that was signed is refused, and the right one goes on`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .flash, on: plug.port)
    let releases = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "firmware/releases").path()
    let manifest = try #require(
      try FileManager.default.contentsOfDirectory(atPath: releases).first { $0.hasSuffix(".json") })
    let image = try Data(
      contentsOf: URL(filePath: "\(releases)/\(manifest.replacingOccurrences(of: ".json", with: ".bin"))"))
    let signature = "\(releases)/\(manifest.replacingOccurrences(of: ".json", with: ".sig"))"
    _ = try laptop.scratch.write("manifest.sig", try Data(contentsOf: URL(filePath: signature)))
    func attempt(_ image: Data, _ change: (String) -> String) throws -> String? {
      let text = try String(contentsOfFile: "\(releases)/\(manifest)", encoding: .utf8)
      let name = try #require(text.firstMatch(of: /"[^"]+\.bin"/)).output.dropFirst().dropLast()
      _ = try laptop.scratch.write(String(name), image)
      return try laptop.failure(
        "flash", id, "--port", plug.port, "--image", laptop.scratch.file(String(name)), "--manifest",
        try laptop.scratch.write("manifest.json", change(text)), status: 65)
    }
    #expect(try attempt(image.dropLast(100)) { $0 } == "firmware.truncated")
    #expect(try attempt(image.prefix(image.count - 1) + [0x5A]) { $0 } == "firmware.digest")
    #expect(try attempt(image) { _ in "{" } == "firmware.wrongSignature")
    #expect(try attempt(image) { $0.replacing("0.1.0", with: "0.2.0") } == "firmware.wrongSignature")
    try laptop.json("flash", id, "--port", plug.port)
  }

  // MARK: - The cable, half-way through

  struct Cut: Sendable, CustomTestStringConvertible {
    var fault: String
    /// The command that meets the fault.
    var step: Step
    var code: String
    /// The name of the interrupted work in the error message.
    var doing: String

    var testDescription: String { fault }
  }

  private static let works: [(String, Step, String)] = [
    ("erase", .flash, "erasing sector"), ("write", .flash, "writing"),
    ("verify", .flash, "reading back"),
    ("pair", .pair, "committing the pairing"), ("test", .test, "relayClosesOnSignedStart"),
  ]

  private static let cuts =
    works.map { Cut(fault: "silence-during=\($0.0)", step: $0.1, code: "provision.link.timeout", doing: $0.2) }
    + works.map { Cut(fault: "pull-during=\($0.0)", step: $0.1, code: "provision.link.closed", doing: $0.2) }

  @Test(arguments: cuts)
  func `a module that falls silent or is pulled half-way has its own error and goes on afterwards`(_ cut: Cut)
    throws
  {
    let office = try Office.shared.get()
    let laptop = try office.laptop()
    let plug = try Plug(fault: cut.fault, timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: cut.step, on: plug.port)
    func command() throws -> [String] {
      try #require(try laptop.steps(of: id, on: plug.port).first { $0.0 == cut.step }).1
    }
    let before = try laptop.record(id)["history"] as? [[String: Any]]
    let outcome = try laptop.run(["--json"] + command())
    #expect(outcome.status == 1)
    #expect(outcome.errorCode == cut.code, "\(outcome.output)")
    let message = try #require(outcome.error?["message"] as? String)
    #expect(message.contains(try Regex(cut.doing)), "\(message)")
    #expect((try laptop.record(id)["history"] as? [Any])?.count == before?.count)

    if cut.fault.hasPrefix("pull") {
      // The old port is gone, and the error says so.
      #expect(try laptop.run(["--json"] + command()).errorCode == "provision.port.missing")
      try plug.plugIn()
    }
    let again = try laptop.run(["--json"] + command())
    #expect(again.status == 0, "\(again.output)\(again.diagnostics)")
    let install = try laptop.run(["--json", "install", id] + (try laptop.answers(port: plug.port)))
    #expect(install.status == 0, "\(install.output)\(install.diagnostics)")
    #expect(try laptop.status(of: id) == "delivered")
    let module = try laptop.record(id)["module"] as? [String: Any]
    #expect(plug.module.truth.committedKeyID == module?["keyId"] as? String)
  }

  @Test func `bench module takes the fault on its command line`() throws {
    let laptop = try Office.shared.get().laptop()
    let bench = try RunningProgram(["bench", "module", "--fault", "pull-during=erase"])
    let port = try #require(try bench.firstLine()["port"] as? String)
    let id = try laptop.walk(try laptop.register(), to: .flash, on: port)
    #expect(try laptop.failure("flash", id, "--port", port, status: 1) == "provision.link.closed")
    #expect(bench.end().status == 0)
  }

  // MARK: - The platform

  @Test func `a login page that answers 200 with HTML is no delivery`() throws {
    let office = try Office()
    let laptop = try office.laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.installed(on: plug.port)

    office.platform.inject(.portal, pathPrefix: "/", times: 10_000)
    let sync = try laptop.json("sync", status: 8)
    #expect(sync["delivered"] as? Int == 0 && sync["pending"] as? Int == 1)
    let outcome = try #require((sync["outcomes"] as? [[String: Any]])?.first)
    #expect(outcome["id"] as? String == id && outcome["reason"] as? String == "sync.reply.notPlatform")
    #expect(try laptop.status(of: id) == "closed")
    #expect(office.platform.installations().isEmpty)

    office.platform.clearFaults()
    #expect(try laptop.json("sync")["delivered"] as? Int == 1)
    #expect(try laptop.status(of: id) == "delivered")
    #expect(office.platform.installations().map(\.id) == [id])
  }

  @Test func `without a network the platform's start is not run, and everything waits`() throws {
    let office = try Office()
    let laptop = try office.laptop()
    let plug = try Plug(timings: .instant)
    let certificate = try laptop.scratch.write("platform.pem", office.platform.certificate.pem)
    try laptop.json("setup", "--platform-key", certificate)
    office.platform.stop()

    let id = try laptop.walk(try laptop.register(), to: .test, on: plug.port)
    let test = try laptop.json("test", id, "--port", plug.port)
    #expect(test["passed"] as? Bool == true)
    let steps = try #require(test["steps"] as? [[String: Any]])
    let start = try #require(steps.first { $0["name"] as? String == "platformStart" })
    #expect(start["passed"] as? Bool == false && start["notRun"] as? String == "network.unreachable")
    let row = try #require((try laptop.json("next")["installations"] as? [[String: Any]])?.first)
    #expect(row["notRun"] as? [String] == ["platformStart"])

    let install = try laptop.run(["--json", "install", id] + (try laptop.answers(port: plug.port)))
    #expect(install.status == 0, "\(install.diagnostics)")
    #expect(try install.document()["status"] as? String == "closed")
    let sync = try laptop.json("sync", status: 8)
    #expect((sync["outcomes"] as? [[String: Any]])?.first?["reason"] as? String == "sync.unreachable")
    let queue = try #require(try laptop.json("status")["queue"] as? [String: Int])
    #expect(queue["records"] == 1 && queue["keys"] == 1)

    _ = try office.platform.start()
    #expect(try laptop.json("sync")["delivered"] as? Int == 1)
    #expect(try laptop.status(of: id) == "delivered")
    #expect(try office.platform.keyIds().count == 1)
  }

  @Test func `a retired welder is delivered too, once the token is the platform's`() throws {
    let laptop = try Laptop()
    let token = try laptop.scratch.write("token", "a-token-of-the-company\n")
    chmod(token, 0o600)
    let platform = try RunningProgram([
      "bench", "platform", "--data", laptop.scratch.file("platform"), "--token", token,
    ])
    let url = try #require(try platform.firstLine()["url"] as? String)
    try laptop.setUp(codes: "00A000+5", platform: url)
    let retired = SampleRegistration.json.replacingOccurrences(of: "\"fit\"", with: "\"retired\"")
    try laptop.json(
      "register", "--from", try laptop.registration(retired), "--retired-reason", "机壳带电", "--photo",
      try laptop.photo())

    let refused = try laptop.json("sync", status: 8)
    #expect((refused["outcomes"] as? [[String: Any]])?.first?["reason"] as? String == "sync.credentials")
    try laptop.json("setup", "--token-file", token)
    #expect(try laptop.json("sync")["delivered"] as? Int == 1)
    #expect(try laptop.json("sync")["delivered"] as? Int == 0)
    platform.stop()
  }

  @Test func `a laptop without codes gets a block from the platform as soon as it is reached`() throws {
    let office = try Office()
    let laptop = try Laptop()
    try laptop.json(
      "setup", "--technician", "欧阳锋", "--phone", "13811112222", "--company", "达旗焊安", "--certificate", "T-1",
      "--certificate-expires", "2099-12-31", "--platform", office.url)
    office.platform.stop()
    let file = try laptop.registration()
    #expect(try laptop.run("--json", "register", "--from", file).status == 1)
    #expect(try laptop.list().isEmpty)
    _ = try office.platform.start()
    #expect(try laptop.json("register", "--from", file)["code"] is String)
    #expect((try laptop.json("status")["codesLeft"] as? Int ?? 0) > 100)
  }

  @Test func `pairing without the platform's key and without a network says what to bring`() throws {
    let laptop = try Laptop()
    try laptop.setUp(codes: "ZZ0000+5")
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .pair, on: plug.port)
    #expect(try laptop.failure("pair", id, "--port", plug.port, status: 1) == "setup.platformKey.missing")
  }
}
