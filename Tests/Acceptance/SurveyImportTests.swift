import Foundation
import TestSupport
import Testing

/// Imports survey lists with the built program, as a company's desk and a technician do, and compares the
/// records with the content of the lists.
@Suite(.enabled(if: SurveyLists.reason == nil, SurveyLists.comment))
struct SurveyImportTests {
  /// Returns the fields of a record's welder in the order of `Expected.welders`.
  static func welder(of record: [String: Any]) throws -> [String] {
    let owner = try #require(record["owner"] as? [String: Any])
    let welder = try #require(record["welder"] as? [String: Any])
    func text(_ value: Any?) -> String { value.map { "\($0)" } ?? "" }
    return [
      text(owner["unitName"]), text(owner["responsiblePhone"]), text(welder["supply"]),
      text(welder["weldingProcess"]), text(welder["sourceType"]), text(welder["supplyMaxAmps"]),
      text(welder["maxCurrentAmps"]), text(owner["industry"]), text(owner["industryNote"]),
      text(owner["street"]),
    ]
  }

  /// Returns the welders of these rows of a fieldbook, each with its fields in the order of `Expected.welders`.
  private func welders(_ laptop: Laptop, _ rows: [[String: Any]]) throws -> [[String]] {
    try rows.compactMap { row in
      try (row["id"] as? String).map { try Self.welder(of: try laptop.record($0)) }
    }.sorted { $0.joined() < $1.joined() }
  }

  private func rows(_ document: [String: Any], _ outcome: String) throws -> [[String: Any]] {
    try #require(document["rows"] as? [[String: Any]]).filter { $0["outcome"] as? String == outcome }
  }

  private func count(_ document: [String: Any], _ outcome: String) throws -> Int {
    try #require((document["counts"] as? [String: Any])?[outcome] as? Int)
  }

  /// Imports each list into a fieldbook of its own, and checks the welders, the reasons of the other rows, and
  /// that a second import changes nothing.
  @Test(arguments: try SurveyLists.names()) func `imports the right rows and reasons`(name: String) throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let (path, expected) = try SurveyLists.list(name)
    let isWhole = expected.rejected.isEmpty
    let document = try laptop.json("ledger", "import", path, status: isWhole ? 0 : 1)
    let new = try rows(document, "new")
    let isSmall = expected.welders.count < 100
    if isSmall {
      #expect(try welders(laptop, new) == expected.welders.sorted { $0.joined() < $1.joined() })
    }
    #expect(new.count == expected.welders.count)
    let rejected = try rows(document, "rejected").map { row in
      let problems = try #require(row["problems"] as? [[String: Any]])
      #expect(problems.count == 1, "\(problems)")
      return [
        "\(row["row"] ?? "")", problems.first?["cell"] as? String ?? "",
        problems.first?["code"] as? String ?? "",
      ]
    }
    #expect(rejected == expected.rejected)
    let skipped = try rows(document, "skipped").map { ["\($0["row"] ?? "")", $0["reason"] as? String ?? ""] }
    #expect(skipped == expected.skipped)
    // The list of records has the same installations as the document of the import.
    let listed = try laptop.list()
    #expect(Set(listed.compactMap { $0["id"] as? String }) == Set(new.compactMap { $0["id"] as? String }))
    #expect(listed.allSatisfy { $0["status"] as? String == "surveyed" && $0["code"] is NSNull })

    let again = try laptop.json("ledger", "import", path, status: isWhole ? 0 : 1)
    #expect(try count(again, "same") == expected.welders.count && count(again, "new") == 0)
    #expect(try laptop.list().count == expected.welders.count)
  }

  @Test func `the same rows by another program are the same welders`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    for (index, name) in ["01-plain.xlsx", "05-synonyms.xlsx", "28-strict.xlsx", "34-gb18030.csv"].enumerated()
    {
      let document = try laptop.json("ledger", "import", SurveyLists.list(name).path)
      #expect(try count(document, index == 0 ? "new" : "same") == 3)
    }
    #expect(try laptop.list().count == 3)
  }

  @Test func `a rehearsal stores nothing, and a sheet that is not there is an error`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let path = try SurveyLists.list("15-several-sheets.xlsx").path
    let rehearsal = try laptop.json("ledger", "import", path, "--dry-run")
    #expect(try count(rehearsal, "new") == 6 && rehearsal["dryRun"] as? Bool == true && laptop.list().isEmpty)
    #expect(try laptop.failure("ledger", "import", path, "--sheet", "三", status: 65) == "ledger.list.noSheet")
    let one = try laptop.json("ledger", "import", path, "--sheet", "新建社区")
    #expect(try count(one, "new") == 3)
    #expect(try laptop.failure("ledger", "import", "/nonexistent.xlsx", status: 65) == "file.unreadable")
  }

  /// Checks that a changed row is neither taken nor dropped without a question.
  @Test func `a changed row waits for an answer, is taken or kept`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let text = try SurveyLists.csv()
    let first = try laptop.scratch.write("list.csv", Data(text.utf8))
    try laptop.json("ledger", "import", first)
    let changed = text.replacingOccurrences(of: ",21,210,", with: ",21,315,")
    try #require(changed != text)
    let second = try laptop.scratch.write("list.csv", Data(changed.utf8))
    let refused = try laptop.run("--json", "ledger", "import", second)
    #expect(refused.status == 64 && refused.errorCode == "usage.option.missing")
    let details = try #require(refused.error?["details"] as? [[String: Any]])
    #expect(details.map { $0["path"] as? String } == ["row 3"])
    #expect((details.first?["message"] as? String)?.contains("210 A → 315 A") == true)
    #expect(refused.error?["hint"].map { "\($0)".contains("--accept-changes") } == true)

    #expect(try laptop.run("ledger", "import", second, "--keep", "--accept-changes").status == 64)
    let kept = try laptop.json("ledger", "import", second, "--keep")
    #expect(try count(kept, "kept") == 1 && count(kept, "same") == 2)
    let taken = try laptop.json("ledger", "import", second, "--accept-changes")
    let row = try #require(try rows(taken, "changed").first)
    let id = try #require(row["id"] as? String)
    #expect((try laptop.record(id)["welder"] as? [String: Any])?["maxCurrentAmps"] as? Int == 315)
    #expect(try count(try laptop.json("ledger", "import", second), "same") == 3)
    #expect(try laptop.list().count == 3)
    let history = try #require(try laptop.record(id)["history"] as? [[String: Any]])
    #expect(history.map { $0["event"] as? String } == ["surveyed", "surveyed"])
  }

  /// Checks that importing the faulty list again does not undo a correction by hand.
  @Test func `a correction by hand survives the same list, and a cancelled appointment stays cancelled`() throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let path = try laptop.scratch.write("list.csv", Data(try SurveyLists.csv().utf8))
    let ids = try rows(try laptop.json("ledger", "import", path), "new").compactMap { $0["id"] as? String }
    try #require(ids.count == 3)
    let planned = try laptop.json("correct", ids[0], "--date", "2099-01-05", "--note", "上午", "--street", "白塔街道")
    #expect((planned["appointment"] as? [String: Any])?["day"] as? String == "2099-01-05")
    try laptop.json("void", ids[1], "--reason", "已搬走")
    let again = try laptop.json("ledger", "import", path)
    #expect(try count(again, "same") == 3)
    let record = try laptop.record(ids[0])
    #expect((record["owner"] as? [String: Any])?["street"] as? String == "白塔街道")
    #expect((record["appointment"] as? [String: Any])?["note"] as? String == "上午")
    #expect(try laptop.status(of: ids[1]) == "void")
    let cleared = try laptop.json("correct", ids[0], "--date", "")
    #expect(cleared["appointment"] == nil)
    #expect(try laptop.failure("correct", ids[0], "--date", "2020-01-05", status: 65) == "field.past")
    #expect(try laptop.failure("correct", ids[0], "--note", "下午", status: 64) == "usage.option.missing")
    #expect(try laptop.failure("correct", ids[1], "--date", "2099-01-05", status: 1) == "walk.void")
    // Surveyed welders are not queued for the platform.
    #expect((try laptop.json("status")["queue"] as? [String: Any])?["records"] as? Int == 0)
  }

  @Test func `a surveyed welder is registered by what its list left open, once`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let path = try laptop.scratch.write("list.csv", Data(try SurveyLists.csv().utf8))
    let ids = try rows(try laptop.json("ledger", "import", path), "new").compactMap { $0["id"] as? String }
    try #require(ids.count == 3)
    #expect(
      try laptop.failure("photo", ids[0], "--stage", "before", laptop.photo(), status: 1) == "walk.surveyed")
    let missing = try laptop.run("--json", "register", ids[0])
    #expect(missing.status == 65)
    #expect(
      (missing.error?["details"] as? [[String: Any]])?.map { $0["path"] as? String } == ["owner.unitType"])
    let opened = try laptop.json(
      "register", ids[0], "--unit-type", "individual", "--brand", "瑞凌", "--operators", "2")
    #expect(opened["id"] as? String == ids[0] && opened["status"] as? String == "open")
    #expect(opened["code"] as? String != nil)
    let record = try laptop.record(ids[0])
    #expect((record["survey"] as? [String: Any])?["list"] as? String == "list.csv")
    #expect((record["owner"] as? [String: Any])?["unitName"] as? String == "树林召汽修1部")
    #expect(
      try laptop.failure("register", ids[0], "--unit-type", "individual", status: 1)
        == "installation.registered")
    #expect(try laptop.failure("correct", ids[0], "--date", "2099-01-05", status: 1) == "walk.registered")
    #expect(try count(try laptop.json("ledger", "import", path), "same") == 3)

    let refused = try laptop.json("refuse", ids[1], "--reason", "业主不同意")
    #expect(refused["status"] as? String == "refused")
    #expect((try laptop.json("status")["queue"] as? [String: Any])?["records"] as? Int == 1)
    let checked = try laptop.json("doctor", status: try laptop.run("doctor").status)
    #expect(!"\(checked)".contains("fieldbook.damaged"))
  }

  @Test func `a company's office imports, plans and cancels, and registers nothing`() throws {
    let laptop = try Laptop()
    try laptop.json(
      "setup", "--desk", "--company", "达旗焊安", "--region", "150621", "--codes", "00A000+50", "--platform",
      "http://127.0.0.1:9")
    let path = try laptop.scratch.write("list.csv", Data(try SurveyLists.csv().utf8))
    let ids = try rows(try laptop.json("ledger", "import", path), "new").compactMap { $0["id"] as? String }
    try #require(ids.count == 3)
    try laptop.json("correct", ids[0], "--date", "2099-01-05")
    try laptop.json("void", ids[1], "--reason", "重复")
    #expect(try laptop.run("--json", "register", ids[2], "--unit-type", "individual").status != 0)
    #expect(try laptop.status(of: ids[2]) == "surveyed")
  }

  /// Kills the import of a list of three rows at each of its writes, and checks that the list is imported as a
  /// whole or not at all.
  @Test(.enabled(if: InstalledProgram("strace").isInstalled, "strace is not installed"))
  func `an import that is killed has imported the whole list or nothing`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let path = try SurveyLists.list("02-title.xlsx").path
    var number = 1
    var kills = 0
    while true {
      let home = laptop.scratch.file("home-\(number)")
      try FileManager.default.copyItem(atPath: laptop.home, toPath: home)
      let calls = "pwrite64,fdatasync,fsync,write"
      let outcome = try InstalledProgram("strace").run([
        "-f", "-o", "/dev/null", "-e", "trace=\(calls)", "-e", "inject=\(calls):signal=KILL:when=\(number)",
        Weldtech.path, "--home", home, "--json", "ledger", "import", path,
      ])
      let listed = try Weldtech.run(["--home", home, "--json", "list"]).document()
      let count = try #require(listed["installations"] as? [Any]).count
      #expect(count == 0 || count == 3, "write \(number): \(count)")
      let again = try Weldtech.run(["--home", home, "--json", "ledger", "import", path])
      #expect(again.status == 0)
      #expect(
        try (Weldtech.run(["--home", home, "--json", "list"]).document()["installations"] as? [Any])?.count == 3
      )
      if outcome.status == 0 { break }
      kills += 1
      number += 1
      try #require(number < 300)
    }
    #expect(kills > 5)
  }

  /// The number of mutated lists. `WELDTECH_SURVEY_MUTATIONS` sets this number; `make soak` takes 1,000.
  private static let mutations =
    ProcessInfo.processInfo.environment["WELDTECH_SURVEY_MUTATIONS"].flatMap { Int($0) } ?? 150

  /// Imports long lists, zip bombs and mutated lists, each by a process of its own, so that a crash does not
  /// end the test.
  @Test
  func `long, mutated and malicious lists end in a document, below 100 MiB, and import nothing by halves`()
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let runs = try SurveyLists.importMutated(into: laptop, count: Self.mutations)
    #expect(runs.count > Self.mutations + 20)
    for run in runs {
      #expect([0, 1, 65].contains(run.status), "\(run)")
      #expect(run.kibibytes < 100 << 10, "\(run)")
      #expect(run.new != nil, "\(run)")
    }
    let long = runs.filter { $0.kind.hasPrefix("two thousand") }
    #expect(long.map(\.new) == [2_000, 0] && long.allSatisfy { $0.status == 0 }, "\(long)")
    let mutated = runs.filter { $0.kind == "mutated" }
    #expect(mutated.count == Self.mutations && mutated.count { $0.status == 65 } > Self.mutations / 10)
    #expect(mutated.contains { $0.status == 0 })
    #expect(
      runs.filter {
        !["mutated", "many empty rows", "many merges"].contains($0.kind) && !$0.kind.hasPrefix("two")
      }
      .allSatisfy { $0.status == 65 })
    #expect(try laptop.list().count == runs.compactMap(\.new).reduce(0, +))
  }
}

/// The lists that `Tests/Acceptance/SurveyLists/make-lists` writes once per test run.
enum SurveyLists {
  struct Expected: Decodable {
    /// The welders, each as unit, phone, supply, process, source, supply current and arc current in amperes,
    /// industry, note on the industry, and street.
    let welders: [[String]]
    /// The refused rows, each as row, cell and error code.
    let rejected: [[String]]
    /// The skipped rows, each as row and reason.
    let skipped: [[String]]
  }

  struct Run: Decodable {
    let kind: String
    let status: Int
    let kibibytes: Int
    let seconds: Double
    let new: Int?
    let error: String?
  }

  static let scripts = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "SurveyLists"
  ).path()
  static let python = InstalledProgram(
    URL(filePath: scripts).appending(path: "../../../.build/peers/bin/python").standardized.path())

  /// The reason why the lists cannot be made; nil where they can.
  static let reason: String? = {
    guard python.isInstalled else { return "the peers are not installed: scripts/setup peers" }
    let has = (try? python.run(["-c", "import openpyxl"]).status == 0) ?? false
    return has ? nil : "openpyxl is not installed: scripts/setup peers"
  }()
  static var comment: Comment { Comment(rawValue: reason ?? "") }

  private static let folder = TemporaryFolder()
  private static let made: Result<[String: Expected], any Error> = Result {
    try FileManager.default.createDirectory(atPath: folder.file("lists"), withIntermediateDirectories: true)
    let outcome = try python.run([scripts + "/make-lists", folder.file("lists")])
    guard outcome.status == 0 else { throw NotMade(diagnostics: outcome.diagnostics) }
    let bytes = try Data(contentsOf: URL(filePath: folder.file("lists/expected.json")))
    let lists = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: [String: [[Any]]]])
    return lists.mapValues { list in
      func texts(_ key: String) -> [[String]] {
        (list[key] ?? []).map { $0.map { $0 is NSNull ? "" : "\($0)" } }
      }
      return Expected(welders: texts("welders"), rejected: texts("rejected"), skipped: texts("skipped"))
    }
  }

  private struct NotMade: Error { let diagnostics: String }

  static func names() throws -> [String] { reason == nil ? try made.get().keys.sorted() : [] }

  static func list(_ name: String) throws -> (path: String, expected: Expected) {
    (folder.file("lists/\(name)"), try #require(try made.get()[name]))
  }

  /// Returns a list of three welders as CSV text.
  static func csv() throws -> String {
    let bytes = try Data(contentsOf: URL(filePath: list("33-utf-8.csv").path))
    return String(decoding: bytes.dropFirst(3), as: UTF8.self)
  }

  static func importMutated(into laptop: Laptop, count: Int) throws -> [Run] {
    _ = try made.get()
    let scratch = laptop.scratch.file("mutated")
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    let outcome = try python.run(
      [
        scripts + "/import-mutated", Weldtech.path, laptop.home, folder.file("lists"), "\(count)", scratch,
      ], environment: Weldtech.environment([:]))
    #expect(outcome.status == 0, "\(outcome.diagnostics)")
    return try outcome.output.split(separator: "\n").map {
      try JSONDecoder().decode(Run.self, from: Data($0.utf8))
    }
  }
}
