import Foundation
import Records
import TestSupport
import Testing

/// Prints the labels of a list that a desk keeps as a workbook, and reads the finished pages with programs that had no part in making them.
@Suite(.enabled(if: SurveyLists.reason == nil, SurveyLists.comment))
struct LabelWorkbookTests {
  private struct Label: Codable, Hashable {
    var code: String
    var unit: String
    var street: String
  }

  /// Writes a workbook as desks keep them. A formula numbers the rows, the codes have full-width digits, a
  /// unit's name and the street are merged over all of their rows, and a hidden sheet has last year's list.
  private func workbook(_ labels: [Label], _ path: String, change: String = "") throws {
    let script = """
      import json, sys, openpyxl
      labels = json.load(sys.stdin)
      book = openpyxl.Workbook()
      sheet = book.active
      sheet.append(["序号", "电焊机专属码", "企业/店铺名称", "所属街道", "备注"])
      wide = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
      for row, label in enumerate(labels, 2):
          code = label["code"].translate(wide) if row % 2 else label["code"]
          sheet.append([f"=ROW()-1", code, label["unit"], label["street"], None])
      for column, key in [("C", "unit"), ("D", "street")]:
          first = 0
          for index in range(1, len(labels) + 1):
              if index < len(labels) and labels[index][key] == labels[first][key]: continue
              for row in range(first + 3, index + 2): sheet[f"{column}{row}"] = None
              if index - first > 1: sheet.merge_cells(f"{column}{first + 2}:{column}{index + 1}")
              first = index
      old = book.create_sheet("去年")
      old.append(["电焊机专属码", "企业/店铺名称"])
      old.append([labels[0]["code"], "旧名"])
      old.sheet_state = "hidden"
      \(change)
      book.save(sys.argv[1])
      """
    let outcome = try SurveyLists.python.run(["-c", script, path], input: try JSONEncoder().encode(labels))
    try #require(outcome.status == 0, "\(outcome.diagnostics)")
  }

  private var labels: [Label] {
    get throws {
      try (0..<60).map { index in
        let serial = try #require(CodeSerial(number: 2_000_000 + index))
        return Label(
          code: try #require(LabelCode(region: "150621", serial: serial)).description,
          // A unit has three labels and a street has ten, so that their merged cells end in different rows.
          unit: "东风路\(index / 3 + 1)号铁艺", street: index / 10 % 2 == 0 ? "树林召镇" : "白塔街道")
      }
    }
  }

  @Test(
    .enabled(if: InstalledProgram("pdftoppm").isInstalled, "pdftoppm is not installed"),
    arguments: ["xlsx", "xls", "ods"])
  func `the labels of a workbook are its rows, with the texts of merged cells, over several pages`(kind: String)
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let labels = try labels
    var list = laptop.scratch.file("list.xlsx")
    try workbook(labels, list)
    if kind != "xlsx" {
      guard InstalledProgram("ssconvert").isInstalled else {
        try Test.cancel("ssconvert is not installed: scripts/setup tests")
      }
      let other = laptop.scratch.file("list.\(kind)")
      #expect(try InstalledProgram("ssconvert").run([list, other]).status == 0)
      list = other
    }
    let file = laptop.scratch.file("labels.pdf")
    let document = try laptop.json(
      "labels", "batch", "--input", list, "--output", file, "--format", "pdf", "--sheet", "a4")
    #expect(document["labels"] as? Int == labels.count)

    let read = try SurveyLists.python.run([
      URL(filePath: SurveyLists.scripts).appending(path: "../../Peers/read-labels").standardized.path(), file,
    ])
    try #require(read.status == 0, "\(read.diagnostics)")
    let pages = try read.output.split(separator: "\n").map { line in
      let page = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(page?["texts"] as? [String])
    }
    #expect(pages.count > 1)
    let symbols = pages.flatMap { $0 }
    #expect(symbols.count == labels.count)
    #expect(Set(symbols) == Set(labels.map { "https://127.0.0.1:9/w/\($0.code)" }), "\(symbols.first ?? "")")
    // Each label has its own words, also in the rows where their cells are merged into the one above.
    let text = try InstalledProgram("pdftotext").output(["-raw", file, "-"]).filter { !$0.isWhitespace }
    for unit in Set(labels.map(\.unit)) {
      #expect(text.ranges(of: unit).count == labels.count { $0.unit == unit }, "\(unit)")
    }
    for street in Set(labels.map(\.street)) {
      #expect(text.ranges(of: street).count == labels.count { $0.street == street }, "\(street)")
    }
    #expect(!text.contains("旧名"))
    let stock = try laptop.json("labels", "stock")
    #expect((stock["counts"] as? [String: Int])?["printed"] == labels.count)
  }

  /// Checks that a list is refused as a whole where a printed column has a formula without a stored value, or
  /// an error value.
  @Test func `a formula without a value or with an error in a column that is printed is refused by its cell`()
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let list = laptop.scratch.file("list.xlsx")
    let change =
      "sheet['C5'] = '=A1&B1'; sheet['D12'] = '#REF!'; sheet['D12'].data_type = 'e'; sheet['E3'] = '=1+1'"
    try workbook(try labels, list, change: change)
    let outcome = try laptop.run(
      "--json", "labels", "batch", "--input", list, "--output", laptop.scratch.file("labels"))
    #expect(outcome.status == 65, "\(outcome.output)")
    let details = try #require(outcome.error?["details"] as? [[String: Any]])
    let messages = details.compactMap { $0["message"] as? String }
    #expect(messages.count == 2 && messages[0].contains("C5") && messages[1].contains("D12"), "\(messages)")
    #expect(messages.last?.contains("#REF!") == true)
    #expect(!FileManager.default.fileExists(atPath: laptop.scratch.file("labels")))
  }
}
