import Foundation
import TestSupport
import Testing

/// Installs surveyed welders with the built program as a technician does on site, on a terminal of 80 columns
/// and with a phone.
@Suite(.serialized, .enabled(if: SurveyLists.reason == nil, SurveyLists.comment))
struct SurveyWalkTests {
  /// Imports a list of three welders. The first has a single-phase supply, the second a three-phase supply.
  /// - Returns: the installation IDs in the order of the list.
  private func surveyed(_ laptop: Laptop) throws -> [String] {
    let path = try laptop.scratch.write("list.csv", Data(try SurveyLists.csv().utf8))
    let document = try laptop.json("ledger", "import", path)
    let rows = try #require(document["rows"] as? [[String: Any]])
    let ids = rows.compactMap { $0["id"] as? String }
    try #require(ids.count == 3)
    return ids
  }

  /// The words of the questions to which a list has the answers.
  private static let answered = [
    "单位：", "责任人姓名和电话", "街道/苏木镇", "应用行业：", "焊机类型：", "用电类型：", "电源类型：", "输入侧最大电流（", "最大焊接电流（", "最大功率（",
  ]

  @Test func `a surveyed welder is walked to its delivery on a terminal, asked only for what its list has not`()
    throws
  {
    let laptop = try Office.shared.get().laptop()
    let id = try surveyed(laptop)[1]
    let plug = try Plug(timings: .instant)
    let folder = laptop.scratch.file("inbox")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    func arrives(_ name: String, _ bytes: Data) throws {
      try bytes.write(to: URL(filePath: "\(folder)/\(name)"))
    }
    try arrives("before.png", try Laptop.picture(of: "before \(id)"))
    try arrives("strokes.json", try Data(contentsOf: URL(filePath: laptop.signature())))
    func install() throws -> TerminalSession {
      try TerminalSession(
        ["--home", laptop.home, "install", String(id.prefix(8)), "--port", plug.port],
        environment: ["LANG": "zh_CN.UTF-8"], folder: folder)
    }
    let session = try install()
    try session.answer("编号或名称", "个体户")
    try session.answer("从业人员数量", "３　２")
    try session.answer("焊机品牌、型号", "瑞凌 ZX7-315")
    try session.answer("出厂编号", "R-\(id.prefix(8))")
    try session.read(until: "回车登记")
    // The technician can check and correct the list's values before registration.
    for words in ["树林召汽修2部（按调研表）", "三相380V（按调研表）", "210 A（按调研表）", "3 / 2"] {
      #expect(session.text.contains(words), "\(words) in \(session.text)")
    }
    let asked = session.text.components(separatedBy: "请核对")[0]
    for words in Self.answered { #expect(!asked.contains(words), "\(words) in \(asked)") }
    session.type("\u{3}")
    #expect(session.end() == 2)
    #expect(try laptop.status(of: id) == "surveyed")
    #expect(session.isAsItWas)

    // The same command continues with all earlier answers.
    let again = try install()
    try again.answer("回车登记", "13")
    try again.answer("最大焊接电流", "３１５")
    try again.answer("回车登记", "")
    try again.answer("安装前的照片", "before.png")
    try again.answer("封条编号", "S-\(id.prefix(8))")
    try again.read(until: "安装后的照片")
    try arrives("after.png", try Laptop.picture(of: "after \(id)"))
    try again.answer("安装后的照片", "after.png")
    try again.answer("培训了多少", "2")
    try again.answer("编号或名称", "2")
    try again.answer("同意保存书写过程吗", "y")
    try again.answer("签名笔迹", "strokes.json")
    #expect(again.end() == 0, "\(again.text)")
    for session in [session, again] {
      for line in session.text.unicodeScalars.split(whereSeparator: { $0 == "\n" || $0 == "\r" })
      where !String(line).contains(laptop.scratch.path) {
        let width = line.reduce(0) { $0 + ((0x2E80...0xFF60).contains($1.value) ? 2 : 1) }
        #expect(width <= 80, "\(String(line))")
      }
    }
    let record = try laptop.record(id)
    #expect(record["status"] as? String == "delivered")
    let welder = try #require(record["welder"] as? [String: Any])
    #expect(welder["maxCurrentAmps"] as? Int == 315 && welder["supply"] as? String == "threePhase380")
    #expect(welder["model"] as? String == "ZX7-315")
    let owner = try #require(record["owner"] as? [String: Any])
    #expect(owner["unitName"] as? String == "树林召汽修2部" && owner["responsiblePhone"] as? String == "13800000001")
    #expect(owner["operators"] as? Int == 3 && owner["unitType"] as? String == "individual")
    #expect((record["survey"] as? [String: Any])?["row"] as? String == "3")
    // A second import of the list recognizes the registered welder.
    let path = try laptop.scratch.write("again.csv", Data(try SurveyLists.csv().utf8))
    let counts = try laptop.json("ledger", "import", path)["counts"] as? [String: Any]
    #expect(counts?["same"] as? Int == 3 && counts?["new"] as? Int == 0)
  }

  @Test func `a surveyed welder is filled in on a phone, where the list's answers stand already`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try surveyed(laptop)[0]
    let session = try TerminalSession([
      "--home", laptop.home, "register", String(id.prefix(8)), "--phone", "--interface", "lo",
    ])
    try session.read(until: "Ctrl-C stops")
    let phone = try Phone(at: try #require(Phone.address(in: session.text)))
    _ = try phone.open()
    let form = try phone.view("form")
    let fields = try #require(form["groups"] as? [[String: Any]]).flatMap {
      $0["fields"] as? [[String: Any]] ?? []
    }
    func field(_ path: String) throws -> [String: Any] {
      try #require(fields.first { $0["path"] as? String == path }, "\(path)")
    }
    for (path, value) in [
      ("owner.unitName", "树林召汽修1部"), ("owner.responsibleName", "王一"), ("owner.responsiblePhone", "13800000000"),
      ("owner.street", "树林召镇"), ("owner.community", "东达社区"), ("owner.industry", "autoRepair"),
      ("welder.supply", "singlePhase220"), ("welder.weldingProcess", "manualArc"),
      ("welder.sourceType", "inverter"),
      ("welder.supplyMaxAmps", "20"), ("welder.maxCurrentAmps", "200"), ("welder.maxPowerKilowatts", "7.5"),
    ] {
      let found = try field(path)
      #expect(found["value"] as? String == value, "\(path): \(found)")
      #expect((found["note"] as? String)?.contains("survey") == true, "\(path): \(found)")
    }
    let open = fields.filter { $0["isRequired"] as? Bool == true && $0["value"] == nil }
    #expect(open.compactMap { $0["path"] as? String } == ["owner.unitType"])
    let early = try phone.act("submit", ["values": [:] as [String: String]])
    #expect(!early.isDone && Array(early.fields.keys) == ["owner.unitType"])
    // The phone corrects a wrong value of the list.
    let values = ["owner.unitType": "individual", "welder.brand": "瑞凌", "welder.maxCurrentAmps": "250"]
    #expect(try phone.act("submit", ["values": values]).isDone)
    try session.answer("Enter registers", "")
    #expect(session.end() == 0, "\(session.text)")
    let record = try laptop.record(id)
    #expect(record["status"] as? String == "open" && record["code"] is String)
    #expect((record["welder"] as? [String: Any])?["maxCurrentAmps"] as? Int == 250)
    #expect((record["owner"] as? [String: Any])?["unitName"] as? String == "树林召汽修1部")
    #expect((record["survey"] as? [String: Any])?["list"] as? String == "list.csv")
    #expect(try laptop.list().count == 3)
  }

  @Test
  func `a list shows its welders in the order of its rows, by what tells them apart, and what comes next`()
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let path = try SurveyLists.list("39-two-thousand.xlsx").path
    try laptop.json("ledger", "import", path)
    let shown = try laptop.run("--lang", "zh", "list", "--status", "surveyed", "--limit", "2000")
    let lines = shown.output.split(separator: "\n").dropFirst().prefix(2_000)
    let units = lines.compactMap { $0.firstMatch(of: /树林召汽修(\d+)部/).flatMap { Int($0.1) } }
    #expect(units == Array(1...2_000))
    #expect(
      lines.first?.contains("手工电弧焊 单相220V") == true && lines.first?.contains("登记") == true,
      "\(lines.first ?? "")")
    // Listing page by page with `--after` gives each of the 2,000 welders once.
    var seen: [String] = []
    var after: [String] = []
    repeat {
      let page = try Weldtech.run(
        ["--home", laptop.home, "--json", "list", "--status", "surveyed", "--limit", "300"] + after)
      let ids = try #require(try page.document()["installations"] as? [[String: Any]]).compactMap {
        $0["id"] as? String
      }
      seen += ids
      after = ids.last.map { ["--after", $0] } ?? []
      if ids.count < 300 { break }
    } while seen.count < 3_000
    #expect(seen.count == 2_000 && Set(seen).count == 2_000)
  }
}
