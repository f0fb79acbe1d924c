import Fieldbook
import Records
import Tables
import Terminal

/// The words for an import of a survey list.
enum SurveyTexts {
  static func question(on row: SurveyImport.ChangedRow) -> Text {
    row.mayBeNew
      ? Text(
        zh: "上次的表里有这台，这次只是电话或单位名称不同，是改正吗",
        en: "only the phone or the unit's name differs from a welder of the list before; is it corrected")
      : Text(zh: "这一行与上次导入的不同", en: "this row differs from the one imported before")
  }

  /// The answers to a changed row.
  static func answers(to row: SurveyImport.ChangedRow) -> [Choice<LedgerImportCommand.Answer>] {
    let first: [Choice<LedgerImportCommand.Answer>] = [
      Choice("accept", Text(zh: "用新的", en: "take the new row"), value: .accept),
      Choice("keep", Text(zh: "保留原来的", en: "keep what is recorded"), value: .keep),
      Choice("accept-all", Text(zh: "后面的也都用新的", en: "take this and all that follow"), value: .acceptAll),
      Choice("keep-all", Text(zh: "后面的也都保留", en: "keep this and all that follow"), value: .keepAll),
    ]
    guard row.mayBeNew else { return first }
    return first + [Choice("new", Text(zh: "是另一台，都要", en: "it is another welder; keep both"), value: .add)]
  }

  /// Tells the user how the list was read, so that an overlooked sheet or column is noticed.
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
          zh: "\(name.zh)：表头在第 \(Self.numbers(header.rows)) 行",
          en: "\(name.en): header in row\(header.rows.count > 1 ? "s" : "") \(Self.numbers(header.rows))"))
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

  /// Shows the differences between a row and what was imported of its welder before.
  static func show(_ row: SurveyImport.ChangedRow, on console: Console) {
    let place = place(of: row.row)
    let unit = row.surveyed.owner.unitName
    console.say(Text(zh: "\(place.zh) \(unit)：", en: "\(place.en), \(unit):"), .bold)
    for change in shown(row.surveyed.changes ?? []) {
      let words = difference(change)
      console.say(
        Text(
          zh: "  \(change.field.title.zh)：\(words.zh)", en: "  \(change.field.title.en): \(words.en)"))
    }
  }

  /// The old and the new value of a change. Two phones or names may differ only in characters that are masked.
  static func difference(_ change: FieldChange) -> Text {
    let old = CorrectionTexts.value(change.from, of: change.field)
    let new = CorrectionTexts.value(change.to, of: change.field)
    let isMasked = old == new
    return Text(
      zh: "\(old.zh) → \(new.zh)" + (isMasked ? "（没显示的部分不同）" : ""),
      en: "\(old.en) → \(new.en)" + (isMasked ? " (another where it is masked)" : ""))
  }

  /// The changes without that of the unit's id, which is derived from the others.
  static func shown(_ changes: [FieldChange]) -> [FieldChange] { changes.filter { $0.field != .unitID } }

  private static func place(of row: SurveyImport.Row) -> Text { place(sheet: row.sheet, row: row.number) }

  private static func numbers(_ rows: ClosedRange<Int>) -> String {
    rows.count > 1 ? "\(rows.lowerBound)–\(rows.upperBound)" : "\(rows.lowerBound)"
  }

  static func place(sheet: String?, row: Int) -> Text {
    guard let sheet, !sheet.isEmpty else { return Text(zh: "第 \(row) 行", en: "row \(row)") }
    return Text(zh: "“\(sheet)”第 \(row) 行", en: "'\(sheet)' row \(row)")
  }

  /// Writes the outcome of an import: each problem of a rejected row with its cell, the skipped rows, unknown
  /// streets, missing appointments, and the numbers.
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
    if !list.unknownStreets.isEmpty {
      console.say(
        Text(
          zh: "不是达拉特旗的苏木镇、街道：\(list.unknownStreets.joined(separator: "、"))。照样导入，统计时单独成一行",
          en:
            "no place of the Banner: \(list.unknownStreets.joined(separator: ", ")); imported, and a line of its own in the figures"
        ), .yellow)
    }
    putMissing(list.missing, to: console)
    let counts = document.counts
    let parts: [(Int, Text)] = [
      (counts.same, Text(zh: "与以前相同 \(counts.same)", en: "the same as before \(counts.same)")),
      (
        counts.changed,
        document.dryRun
          ? Text(zh: "有变化 \(counts.changed)", en: "changed \(counts.changed)")
          : Text(zh: "已改为新的 \(counts.changed)", en: "recorded anew \(counts.changed)")
      ),
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

  /// The maximum number of missing appointments that are named; `--json` has all.
  private static let maxMissing = 20

  /// Names the appointments that an earlier version of the list had, and says what can be done about them.
  private static func putMissing(_ missing: [Fieldbook.SurveyedWelder], to console: Console) {
    guard !missing.isEmpty else { return }
    console.paragraph(
      Text(
        zh: "上次的表里有、这次没有的 \(missing.count) 台，预约照旧：",
        en: "\(missing.count) of an earlier version of the list are not in this one, and stay:"))
    for welder in missing.prefix(maxMissing) {
      let survey = welder.row.survey
      let parts = (survey.row ?? "").split(separator: "!", maxSplits: 1).map(String.init)
      let place = parts.last.flatMap { Int($0) }.map {
        self.place(sheet: parts.count > 1 ? parts.first : nil, row: $0)
      }
      let from = (survey.list ?? "", place ?? Text(verbatim: ""))
      console.paragraph(
        Text(
          zh: "  \(welder.id.text.prefix(8)) \(welder.row.owner.unitName)（\(from.0) \(from.1.zh)）",
          en: "  \(welder.id.text.prefix(8)) \(welder.row.owner.unitName) (\(from.0), \(from.1.en))"))
    }
    if missing.count > maxMissing {
      console.paragraph(Text(zh: "  …全部见 --json", en: "  …all of them: --json"))
    }
    console.paragraph(
      Text(
        zh: "不在了、或改得太多没认出来的，取消旧的：weldtech void 记录号 --reason 名单里没有了",
        en: "to cancel one that is gone, or that a new row stands for: weldtech void ID --reason TEXT"))
  }

  /// Writes the rows that are no welders by their reasons, without empty rows.
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
