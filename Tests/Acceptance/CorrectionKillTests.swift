import Foundation
import TestSupport
import Testing

/// Kills `correct` and `refuse` before each of their writes to the disk and to the answer, by the kernel and so at exactly
/// that write, and runs the same command again: the event is there once, whole, and nothing else has changed.
@Suite(.enabled(if: InstalledProgram("strace").isInstalled, "strace is not installed"))
struct CorrectionKillTests {
  /// Runs the program and kills it at its `number`th write.
  /// - Returns: whether it was killed; false where it makes fewer writes.
  private func kill(at number: Int, _ arguments: [String]) throws -> Bool {
    let calls = "pwrite64,fdatasync,fsync,write"
    let outcome = try InstalledProgram("strace").run(
      [
        "-f", "-o", "/dev/null", "-e", "trace=\(calls)", "-e", "inject=\(calls):signal=KILL:when=\(number)",
        Weldtech.path,
      ] + arguments)
    return outcome.status != 0
  }

  private func copy(_ laptop: Laptop, _ name: String) throws -> String {
    let home = laptop.scratch.file(name)
    try FileManager.default.copyItem(atPath: laptop.home, toPath: home)
    return home
  }

  private func record(_ id: String, in home: String) throws -> [String: Any] {
    try Weldtech.run(["--home", home, "--json", "show", id]).document()
  }

  /// Kills one command at each write until it makes no more.
  private func killEverywhere(
    _ laptop: Laptop, _ command: [String],
    _ check: (_ home: String, _ again: ProgramOutcome, _ place: String) throws -> Void
  ) throws {
    var number = 1
    while true {
      let place = "\(command[0]), write \(number)"
      let home = try copy(laptop, "\(command[0])-\(number)")
      let isKilled = try kill(at: number, ["--home", home, "--json"] + command)
      let again = try Weldtech.run(["--home", home, "--json"] + command)
      try check(home, again, place)
      guard isKilled else { break }
      number += 1
      try #require(number < 500)
    }
    #expect(number > 10, "a command that stores an event makes some writes")
  }

  @Test func `a correction that is killed at any write is there once, or not at all until it is said again`()
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    try killEverywhere(laptop, ["correct", id, "--unit-name", "东风路铁艺店", "--model", "ZX7-400"]) {
      home, again, place in
      #expect(again.status == 0, "\(place): \(again.output)\(again.diagnostics)")
      let record = try record(id, in: home)
      #expect((record["owner"] as? [String: Any])?["unitName"] as? String == "东风路铁艺店", "\(place)")
      let events = (record["history"] as? [[String: Any]])?.compactMap { $0["event"] as? String }
      #expect(events == ["registered", "corrected"], "\(place)")
      #expect(try Weldtech.run(["--home", home, "doctor"]).output.contains("damaged") == false, "\(place)")
    }
  }

  @Test func `a refusal that is killed at any write closes the record once, and its code serves one other`()
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    let code = try #require(try laptop.record(id)["code"] as? String)
    let registration = try laptop.registration()
    try killEverywhere(laptop, ["refuse", id, "--reason", "不装了"]) { home, again, place in
      // A refusal whose answer was lost is refused the second time, because it is done.
      #expect(again.status == 0 || again.output.contains("walk.refused"), "\(place): \(again.output)")
      #expect(try record(id, in: home)["status"] as? String == "refused", "\(place)")
      let status = try Weldtech.run(["--home", home, "--json", "status"]).document()
      #expect((status["queue"] as? [String: Int])?["records"] == 1, "\(place)")
      let next = try Weldtech.run(["--home", home, "--json", "register", "--from", registration]).document()
      #expect(next["code"] as? String == code, "\(place)")
    }
  }
}
