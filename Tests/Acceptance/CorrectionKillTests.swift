import Foundation
import TestSupport
import Testing

/// Checks that `correct` and `refuse` survive a kill before each of their writes to the disk and to stdout. The
/// kernel kills the program, so the kill is at exactly that write. The same command then runs again: the record
/// has the whole event once, and nothing else has changed.
@Suite(.enabled(if: KilledCommand.isPossible, "strace is not installed"))
struct CorrectionKillTests {
  @Test func `a correction that is killed at any write is there once, or not at all until it is said again`()
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    try KilledCommand.everywhere(laptop, ["correct", id, "--unit-name", "东风路铁艺店", "--model", "ZX7-400"]) {
      home, again, place in
      #expect(again.status == 0, "\(place): \(again.output)\(again.diagnostics)")
      let record = try KilledCommand.record(id, in: home)
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
    try KilledCommand.everywhere(laptop, ["refuse", id, "--reason", "不装了"]) { home, again, place in
      // Where the killed run has already refused the record, the second `refuse` fails with `walk.refused`.
      #expect(again.status == 0 || again.output.contains("walk.refused"), "\(place): \(again.output)")
      #expect(try KilledCommand.record(id, in: home)["status"] as? String == "refused", "\(place)")
      let status = try Weldtech.run(["--home", home, "--json", "status"]).document()
      #expect((status["queue"] as? [String: Int])?["records"] == 1, "\(place)")
      let next = try Weldtech.run(["--home", home, "--json", "register", "--from", registration]).document()
      #expect(next["code"] as? String == code, "\(place)")
    }
  }
}
