import Foundation
import Testing

@testable import weldtech

/// Checks the program under a clock that was set wrong, or whose battery is empty.
@Suite struct ClockDateTests {
  @Test(WrongTime.isThere)
  func `with the clock set back no step is taken, and the words say how to set it`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    let photo = try laptop.photo()
    let back = try WrongTime("2024-12-01T02:00:00Z", zone: "Asia/Shanghai")
    for command in [
      ["photo", id, "--stage", "before", photo], ["register", "--from", try laptop.registration()],
      ["handover", id, "--trained", "1", "--rules", "existing"], ["void", id, "--reason", "x"],
    ] {
      let outcome = try laptop.run(["--json"] + command, environment: back.environment)
      #expect(outcome.status == 1 && outcome.errorCode == "clock.behind", "\(command): \(outcome.output)")
      let hint = outcome.error?["hint"] as? String ?? ""
      #expect(hint.contains("timedatectl set-time") && hint.contains("doctor --accept-clock"))
      #expect((outcome.error?["message"] as? String)?.contains("2024-12-01 10:0") == true)
    }
    #expect((try laptop.record(id)["history"] as? [Any])?.count == 1)
    let found = try laptop.run(["--json", "doctor"], environment: back.environment)
    #expect(found.status == 1 && found.output.contains("clock.behind"))
    for command in [["list"], ["show", id], ["next"], ["status"]] {
      #expect(try laptop.run(["--json"] + command, environment: back.environment).status == 0)
    }
    try laptop.json("photo", id, "--stage", "before", photo)
  }

  @Test(WrongTime.isThere)
  func `a clock of 1969 writes nothing that nobody can read`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let before = try WrongTime("1969-12-31T12:00:00Z", zone: "Asia/Shanghai")
    let outcome = try laptop.run(
      ["--json", "register", "--from", try laptop.registration()], environment: before.environment)
    #expect(outcome.status == 1 && outcome.errorCode == "clock.implausible", "\(outcome.output)")
    _ = try laptop.register()
    #expect(try laptop.json("next")["installations"] != nil)
  }

  @Test(WrongTime.isThere)
  func `a clock that had been ahead is accepted with a reason, and the work goes on`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let ahead = try WrongTime("2031-05-01T00:00:00Z", zone: "Asia/Shanghai")
    let opened = try laptop.run(
      ["--json", "register", "--from", try laptop.registration()], environment: ahead.environment)
    let id = try #require(try opened.document()["id"] as? String)
    let photo = try laptop.photo()
    #expect(try laptop.failure("photo", id, "--stage", "before", photo, status: 1) == "clock.behind")
    let outcome = try laptop.run("--json", "doctor", "--accept-clock", "钮扣电池换过")
    let findings = try #require(try outcome.document()["findings"] as? [[String: Any]])
    #expect(findings.contains { $0["check"] as? String == "clock" && $0["outcome"] as? String == "fine" })
    #expect(findings.contains { $0["check"] as? String == "fieldbook" && $0["outcome"] as? String == "fine" })
    try laptop.json("photo", id, "--stage", "before", photo)
    #expect(try laptop.run("doctor", "--accept-clock", " ").status == 64)
  }
}
