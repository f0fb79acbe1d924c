import Arguments
import Fieldbook
import Records
import Tables
import Terminal

/// `ledger import`: makes appointments of a survey list.
enum LedgerImportCommand {
  struct Options {
    var file = ""
    var sheet: String?
    var encoding: TextEncoding?
    var accepts = false
    var keeps = false
    var adds = false
    var isRehearsal = false
  }

  struct Document: Encodable {
    struct Sheet: Encodable {
      /// The sheet's name; left out for a CSV.
      var name: String?
      /// Number of the header's last row; left out for a sheet that is not read.
      var headerRow: Int?
      /// Titles that are no column of the form.
      var unusedColumns: [String]?
      /// The number of hidden rows, which are read like the others.
      var hiddenRows: Int?
      /// The reason why the sheet is not read: `hidden`, `empty`, `noHeader` or `sample`.
      var leftOut: String?
    }

    struct Problem: Encodable {
      /// The cell, such as `D7`; left out where the list has no such column.
      var cell: String?
      var code: String
      var message: String
    }

    enum Outcome: String, Encodable { case new, same, changed, kept, registered, skipped, rejected }

    struct Row: Encodable {
      var sheet: String?
      /// Number of the row in its sheet, or of the line in a CSV.
      var row: Int
      /// The result for the row. A `changed` row is recorded anew, or would be in a rehearsal; a `kept` row
      /// stays as it was recorded.
      var outcome: Outcome
      /// The record of the welder; left out where there is none.
      var id: InstallationID?
      /// The reason why the row is skipped: `empty`, `header`, `columnNumbers`, `sample`, `total` or `note`.
      var reason: String?
      /// The differences from what was imported before.
      var changes: [FieldChange]?
      var problems: [Problem]?
    }

    /// An appointment of an earlier version of the list that no row has any more.
    struct Missing: Encodable {
      var id: InstallationID
      var unitName: String
      var street: String
      /// The name of the earlier list.
      var list: String?
      /// The row in the earlier list.
      var row: String?
    }

    struct Counts: Encodable {
      var new = 0
      var same = 0
      var changed = 0
      var kept = 0
      var registered = 0
      var skipped = 0
      var rejected = 0
    }

    var file: String
    /// SHA-256 of the file, lower-case hex.
    var sha256: String
    /// Whether nothing was stored, because the run was only a rehearsal.
    var dryRun: Bool
    var sheets: [Sheet]
    var rows: [Row]
    /// The appointments of earlier versions of the list that no row has any more. They stay as they are.
    var missing: [Missing]
    /// The streets of rows that are no place of the Banner.
    var unknownStreets: [String]
    var counts: Counts
  }

  static var command: Command<Workplace> {
    Command(
      "import", Text(zh: "导入调研表（附件1），每行一台焊机", en: "import a survey list (form 1), a welder a row"),
      discussion: Text(
        zh:
          "读 .xlsx 和 CSV（UTF-8、GB18030、UTF-16）；.xls、.et、.ods 要装有 gnumeric 或 LibreOffice。\n表头在哪一行都行，多余的列不影响。每一行要么成为一条预约，要么写明单元格和原因。\n同一张表再导入一次不会重复：单位、电话和内容都相同的就是同一台。\n内容有变化的会逐条显示，再问用新的还是留旧的（--accept-changes、--keep）；\n只换了电话或单位名称的也这样问，其实是另一台的用 --as-new。\n上次的表里有、这次没有的会列出来，不会自动取消。\n中途断电也不会只导入一半。",
        en:
          "Reads .xlsx and CSV (UTF-8, GB18030, UTF-16); .xls, .et and .ods where gnumeric or LibreOffice\nis installed. The header may be in any row, and other columns do no harm. Each row becomes an\nappointment, or its cell and the reason are named. Importing again adds nothing: the same unit,\nphone and data are the same welder. What has changed is shown, and asked about (--accept-changes,\n--keep); so is a row of which only the phone or the unit's name is another (--as-new where it is\nanother welder). What an earlier version had and this one lacks is listed, and stays.\nAll of a list is stored, or nothing."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.argument("F", \.file, .file, Text(zh: "调研表文件", en: "the list's file"))
        parameters.option(
          "sheet", \.sheet, .string, placeholder: "NAME",
          Text(zh: "只读这个工作表", en: "read only this sheet"))
        parameters.option(
          "encoding", \.encoding, .textEncoding, placeholder: "utf-8|gb18030|utf-16",
          Text(zh: "CSV 的编码（自动识别错时用）", en: "a CSV's encoding, where it is taken for another"))
        parameters.flag(
          "accept-changes", \.accepts, Text(zh: "有变化的行都用新的", en: "take every changed row"))
        parameters.flag("keep", \.keeps, Text(zh: "有变化的行都保留原来的", en: "keep what is recorded of changed rows"))
        parameters.flag(
          "as-new", \.adds,
          Text(
            zh: "只换了电话或单位名称的行，当作另一台焊机导入",
            en: "import rows as further welders where only the phone or the unit's name is another"))
        parameters.flag(
          "dry-run", \.isRehearsal, Text(zh: "只核对，不导入", en: "only look, and store nothing"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    if options.accepts, options.keeps { throw UsageError.conflictingOptions("--accept-changes", "--keep") }
    let console = workplace.console
    // An office imports as well as a technician.
    if try workplace.fieldbook().setup().desk != true { _ = try workplace.technician() }
    var list = try SurveyImport(
      options.file, sheet: options.sheet, encoding: options.encoding, workplace)
    if !console.isJSON { SurveyTexts.announce(list, on: console) }
    let decisions = try decisions(on: list, options, workplace)
    list.apply(decisions)
    if !options.isRehearsal {
      if workplace.isInterrupted { throw ImportCancelled() }
      try list.store(decisions, workplace)
    }
    let document = document(of: list, decisions, options, console)
    try console.answer(document) { SurveyTexts.put(document, of: list, to: console) }
    return (document.counts.rejected == 0 ? ExitCode.done : .failed).rawValue
  }

  // MARK: - Changed rows

  /// Decides what becomes of the changed rows, by an option or else by questions. The keys are the rows' places
  /// among all rows. A rehearsal asks nothing, and shows what would be recorded anew.
  private static func decisions(on list: SurveyImport, _ options: Options, _ workplace: Workplace) throws
    -> [Int:
    SurveyImport.Decision]
  {
    let changed = list.changedRows
    guard !changed.isEmpty else { return [:] }
    var decisions: [Int: SurveyImport.Decision] = [:]
    for row in changed {
      if options.adds, row.mayBeNew {
        decisions[row.index] = .add
      } else if options.keeps {
        decisions[row.index] = .keep
      } else if options.accepts || options.isRehearsal {
        decisions[row.index] = .accept
      }
    }
    let open = changed.filter { decisions[$0.index] == nil }
    guard open.isEmpty || workplace.console.canPrompt else {
      throw SurveyChangesUnanswered(file: list.path, rows: open.map(\.row))
    }
    var all: SurveyImport.Decision?
    for row in changed {
      if !workplace.console.isJSON { SurveyTexts.show(row, on: workplace.console) }
      guard decisions[row.index] == nil else { continue }
      if let all {
        decisions[row.index] = all
        continue
      }
      let answer: Answer
      do throws(PromptError) {
        answer = try workplace.console.prompter.choose(
          SurveyTexts.question(on: row), SurveyTexts.answers(to: row), fallback: 1)
      } catch {
        guard error == .cancelled || error == .endOfInput else { throw error }
        throw ImportCancelled()
      }
      switch answer {
      case .accept: decisions[row.index] = .accept
      case .keep: decisions[row.index] = .keep
      case .add: decisions[row.index] = .add
      case .acceptAll: (all, decisions[row.index]) = (.accept, .accept)
      case .keepAll: (all, decisions[row.index]) = (.keep, .keep)
      }
    }
    return decisions
  }

  enum Answer { case accept, keep, add, acceptAll, keepAll }

  // MARK: - The document

  private static func document(
    of list: SurveyImport, _ decisions: [Int: SurveyImport.Decision], _ options: Options, _ console: Console
  ) -> Document {
    var counts = Document.Counts()
    let rows = list.rows.enumerated().map { index, row in
      let row = self.row(row, isAccepted: decisions[index] == .accept, options, console)
      switch row.outcome {
      case .new: counts.new += 1
      case .same: counts.same += 1
      case .changed: counts.changed += 1
      case .kept: counts.kept += 1
      case .registered: counts.registered += 1
      case .skipped: counts.skipped += 1
      case .rejected: counts.rejected += 1
      }
      return row
    }
    let sheets = list.sheets.map { sheet in
      let header = sheet.judged?.header
      return Document.Sheet(
        name: sheet.name.isEmpty ? nil : sheet.name, headerRow: header?.rows.upperBound,
        unusedColumns: header.flatMap { $0.unused.isEmpty ? nil : $0.unused },
        hiddenRows: sheet.hiddenRows == 0 ? nil : sheet.hiddenRows, leftOut: sheet.omission?.rawValue)
    }
    return Document(
      file: list.path, sha256: list.sha256, dryRun: options.isRehearsal, sheets: sheets, rows: rows,
      missing: list.missing.map {
        Document.Missing(
          id: $0.id, unitName: $0.row.owner.unitName.text, street: $0.row.owner.street.text,
          list: $0.row.survey.list, row: $0.row.survey.row)
      }, unknownStreets: list.unknownStreets, counts: counts)
  }

  private static func row(
    _ row: SurveyImport.Row, isAccepted: Bool, _ options: Options, _ console: Console
  ) -> Document.Row {
    var written = Document.Row(
      sheet: row.sheet.isEmpty ? nil : row.sheet, row: row.number, outcome: .new)
    switch row.outcome {
    case .new(let id, _): written.id = options.isRehearsal ? nil : id
    case .same(let id): (written.outcome, written.id) = (.same, id)
    case .registered(let id): (written.outcome, written.id) = (.registered, id)
    case .changed(let welder, let surveyed), .corrected(let welder, let surveyed):
      (written.outcome, written.id, written.changes) = (
        isAccepted ? .changed : .kept, welder.id, surveyed.changes
      )
    case .skipped(let skip): (written.outcome, written.reason) = (.skipped, skip.rawValue)
    case .rejected(let problems):
      written.outcome = .rejected
      written.problems = problems.map { problem in
        Document.Problem(
          cell: problem.cell?.description, code: problem.code, message: problem.message[console.language])
      }
    }
    return written
  }
}

/// The import was cancelled before it stored anything.
struct ImportCancelled: Error {}

extension ImportCancelled: Explained {
  var failure: Failure {
    Failure(
      code: "cancelled", message: Text(zh: "已取消，这张表没有导入", en: "cancelled; nothing of the list was imported"),
      hint: Text(
        zh: "再运行同一命令，从头问起；--accept-changes、--keep 不用逐条回答",
        en: "run the same command again, which asks from the beginning; --accept-changes and --keep answer all"),
      exit: .cancelled)
  }
}
