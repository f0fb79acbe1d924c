import Fieldbook
import Tables

@testable import Records
@testable import weldtech

/// The errors of tables from outside and of survey lists.
extension Errors {
  static let tableFaults: [TableFault] =
    ([
      .tooLarge(bytes: 2, maxBytes: 1), .damaged(part: ""), .missing(part: "xl/workbook.xml"),
      .unpacksTooLarge(part: "xl/styles.xml", maxBytes: 1 << 20), .documentType(part: "xl/workbook.xml"),
      .oversized(part: ""), .tooManyCells(sheet: "Sheet1", max: 1), .tooManyRows(sheet: "Sheet1", max: 1),
      .tooManySheets(max: 1), .tooMuchText(maxBytes: 1 << 20), .binary, .outOfMemory,
    ] as [WorkbookError]).map { .workbook($0) }
    + [
      .severalSheets(["Sheet1", "Sheet2"]), .noConverter(.xls), .noConverter(.ods),
      .notConverted(.xls, program: "soffice"),
    ]

  static let surveys: [any Error] =
    tableFaults.map { SurveyListRefused(file: "f", reason: .noTable($0)) }
    + ([
      .noHeader([]), .noHeader(["Sheet1"]), .noSheet("Sheet2", names: []),
      .noSheet("Sheet2", names: ["Sheet1"]),
      .columnsMissing([.street], sheet: "", row: 3, unused: []),
      .columnsMissing([.street, .supply], sheet: "Sheet1", row: 3, unused: ["x"]),
      .columnTwice(
        .unitName, sheet: "Sheet1", places: [CellAddress(row: 3, column: 2), CellAddress(row: 3, column: 30)]),
    ] as [SurveyListRefused.Reason]).map { SurveyListRefused(file: "f", reason: $0) }
    + [
      FieldbookError.surveyGoneOn, SurveyChangesUnanswered(file: "f", rows: []),
      SurveyChangesUnanswered(
        file: "f",
        rows: [
          SurveyImport.Row(
            sheet: "Sheet1", number: 5,
            outcome: .changed(.init(id: id, row: surveyed, status: .surveyed), surveyed))
        ]),
      FieldbookError.inspectionWaits(id), AdoptionRefused.unreachable("150621-00A000-X", .unreachable),
      AdoptionRefused.unreachable("150621-00A000-X", nil), AdoptionRefused.another(id),
      AdoptionRefused.damaged(file: "/f", fault: "x"), AdoptionRefused.damaged(file: "/f", fault: nil),
      AdoptionRefused.untrusted(file: "/f", sealer: "CN=x", fingerprint: "00"),
      AdoptionRefused.noRecord(file: "/f", reference: "3f2a"), AdoptionRefused.inWork(file: "/f", id),
      ModuleInUse(serialNumber: "M-1", holder: record, isElsewhere: true),
      ModuleInUse(serialNumber: "M-1", holder: record, isElsewhere: false),
      RepairAmbiguous(welders: [record, record]), MoveSaysNothing(), PaperMissing(paper: .addendum, id: id),
      StepRefused(step: nil, refusal: .retired),
      RepairRecorded(option: "note", at: Timestamp(secondsSince1970: 0, offsetSeconds: 0)),
    ]

  private static let record = Installation(
    id: id, surveyed: surveyed, at: Timestamp(secondsSince1970: 0, offsetSeconds: 0), entrySha256: "")

  /// The reasons why a row of a survey list is not imported.
  static let surveyProblems: [SurveyRow.Problem] =
    ([
      .field(.unitName, .missing), .filledByPhone, .filledBy(.tooLong(maxCharacters: 40)),
      .several(.supply, text: "x"), .otherNeedsNote(.industry), .roundedPhone(text: "1.38E+10"),
      .quantity("2"), .uncalculated, .formulaError("#REF!"), .line(.quoteOpen),
    ] as [SurveyRow.Problem.Fault]).map { SurveyRow.Problem(cell: nil, fault: $0) }

  private static let surveyed = InstallationEvent.Surveyed(
    owner: Owner(
      unitID: nil, unitName: WrittenText(asKept: "练习铺"), unitType: nil,
      responsibleName: PersonName(WrittenText(asKept: "王五")), responsiblePhone: phone,
      street: WrittenText(asKept: "树林召镇"), community: nil, industry: .autoRepair, industryNote: nil,
      operators: nil, certifiedOperators: nil),
    welder: Welder(
      brand: nil, model: nil, serialNumber: nil, weldingProcess: .tig, supply: .singlePhase220,
      sourceType: .inverter, supplyMaxAmps: 20, maxCurrentAmps: 200, maxPowerKilowatts: nil, purpose: nil,
      purchasedOn: nil, condition: .fit), survey: Survey(filledBy: nil, filledByPhone: nil), remarks: nil)
  private static let phone = PhoneNumber("13800000001")!
}
