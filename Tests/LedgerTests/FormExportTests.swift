import Files
import Foundation
import Records
import Tables
import TestSupport
import Testing

@testable import Ledger

/// Checks finished forms by programs that share no code with the export: openpyxl, LibreOffice, poppler.
@Suite struct FormExportTests {
  private let folder = TemporaryFolder()
  private static let head = FormHead(
    reporter: "树林召镇人民政府", filledOn: CalendarDay("2024-09-30")!, scope: "树林召镇")

  private func file(_ name: String) -> String { folder.file(name) }

  @discardableResult
  private func export(
    _ form: LedgerForm, _ format: FormExport.Format, to path: String, welders: [LedgerWelder] = [],
    units: [LedgerUnit] = [], head: FormHead = head
  ) throws -> FormExport {
    let parts = file("parts")
    try FileManager.default.createDirectory(atPath: parts, withIntermediateDirectories: true)
    let export = try FormExport(
      form, as: format, at: FilePath(path), head: head, namesStreet: true, temporaryFolder: parts)
    for welder in welders { export.add(welder) }
    for unit in units { export.add(unit) }
    try export.finish()
    #expect(try FileManager.default.contentsOfDirectory(atPath: parts).isEmpty)
    return export
  }

  // MARK: - What goes in

  private static let names = [
    "树林召汽修", "=1+1", "+86", "-铁艺", "@门窗", "A&B<焊接>\"店\"", "𠮷田𬌗焊", "ᠮᠣᠩᠭᠣᠯ 焊铺", "它's", "两行\n的名字", "'=x",
    "一个特别特别长的单位名称有限责任公司达拉特旗分公司第三车间",
  ]

  static func welders(_ count: Int) -> [LedgerWelder] {
    var random = SplitMix64(seed: 24)
    return (0..<count).map { index in
      var welder = LedgerWelder(id: InstallationID(UUID()), status: .delivered)
      welder.unitName = names[index % names.count] + (index < names.count ? "" : "\(index)")
      welder.person = "王五"
      welder.phone = "1390000\(1000 + index % 9000)"
      welder.supply = Supply.allCases.randomElement(using: &random)
      welder.supplyMaxAmps = Double(random.next() % 4000 + 10) / 10
      welder.maxCurrentAmps = Double(random.next() % 600 + 1)
      welder.weldingProcess = WeldingProcess.allCases.randomElement(using: &random)
      welder.purpose = index % 3 == 0 ? "修车厢" : nil
      welder.sourceType = SourceType.allCases.randomElement(using: &random)
      welder.maxPowerKilowatts = index % 2 == 0 ? 7.5 : nil
      welder.industry = Industry.allCases.randomElement(using: &random)
      welder.industryNote = welder.industry == .other ? "农机" : nil
      welder.remarks = index % 5 == 0 ? "院内第二台" : nil
      welder.street = "树林召镇"
      welder.community = index % 4 == 0 ? nil : "长胜社区"
      welder.filledBy = "张三"
      welder.filledByPhone = "0477-5212345"
      return welder
    }
  }

  static func units(_ count: Int) -> [LedgerUnit] {
    var random = SplitMix64(seed: 25)
    return (0..<count).map { index in
      var counts = LedgerCounts()
      counts[.done] = Int(random.next() % 5)
      counts[.retired] = Int(random.next() % 3)
      counts[.surveyed] = Int(random.next() % 3)
      counts[.outstanding] = counts[.surveyed]
      counts[.known] = max(1, counts[.done] + counts[.retired] + counts[.outstanding])
      var unit = LedgerUnit(id: "U-\(index)", counts: counts)
      unit.street = ["展旦召苏木", "树林召镇", "白泥井镇"][index * 3 / count]
      unit.name = names[index % names.count] + "\(index)"
      unit.type = UnitType.allCases.randomElement(using: &random)
      unit.person = "王五"
      unit.phone = "13900001000"
      unit.operators = index % 7 == 0 ? nil : Int(random.next() % 9)
      unit.certified = unit.operators.map { $0 / 2 }
      return unit
    }
  }

  // MARK: - Workbooks

  private struct Reading: Decodable {
    struct Sheet: Decodable {
      var name: String
      var rows: [[Cell?]]
      var textFormats, merges, types: [String]
      var landscape: Bool
      var paper: Int?
      var fitToWidth, fitToHeight: Int?
      var repeated, printArea, footer: String?
      var blue: [String]
      var heights: [Double?]
    }
    enum Cell: Decodable, Equatable {
      case text(String)
      case number(Double)

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Double.self) {
          self = .number(number)
        } else {
          self = .text(try container.decode(String.self))
        }
      }
    }
    var sheets: [Sheet]
    var created: String
  }

  private static let python = InstalledProgram("python")
  private static let hasOpenpyxl =
    (try? python.run(["-c", "import openpyxl"]).status) == 0

  private func openpyxl(_ path: String) throws -> Reading {
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "read-form").path()
    let outcome = try Self.python.run([script, path])
    #expect(outcome.status == 0, "\(outcome.diagnostics)")
    return try JSONDecoder().decode(Reading.self, from: outcome.outputBytes)
  }

  private func cells(_ values: [FormValue]) -> [Reading.Cell?] {
    values.map {
      switch $0 {
      case .text(let text): .text(text)
      case .number(let number): .number(number)
      case .unknown: nil
      }
    }
  }

  @Test(.enabled(if: hasOpenpyxl, "openpyxl is not installed: scripts/setup peers"))
  func `openpyxl finds every row of two thousand welders, and the page as it has to be`() throws {
    let welders = Self.welders(2_000)
    let path = file("survey.xlsx")
    try export(.survey, .xlsx, to: path, welders: welders)
    let reading = try openpyxl(path)
    let sheet = try #require(reading.sheets.first)
    #expect(reading.sheets.count == 1 && sheet.name == "附件1")
    #expect(sheet.rows.count == 4 + welders.count + 1)
    #expect(sheet.rows[1][0] == .text("达拉特旗电焊机调研信息表"))
    #expect(sheet.rows[2][0] == .text("填报单位（盖章）：树林召镇人民政府"))
    #expect(sheet.rows[3] == LedgerForm.survey.columns.map { .text($0.title) })
    for (index, welder) in welders.enumerated() {
      #expect(sheet.rows[4 + index] == cells(LedgerForm.row(of: welder, number: index + 1)))
    }
    #expect(sheet.rows.last?[0] == .text(LedgerForm.survey.note))
    // No name becomes a formula, and no phone a number.
    #expect(!sheet.types.contains("f") && sheet.rows[5][1] == .text("=1+1"))
    #expect(sheet.rows[4][3] == .text("13900001000") && sheet.textFormats.contains("@"))
    #expect(sheet.landscape && sheet.paper == 9 && (sheet.fitToWidth ?? 1) == 1 && sheet.fitToHeight == 0)
    #expect(sheet.repeated == "$4:$4" && sheet.printArea == "'附件1'!$A$1:$Q$2005")
    #expect(sheet.footer == "第 &P 页，共 &N 页")
    #expect(sheet.blue == LedgerForm.survey.columns.filter(\.isRequired).map(\.title))
    // The longest name has three lines, and its row is high enough for them.
    let long = try #require(welders.firstIndex { $0.unitName?.hasPrefix("一个特别") == true })
    #expect(try #require(sheet.heights[4 + long]) >= 43 && sheet.heights[4] == 19.5)
    #expect(reading.created.hasPrefix("2024-09-30T00:00:00"))
  }

  @Test(.enabled(if: hasOpenpyxl, "openpyxl is not installed: scripts/setup peers"))
  func `openpyxl finds every unit, the totals and the sums by street`() throws {
    let units = Self.units(2_000)
    let path = file("progress.xlsx")
    let export = try export(.progress, .xlsx, to: path, units: units)
    let reading = try openpyxl(path)
    #expect(reading.sheets.map(\.name) == ["附件2", "分苏木镇街道"])
    let rows = reading.sheets[0].rows
    #expect(rows.count == 4 + units.count + 2)
    #expect(rows[2][0] == .text("填表单位（盖章）：树林召镇人民政府") && rows[2][4] == .text("填表时间：2024年9月30日"))
    #expect(rows[2][8] == .text("主要负责人签字："))
    for (index, unit) in units.enumerated() {
      #expect(rows[4 + index] == cells(LedgerForm.row(of: unit, number: index + 1, namesStreet: true)))
    }
    func sum(_ column: Int, _ rows: some Sequence<[Reading.Cell?]>) -> Double {
      rows.reduce(0) { if case .number(let number)? = $1[column] { $0 + number } else { $0 } }
    }
    let units2 = rows[4..<4 + units.count]
    for column in 3...7 { #expect(rows[4 + units.count][column] == .number(sum(column, units2))) }
    let streets = reading.sheets[1].rows
    #expect(streets.dropFirst(4).map { $0[0] } == [.text("展旦召苏木"), .text("树林召镇"), .text("白泥井镇"), .text("合计")])
    for column in 1...7 {
      #expect(streets.last?[column] == .number(sum(column, streets[4..<7])))
    }
    #expect(streets.last?[1] == .number(2_000) && streets.last?[2] == .number(sum(3, units2)))
    #expect(export.sums.all.counts[.known] == units.reduce(0) { $0 + $1.counts[.known] })
  }

  /// Checks that a figure that no unit states is unknown, not 0, and that a unit in two streets counts as one.
  @Test func `sums say nothing where no unit does, and count a unit of two streets once`() {
    var sums = FormSums()
    func unit(_ id: String, _ street: String, _ operators: Int?) -> LedgerUnit {
      var counts = LedgerCounts()
      counts[.known] = 1
      var unit = LedgerUnit(id: id, counts: counts)
      (unit.street, unit.operators, unit.certified) = (street, operators, nil)
      return unit
    }
    sums.add(unit("U-1", "白塔街道", nil))
    sums.add(unit("U-2", "树林召镇", 4))
    sums.add(unit("U-2", "王爱召镇", 4))
    #expect(sums.all.units == 2 && sums.all.operators == 4 && sums.all.certified == nil)
    #expect(sums.all.counts[.known] == 3)
    #expect(sums.streets.map(\.line.operators) == [nil, 4, 4] && sums.streets.map(\.line.units) == [1, 1, 1])
  }

  @Test(.enabled(if: hasOpenpyxl, "openpyxl is not installed: scripts/setup peers"))
  func `both sheets of a part of form 2 say which part it is, and who reports and signs, however long`() throws
  {
    var units = Self.units(3)
    units[2].street = "达拉特经济技术开发区（三垧梁工业园区）东区管理委员会驻地"
    for index in units.indices { (units[index].operators, units[index].certified) = (nil, nil) }
    let path = file("part.xlsx")
    let reporter = "达拉特经济技术开发区管理委员会安全生产监督管理局"
    try export(
      .progress, .xlsx, to: path, units: units,
      head: FormHead(
        reporter: reporter, filledOn: CalendarDay("2024-09-30")!, scope: "树林召镇、2024-09-01 起"))
    let reading = try openpyxl(path)
    for sheet in reading.sheets {
      #expect(sheet.rows[0].contains(.text("范围：树林召镇、2024-09-01 起")), "\(sheet.name)")
      #expect(sheet.rows[2].contains(.text("填表单位（盖章）：\(reporter)")))
      #expect(sheet.rows[2].contains(.text("主要负责人签字：")) && sheet.rows[2].contains(.text("填表时间：2024年9月30日")))
      // The row of the head has at least its minimum height of 36 points.
      #expect(try #require(sheet.heights[2]) >= 36)
    }
    let streets = reading.sheets[1]
    #expect(try #require(streets.heights[streets.rows.count - 2]) > 30, "the long street has two lines")
    #expect(streets.rows.last?[4] == nil && reading.sheets[0].rows[4 + units.count][5] == nil)
  }

  @Test func `our own reader of lists finds the same cells`() throws {
    let welders = Self.welders(300)
    let path = file("survey.xlsx")
    try export(.survey, .xlsx, to: path, welders: welders)
    let sheet = try Workbook([UInt8](try Data(contentsOf: URL(filePath: path)))).sheet(at: 0)
    for (index, welder) in welders.enumerated() {
      let row = try #require(sheet.rows.first { $0.number == 5 + index })
      let values = LedgerForm.row(of: welder, number: index + 1)
      for (column, value) in values.enumerated() {
        let text = row[column + 1]?.text ?? ""
        switch value {
        case .number(let number): #expect(Double(text) == number)
        default: #expect(text == value.text)
        }
      }
    }
  }

  @Test(.enabled(if: hasOpenpyxl, "openpyxl is not installed: scripts/setup peers"))
  func `a text that is too long for a cell is cut in a workbook and whole elsewhere`() throws {
    var welders = Self.welders(3)
    let long = String(repeating: "院内𠮷", count: 1 << 18)
    (welders[1].remarks, welders[1].street) = (long, long)
    let path = file("survey.xlsx")
    try export(.survey, .xlsx, to: path, welders: welders)
    let texts = try openpyxl(path).sheets[0].rows[5].compactMap { cell in
      if case .text(let text)? = cell { text } else { nil }
    }
    let cut = texts.filter { $0.hasSuffix("…") }
    #expect(cut.count == 2)
    // A character outside of the Basic Multilingual Plane is not cut in two.
    for text in cut { #expect((31_999...32_001).contains(text.utf16.count), "\(text.utf16.count)") }
    try export(.survey, .csv, to: file("survey.csv"), welders: welders)
    #expect(try String(contentsOfFile: file("survey.csv"), encoding: .utf8).contains(long))
    var units = Self.units(2)
    units[0].street = long
    try export(.progress, .xlsx, to: file("progress.xlsx"), units: units)
  }

  @Test(arguments: [31_999, 32_000, 32_001, 40_000])
  func `a text is cut from its 32,001st unit on`(count: Int) {
    let text = String(repeating: "x", count: count)
    let cut = FormValue.cellText(text)
    #expect(count <= 32_000 ? cut == text : cut == String(repeating: "x", count: 32_000) + "…")
    #expect(FormValue.cellText("x" + String(repeating: "𠮷", count: 16_000)).utf16.count == 32_000)
  }

  @Test(arguments: FormExport.Format.allCases)
  func `the same rows make the same bytes`(format: FormExport.Format) throws {
    let (one, other) = (file("one"), file("other"))
    for path in [one, other] { try export(.progress, format, to: path, units: Self.units(50)) }
    #expect(FileManager.default.contentsEqual(atPath: one, andPath: other))
    let mode = try FileManager.default.attributesOfItem(atPath: one)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func `a workbook that is not what was meant is noticed wherever it was changed`() throws {
    let path = file("survey.xlsx")
    let welders = Self.welders(40)
    try export(.survey, .xlsx, to: path, welders: welders)
    var proof = FormProof()
    for (index, welder) in welders.enumerated() { proof.add(LedgerForm.row(of: welder, number: index + 1)) }
    let meant = proof.finish()
    #expect(FormProof.digest(ofWorkbook: path, skipping: 4, rows: 40) == meant)
    #expect(FormProof.digest(ofWorkbook: path, skipping: 4, rows: 39) != meant)
    #expect(FormProof.digest(ofWorkbook: path, skipping: 4, rows: 42) == nil)
    let bytes = try Data(contentsOf: URL(filePath: path))
    let sheet = try #require(bytes.firstRange(of: Data("xl/worksheets/sheet1.xml".utf8)))
    var random = SplitMix64(seed: 3)
    for _ in 0..<40 {
      var changed = bytes
      let place = sheet.upperBound + Int(random.next() % 1_500)
      changed[place] ^= UInt8(1 << (random.next() % 8))
      let other = try folder.write("changed.xlsx", changed)
      #expect(FormProof.digest(ofWorkbook: other, skipping: 4, rows: 40) != meant)
    }
  }

  // MARK: - LibreOffice

  private static let office = InstalledProgram("soffice")

  @Test(
    .enabled(if: office.isInstalled, "soffice is not installed"),
    arguments: [LedgerForm.survey, .progress])
  func `LibreOffice prints all columns on A4 landscape with the headings on every page`(form: LedgerForm) throws
  {
    let path = file("form.xlsx")
    switch form {
    case .survey: try export(form, .xlsx, to: path, welders: Self.welders(200))
    case .progress: try export(form, .xlsx, to: path, units: Self.units(200))
    }
    let outcome = try Self.office.run([
      "-env:UserInstallation=file://\(file("profile"))", "--headless", "--convert-to", "pdf", "--outdir",
      folder.path, path,
    ])
    let pdf = file("form.pdf")
    #expect(FileManager.default.fileExists(atPath: pdf), "\(outcome.everything)")
    let info = try InstalledProgram("pdfinfo").output(["-l", "-1", pdf])
    #expect(!info.contains(" 595.3 x 841.9"), "every page lies on its side")
    #expect(info.contains("841.89 x 595.3") || info.contains("841.9 x 595.3"))
    let pages = try InstalledProgram("pdftotext").output(["-layout", pdf, "-"]).split(separator: "\u{C}")
      .filter { $0.contains { !$0.isWhitespace } }
    // The last page of 附件2 is the sheet of sums by street, which has other headings.
    let table = form == .progress ? pages.dropLast() : pages[...]
    #expect((4...12).contains(table.count), "\(table.count) pages")
    func plain(_ text: some StringProtocol) -> String { String(text.filter { !$0.isWhitespace }) }
    for page in table.dropLast(plain(table.last ?? "").contains("序号") ? 0 : 1) {
      let text = plain(page)
      // A heading is broken into lines, which are mixed with the lines of its neighbours in the text.
      for title in form.columns.map(\.title) {
        #expect(title.allSatisfy { text.contains($0) }, "\(title)")
      }
    }
    let all = plain(pages.joined())
    for words in [form.title, form.attachment, "盖章", String(form.note.suffix(6))] {
      #expect(all.contains(plain(words)), "\(words)")
    }
    #expect(all.contains("13900001000") && all.contains("=1+1"))
  }

  // MARK: - Text

  @Test func `a CSV has the rows of the workbook, and nothing in it is a formula`() throws {
    let welders = Self.welders(2_000)
    let path = file("survey.csv")
    try export(.survey, .csv, to: path, welders: welders)
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    #expect(bytes.starts(with: [0xEF, 0xBB, 0xBF]))
    let table = try CSVTable(bytes)
    #expect(table.problems.isEmpty && table.header.values == LedgerForm.survey.columns.map(\.title))
    for (index, row) in table.rows.enumerated() {
      let meant = LedgerForm.row(of: welders[index], number: index + 1).map(\.text)
      for (value, text) in zip(row.values, meant) {
        #expect(value == text || value == "'" + text)
        #expect(!"=+-@".contains(value.first ?? " "), "\(value)")
      }
    }
    #expect(table.rows.count == 2_000)
  }

  @Test func `JSON has the rows by their keys, and the sums`() throws {
    let units = Self.units(2_000)
    let path = file("progress.json")
    try export(.progress, .json, to: path, units: units)
    let any = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path)))
    let document = try #require(any as? [String: Any])
    let rows = try #require(document["rows"] as? [[String: Any]])
    #expect(rows.count == 2_000 && document["scope"] as? String == "树林召镇")
    for (unit, row) in zip(units, rows) {
      #expect(row["unitName"] as? String == unit.name && row["known"] as? Int == unit.counts[.known])
      #expect(row["operators"] as? Int == unit.operators)
    }
    let totals = try #require(document["totals"] as? [String: Int])
    #expect(totals["done"] == units.reduce(0) { $0 + $1.counts[.done] } && totals["units"] == 2_000)
    #expect((document["streets"] as? [[String: Any]])?.count == 3)
  }

  // MARK: - Where it cannot go

  @Test func `a pipe, a folder and a full disk get no form, and what was there stays`() throws {
    #expect(throws: LedgerError.notAFile(path: "/dev/null")) { try export(.survey, .csv, to: "/dev/null") }
    #expect(throws: LedgerError.notAFile(path: folder.path)) { try export(.survey, .xlsx, to: folder.path) }
    let path = try folder.write("kept.xlsx", Data("kept".utf8))
    let parts = file("parts")
    #expect(throws: LedgerError.self) {
      try FormExport(
        .survey, as: .xlsx, at: FilePath(path), head: Self.head, namesStreet: true,
        temporaryFolder: parts + "/missing")
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "kept")
    #expect(!FileManager.default.fileExists(atPath: path + ".part"))
  }
}
