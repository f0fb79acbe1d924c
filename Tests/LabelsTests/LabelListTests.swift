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
    "code,unitName,street", "编码,单位名称,街道", "标牌编码,使用单位,所属苏木镇", "CODE,Unit Name,Town/Street",
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
    let list = try list("code,street\n\(first),a\n150621-00A000-0,b\n\n\(second)\n\(first),c\n\(second),\"d\n")
    #expect(
      list.problems == [
        .init(line: 3, fault: .notACode), .init(line: 5, fault: .row(.fieldCount(found: 1, wanted: 2))),
        .init(line: 6, fault: .codeTwice(firstLine: 2)), .init(line: 7, fault: .row(.quoteOpen)),
      ])
    #expect(list.rows.map(\.line) == [2])
  }

  @Test func `gives the rows in any order, and orders of some of them`() throws {
    let list = try list("code,unitName,street\n\(first),甲,\n\(second),,树林召镇\n")
    #expect(list.rows[1].fields == ["street": "树林召镇"] && list.rows[0].fields == ["unitName": "甲"])
    let orders = try LabelOrders(list.rows) {
      try LabelPayload(platform: "https://weld.example.cn", code: $0.code)
    }
    #expect(orders.map(\.line) == [2, 3] && orders.map(\.payload.code) == [first, second])
    #expect(orders.map(\.payload.text) == [first, second].map { "https://weld.example.cn/w/\($0)" })
    let last = orders.only([1])
    #expect(last.count == 1 && last[0] == orders[1] && last.only([0]).first == orders[1])
  }

  @Test func `wants a column of codes and each column once`() throws {
    #expect(try list("unit,street\na,b\n").problems == [.init(line: 1, fault: .noCodeColumn)])
    #expect(
      try list("code,街道,street\n\(first),a,b\n").problems
        == [.init(line: 1, fault: .columnTwice(field: "street"))])
  }
}
