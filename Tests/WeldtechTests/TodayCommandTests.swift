import Foundation
import Records
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Checks `today`, `open`, `list --search` and `help day` on records that are open.
@Suite struct TodayCommandTests {
  private func document(_ desk: Desk, _ arguments: [String]) throws -> [String: Any] {
    let answer = try desk.run(["--json"] + arguments)
    return try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
  }

  @Test func `what is open, waits and is due stands in today's answer`() throws {
    let desk = Desk()
    desk.clock.time = Timestamp("2026-11-24T10:00:00+08:00")!
    try desk.setUp()
    let bought = try desk.register()
    let old = try desk.register()
    _ = try desk.run(["correct", bought, "--purchased-on", "2026-11-14"])
    _ = try desk.run(["correct", old, "--purchased-on", "2020-01-01"])
    let refused = try desk.register()
    _ = try desk.run(["refuse", refused, "--reason", "不装了"])
    let today = try document(desk, ["today"])
    #expect(today["day"] as? String == "2026-11-24" && today["refused"] as? Int == 1)
    #expect((today["installed"] as? [Any])?.isEmpty == true && today["openInstallations"] as? Int == 2)
    #expect((today["queue"] as? [String: Int])?["records"] == 1)
    let due = try #require(today["due"] as? [[String: Any]])
    #expect(due.count == 1 && due[0]["id"] as? String == bought)
    #expect(due[0]["day"] as? String == "2026-11-29" && due[0]["daysLeft"] as? Int == 5)
    // The block has twenty codes, of which two are bound. Fewer than twenty count as few.
    #expect(today["codesLeft"] as? Int == 18 && today["codesLow"] as? Bool == true)
    let printed = try desk.run(["--lang", "zh", "today"], columns: 80).output
    for words in ["2026-11-24", "没做完 2", "待上传 1", "2026-11-29", "标牌码只剩 18", "业主拒装 1"] {
      #expect(printed.contains(words), "\(words) in \(printed)")
    }
    for secret in Person.secrets { #expect(!printed.contains(secret)) }

    desk.clock.time = Timestamp("2027-06-10T03:00:00+08:00")!
    let later = try document(desk, ["today"])
    #expect(later["refused"] as? Int == 0, "the day of before is over")
    let dates = try #require(later["due"] as? [[String: Any]])
    #expect(dates.map { $0["reason"] as? String } == ["newWelder", "certificate"])
    #expect((dates[0]["daysLeft"] as? Int ?? 0) < 0 && dates[1]["daysLeft"] as? Int == 20)
  }

  @Test func `an appointment stands in the answer from its day until the welder is registered`() throws {
    let desk = Desk()
    desk.clock.time = Timestamp("2026-11-24T03:00:00+08:00")!
    try desk.setUp()
    var fields = try Registration.values(ofDocument: Data(Person.registration.utf8))
    fields[.unitType] = nil
    let registration = try Registration(fields, isSurveyed: true, today: nil, drawnBy: nil)
    let fieldbook = try desk.fieldbook()
    let ids = (0..<2).map { _ in InstallationID(UUID()) }
    let row = InstallationEvent.Surveyed(
      owner: registration.owner, welder: registration.welder,
      survey: Survey(filledBy: nil, filledByPhone: nil, list: "l.csv", row: "2"), remarks: nil)
    try fieldbook.survey(
      ids.map { .new($0, row) }, since: fieldbook.surveyedWelders(withPhones: []), at: desk.clock.time)
    _ = try desk.run(["correct", ids[0].text, "--date", "2026-11-25", "--note", "上午"])
    let before = try document(desk, ["today"])
    #expect((before["visits"] as? [Any])?.isEmpty == true && before["surveyed"] as? Int == 2)

    desk.clock.time = Timestamp("2026-11-25T03:00:00+08:00")!
    let visits = try #require(try document(desk, ["today"])["visits"] as? [[String: Any]])
    #expect(visits.map { $0["id"] as? String } == [ids[0].text])
    let printed = try desk.run(["--lang", "zh", "today"], columns: 80).output
    #expect(printed.contains("今天要上门 1（已调研未登记共 2）") && printed.contains("2026-11-25"))
    for secret in Person.secrets { #expect(!printed.contains(secret)) }

    _ = try desk.run(["register", ids[0].text, "--unit-type", "individual", "--reason", "另一台"])
    let after = try document(desk, ["today"])
    #expect((after["visits"] as? [Any])?.isEmpty == true && after["surveyed"] as? Int == 1)
    #expect(after["openInstallations"] as? Int == 1)
  }

  @Test func `more visits than the screen shows are counted, and it says where the others are`() throws {
    let desk = Desk()
    desk.clock.time = Timestamp("2026-11-24T03:00:00+08:00")!
    try desk.setUp()
    var fields = try Registration.values(ofDocument: Data(Person.registration.utf8))
    fields[.unitType] = nil
    let registration = try Registration(fields, isSurveyed: true, today: nil, drawnBy: nil)
    let fieldbook = try desk.fieldbook()
    let ids = (0..<120).map { _ in InstallationID(UUID()) }
    let row = InstallationEvent.Surveyed(
      owner: registration.owner, welder: registration.welder,
      survey: Survey(filledBy: nil, filledByPhone: nil, list: "l.csv", row: "2"), remarks: nil)
    try fieldbook.survey(
      ids.map { .new($0, row) }, since: fieldbook.surveyedWelders(withPhones: []), at: desk.clock.time)
    func screen() throws -> String { try desk.run(["--lang", "zh", "today"], columns: 80).output }
    for (index, id) in ids.enumerated() {
      _ = try desk.run(["correct", id.text, "--date", "2026-11-24"])
      if index == 14 { #expect(try !screen().contains("--sort appointment")) }
    }
    let document = try document(desk, ["today"])
    #expect(document["visitsDue"] as? Int == 120 && (document["visits"] as? [Any])?.count == 100)
    let shown = try screen()
    #expect(shown.contains("今天要上门 120") && shown.contains("weldtech list --status surveyed --sort appointment"))
  }

  @Test func `a local day ends at its own midnight, also at three in the morning in Shanghai`() throws {
    let desk = Desk()
    desk.clock.time = Timestamp("2026-11-24T23:59:59+08:00")!
    try desk.setUp()
    let id = try desk.register()
    _ = try desk.run(["refuse", id, "--reason", "x"])
    #expect(try document(desk, ["today"])["refused"] as? Int == 1)
    desk.clock.time = Timestamp("2026-11-25T03:00:00+08:00")!
    // In UTC it is still the day before, so that the clock's offset decides.
    #expect(try document(desk, ["today"])["refused"] as? Int == 0)
  }

  @Test func `a search finds any part of a record, whatever its width, case and blanks`() throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    let other = try desk.register()
    _ = try desk.run([
      "correct", other, "--unit-name", "沙日召铁艺 Shop", "--responsible-phone", "0477-5216666",
      "--responsible-name", "诸葛亮",
      "--street", "展旦召苏木", "--community", "", "--brand", "沪工",
    ])
    let code = try #require(try desk.fieldbook().installation(matching: other).code).description
    for text in [
      "沙日召", "铁艺ｓｈｏｐ", "SHOP", "4775216", "0477 5216666", "诸葛", "展旦召", "w-2", "Ｗ－２", "沪工 ZX7", code,
      code.lowercased(), String(other.prefix(6)),
    ] {
      let rows = try #require(
        try document(desk, ["list", "--search", text])["installations"] as? [[String: Any]])
      #expect(rows.map { $0["id"] as? String } == [other], "\(text)")
    }
    let both = try #require(
      try document(desk, ["list", "--search", "zx7-315"])["installations"] as? [[String: Any]])
    #expect(Set(both.compactMap { $0["id"] as? String }) == [id, other])
    #expect(both.allSatisfy { $0["model"] as? String == "ZX7-315" && $0["serialNumber"] is String })
    #expect((try document(desk, ["list", "--search", "没有这家"])["installations"] as? [Any])?.isEmpty == true)
    #expect(desk.failure(["list", "--search", " \u{3000}"])?.code == "usage.value")
    let first = try document(desk, ["list", "--search", "zx7", "--limit", "1"])
    let second = try document(
      desk, ["list", "--search", "zx7", "--limit", "1", "--after", (both[0]["id"] as? String) ?? ""])
    let pages = [first, second].compactMap {
      ($0["installations"] as? [[String: Any]])?.first?["id"] as? String
    }
    #expect(Set(pages) == [id, other])
  }

  @Test func `the table tells a unit's welders apart and ends with the newest`() throws {
    let desk = Desk()
    var ids: [String] = []
    desk.clock.time = Timestamp("2026-11-24T10:00:00+08:00")!
    try desk.setUp()
    for minute in 0..<3 {
      desk.clock.time = Timestamp("2026-11-24T10:0\(minute):00+08:00")!
      ids.append(try desk.register())
    }
    let lines = try desk.run(["--lang", "zh", "list"], columns: 80).output.split(separator: "\n").suffix(3)
    for ((line, id), number) in zip(zip(lines, ids), 1...) {
      #expect(line.hasPrefix(id.prefix(8)) && line.contains("W-\(number)"), "\(line)")
    }
    let rows = try #require(try document(desk, ["list"])["installations"] as? [[String: Any]])
    #expect(rows.map { $0["id"] as? String } == ids.reversed(), "documents begin with the newest, as before")
  }

  @Test func `a paper that is not there is no file to open`() throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    for paper in ["agreement", "label"] {
      let failure = try #require(desk.failure(["open", id, paper]))
      #expect(failure.code == "open.missing" && failure.exit == .badData)
    }
  }

  // MARK: - Help

  @Test func `the help for the first day fits eighty columns and names only commands that there are`() throws {
    let desk = Desk()
    let program = CommandTree.program()
    for language in ["zh", "en"] {
      let page = try desk.run(["--lang", language, "help", "day"], columns: 80).output
      #expect(page.split(separator: "\n").allSatisfy { DisplayWidth.columns(of: String($0)) <= 80 }, "\(page)")
      for match in page.matches(of: /weldtech ([a-z]+)((?: [a-zA-Z0-9-]+| 记录号| 原因| 文字)*)/) {
        let name = String(match.1)
        #expect(program.commands.contains { $0.name == name }, "\(name)")
        for option in match.2.split(separator: " ") where option.hasPrefix("--") {
          #expect(
            program.commands.first { $0.name == name }?.parameters.contains { $0.spelling == option } == true,
            "\(name) \(option)")
        }
      }
    }
    #expect(try document(desk, ["help", "day"])["sections"] is [Any])
  }

  @Test func `help still shows a command's own page, and the program's`() throws {
    let program = CommandTree.program()
    for (line, path) in [
      (["help", "install"], ["install"]), (["help"], []), (["help", "labels", "batch"], ["labels", "batch"]),
      (["help", "day", "--help"], ["help", "day"]),
    ] {
      let invocation = program.parse(line)
      guard case .help = invocation.outcome else {
        Issue.record("\(line)")
        continue
      }
      #expect(invocation.path == path, "\(line)")
    }
  }

  @Test(
    .enabled(if: InstalledProgram("pdfinfo").isInstalled, "poppler-utils is missing"), arguments: ["zh", "en"])
  func `the sheet for the first day is one page that another program reads`(language: String) throws {
    let desk = Desk()
    let file = desk.home + "-day.pdf"
    defer { try? FileManager.default.removeItem(atPath: file) }
    _ = try desk.run(["--lang", language, "help", "day", "--output", file])
    let information = try InstalledProgram("pdfinfo").output([file])
    #expect(information.contains(/Pages: +1\n/), "\(information)")
    let text = try InstalledProgram("pdftotext").output(["-layout", file, "-"])
    for section in DayPage.sections {
      let language: Language = language == "zh" ? .zh : .en
      #expect(text.contains(section.title[language]), "\(section.title[language]) in \(text)")
    }
  }
}
