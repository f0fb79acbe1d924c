import Fieldbook
import Foundation
import Records
import Tables
import Testing

@testable import weldtech

/// Checks the words of survey lists, their headers, and how a list is compared with the one before.
@Suite struct SurveyWordsTests {
  @Test(arguments: [
    ("380v", "threePhase380"), ("３８０Ｖ", "threePhase380"), ("三相", "threePhase380"), ("三相四线", "threePhase380"),
    ("三相/380V", "threePhase380"), ("动力电", "threePhase380"), ("单相220V", "singlePhase220"),
    ("AC 220 V", "singlePhase220"),
    ("家用电", "singlePhase220"), ("220伏", "singlePhase220"), ("其他", "other"),
  ])
  func `a supply is known by its words`(text: String, code: String) {
    #expect(SurveyWords.meaning(of: text, in: .supply) == .choice(code, note: nil))
  }

  @Test(arguments: ["220V/380V", "220或380", "单相、三相"])
  func `two supplies are not one`(text: String) { #expect(SurveyWords.namesBothSupplies(text)) }

  @Test(arguments: ["", "400V", "三项", "逆变", "2200", "220V电焊机", "单相380V"])
  func `what is no supply is not understood`(text: String) {
    #expect(SurveyWords.meaning(of: text, in: .supply) != .choice("singlePhase220", note: nil))
    #expect(SurveyWords.meaning(of: text, in: .supply) != .choice("threePhase380", note: nil))
  }

  @Test(arguments: [
    ("电焊", RegistrationField.weldingProcess, "manualArc"), ("CO2气保焊", .weldingProcess, "mig"),
    ("手工氩弧焊", .weldingProcess, "tig"), ("交流弧焊", .weldingProcess, "manualArc"), ("整流", .sourceType, "dc"),
    ("变压器", .sourceType, "ac"), ("装潢", .industry, "renovation"), ("化工", .industry, "mining"),
    ("汽车维修保养", .industry, "autoRepair"),
  ]) func `words of the trade are known`(text: String, field: RegistrationField, code: String) {
    #expect(SurveyWords.meaning(of: text, in: field) == .choice(code, note: nil))
  }

  @Test func `what the plan has no choice for is another one, with its own word, and nothing is guessed`() {
    #expect(SurveyWords.meaning(of: "铁艺", in: .industry) == .choice("other", note: "铁艺"))
    for text in ["单相380V", "380V单相", "两相380"] {
      #expect(SurveyWords.meaning(of: text, in: .supply) == .choice("other", note: text))
      #expect(!SurveyWords.namesBothSupplies(text))
    }
    #expect(SurveyWords.meaning(of: "两相", in: .supply) == .unknown)
  }

  @Test(arguments: [
    ("13848880000（微信同号）", "13848880000", ["微信同号"]),
    ("13848880000/13948880000", "13848880000", ["另有 13948880000"]),
    ("'13848880000", "13848880000", []), ("0477-5190000转801", "0477-5190000", ["分机 801"]),
    ("0477-5190000-801", "0477-5190000", ["分机 801"]), ("138 4888 0000", "138 4888 0000", []),
    ("（0477）5190000", "（0477）5190000", []), ("13848880000 13948880000", "13848880000", ["另有 13948880000"]),
    ("1384888000（微信）", "1384888000（微信）", []),
  ]) func `a phone is found beside a note, an extension or a second one`(
    text: String, number: String, notes: [String]
  ) {
    let phone = SurveyPhone(text)
    #expect(phone.number == number && phone.notes == notes)
  }

  @Test func `other choices are known by theirs, and several are named`() {
    #expect(SurveyWords.meaning(of: "二氧化碳 保护焊", in: .weldingProcess) == .choice("mig", note: nil))
    #expect(SurveyWords.meaning(of: "ＣＯ２", in: .weldingProcess) == .choice("mig", note: nil))
    #expect(SurveyWords.meaning(of: "氩弧焊、电弧焊", in: .weldingProcess) == .several)
    #expect(SurveyWords.meaning(of: "氩弧焊/TIG", in: .weldingProcess) == .choice("tig", note: nil))
    #expect(SurveyWords.meaning(of: "电焊机", in: .weldingProcess) == .unknown)
    #expect(SurveyWords.meaning(of: "个体", in: .unitType) == .choice("individual", note: nil))
    #expect(SurveyWords.meaning(of: "其他（冷焊）", in: .weldingProcess) == .choice("other", note: "冷焊"))
    #expect(SurveyWords.meaning(of: "其它：农机", in: .industry) == .choice("other", note: "农机"))
    #expect(SurveyWords.meaning(of: "交流/直流", in: .sourceType) == .several)
  }

  @Test func `every word of every dictionary leads to one column or one choice`() {
    var columns: [String: SurveyColumn] = [:]
    for (column, names) in SurveyColumn.names {
      for name in names {
        #expect(SurveyColumn(title: name) == column, "\(name)")
        #expect(
          columns.updateValue(column, forKey: SurveyColumn.plain(name)).map { $0 == column } ?? true, "\(name)")
      }
    }
    for column in SurveyColumn.allCases { #expect(!column.title.isEmpty) }
    #expect(SurveyColumn(title: "最大电流\n安数（A）*必填") == .supplyMaxAmps)
    #expect(SurveyColumn(title: "焊 机 最 大 电 流") == .maxCurrentAmps)
    #expect(SurveyColumn(title: "经纬度") == nil)
  }

  // MARK: - Headers

  private func sheet(_ rows: [[String]], merges: [CellRange] = []) -> MergedCells {
    MergedCells(
      Sheet(
        name: "一",
        rows: rows.enumerated().map { number, texts in
          Sheet.Row(
            number: number + 1,
            cells: texts.enumerated().filter { !$0.element.isEmpty }.map {
              Sheet.Cell(column: $0.offset + 1, text: $0.element)
            })
        }, merges: merges))
  }

  @Test func `a bare phone belongs to the person before it`() throws {
    let header = try #require(
      SurveyHeader(sheet([["企业名称", "负责人", "电话", "焊机类型", "电源类型", "填表人", "电话"]])))
    #expect(header.places[.responsiblePhone] == 3 && header.places[.filledByPhone] == 7)
  }

  @Test func `a title that stands twice is named, and the form's own goes before another word for it`() throws {
    let titles = ["企业名称", "责任人", "责任人电话", "焊机类型", "电源类型"]
    let twice = try #require(SurveyHeader(sheet([titles + ["单位名称"]])))
    #expect(twice.twice.map(\.column) == [.unitName] && twice.twice.first?.places == [1, 6])
    let exact = try #require(SurveyHeader(sheet([titles + ["责任人姓名", "序号", "编号"]])))
    #expect(exact.twice.isEmpty && exact.places[.responsibleName] == 6 && exact.unused == ["责任人", "编号"])
  }

  @Test func `a header behind the thirtieth row is none, and a row of data never is`() {
    let titles = ["企业名称", "责任人", "责任人电话", "焊机类型", "电源类型"]
    #expect(SurveyHeader(sheet(Array(repeating: ["说明"], count: 29) + [titles])) != nil)
    #expect(SurveyHeader(sheet(Array(repeating: ["说明"], count: 30) + [titles])) == nil)
    #expect(SurveyHeader(sheet([["树林召汽修", "王五", "13800000000", "氩弧焊", "逆变"]])) == nil)
  }

  @Test func `a group that is merged over two columns gives its word to both`() throws {
    let header = try #require(
      SurveyHeader(
        sheet(
          [["单位名称", "责任人", "", "焊机类型", "电源类型"], ["", "姓名", "电话", "", ""]],
          merges: [
            CellRange(rows: 1...1, columns: 2...3), CellRange(rows: 1...2, columns: 1...1),
            CellRange(rows: 1...2, columns: 4...4), CellRange(rows: 1...2, columns: 5...5),
          ])))
    #expect(
      header.rows == 1...2 && header.places[.responsibleName] == 2 && header.places[.responsiblePhone] == 3)
  }

  // MARK: - The list before

  private func row(_ amps: Double, unit: String = "树林召汽修", phone: String = "13800000000") throws
    -> InstallationEvent.Surveyed
  {
    var fields = try Registration.values(ofDocument: Data(Person.registration.utf8))
    fields[.unitName] = .string(unit)
    fields[.responsiblePhone] = .string(phone)
    fields[.maxCurrentAmps] = .number(amps)
    let registration = try Registration(fields, isSurveyed: true, today: nil, drawnBy: nil)
    return InstallationEvent.Surveyed(
      owner: registration.owner, welder: registration.welder, survey: Survey(filledBy: nil, filledByPhone: nil),
      remarks: nil)
  }

  private func known(_ rows: [(InstallationEvent.Surveyed, Installation.Status)]) throws
    -> [Fieldbook.SurveyedWelder]
  {
    rows.map { Fieldbook.SurveyedWelder(id: InstallationID(UUID()), row: $0.0, status: $0.1) }
  }

  private func words(_ matches: [SurveyMatching.Match]) -> [String] {
    matches.map { match in
      switch match {
      case .new: "new"
      case .same: "same"
      case .corrected(_, let changes): "corrected \(changes.map(\.field.path).joined(separator: " "))"
      case .changed(_, let changes): "changed \(changes.map(\.field.path).joined(separator: " "))"
      case .registered: "registered"
      }
    }
  }

  @Test func `the n-th welder of equal data is the same, and one more is new`() throws {
    let before = try known([(row(200), .surveyed), (row(200), .open), (row(315), .void)])
    let matches = try SurveyMatching.matches(
      of: [row(200), row(315), row(200, unit: "树林召 汽修"), row(200)], with: before)
    #expect(words(matches) == ["same", "same", "same", "new"])
  }

  @Test
  func `another unit or phone with all else equal is a correction, once, and never of a welder that is listed`()
    throws
  {
    let before = try known([
      (row(200), .surveyed), (row(300), .surveyed), (row(400), .delivered), (row(500), .void),
    ])
    let matches = try SurveyMatching.matches(
      of: [
        row(200, unit: "白塔汽修"), row(200, unit: "西园汽修"), row(300, phone: "13800000001"),
        row(400, unit: "白塔汽修"), row(500, unit: "白塔汽修"), row(300, unit: "白塔汽修", phone: "13800000001"),
      ], with: before)
    #expect(
      words(matches) == [
        "corrected owner.unitName", "new", "corrected owner.responsiblePhone", "new", "new", "new",
      ])
    let listed = try SurveyMatching.matches(
      of: [row(200, unit: "白塔汽修"), row(200)], with: known([(row(200), .surveyed)]))
    #expect(words(listed) == ["new", "same"])
  }

  @Test func `a row that is not equal is another welder, and the nearest row is the changed one`() throws {
    let before = try known([(row(200), .surveyed), (row(300), .surveyed)])
    var purpose = try row(300)
    purpose.welder.purpose = "焊接"
    let matches = try SurveyMatching.matches(
      of: [purpose, row(210, unit: "白塔汽修"), row(210, phone: "13800000001")], with: before)
    #expect(words(matches) == ["changed welder.purpose", "new", "new"])
  }

  @Test func `a registered welder keeps what was seen, and a row that differs more is another`() throws {
    let before = try known([(row(200), .delivered)])
    #expect(try words(SurveyMatching.matches(of: [row(210)], with: before)) == ["registered"])
    var other = try row(500)
    (other.welder.weldingProcess, other.welder.supply, other.welder.purpose) = (.plasma, .singlePhase220, "切割")
    #expect(try words(SurveyMatching.matches(of: [other], with: before)) == ["new"])
  }

  @Test func `2,000 welders of one unit are compared in time`() throws {
    let before = try known((0..<2_000).map { (try row(Double(1 + $0)), .surveyed) })
    let matches = try SurveyMatching.matches(
      of: (0..<2_000).map { try row(Double(1 + $0) + 0.5) }, with: before)
    #expect(Set(words(matches)) == ["changed welder.maxCurrentAmps"])
  }
}
