import Foundation
import TestSupport
import Testing

/// Runs the day of practice with the built program, and checks the records and files that it leaves.
struct PracticeDayTests {
  @Test func `a day of practice leaves every outcome once, all of it delivered, and the form that counts it`()
    throws
  {
    let scratch = TemporaryFolder()
    let folder = scratch.file("practice")
    let outcome = try Weldtech.run(["--json", "practice", "--day", "--folder", folder])
    try #require(outcome.status == 0, "\(outcome.diagnostics)")
    let document = try outcome.document()
    #expect(
      document["statuses"] as? [String: Int] == ["delivered": 5, "retired": 1, "refused": 1, "surveyed": 5])
    #expect(document["delivered"] as? Int == 7 && document["of"] as? Int == 7)

    let list = try Weldtech.run(["--home", "\(folder)/home", "--json", "list"]).document()
    let rows = try #require(list["installations"] as? [[String: Any]])
    #expect(rows.count == 12)
    let records = try rows.map { row in
      try Weldtech.run(["--home", "\(folder)/home", "--json", "show", try #require(row["id"] as? String)])
        .document()
    }
    let repaired = records.filter { $0["repairs"] != nil }
    let retired = try #require(repaired.first?["retiredModules"] as? [[String: Any]])
    #expect(repaired.count == 1 && retired.count == 1 && retired.first?["dead"] as? Bool == true)
    #expect(
      (repaired.first?["module"] as? [String: Any])?["serialNumber"] as? String
        != retired.first?["serialNumber"] as? String)
    #expect(records.count { $0["inspections"] != nil } == 1)

    // On a terminal the day of practice asks no questions.
    let session = try TerminalSession(
      ["practice", "--day", "--folder", scratch.file("again")], environment: ["LANG": "zh_CN.UTF-8"])
    #expect(session.end() == 0, "\(session.text.suffix(500))")

    let form = try #require(document["form"] as? String)
    if InstalledProgram("unzip").isInstalled {
      let strings = try InstalledProgram("unzip").output(["-p", form, "xl/worksheets/sheet1.xml"])
      #expect(strings.contains("练习汽修一部") && strings.contains("练习焊工班"))
    }
  }
}
