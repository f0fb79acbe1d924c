import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook
@testable import weldtech

/// Checks what `list` shows, asks and writes.
@Suite struct ListCommandTests {
  private let desk = Desk()
  private let folder = TemporaryFolder()

  private func register(_ unit: String, street: String = "树林召镇", person: String = "慕容雪") throws -> String {
    let registration = Person.registration.replacingOccurrences(
      of: "树林召汽车修理厂（东风路二分店）", with: unit.replacingOccurrences(of: "\"", with: "\\\"")
    )
    .replacingOccurrences(of: "树林召镇", with: street).replacingOccurrences(of: Person.owner.name, with: person)
    .replacingOccurrences(of: "W-1", with: "W-\(try desk.fieldbook().list(limit: 1_000).count)")
    let answer = try desk.run(["--json", "register", "--from", try folder.write("r.json", registration)])
    return try #require(try Self.object(answer.output)["id"] as? String)
  }

  private static func object(_ json: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }

  private func ids(_ options: String...) throws -> [String] {
    let rows =
      try Self.object(try desk.run(["--json", "list"] + options).output)["installations"] as? [[String: Any]]
    return try #require(rows).compactMap { $0["id"] as? String }
  }

  @Test func `initials, filters and orders are asked for by options`() throws {
    try desk.setUp()
    let first = try register("展旦召钢构", street: "展旦召苏木")
    let second = try register("白泥井修理", street: "白泥井镇")
    #expect(try ids("--search", "zdzgg") == [first])
    #expect(try ids("--search", "没有") == [])
    #expect(try ids("--sort", "unit") == [second, first])
    #expect(try ids("--street", "白泥井") == [second])
    #expect(try ids("--industry", "汽车维修", "--sort", "street") == [second, first])
    #expect(try ids("--unit", "白泥井修理") == [second])
    #expect(try ids("--to", "2020-01-01") == [])
    #expect(desk.failure(["list", "--sort", "colour"])?.code == "usage.value")
    #expect(desk.failure(["list", "--columns", "unit,colour"])?.code == "usage.value")
    #expect(desk.failure(["list", "--search", "　"])?.code == "usage.value")
  }

  @Test func `the screen masks names and phones unless told otherwise, and no line is wider than it`() throws {
    try desk.setUp()
    _ = try desk.run(["setup", "--codes", "00C000+20"])
    for number in 0..<30 { _ = try register("达拉特旗树林召镇第\(number)号汽车修理服务部") }
    let words = ["--lang", "zh", "list", "--columns", "记录号，单位,责任人、电话,街道/苏木镇,due"]
    let masked = try desk.run(words, columns: 80).output
    #expect(!masked.contains(Person.owner.name) && !masked.contains(Person.owner.phone))
    #expect(masked.contains("慕**") && masked.contains("139****4444") && masked.contains("应装日期"))
    let full = try desk.run(words + ["--full"], columns: 120).output
    #expect(full.contains(Person.owner.name) && full.contains(Person.owner.phone))
    for line in (masked + (try desk.run(["--lang", "zh", "list"], columns: 80).output)).split(separator: "\n") {
      let width = line.unicodeScalars.reduce(0) { $0 + ($1.value > 0x2E7F ? 2 : 1) }
      #expect(width <= 80, "\(line)")
    }
    let more = try desk.run(["--lang", "zh", "list", "--sort", "unit", "--search", "汽车", "--limit", "20"])
    #expect(more.diagnostics.contains("weldtech list --search 汽车 --sort unit --limit 20 --after "))
  }

  @Test func `columns that were asked for are in the document, with codes and in full`() throws {
    try desk.setUp()
    _ = try register("白泥井修理")
    let answer = try desk.run(["--json", "list", "--columns", "phone,industry,unit,module"]).output
    let row = try #require((try Self.object(answer)["installations"] as? [[String: Any]])?.first)
    #expect(row["columns"] as? [String: String] == ["phone": Person.owner.phone, "industry": "autoRepair"])
    #expect(row["unitName"] as? String == "白泥井修理" && row["brand"] as? String == "瑞凌")
  }

  @Test func `a CSV has every record once, as another reader of CSV reads it`() throws {
    try desk.setUp()
    let units = ["=cmd|' /C calc'!A0", "+1店", "-店", "@店", "有,逗号", "有\"引号\"", "普通店"]
    let all = try units.map { try register($0) }
    let file = folder.file("list.csv")
    let answer = try desk.run([
      "--lang", "zh", "list", "--csv", file, "--columns", "id,unit,person,phone,status",
    ])
    #expect(answer.output.contains("7"))
    let bytes = try Data(contentsOf: URL(filePath: file))
    #expect(bytes.starts(with: [0xEF, 0xBB, 0xBF]))
    let script = """
      import csv, json, sys
      print(json.dumps(list(csv.reader(open(sys.argv[1], encoding='utf-8-sig', newline='')))))
      """
    let read = try InstalledProgram("python3").output(["-c", script, file])
    let rows = try #require(try JSONSerialization.jsonObject(with: Data(read.utf8)) as? [[String]])
    #expect(rows.first == ["记录号", "单位", "责任人", "电话", "状态"])
    #expect(Set(rows.dropFirst().map { $0[0] }) == Set(all) && rows.count == all.count + 1)
    let written = Dictionary(uniqueKeysWithValues: rows.dropFirst().map { ($0[0], $0) })
    for (id, unit) in zip(all, units) {
      let row = try #require(written[id])
      let guarded = "=+-@".contains(unit.prefix(1)) ? "'" + unit : unit
      #expect(row == [id, guarded, Person.owner.name, Person.owner.phone, "进行中"])
    }
    // A photo is not replaced where its path was completed by mistake.
    let photo = try folder.write("photo.jpg", "\u{1}photo")
    #expect(desk.failure(["list", "--csv", photo]) != nil)
    #expect(try String(contentsOfFile: photo, encoding: .utf8) == "\u{1}photo")
    // A list that somebody sent is not replaced either, although it begins like any table of Excel's.
    let sent = try folder.write("sent.csv", "\u{FEFF}序号,单位,责任人\r\n1,甲店,张三\r\n")
    #expect(desk.failure(["list", "--csv", sent])?.code == "output.taken")
  }

  @Test func `a CSV of two thousand records has all of them, in the order that was asked for`() throws {
    try desk.setUp()
    let id = try register("第零店")
    let fieldbook = try desk.fieldbook()
    var ids: [String] = [id]
    try fieldbook.database.transaction { () throws(FieldbookError) in
      for number in 1...2_000 {
        let copy = InstallationID(UUID())
        ids.append(copy.text)
        try fieldbook.database.run(
          """
          INSERT INTO installation SELECT ?1, NULL, status, ?3, opened_at, opened_seconds + ?4, next_step, 1
          FROM installation WHERE id = ?2
          """, [.text(copy.text), .text(id), .text("第\(number)店"), .integer(number)])
        try fieldbook.database.run(
          "INSERT INTO record SELECT ?1, body FROM record WHERE installation = ?2",
          [.text(copy.text), .text(id)])
        try SearchIndex(database: fieldbook.database).update(copy)
      }
    }
    let file = folder.file("all.csv")
    let answer = try Self.object(try desk.run(["--json", "list", "--csv", file, "--columns", "id"]).output)
    #expect(answer["rows"] as? Int == 2_001)
    let lines = try String(contentsOfFile: file, encoding: .utf8).unicodeScalars.split(separator: "\n")
      .dropFirst().map { String($0).trimmingCharacters(in: .whitespacesAndNewlines) }
    #expect(lines == ids.reversed())
    #expect(
      try Self.object(try desk.run(["--json", "list", "--csv", file, "--limit", "7"]).output)["rows"] as? Int
        == 7)
  }

  @Test func `units are merged and split by commands, with their reason`() throws {
    try desk.setUp()
    let first = try register("甲店", person: "甲某")
    let second = try register("甲店铁艺", person: "甲某")
    let units = try #require(
      try Self.object(try desk.run(["--json", "unit", "list"]).output)["units"] as? [[String: Any]])
    #expect(units.count == 2)
    let other = try #require(units.first { $0["name"] as? String == "甲店铁艺" }?["id"] as? String)
    #expect(desk.failure(["unit", "merge", "甲店", "甲店铁艺"])?.code == "usage.option.missing")
    #expect(desk.failure(["unit", "merge", "甲店", "丙店", "--reason", "x"])?.code == "unit.unknown")
    let merged = try desk.run(["--lang", "zh", "unit", "merge", "甲店", "甲店铁艺", "--reason", "换了招牌"])
    #expect(merged.output.contains("共 2 台焊机"))
    let shown = try desk.run(["--lang", "zh", "unit", "show", "甲店"], columns: 80).output
    #expect(shown.contains("换了招牌") && shown.contains(first.prefix(8)) && shown.contains(second.prefix(8)))
    #expect(!shown.contains("甲某"))
    #expect(try Self.object(try desk.run(["--json", "unit", "split", "甲店", other]).output)["units"] != nil)
    #expect(try ids("--unit", other).count == 1)
    _ = try desk.run(["unit", "merge", "甲店", other, "--reason", "又是一家"])
    let split = try desk.run(["--json", "unit", "split", "甲店", second, "--reason", "分家"]).output
    #expect(split.contains("-2\""))
    #expect(desk.failure(["unit", "split", "甲店", second, "--reason", "x"]) != nil)
  }
}
