import Terminal
import Testing

@Suite struct TableTests {
  private func list() -> Table {
    var table = Table([
      Table.Column(Text(zh: "编号", en: "CODE"), minimum: 15, importance: 3),
      Table.Column(Text(zh: "状态", en: "STATUS"), importance: 2),
      Table.Column(Text(zh: "单位", en: "UNIT"), minimum: 8, importance: 0),
      Table.Column(Text(zh: "件数", en: "COUNT"), .trailing, minimum: 5, importance: 1),
    ])
    table.add(["150621-00A000-5", "open", "达拉特旗树林召镇鑫源汽车维修服务有限责任公司白塔街分店", "7"])
    table.add([Table.Cell("150621-00A001-4", .bold), "closed", "白泥井焊接", Table.Cell("12", .green)])
    return table
  }

  @Test func `columns line up, Chinese counted double`() {
    let expected = """
      CODE             STATUS  UNIT                                                    COUNT
      150621-00A000-5  open    达拉特旗树林召镇鑫源汽车维修服务有限责任公司白塔街分店      7
      150621-00A001-4  closed  白泥井焊接                                                 12

      """
    #expect(list().render(in: .en, width: nil).description == expected)
  }

  @Test func `the least important column gives way at 80 columns`() {
    let expected = """
      编号             状态    单位                                               件数
      150621-00A000-5  open    达拉特旗树林召镇鑫源汽车维修服务有限责任公司白塔…     7
      150621-00A001-4  closed  白泥井焊接                                           12

      """
    #expect(list().render(in: .zh, width: 80).description == expected)
  }

  @Test(arguments: 1...90)
  func `no line is wider than the terminal`(width: Int) {
    for line in list().render(in: .zh, width: width).description.split(separator: "\n") {
      #expect(DisplayWidth.columns(of: line) <= width)
      #expect(line.last != " ")
    }
  }

  @Test func `a column is left out where cutting is not enough`() {
    #expect(list().render(in: .en, width: 24).description.contains("UNIT") == false)
    #expect(list().render(in: .en, width: 24).description.contains("150621-00A000-5"))
  }

  @Test func `styles wrap the text only and only where they are allowed`() {
    var table = Table([Table.Column(Text(verbatim: "A")), Table.Column(Text(verbatim: "B"))])
    table.add([Table.Cell("x", .red), Table.Cell("\u{1B}[2J", nil)])
    #expect(table.render(in: .en, width: 80).description == "A  B\nx  �[2J\n")
    let styled = table.render(in: .en, width: 80, styling: Styling(isEnabled: true)).description
    #expect(styled == "\u{1B}[1mA\u{1B}[0m  \u{1B}[1mB\u{1B}[0m\n\u{1B}[31mx\u{1B}[0m  �[2J\n")
  }

  @Test(arguments: [
    (true, false, [:], true), (false, false, [:], false), (true, true, [:], false),
    (true, false, ["NO_COLOR": "1"], false), (true, false, ["NO_COLOR": ""], true),
    (true, false, ["TERM": "dumb"], false),
  ])
  func `colours are allowed`(isTerminal: Bool, noColor: Bool, environment: [String: String], expected: Bool) {
    let styling = Styling(isTerminal: isTerminal, noColor: noColor, environment: environment)
    #expect(styling.isEnabled == expected)
  }

  @Test func `details align their labels, wrap values and leave out what is empty`() {
    var details = Details()
    details.heading(Text(zh: "责任人", en: "Owner"))
    details.row(Text(zh: "单位", en: "Unit"), "达拉特旗树林召镇鑫源汽车维修服务部")
    details.row(Text(zh: "行业说明", en: "Note"), nil)
    details.row(Text(zh: "所属街道", en: "Street"), "白塔")
    details.heading(Text(zh: "无内容", en: "Nothing"))
    details.row(Text(zh: "空", en: "Empty"), "")
    details.heading(Text(zh: "电焊机", en: "Welder"))
    details.row(Text(zh: "备注", en: "Remark"), "a\nb")
    let expected = """
      责任人
        单位      达拉特旗树林召镇
                  鑫源汽车维修服务
                  部
        所属街道  白塔

      电焊机
        备注      a
                  b

      """
    #expect(details.render(in: .zh, width: 28).description == expected)
  }
}
