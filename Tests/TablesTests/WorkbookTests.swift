import Foundation
import TestSupport
import Testing

@testable import Tables

/// Checks the reading of workbooks that other programs made, or that were made by hand.
/// `Tests/Fixtures/Lists/README.md` describes each workbook.
@Suite struct WorkbookTests {
  private static func fixture(_ name: String) throws -> [UInt8] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/Lists")
    return [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  private static let titles = [
    "序号", "企业/店铺名称", "责任人姓名", "责任人电话", "焊机用电类型", "最大电流安数A", "焊机最大电流", "焊机类型", "作业用途", "电源类型",
    "焊机最大功率", "应用行业", "备注", "所属街道", "所属社区", "填表人", "填表人电话",
  ]

  @Test(arguments: [
    "inline-strings.xlsx", "without-references.xlsx", "strict.xlsx", "prefix.xlsx", "formulas-with-values.xlsx",
    "shared-strings.xlsx",
  ])
  func `reads the same cells, however a program writes them`(name: String) throws {
    let workbook = try Workbook(Self.fixture(name))
    #expect(workbook.entries.map(\.name) == ["调研"])
    let sheet = try workbook.sheet(at: 0)
    #expect(sheet.rows.map(\.number) == [1, 2, 3, 4])
    let texts = sheet.rows.map { $0.cells.map { $0.text.trimmingCharacters(in: .whitespacesAndNewlines) } }
    #expect(texts[0] == Self.titles)
    #expect(
      texts[1] == [
        "1", "树林召汽修1部", "王一", "13800000000", "单相220V", "20", "200", "手工电弧焊", "维修", "逆变", "7.5", "汽车维修",
        "树林召镇", "东达社区", "李填表", "13900000001",
      ])
    #expect(sheet.rows[1].cells.map(\.column) == Array(1...12) + Array(14...17))
    #expect(sheet.rows[1][6]?.kind == .number && sheet.rows[1][2]?.kind == .text)
  }

  @Test(arguments: [("days-1900.xlsx", 1900), ("days-1904.xlsx", 1904)])
  func `reads days by the workbook's own calendar`(name: String, system: Int) throws {
    let row = try Workbook(Self.fixture(name)).sheet(at: 0).rows[1]
    #expect(row.cells.first { $0.kind == .date }?.text == "2024-07-24")
  }

  @Test func `reads merged cells, hidden rows and hidden sheets`() throws {
    let merged = try Workbook(Self.fixture("merged.xlsx")).sheet(at: 0)
    #expect(merged.merges.contains(CellRange(rows: 2...4, columns: 2...2)))
    let hidden = try Workbook(Self.fixture("hidden.xlsx"))
    #expect(hidden.entries.map(\.isHidden) == [false, true])
    #expect(try hidden.sheet(at: 0).rows.filter(\.isHidden).map(\.number) == [3])
  }

  @Test func `a formula without a stored value is no empty cell`() throws {
    let sheet = try Workbook(Self.fixture("formulas-without-values.xlsx")).sheet(at: 0)
    #expect(sheet.rows[2][6] == Sheet.Cell(column: 6, text: "", kind: .uncalculated))
  }

  @Test(arguments: [
    (0.0, "0"), (13_800_000_000, "13800000000"), (7.1000000000000005, "7.1"), (0.1 + 0.2, "0.3"),
    (-1.5, "-1.5"),
    (123_456_789_012_345, "123456789012345"),
  ])
  func `writes numbers with the digits that spreadsheets keep`(number: Double, text: String) {
    #expect(CellNumber.text(of: number) == text)
  }

  @Test func `a day that a calendar does not have is none`() {
    #expect(
      CellNumber.day(of: 60, countsFrom1904: false) == nil
        && CellNumber.day(of: -1, countsFrom1904: false) == nil)
    #expect(CellNumber.day(of: 59, countsFrom1904: false) == "1900-02-28")
    #expect(CellNumber.day(of: 61, countsFrom1904: false) == "1900-03-01")
    #expect(CellNumber.day(of: 0, countsFrom1904: true) == "1904-01-01")
    #expect(CellNumber.day(of: 45_497.75, countsFrom1904: false) == "2024-07-24")
  }

  @Test(arguments: [
    ("yyyy-mm-dd", true), ("yyyy\"年\"m\"月\"d\"日\"", true), ("0.00", false), ("\"day\"0", false),
    ("[Red]0", false),
    ("General", false), ("#,##0_d", false), ("[$-804]yyyy/m/d", true), ("@", false),
  ])
  func `tells the formats of days from those of numbers`(code: String, isDate: Bool) {
    #expect(StylesReader.isDate(code) == isDate)
  }

  @Test func `addresses are read and written`() {
    #expect("\(CellAddress(row: 7, column: 28))" == "AB7" && CellAddress.letters(ofColumn: 16_384) == "XFD")
    #expect(CellAddress.letters(ofColumn: 26) == "Z" && CellAddress.letters(ofColumn: 702) == "ZZ")
  }

  // MARK: - Bounds

  @Test func `each bound refuses a workbook that is one over it`() throws {
    let bytes = try Self.fixture("inline-strings.xlsx")
    func error(_ change: (inout Workbook.Limits) -> Void) -> WorkbookError? {
      var limits = Workbook.Limits()
      change(&limits)
      do throws(WorkbookError) {
        _ = try Workbook(bytes, limits: limits).sheet(at: 0)
        return nil
      } catch { return error }
    }
    #expect(error { $0.bytes = bytes.count } == nil)
    #expect(error { $0.bytes = bytes.count - 1 } == .tooLarge(bytes: bytes.count, maxBytes: bytes.count - 1))
    #expect(error { $0.rows = 4 } == nil && error { $0.rows = 3 } == .tooManyRows(sheet: "调研", max: 3))
    #expect(error { $0.cells = 65 } == nil && error { $0.cells = 64 } == .tooManyCells(sheet: "调研", max: 64))
    #expect(error { $0.textBytes = 100 } == .tooMuchText(maxBytes: 100))
    #expect(error { $0.sheets = 0 } == .tooManySheets(max: 0))
    if case .unpacksTooLarge? = error({ $0.unpackedBytes = 1_000 }) {
    } else {
      Issue.record("unpacked without a bound")
    }
  }

  /// A damaged file gives an error or a sheet; a trap would end the tests.
  @Test func `survives 3,000 damaged workbooks`() throws {
    var random = SplitMix64(seed: 24)
    let names = ["shared-strings.xlsx", "days-1900.xlsx", "merged.xlsx", "stored.xlsx"]
    var (read, refused) = (0, 0)
    for number in 0..<3_000 {
      var bytes = try Self.fixture(names[number % names.count])
      for _ in 0...random.next(below: 6) where !bytes.isEmpty {
        let place = random.next(below: bytes.count)
        switch random.next(below: 3) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: place)
        default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        }
      }
      do throws(WorkbookError) {
        let workbook = try Workbook(bytes)
        for index in workbook.entries.indices { _ = try workbook.sheet(at: index) }
        read += 1
      } catch { refused += 1 }
    }
    #expect(read > 0 && refused > 1_000)
  }

  // MARK: - As tables

  @Test func `a sheet is a table whose first row with a text is the header`() throws {
    let sheet = Sheet(
      name: "一",
      rows: [
        Sheet.Row(number: 1, cells: [Sheet.Cell(column: 1, text: ""), Sheet.Cell(column: 7, text: "")]),
        Sheet.Row(
          number: 2, cells: [Sheet.Cell(column: 1, text: "code"), Sheet.Cell(column: 3, text: "street")]),
        Sheet.Row(number: 4, cells: [Sheet.Cell(column: 3, text: "树林召镇")]),
        Sheet.Row(number: 5, cells: [Sheet.Cell(column: 4, text: "x")]),
        Sheet.Row(number: 6, cells: [Sheet.Cell(column: 1, text: String(repeating: "x", count: 1_001))]),
      ])
    let table = try CSVTable(sheet)
    #expect(table.header.values == ["code", "", "street"] && table.header.line == 2)
    #expect(Array(table.rows) == [CSVTable.Row(line: 4, values: ["", "", "树林召镇"])] && table.rows.count == 1)
    #expect(table.problems.map(\.line) == [5, 6])
    #expect(throws: CSVError.empty) { try CSVTable(Sheet(name: "一", rows: [])) }
    #expect(throws: CSVError.empty) { try CSVTable(Sheet(name: "一", rows: Array(sheet.rows.prefix(1)))) }
  }
}
