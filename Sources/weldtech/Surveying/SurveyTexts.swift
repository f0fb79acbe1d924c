import Fieldbook
import Records
import Tables
import Terminal

/// The words for an import of a survey list.
enum SurveyTexts {
  /// The answers to a changed row.
  static var answers: [Choice<LedgerImportCommand.Answer>] {
    [
      Choice("accept", Text(zh: "用新的", en: "take the new row"), value: .accept),
      Choice("keep", Text(zh: "保留原来的", en: "keep what is recorded"), value: .keep),
      Choice("accept-all", Text(zh: "后面的也都用新的", en: "take this and all that follow"), value: .acceptAll),
      Choice("keep-all", Text(zh: "后面的也都保留", en: "keep this and all that follow"), value: .keepAll),
    ]
  }

  /// Says how the list was read, so that a sheet or a column that was overlooked is noticed.
  static func announce(_ list: SurveyImport, on console: Console) {
    for sheet in list.sheets {
      let name =
        sheet.name.isEmpty
        ? Text(verbatim: list.name) : Text(zh: "工作表“\(sheet.name)”", en: "sheet '\(sheet.name)'")
      guard let judged = sheet.judged else {
        let reason = sheet.omission?.title ?? Text(verbatim: "")
        console.say(Text(zh: "\(name.zh)：\(reason.zh)，没有读", en: "\(name.en): \(reason.en), left out"))
        continue
      }
      let header = judged.header
      console.say(
        Text(
          zh: "\(name.zh)：表头在第 \(header.rows.upperBound) 行",
          en: "\(name.en): header in row \(header.rows.upperBound)"))
      if !header.unused.isEmpty {
        console.say(
          Text(
            zh: "  没有用到的列：\(header.unused.joined(separator: "、"))",
            en: "  columns that are not used: \(header.unused.joined(separator: ", "))"))
      }
      if sheet.hiddenRows > 0 {
        console.say(
          Text(
            zh: "  隐藏的 \(sheet.hiddenRows) 行也读了", en: "  \(sheet.hiddenRows) hidden rows are read as well"),
          .yellow)
      }
    }
  }

  /// Shows what differs between a row and what was imported of it before.
  static func show(
    _ row: SurveyImport.Row, _ welder: Fieldbook.SurveyedWelder, _ surveyed: InstallationEvent.Surveyed,
    on console: Console
  ) {
    let unit = surveyed.owner.unitName
    console.say(Text(zh: "\(place(of: row).zh) \(unit)：", en: "\(place(of: row).en), \(unit):"), .bold)
    for change in surveyed.changes ?? [] {
      let (old, new) = (
        CorrectionTexts.value(change.from, of: change.field), CorrectionTexts.value(change.to, of: change.field)
      )
      console.say(
        Text(
          zh: "  \(change.field.title.zh)：\(old.zh) → \(new.zh)",
          en: "  \(change.field.title.en): \(old.en) → \(new.en)"))
    }
  }

  private static func place(of row: SurveyImport.Row) -> Text { place(sheet: row.sheet, row: row.number) }

  static func place(sheet: String?, row: Int) -> Text {
    guard let sheet, !sheet.isEmpty else { return Text(zh: "第 \(row) 行", en: "row \(row)") }
    return Text(zh: "“\(sheet)”第 \(row) 行", en: "'\(sheet)' row \(row)")
  }

  /// Writes what became of the list: every row that is no appointment with its cell and its reason, then the numbers.
  static func put(_ document: LedgerImportCommand.Document, of list: SurveyImport, to console: Console) {
    for row in list.rows {
      guard case .rejected(let problems) = row.outcome else { continue }
      for problem in problems {
        let at = place(of: row)
        let cell = problem.cell.map { " \($0)" } ?? ""
        console.paragraph(
          Text(zh: "\(at.zh)\(cell)：\(problem.message.zh)", en: "\(at.en)\(cell): \(problem.message.en)"))
      }
    }
    putSkipped(list, to: console)
    let counts = document.counts
    let parts: [(Int, Text)] = [
      (counts.same, Text(zh: "与以前相同 \(counts.same)", en: "the same as before \(counts.same)")),
      (counts.changed, Text(zh: "已改为新的 \(counts.changed)", en: "recorded anew \(counts.changed)")),
      (counts.kept, Text(zh: "有变化、保留原来的 \(counts.kept)", en: "changed but kept \(counts.kept)")),
      (
        counts.registered,
        Text(zh: "已登记、不改 \(counts.registered)", en: "registered already \(counts.registered)")
      ),
      (counts.rejected, Text(zh: "没有导入 \(counts.rejected)", en: "not imported \(counts.rejected)")),
      (counts.skipped, Text(zh: "不是焊机 \(counts.skipped)", en: "no welders \(counts.skipped)")),
    ]
    let rest = parts.filter { $0.0 > 0 }.map(\.1)
    let new =
      document.dryRun
      ? Text(zh: "只核对，没有导入。可导入 \(counts.new) 台", en: "nothing was stored; to be imported: \(counts.new)")
      : Text(zh: "新预约 \(counts.new) 台", en: "new appointments: \(counts.new)")
    console.paragraph(
      Text(
        zh: ([new] + rest).map(\.zh).joined(separator: "，"),
        en: ([new] + rest).map(\.en).joined(separator: "; ")))
    if counts.rejected > 0 {
      console.say(
        Text(
          zh: "在表里改正上面的单元格，再导入一次；已导入的不会重复",
          en: "mend the cells above in the list and import it again; what is imported is not imported twice"),
        .yellow)
    }
    if counts.new > 0, !document.dryRun {
      console.say(
        Text(zh: "列出：weldtech list --status surveyed", en: "to list them: weldtech list --status surveyed"))
    }
  }

  /// Writes the rows that are no welders by their reasons; empty ones are nobody's concern.
  private static func putSkipped(_ list: SurveyImport, to console: Console) {
    for skip in SurveyRow.Skip.allCases where skip != .empty {
      let rows = list.rows.filter { if case .skipped(skip) = $0.outcome { true } else { false } }
      guard !rows.isEmpty else { continue }
      let places = rows.prefix(8).map(place(of:))
      let more = rows.count > places.count ? "…" : ""
      console.paragraph(
        Text(
          zh: "\(skip.title.zh)，跳过：\(places.map(\.zh).joined(separator: "、"))\(more)",
          en: "\(skip.title.en), skipped: \(places.map(\.en).joined(separator: ", "))\(more)"))
    }
  }
}

extension SurveyImport.Omission {
  var title: Text {
    switch self {
    case .hidden: Text(zh: "是隐藏的", en: "it is hidden")
    case .empty: Text(zh: "是空的", en: "it is empty")
    case .noHeader: Text(zh: "没有调研表的表头", en: "it has no header of a survey list")
    case .sample: Text(zh: "是示例或说明", en: "it is a sample or an explanation")
    }
  }
}

extension SurveyRow.Skip {
  var title: Text {
    switch self {
    case .empty: Text(zh: "空行", en: "empty")
    case .header: Text(zh: "重复的表头", en: "the header once more")
    case .columnNumbers: Text(zh: "列号", en: "numbers of columns")
    case .sample: Text(zh: "示例", en: "a sample")
    case .total: Text(zh: "合计", en: "a total")
    case .note: Text(zh: "说明文字", en: "a note")
    }
  }
}
