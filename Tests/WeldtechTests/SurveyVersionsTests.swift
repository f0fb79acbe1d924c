import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Imports one list in several versions, and our own forms, and looks at what is recorded afterwards.
@Suite struct SurveyVersionsTests {
  private let desk: Desk
  private let folder = TemporaryFolder()

  init() throws {
    desk = Desk()
    desk.clock.time = Timestamp("2026-11-24T03:00:00+08:00")!
    try desk.setUp()
  }

  private static let titles =
    "序号,企业/店铺名称,责任人姓名,责任人电话,焊机用电类型,最大电流安数A,焊机最大电流,焊机类型,作业用途,电源类型,焊机最大功率,应用行业,备注,所属街道,所属社区,填表人,填表人电话"

  /// A row of a list, whose other cells are equal in all rows.
  private func row(
    _ unit: String, phone: String = "13800000011", amps: Int = 315, process: String = "手工电弧焊",
    industry: String = "汽车维修", note: String = "", street: String = "树林召镇", supply: String = "三相380V"
  ) -> String {
    "1,\(unit),王大山,\(phone),\(supply),20,\(amps),\(process),修车,逆变,12,\(industry),\(note),\(street),东达社区,周小梅,13800000030"
  }

  private func write(_ rows: [String], to name: String = "list.csv") throws -> String {
    try folder.write(name, ([Self.titles] + rows).joined(separator: "\r\n") + "\r\n")
  }

  private func json(_ arguments: String...) throws -> [String: Any] {
    let output = try desk.run(["--json"] + arguments).output
    return try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
  }

  private func counts(_ document: [String: Any]) throws -> [String: Int] {
    try #require(document["counts"] as? [String: Int]).filter { $0.value > 0 }
  }

  private func known() throws -> Int {
    try #require((try json("ledger", "stats")["figures"] as? [String: Int])?["known"])
  }

  @Test func `a form of our own in CSV reads back as the same welders, whatever begins their names`() throws {
    let names = ["=1+1", "+86焊铺", "-5店", "@店", "'=店", "老赵电焊"]
    let list = try write(names.enumerated().map { row($1, phone: "1380000001\($0)") })
    // A list that is written by hand has no apostrophe there. An apostrophe that is there is the spreadsheet's.
    #expect(try counts(json("ledger", "import", list)) == ["new": 6])
    let form = folder.file("form.csv")
    _ = try desk.run(["ledger", "export", "--form", "survey", "--output", form])
    #expect(try counts(json("ledger", "import", form)) == ["same": 6])
    #expect(try known() == 6)
  }

  @Test(arguments: ["csv", "xlsx"])
  func `other processes in other trades read back from our own form unchanged`(format: String) throws {
    let list = try write([
      row("甲店", process: "其他（冷焊）", industry: "其他", note: "模具"),
      row("乙店", phone: "13800000012", process: "其他", industry: "其他", note: "冷焊模具"),
      row("丙店", phone: "13800000013", process: "其他（冷焊）", industry: "其他（模具）", note: "有两台；一台旧的"),
      row("丁店", phone: "13800000014/13900000014", industry: "铁艺", supply: "单相380V"),
      row("戊店", phone: "13800000015（微信同号）", process: "其他（冷焊）"),
    ])
    #expect(try counts(json("ledger", "import", list)) == ["new": 5])
    let form = folder.file("form.\(format)")
    for _ in 0..<2 {
      _ = try desk.run(["ledger", "export", "--form", "survey", "--replace", "--output", form])
      let read = try json("ledger", "import", form)
      #expect(try counts(read).filter { $0.key != "skipped" } == ["same": 5])
      // The line of the reporter above the header is no part of the header.
      let sheet = try #require((read["sheets"] as? [[String: Any]])?.first)
      #expect(sheet["headerRow"] as? Int == (format == "csv" ? 1 : 4))
    }
    let said = try desk.run(["--lang", "zh", "ledger", "import", form]).diagnostics
    #expect(said.contains(format == "csv" ? "表头在第 1 行" : "表头在第 4 行"), "\(said)")
    #expect(try counts(json("ledger", "import", list)) == ["same": 5])
  }

  @Test func `a corrected phone or name is a changed row, and what a version lacks is named`() throws {
    let first = ["甲店", "乙店", "丙店", "丁店", "戊店"].enumerated().map {
      row($1, phone: "1380000001\($0)", amps: 300 + $0)
    }
    _ = try desk.run(["ledger", "import", try write(first, to: "v1.csv")])
    // The second list corrects the phone of one unit and the name of another. The last two units are gone.
    let second = [
      first[0], row("乙店", phone: "13900000011", amps: 301), row("丙店焊接", phone: "13800000012", amps: 302),
      row("己店", phone: "13800000019"),
    ]
    let path = try write(second, to: "v2.csv")
    let refused = try #require(desk.failure(["ledger", "import", path]))
    #expect(refused.code == "usage.option.missing" && refused.details.count == 2)
    let rehearsal = try desk.run(["--lang", "zh", "ledger", "import", path, "--dry-run"])
    let said = rehearsal.diagnostics + rehearsal.output
    for words in ["有变化 2", "丙店 → 丙店焊接", "上次的表里有、这次没有的 2 台", "丁店（v1.csv 第 5 行）", "戊店", "weldtech void"] {
      #expect(said.contains(words), "\(words) in \(said)")
    }
    #expect(try known() == 5)

    let taken = try json("ledger", "import", path, "--accept-changes")
    #expect(try counts(taken) == ["new": 1, "same": 1, "changed": 2])
    let missing = try #require(taken["missing"] as? [[String: Any]])
    #expect(missing.map { $0["unitName"] as? String } == ["丁店", "戊店"])
    #expect(missing.map { $0["list"] as? String } == ["v1.csv", "v1.csv"])
    #expect(try known() == 6)
    #expect(try counts(json("ledger", "import", path)) == ["same": 4])
    // The unit's id is made of the unit's name and phone, and changes with them.
    let units = try #require(try json("unit", "list")["units"] as? [[String: Any]])
    #expect(Set(units.compactMap { $0["name"] as? String }) == ["甲店", "乙店", "丙店焊接", "丁店", "戊店", "己店"])
    for unit in missing { _ = try desk.run(["void", try #require(unit["id"] as? String), "--reason", "没有了"]) }
    #expect(try known() == 4)
    #expect((try json("ledger", "import", path)["missing"] as? [Any])?.isEmpty == true)
  }

  @Test func `a row of another name can be another welder, and another street's list misses nothing`() throws {
    _ = try desk.run(["ledger", "import", try write([row("甲店"), row("乙店", amps: 200)], to: "a.csv")])
    let shop = try write([row("甲店（东店）")], to: "b.csv")
    #expect(desk.failure(["ledger", "import", shop]) != nil)
    #expect(try counts(json("ledger", "import", shop, "--as-new")) == ["new": 1])
    let other = try write([row("甲店", street: "白泥井镇")], to: "a.csv")
    let document = try json("ledger", "import", other, "--accept-changes")
    #expect((document["missing"] as? [Any])?.isEmpty == true)
  }

  @Test func `Ctrl-C at a question says that nothing was imported`() throws {
    let first = try write([row("甲店"), row("乙店", phone: "13800000012")])
    _ = try desk.run(["ledger", "import", first])
    let second = try write(
      [row("甲店", amps: 200), row("乙店", phone: "13800000012", amps: 200)], to: "list-2.csv")
    let failure = ImportCancelled().failure
    #expect(failure.message.zh.contains("没有导入") && failure.exit == .cancelled)
    let script = Script(["1"], isTerminal: true)
    #expect(throws: ImportCancelled.self) {
      try desk.run(["ledger", "import", second], script: script)
    }
    #expect(try counts(json("ledger", "import", first)) == ["same": 2])
  }

  @Test func `streets have the Banner's names however they are written, and others are pointed at`() throws {
    let list = try write([
      row("甲店", street: "树林召"), row("乙店", phone: "13800000012", street: "达旗树林召镇"),
      row("丙店", phone: "13800000013", street: "达拉特旗树林召镇人民政府"), row("丁店", phone: "13800000014", street: "展旦召"),
      row("戊店", phone: "13800000015", street: "昭君"), row("己店", phone: "13800000016", street: "达拉特经济开发区"),
      row("庚店", phone: "13800000017", street: "白塔街道办事处"),
    ])
    #expect(try json("ledger", "import", list)["unknownStreets"] as? [String] == ["昭君"])
    let streets = try #require(try json("ledger", "stats")["streets"] as? [[String: Any]])
    #expect(
      Set(streets.compactMap { $0["street"] as? String })
        == ["树林召镇", "展旦召苏木", "昭君", "达拉特经济开发区", "白塔街道"])
    // The filters accept the same spellings, and refuse a name of no place or of several.
    for name in ["树林召", "达旗树林召镇", "林召"] {
      #expect((try json("ledger", "rows", "known", "--street", name))["count"] as? Int == 3, "\(name)")
    }
    #expect(try json("ledger", "rows", "known", "--street", "白泥井")["count"] as? Int == 0)
    #expect(desk.failure(["ledger", "stats", "--street", "东胜"])?.code == "usage.value")
    let failure = try #require(desk.failure(["ledger", "stats", "--street", "召"]))
    #expect(failure.message.zh.contains("树林召镇") && failure.message.zh.contains("展旦召苏木"))
  }

  @Test func `reasons show the cell as it is written, but no phone, and the row it stands in`() throws {
    let list = try write([
      row("甲店", phone: "1380000001", process: "铜焊"), "2,,,,380V,20,200,手工电弧焊,修车,逆变,12,,,,,,",
      ",填报人签字：,,,,审核：,,,,,,,,,,,",
    ])
    let document = try json("ledger", "import", list)
    let rows = try #require(document["rows"] as? [[String: Any]])
    let problems = try rows.map { try #require($0["problems"] as? [[String: Any]] ?? []) }
    #expect(problems[0].map { $0["cell"] as? String } == ["D2", "H2"])
    // The second welder of the unit has the phone of the first.
    #expect(problems[1].map { $0["cell"] as? String } == ["D2"])
    #expect(rows[2]["reason"] as? String == "note")
    let printed = try desk.run(["--lang", "zh", "ledger", "import", list]).output
    #expect(printed.contains("铜焊") && printed.contains("10 位数字") && printed.contains("手工电弧焊、"))
    #expect(!printed.contains("manualArc") && !printed.contains("1380000001"))
  }

  @Test func `the welders of a list are listed in its order, with a route of any day`() throws {
    let units = ["丙店", "甲店", "丁店", "乙店", "戊店", "庚店", "己店", "辛店"]
    let list = try write(units.enumerated().map { row($1, phone: "1380000001\($0)") })
    let document = try json("ledger", "import", list)
    let ids = try #require(document["rows"] as? [[String: Any]]).compactMap { $0["id"] as? String }
    let listed = try #require(try json("list")["installations"] as? [[String: Any]])
    // The document for programs has the newest record first.
    #expect(listed.reversed().map { $0["unitName"] as? String } == units)

    let planned = try json("correct", ids[0], ids[2], ids[4], "--date", "2026-11-26", "--note", "上午")
    #expect(
      (planned["installations"] as? [[String: Any]])?.map { $0["id"] as? String } == [ids[0], ids[2], ids[4]])
    let route = try desk.run(["--lang", "zh", "list", "--appointment", "2026-11-26", "--full"], columns: 120)
      .output
    for word in ["丙店", "丁店", "戊店", "王大山", "13800000010", "上午"] { #expect(route.contains(word), "\(word)") }
    #expect(!route.contains("甲店") && !route.contains("乙店"))
    let masked = try desk.run(["--lang", "zh", "list", "--appointment", "2026-11-26"], columns: 80).output
    #expect(masked.contains("138****0010") && !masked.contains("王大山"))
    desk.clock.time = Timestamp("2026-11-26T03:00:00+08:00")!
    let visits = try #require(try json("today")["visits"] as? [[String: Any]])
    #expect(
      visits.count == 3
        && visits.allSatisfy { $0["note"] as? String == "上午" && $0["person"] as? String == "王大山" })
    // A record that cannot be planned leaves the others as they were.
    _ = try desk.run(["void", ids[1], "--reason", "搬走"])
    #expect(desk.failure(["correct", ids[0], ids[1], "--date", "2026-11-30"])?.code == "walk.void")
    #expect(
      try json("correct", ids[0], "--note", "上午")["appointment"].map { "\($0)".contains("2026-11-26") } == true)
  }

  @Test func `a list as a file is for its owner only, and has nothing where there is nothing`() throws {
    _ = try desk.run(["ledger", "import", try write([row("甲店")])])
    let file = folder.file("all.csv")
    _ = try desk.run(["list", "--csv", file])
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(!(try String(contentsOfFile: file, encoding: .utf8)).contains("–"))
    let failure = try #require(
      desk.failure(["ledger", "export", "--form", "survey", "--output", folder.file("x.pdf")]))
    #expect(failure.code == "usage.value" && failure.message.zh.contains(".xlsx"))
  }
}
