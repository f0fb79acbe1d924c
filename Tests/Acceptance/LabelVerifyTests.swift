import Foundation
import Records
import TestSupport
import Testing

/// Runs `labels verify` on files as print shops return them: files of many pages, mirrored files, and several
/// files at once.
@Suite struct LabelVerifyTests {
  private static let unite = "/usr/bin/pdfunite"
  private static let hasUnite = FileManager.default.isExecutableFile(atPath: unite)

  /// Makes this number of labels, from a serial on, as A4 pages with 18 labels each.
  private func sheets(_ count: Int, from first: Int, _ words: [String], on laptop: Laptop) throws -> String {
    let codes = (first..<first + count).map {
      LabelCode(region: "150621", serial: CodeSerial(number: $0)!)!.description
    }
    let list = try laptop.scratch.write("\(first).csv", (["code"] + codes).joined(separator: "\n") + "\n")
    let file = laptop.scratch.file("\(first).pdf")
    let outcome = try laptop.run(
      [
        "--json", "labels", "batch", "--input", list, "--output", file, "--format", "pdf", "--sheet", "a4",
        "--dpi",
        "300",
      ] + words)
    try #require(outcome.status == 0, "\(outcome.output)")
    return file
  }

  private func verify(_ words: [String], on laptop: Laptop) throws -> (status: Int32, document: [String: Any]) {
    let outcome = try run(["--json", "labels", "verify"] + words, on: laptop)
    return (outcome.status, try outcome.document())
  }

  /// Runs a command on the laptop's home. A debug build on a busy machine needs a while for A4 pages.
  private func run(_ words: [String], on laptop: Laptop) throws -> ProgramOutcome {
    try Weldtech.run(["--home", laptop.home] + words)
  }

  private func pages(_ document: [String: Any]) throws -> [[String: Any]] {
    try #require((document["summary"] as? [String: Any])?["pages"] as? [[String: Any]])
  }

  @Test(.enabled(if: hasUnite, "poppler-utils is missing"))
  func
    `a page with fewer labels than its neighbours is a finding, the last one and a sheet begun before are not`()
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let short = try sheets(17, from: 1_000_000, [], on: laptop)
    let (first, second) = (
      try sheets(18, from: 1_001_000, [], on: laptop), try sheets(18, from: 1_002_000, [], on: laptop)
    )
    func united(_ files: [String]) throws -> String {
      let file = laptop.scratch.file("united-\(files.map { URL(filePath: $0).lastPathComponent }.joined())")
      try #require(try RunningProgram(files + [file], executable: Self.unite).end().status == 0)
      return file
    }
    let last = try verify([try united([first, short])], on: laptop)
    #expect(last.status == 0)
    #expect(try pages(last.document).map { $0["labels"] as? Int } == [18, 17])
    let begins = try verify([try united([short, first])], on: laptop)
    #expect(begins.status == 1)
    #expect(try pages(begins.document).map { $0["short"] as? Bool } == [true, false])
    let between = try run(
      ["--lang", "zh", "labels", "verify", try united([first, short, second])], on: laptop)
    #expect(between.status == 1)
    #expect(
      between.output.contains("少了标牌") && between.output.contains("第 2 页只有 17 块"),
      "\(between.output.suffix(600))")

    // The first sheet lacks the places that are filled first: by rows, and by columns from the right.
    for (number, words) in [["--start-at", "8"], ["--start-at", "5", "--order", "columns", "--mirror"]]
      .enumerated()
    {
      let file = try sheets(30, from: 1_010_000 + 1_000 * number, words, on: laptop)
      let (status, document) = try verify(
        [file] + (words.contains("--mirror") ? ["--mirrored"] : []), on: laptop)
      let pages = try pages(document)
      #expect(status == 0 && pages.allSatisfy { $0["short"] as? Bool == false }, "\(words): \(pages)")
    }
  }

  @Test func `a mirrored file verified as an upright one says that it is mirrored, and how to verify it`()
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let file = try sheets(6, from: 1_100_000, ["--mirror"], on: laptop)
    let chinese = try run(["--lang", "zh", "labels", "verify", file], on: laptop)
    #expect(chinese.status == 1)
    #expect(chinese.output.contains("6 块标牌的图是镜像的（左右反了）") && chinese.output.contains("--mirrored"))
    #expect(try run(["labels", "verify", file], on: laptop).output.contains("6 labels are mirrored"))
    let right = try run(["--lang", "zh", "labels", "verify", "--mirrored", file], on: laptop)
    #expect(right.status == 0 && !right.output.contains("--mirrored"), "\(right.output.suffix(400))")
    let upright = try sheets(3, from: 1_110_000, [], on: laptop)
    let wrong = try run(["--lang", "zh", "labels", "verify", "--mirrored", upright], on: laptop)
    #expect(wrong.status == 1 && wrong.output.contains("3 块标牌的图不是镜像的"))
  }

  @Test func `of several files, one that cannot be read takes none of the others with it`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let good = try sheets(2, from: 1_200_000, [], on: laptop)
    let missing = laptop.scratch.file("nosuch.png")
    let damaged = try laptop.scratch.write("damaged.png", "\u{89}PNG")
    for files in [[good, missing, damaged], [missing, damaged, good]] {
      let (status, document) = try verify(files, on: laptop)
      #expect(status == 1 && document["error"] == nil)
      let results = try #require(document["results"] as? [[String: Any]])
      #expect(results.count { $0["good"] as? Bool == true && $0["file"] as? String == good } == 2)
      let codes = results.compactMap { ($0["error"] as? [String: String])?["code"] }
      #expect(codes.sorted() == ["file.unreadable", "labels.verify.picture"])
    }
    let said = try run(["--lang", "zh", "labels", "verify", good, missing], on: laptop)
    #expect(said.status == 1 && said.output.contains("150621-") && said.output.contains("找不到文件 \(missing)"))
    // A single file that cannot be read is an error.
    #expect(try laptop.failure("labels", "verify", missing, status: 65) == "file.unreadable")
  }

  @Test func `codes written to a file are counted, and codes named twice are one`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let file = laptop.scratch.file("codes.csv")
    let drawn = try laptop.run("--lang", "zh", "labels", "codes", "--count", "7", "--output", file)
    #expect(drawn.output.isEmpty && drawn.diagnostics == "已把 7 个标牌码写到 \(file)\n")
    let document = try laptop.json("labels", "codes", "--count", "2", "--output", file)
    #expect(document["file"] as? String == file && (document["codes"] as? [String])?.count == 2)

    let code = try #require((document["codes"] as? [String])?.first)
    let list = try laptop.scratch.write("list.csv", "code\n\(code)\n")
    let folder = laptop.scratch.file("labels")
    let batch = ["labels", "batch", "--input", list, "--output", folder, "--dpi", "300"]
    #expect(try laptop.run(batch).status == 0)
    // The time of a completed batch is shown to people only.
    let again = try laptop.run(["--lang", "zh"] + batch, environment: ["TZ": "Asia/Shanghai"]).output
    #expect(again.contains(/已在 \d{4}-\d\d-\d\d \d\d:\d\d 做好/) && !again.contains("+08:00"), "\(again)")
    let output = laptop.scratch.file("again.png")
    let made = try laptop.json("labels", "reprint", code, code, "--reason", "褪色", "--output", output)
    #expect(made["code"] as? String == code && made["file"] as? String == output)
    var isFolder: ObjCBool = true
    #expect(FileManager.default.fileExists(atPath: output, isDirectory: &isFolder) && !isFolder.boolValue)
    let handed = try laptop.json("labels", "hand-out", code, code, "--to", "甲")
    #expect((handed["codes"] as? [String]) == [code])
  }

  @Test func `a damaged record is left out of the list, counted, and the doctor is named`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let (good, bad) = (try laptop.register(), try laptop.register())
    let script = """
      import sqlite3, sys
      base = sqlite3.connect(sys.argv[1])
      assert base.execute("UPDATE installation SET status = 'lost' WHERE id = ?", [sys.argv[2]]).rowcount == 1
      base.commit()
      """
    let python = try RunningProgram(
      ["-c", script, "\(laptop.home)/fieldbook.sqlite", bad], executable: "/usr/bin/python3")
    try #require(python.end().status == 0)
    let list = try laptop.run("--lang", "zh", "list")
    #expect(list.status == 0 && list.output.contains(good.prefix(8)) && !list.output.contains(bad.prefix(8)))
    #expect(list.diagnostics.contains("有 1 条记录已损坏") && list.diagnostics.contains("weldtech doctor"))
    #expect(try laptop.json("list")["unreadable"] as? Int == 1)
    // After `doctor` the list reports no damaged record any more.
    _ = try laptop.run("doctor")
    #expect(try laptop.json("list")["unreadable"] as? Int == 0)
  }
}
