import Foundation
import TestSupport
import Testing

/// Exports forms and figures with the built program, on two thousand records of every outcome, and compares
/// them with a count over the records' bodies that uses no code of weldtech (`bench/ledger_records.py`).
@Suite(.enabled(if: InstalledProgram("python3").isInstalled, "python3 is not installed"))
struct FormAndFigureTests {
  static let python = InstalledProgram("python3")
  private static let bench = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../bench").standardized.path()

  private func python(_ lines: String...) throws -> String {
    let script =
      (["import sys, json, datetime", "sys.path.insert(0, '\(Self.bench)')", "import ledger_records"] + lines)
      .joined(separator: "\n")
    let outcome = try Self.python.run(["-c", script])
    #expect(outcome.status == 0, "\(outcome.diagnostics)")
    return outcome.output
  }

  private func json(_ laptop: Laptop, _ arguments: [String]) throws -> [String: Any] {
    let outcome = try laptop.run(["--json"] + arguments)
    #expect(outcome.status == 0, "\(arguments): \(outcome.everything)")
    return try outcome.document()
  }

  private func fill(_ laptop: Laptop, _ count: Int) throws {
    _ = try python("ledger_records.fill('\(Weldtech.path)', '\(laptop.home)', \(count))")
  }

  /// Returns the ids of the records that each figure counts, computed from the bodies.
  private func count(_ laptop: Laptop, _ more: String) throws -> [String: Set<String>] {
    let today = "datetime.date.today()"
    let counted = try python(
      "figures, weeks = ledger_records.count('\(laptop.home)', \(today)\(more))",
      "print(json.dumps({name: sorted(ids) for name, ids in figures.items()}))")
    return try JSONDecoder().decode([String: Set<String>].self, from: Data(counted.utf8))
  }

  /// A filter as options of the program and as a condition on a body, with the period of the count.
  struct Cut: CustomTestStringConvertible {
    var options: [String]
    var more: String
    var testDescription: String { options.joined(separator: " ") }
  }

  private static let cuts = [
    Cut(options: [], more: ""),
    Cut(options: ["--street", "树林召镇"], more: ", chosen=lambda b: b['owner']['street'] == '树林召镇'"),
    Cut(options: ["--community", "第3社区"], more: ", chosen=lambda b: b['owner'].get('community') == '第3社区'"),
    Cut(options: ["--industry", "汽车维修"], more: ", chosen=lambda b: b['owner']['industry'] == 'autoRepair'"),
    Cut(
      options: ["--department", "住建"],
      more: ", chosen=lambda b: ledger_records.DEPARTMENTS.get(b['owner']['industry']) == 'housing'"),
    Cut(options: ["--payer", "banner"], more: ", chosen=lambda b: b['funding']['payer'] == 'banner'"),
    Cut(options: ["--to", "2024-09-30"], more: ", end=datetime.date(2024, 9, 30)"),
    Cut(
      options: ["--from", "2024-10-01", "--to", "2024-10-31", "--street", "展旦召苏木"],
      more:
        ", start=datetime.date(2024, 10, 1), end=datetime.date(2024, 10, 31), chosen=lambda b: b['owner']['street'] == '展旦召苏木'"
    ),
  ]

  @Test func `every figure is the number of the welders behind it, by an independent count`() throws {
    let laptop = try Laptop()
    try fill(laptop, 2_000)
    for cut in Self.cuts {
      let counted = try count(laptop, cut.more)
      let stats = try json(laptop, ["ledger", "stats"] + cut.options)
      let figures = try #require(stats["figures"] as? [String: Int])
      #expect(figures == counted.mapValues(\.count), "\(cut)")
      for (name, ids) in counted {
        let rows = try json(laptop, ["ledger", "rows", name] + cut.options)
        let welders = try #require(rows["welders"] as? [[String: Any]])
        #expect(
          Set(welders.compactMap { $0["id"] as? String }) == ids && welders.count == ids.count, "\(name) \(cut)"
        )
      }
      // The parts add up to the whole.
      for part in ["streets", "industries"] {
        let lines = try #require(stats[part] as? [[String: Any]])
        var sum: [String: Int] = [:]
        for line in lines { sum.merge(try #require(line["figures"] as? [String: Int]), uniquingKeysWith: +) }
        #expect(sum.filter { $0.value > 0 } == figures.filter { $0.value > 0 }, "\(part) \(cut)")
      }
      let weeks = try #require(stats["weeks"] as? [[String: Any]])
      #expect(weeks.reduce(0) { $0 + ($1["done"] as? Int ?? 0) } == figures["done"], "\(cut)")
      // The rows of the progress form add up to the whole, too.
      let path = laptop.scratch.file("progress.json")
      let answer = try json(
        laptop, ["ledger", "export", "--form", "progress", "--replace", "--output", path] + cut.options)
      #expect((answer["figures"] as? [String: Int])?["done"] == figures["done"], "\(cut)")
      let form = try #require(
        try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any])
      let units = try #require(form["rows"] as? [[String: Any]])
      for name in ["known", "done", "retired"] {
        #expect(units.reduce(0) { $0 + ($1[name] as? Int ?? 0) } == figures[name], "\(name) \(cut)")
      }
    }
  }

  @Test func `the survey form that comes out goes in again as the same welders`() throws {
    let laptop = try Laptop()
    try fill(laptop, 300)
    let path = laptop.scratch.file("survey.xlsx")
    let exported = try json(laptop, ["ledger", "export", "--form", "survey", "--output", path])
    let known = try count(laptop, "")["known"]?.count
    #expect(exported["rows"] as? Int == known)
    let other = try Laptop()
    try other.setUp()
    let imported = try json(other, ["ledger", "import", path])
    #expect((imported["counts"] as? [String: Int])?["new"] == known)
    let (one, again) = (laptop.scratch.file("one.json"), laptop.scratch.file("again.json"))
    _ = try json(laptop, ["ledger", "export", "--form", "survey", "--output", one])
    _ = try json(other, ["ledger", "export", "--form", "survey", "--output", again])
    func rows(_ path: String) throws -> [[String: String]] {
      let any = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any]
      return try #require(any?["rows"] as? [[String: Any]]).map { row in
        row.filter { $0.key != "number" }.mapValues { "\($0)" }
      }.sorted { "\($0.sorted { $0.key < $1.key })" < "\($1.sorted { $0.key < $1.key })" }
    }
    #expect(try rows(one) == rows(again))
  }

  @Test func `the progress and its page are written, and no form where none can be read back`() throws {
    let laptop = try Laptop()
    try fill(laptop, 400)
    let printed = try laptop.run(["--lang", "zh", "ledger", "stats"]).output
    for words in ["进度", "苏木镇、街道", "树林召镇", "汽车维修", "旗政府出资", "overdue", "\u{28FF}"] {
      #expect(printed.contains(words), "\(words)")
    }
    let pdf = laptop.scratch.file("report.pdf")
    _ = try json(laptop, ["ledger", "stats", "--output", pdf])
    #expect(try InstalledProgram("pdfinfo").output([pdf]).contains("Pages:           1\n"))
    #expect(
      try laptop.failure(
        "ledger", "export", "--form", "survey", "--output", "/dev/null", "--format", "csv", status: 65)
        == "ledger.form.notAFile")
    #expect(
      try laptop.failure(
        "ledger", "export", "--form", "survey", "--output", laptop.home + "/fieldbook.sqlite", "--format",
        "csv",
        status: 65) == "output.taken")
  }
}
