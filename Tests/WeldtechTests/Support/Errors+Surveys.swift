import Fieldbook
import Tables

@testable import weldtech

/// The errors of tables from outside and of survey lists.
extension Errors {
  static let tableFaults: [TableFault] =
    ([
      .tooLarge(bytes: 2, maxBytes: 1), .damaged(part: ""), .missing(part: "xl/workbook.xml"),
      .unpacksTooLarge(part: "xl/styles.xml", maxBytes: 1 << 20), .documentType(part: "xl/workbook.xml"),
      .oversized(part: ""), .tooManyCells(sheet: "一", max: 1), .tooManyRows(sheet: "一", max: 1),
      .tooManySheets(max: 1), .tooMuchText(maxBytes: 1 << 20), .binary, .outOfMemory,
    ] as [WorkbookError]).map { .workbook($0) }
    + [
      .severalSheets(["一", "二"]), .noConverter(.xls), .noConverter(.ods),
      .notConverted(.xls, program: "soffice"),
    ]

  static let surveys: [any Error] =
    tableFaults.map { SurveyListRefused(file: "f", reason: .noTable($0)) }
    + ([
      .noHeader([]), .noHeader(["一"]), .noSheet("二", names: []), .noSheet("二", names: ["一"]),
      .columnsMissing([.street], sheet: "", row: 3, unused: []),
      .columnsMissing([.street, .supply], sheet: "一", row: 3, unused: ["片区"]),
      .columnTwice(
        .unitName, sheet: "一", places: [CellAddress(row: 3, column: 2), CellAddress(row: 3, column: 30)]),
    ] as [SurveyListRefused.Reason]).map { SurveyListRefused(file: "f", reason: $0) }
    + [FieldbookError.surveyGoneOn, SurveyChangesUnanswered(file: "f", rows: [])]
}
