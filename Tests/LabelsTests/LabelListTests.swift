import Foundation
import Records
import Tables
import Testing

@testable import Labels

@Suite struct LabelListTests {
  private let first = Sample.code()
  private let second = Sample.code(466_561)

  private func list(_ text: String, template: String = "acrylic-60x40") throws -> LabelList {
    LabelList(try CSVTable(Array(text.utf8)), for: try Sample.catalogue.template(named: template))
  }

  @Test(arguments: [
    "code,unitName,street", "编码,企业/店铺名称,所属街道", "编码,企业/店铺名称,所属街道/苏木镇", "编码,单位名称,街道", "标牌编码,使用单位,所属苏木镇",
    "CODE,Unit Name,Town/Street",
    " Label code ,单位（全称）,ＳＴＲＥＥＴ",
  ])
  func `knows the columns by their Chinese and English names`(header: String) throws {
    let list = try list("\(header)\n\(first),老王电焊铺,树林召镇\n")
    #expect(list.problems.isEmpty)
    #expect(list.unusedColumns.isEmpty)
    #expect(
      Array(list.rows) == [
        LabelList.Row(line: 2, code: first, tag: nil, fields: ["unitName": "老王电焊铺", "street": "树林召镇"])
      ])
  }

  @Test func `leaves out empty values and columns that the template has no field for`() throws {
    let list = try list("备注,编码,单位名称\n急,１５０６２１００Ａ０００\(first.checkCharacter), \n")
    #expect(Array(list.rows) == [LabelList.Row(line: 2, code: first, tag: nil, fields: [:])])
    #expect(list.unusedColumns == ["备注"])
    #expect(list.problems.isEmpty)
  }

  @Test func `names the line of every bad row and takes none of them`() throws {
    let list = try list(
      "code,street\n\(first),a\n150621-00A000-0,b\n\n\(second),d,e\n\(first),c\n\(second),\"d\n")
    #expect(
      list.problems == [
        .init(line: 3, fault: .notACode(meant: nil)),
        .init(line: 5, fault: .row(.fieldCount(found: 3, wanted: 2))),
        .init(line: 6, fault: .codeTwice(firstLine: 2)), .init(line: 7, fault: .row(.quoteOpen)),
      ])
    #expect(list.rows.map(\.line) == [2])
  }

  @Test func `gives the rows in any order, and requests of some of them`() throws {
    let list = try list("code,unitName,street\n\(first),甲,\n\(second),,树林召镇\n")
    #expect(list.rows[1].fields == ["street": "树林召镇"] && list.rows[0].fields == ["unitName": "甲"])
    let requests = try LabelRequests(list.rows) {
      try LabelPayload(platform: "https://weld.example.cn", code: $0.code)
    }
    #expect(requests.map(\.line) == [2, 3] && requests.map(\.payload.code) == [first, second])
    #expect(requests.map(\.payload.text) == [first, second].map { "https://weld.example.cn/w/\($0)" })
    let last = requests.only([1])
    #expect(last.count == 1 && last[0] == requests[1] && last.only([0]).first == requests[1])
  }

  @Test
  func
    `of a workbook's sheet, cells that are merged downwards have their text in each row, and formulas need a value`()
    throws
  {
    let third = Sample.code(466_562)
    func row(_ number: Int, _ cells: [(Int, String, Sheet.Cell.Kind)]) -> Sheet.Row {
      Sheet.Row(number: number, cells: cells.map { Sheet.Cell(column: $0.0, text: $0.1, kind: $0.2) })
    }
    let header = row(2, [(1, "序号", .text), (2, "编码", .text), (3, "单位名称", .text), (4, "街道", .text)])
    func list(_ rows: [Sheet.Row]) throws -> LabelList {
      let merges = [
        CellRange(rows: 3...5, columns: 3...3), CellRange(rows: 4...5, columns: 4...4),
        CellRange(rows: 1...1, columns: 1...4),
        CellRange(rows: 2...3, columns: 1...1),
      ]
      let table = try CSVTable(Sheet(name: "一", rows: [header] + rows, merges: merges))
      return LabelList(table, for: try Sample.catalogue.template(named: "acrylic-60x40"))
    }
    let whole = try list([
      row(3, [(1, "", .uncalculated), (2, "\(first)", .text), (3, "甲", .text)]),
      row(4, [(2, "\(second)", .text), (4, "树林召镇", .text)]), row(5, [(2, "\(third)", .text)]),
    ])
    #expect(whole.problems.isEmpty)
    #expect(
      whole.rows.map(\.fields) == [
        ["unitName": "甲"], ["unitName": "甲", "street": "树林召镇"], ["unitName": "甲", "street": "树林召镇"],
      ])
    let broken = try list([
      row(3, [(2, "\(first)", .text), (3, "", .uncalculated)]), row(4, [(2, "#REF!", .error)]),
      row(5, [(2, "\(third)", .text)]),
    ])
    #expect(
      broken.problems == [
        .init(line: 3, fault: .row(.formula(CellAddress(row: 3, column: 3), error: nil))),
        .init(line: 4, fault: .row(.formula(CellAddress(row: 4, column: 2), error: "#REF!"))),
      ])
  }

  @Test func `wants a column of codes and each column once`() throws {
    #expect(
      try list("unit,street\na,b\n").problems == [
        .init(line: 1, fault: .noCodeColumn(found: ["unit", "street"]))
      ])
    #expect(
      try list("code,街道,street\n\(first),a,b\n").problems
        == [.init(line: 1, fault: .columnTwice(field: "street"))])
  }

  @Test
  func `a survey of the plan's form with a column of codes is a list, and what it has no use for is named`()
    throws
  {
    let form = [
      "序号", "企业/店铺名称", "责任人姓名", "责任人电话", "焊机用电类型", "最大电流安数A", "焊机最大电流", "焊机类型", "作业用途", "电源类型", "焊机最大功率",
      "应用行业", "备注", "所属街道", "所属社区", "填表人", "填表人电话",
    ]
    let row = [
      "1", "老王电焊铺", "王示例", "138 0000 0000", "单相220", "32", "200", "手工电弧焊", "修理", "逆变", "7.5", "汽车维修", "",
      "树林召镇",
      "示例社区", "李示例", "138 0000 0001",
    ]
    let list = try list(
      (form + ["电焊机专属码"]).joined(separator: ",") + "\n" + (row + ["\(first)"]).joined(separator: ",") + "\n")
    #expect(list.problems.isEmpty)
    #expect(list.rows.map(\.fields) == [["unitName": "老王电焊铺", "street": "树林召镇"]])
    #expect(list.unusedColumns == form.filter { !["企业/店铺名称", "所属街道"].contains($0) })
  }

  @Test func `counts the labels that lack a text`() throws {
    let third = Sample.code(466_562)
    let partial = try list("code,unitName,street\n\(first),甲\n\(second),,树林召镇\n\(third),乙,\n")
    #expect(partial.problems.isEmpty && partial.emptyTexts == ["unitName": 1, "street": 2])
    #expect(try list("code,unitName\n\(first),甲\n").emptyTexts == ["street": 1])
    #expect(try list("code,unitName,street\n\(first),甲,乙\n").emptyTexts.isEmpty)
  }

  @Test func `says which code was meant where O stands for 0 or I for 1`() throws {
    let code = try #require(LabelCode(region: "150621", serial: CodeSerial("00A0I1")!))
    let typed = "\(code)".replacingOccurrences(of: "00A0", with: "OOAO")
    let list = try list("code\n\(typed)\n")
    #expect(list.problems == [.init(line: 2, fault: .notACode(meant: code))])
  }

  @Test func `white space of any kind within a text is one line's`() throws {
    let list = try list("code,unitName,street\n'\(first),\"老王\r\n电焊铺\",\"树林召\u{3000}\u{200B}镇\u{A0}\"\n")
    #expect(list.problems.isEmpty)
    #expect(
      try self.list("code,street\n\(second),树林召\u{202E}镇\n").problems.map(\.line) == [2])
    #expect(list.rows.map(\.fields) == [["unitName": "老王 电焊铺", "street": "树林召\u{3000}镇"]])
  }

  // MARK: - Files that were misread

  private func fixture(_ name: String) throws -> LabelList {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let bytes = try Data(contentsOf: folder.appending(path: "Fixtures/Lists/list-\(name).csv"))
    return LabelList(try CSVTable([UInt8](bytes)), for: try Sample.catalogue.template(named: "acrylic-60x40"))
  }

  @Test func `a cut character in UTF-8 is named by its line`() {
    #expect(throws: CSVError.brokenText(.utf8, lines: [3, 4])) { try fixture("utf8-with-one-cut-character") }
  }

  @Test func `short rows, tabs, other hyphens and a line of sep are taken`() throws {
    let short = try fixture("short-rows-gb18030")
    #expect(short.problems.isEmpty && short.encoding == .gb18030)
    #expect(short.rows.map(\.fields) == [["unitName": "示例焊接铺", "street": "树林召镇"], ["unitName": "示例焊接铺"]])
    #expect(short.rows.map { "\($0.code)" } == ["150621-00K006-U", "150621-00K007-S"])
    #expect(short.emptyTexts == ["street": 1])
    let tab = try fixture("tab-in-cell")
    #expect(tab.problems.isEmpty && tab.rows.map(\.fields) == [["unitName": "示例 焊接铺"]])
    let hyphens = try fixture("other-hyphens")
    #expect(hyphens.problems.isEmpty)
    #expect(
      hyphens.rows.map { "\($0.code)" } == [
        "150621-00A00S-E", "150621-00A00T-C", "150621-00A00U-A", "150621-00A00V-8",
      ])
    let sep = try fixture("sep-line")
    #expect(sep.problems.isEmpty && sep.rows.map { "\($0.line) \($0.code)" } == ["3 150621-00A00X-4"])
    #expect(sep.rows.map(\.fields) == [["unitName": "示例"]])
  }
}
