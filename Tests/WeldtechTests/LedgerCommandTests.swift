import Foundation
import Records
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Checks what `ledger stats`, `rows` and `export` say on a terminal and refuse on the command line.
@Suite struct LedgerCommandTests {
  private func desk() throws -> Desk {
    let desk = Desk()
    desk.clock.time = Timestamp("2024-11-20T03:00:00+08:00")!
    try desk.setUp()
    return desk
  }

  @Test(arguments: ["zh", "en"])
  func `the progress fits a terminal of 80 columns`(language: String) throws {
    let desk = try desk()
    let bought = try desk.register()
    _ = try desk.run(["correct", bought, "--purchased-on", "2024-09-01"])
    _ = try desk.run(["refuse", try desk.register(), "--reason", "不装了"])
    let printed = try desk.run(["--lang", language, "ledger", "stats"], columns: 80).output
    for line in printed.split(separator: "\n") {
      #expect(DisplayWidth.columns(of: line) <= 80, "\(line)")
    }
    for word in ["known", "overdue", "refused"] { #expect(printed.contains(word), "\(word) in \(printed)") }
    let rows = try desk.run(["--lang", language, "ledger", "rows", "overdue"], columns: 80).output
    #expect(rows.contains(bought.prefix(8)) && rows.contains("2024-09-16"))
    for secret in Person.secrets { #expect(!printed.contains(secret) && !rows.contains(secret)) }
  }

  @Test func `a form takes no file's place unless it is told to`() throws {
    let desk = try desk()
    _ = try desk.register()
    let folder = TemporaryFolder()
    for ending in ["xlsx", "csv", "json"] {
      let export = ["ledger", "export", "--form", "survey", "--output"]
      let list = try folder.write("list.\(ending)", "a list that somebody sent")
      #expect(desk.failure(export + [list])?.code == "ledger.form.there")
      let link = folder.file("link.\(ending)")
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: list)
      #expect(desk.failure(export + [link])?.code == "ledger.form.there")
      #expect(try String(contentsOfFile: list, encoding: .utf8) == "a list that somebody sent")
      #expect(try desk.run(export + [list, "--replace"]).status == 0)
      #expect(try Data(contentsOf: URL(filePath: list)).count > 100)
    }
  }

  @Test func `a form needs a kind, a file and a format, and no period ends before it begins`() throws {
    let desk = try desk()
    func code(_ arguments: String...) -> String? { desk.failure(["ledger"] + arguments)?.code }
    #expect(code("export", "--output", "/tmp/f.xlsx") == "usage.option.missing")
    #expect(code("export", "--form", "survey") == "usage.option.missing")
    #expect(code("export", "--form", "survey", "--output", "f.docx") == "usage.value")
    #expect(code("stats", "--from", "2024-12-01", "--to", "2024-11-30") == "usage.value")
  }

  @Test func `bars are Braille, as wide as their share`() {
    #expect(LedgerTexts.bar(0, of: 10) == "" && LedgerTexts.bar(5, of: 0) == "")
    #expect(DisplayWidth.columns(of: LedgerTexts.bar(10, of: 10)) == 16)
    #expect(LedgerTexts.bar(5, of: 10) == String(repeating: "\u{28FF}", count: 8))
    // Every count above 0 has a visible bar.
    #expect(LedgerTexts.bar(1, of: 1_000) == "\u{2847}")
  }
}
