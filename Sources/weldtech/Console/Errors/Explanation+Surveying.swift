import Records
import Tables
import Terminal

extension SurveyListRefused: Explained {
  var failure: Failure {
    switch reason {
    case .noTable(let fault):
      Failure(
        code: "ledger.list.unusable",
        message: Text(zh: "\(file) \(fault.sentence.zh)", en: "\(file) \(fault.sentence.en)"),
        hint: fault.remedy,
        exit: .badData)
    case .noHeader(let names):
      Failure(
        code: "ledger.list.noHeader",
        message: Text(
          zh: "\(file) 里没有找到调研表的表头\(names.isEmpty ? "" : "（工作表：\(names.joined(separator: "、"))）")",
          en:
            "\(file) has no header of a survey list\(names.isEmpty ? "" : " (sheets: \(names.joined(separator: ", ")))")"
        ),
        hint: Text(
          zh: "前 \(SurveyHeader.maxRows) 行里要有一行写着附件1的列名，如 企业/店铺名称、责任人姓名、责任人电话、焊机用电类型",
          en:
            "one of the first \(SurveyHeader.maxRows) rows has to have the titles of form 1, such as 企业/店铺名称, 责任人姓名, 责任人电话, 焊机用电类型"
        ), exit: .badData)
    case .noSheet(let wanted, let names):
      Failure(
        code: "ledger.list.noSheet",
        message: Text(zh: "\(file) 没有工作表“\(wanted)”", en: "\(file) has no sheet '\(wanted)'"),
        hint: names.isEmpty
          ? Text(zh: "CSV 没有工作表，不写 --sheet", en: "a CSV has no sheets; leave --sheet out")
          : Text(
            zh: "它有：\(names.joined(separator: "、"))", en: "it has: \(names.joined(separator: ", "))"),
        exit: .badData)
    case .columnsMissing(let columns, let sheet, let row, let unused):
      Failure(
        code: "ledger.list.columns",
        message: Text(
          zh:
            "\(file)\(sheet.isEmpty ? "" : " 的工作表“\(sheet)”")缺少列：\(columns.map(\.title).joined(separator: "、"))（表头在第 \(row) 行）",
          en:
            "\(file)\(sheet.isEmpty ? "" : ", sheet '\(sheet)',") lacks the columns \(columns.map(\.title).joined(separator: ", ")) (header in row \(row))"
        ),
        hint: unused.isEmpty
          ? Text(zh: "补上这些列，列名按附件1写", en: "add them, with the titles of form 1")
          : Text(
            zh: "这些列名不认识：\(unused.prefix(20).joined(separator: "、"))；把列名改成附件1的写法",
            en: "these titles are not known: \(unused.prefix(20).joined(separator: ", ")); use those of form 1"),
        exit: .badData)
    case .columnTwice(let column, let sheet, let places):
      Failure(
        code: "ledger.list.columnTwice",
        message: Text(
          zh:
            "\(file)\(sheet.isEmpty ? "" : " 的工作表“\(sheet)”")有两列都是“\(column.title)”：\(places.map(\.description).joined(separator: "、"))",
          en:
            "\(file)\(sheet.isEmpty ? "" : ", sheet '\(sheet)',") has two columns for \(column.title): \(places.map(\.description).joined(separator: ", "))"
        ),
        hint: Text(zh: "删掉一列，或改它的列名", en: "delete one, or give it another title"), exit: .badData)
    }
  }
}

/// The error that rows of the list differ from what was imported before, and nobody can be asked what to do.
struct SurveyChangesUnanswered: Error {
  let file: String
  let rows: [SurveyImport.Row]
}

extension SurveyChangesUnanswered: Explained {
  var failure: Failure {
    Failure(
      code: "usage.option.missing",
      message: Text(
        zh: "\(file) 有 \(rows.count) 行与上次导入的不同，没有导入",
        en: "\(rows.count) rows of \(file) differ from what was imported before; nothing was imported"),
      hint: Text(
        zh: "用新的加 --accept-changes，保留原来的加 --keep；只换了电话或单位名称、其实是另一台的加 --as-new；只看不导入用 --dry-run",
        en:
          "add --accept-changes to take them, --keep to keep what is recorded, --as-new where a row with another phone or unit's name is another welder; --dry-run only shows them"
      ),
      details: rows.map(\.difference), exit: .usage)
  }
}

extension SurveyImport.Row {
  /// The fields in which a changed row differs.
  fileprivate var difference: Failure.Detail {
    let changes: [FieldChange] =
      switch outcome {
      case .changed(_, let surveyed), .corrected(_, let surveyed): SurveyTexts.shown(surveyed.changes ?? [])
      case .skipped, .rejected, .new, .same, .registered: []
      }
    let place = SurveyTexts.place(sheet: sheet, row: number)
    let words = changes.map { change in
      let words = SurveyTexts.difference(change)
      return Text(
        zh: "\(change.field.title.zh) \(words.zh)", en: "\(change.field.title.en) \(words.en)")
    }
    return Failure.Detail(
      path: sheet.isEmpty ? "row \(number)" : "\(sheet)!\(number)", code: "survey.changed",
      message: Text(
        zh: "\(place.zh)：\(words.map(\.zh).joined(separator: "；"))",
        en: "\(place.en): \(words.map(\.en).joined(separator: "; "))"),
      isPlaceInMessage: true)
  }
}

extension SurveyRow.Problem {
  /// The dotted code of the reason.
  var code: String {
    switch fault {
    case .field(_, let fault), .filledBy(let fault): fault.code
    case .filledByPhone: "field.phone"
    case .several: "survey.several"
    case .otherNeedsNote: "survey.otherNeedsNote"
    case .roundedPhone: "survey.roundedPhone"
    case .quantity: "survey.quantity"
    case .uncalculated: "survey.uncalculated"
    case .formulaError: "survey.formulaError"
    case .line: "list.row"
    }
  }

  var message: Text {
    switch fault {
    case .field(let field, let fault):
      var words = fault.message(for: field)
      // A person who fills in a list knows the Chinese words and not the codes of a command line.
      if case .notAChoice(let choices) = fault {
        words = Text(zh: "请从中选一个：\(choices.map(\.word).joined(separator: "、"))", en: words.en)
      }
      let (zh, en) = (field.listTitle.zh, field.listTitle.en)
      return Text(zh: "\(zh)：\(words.zh)\(written.zh)", en: "\(en): \(words.en)\(written.en)")
    case .filledBy(let fault):
      return Text(zh: "填表人：\(fault.message.zh)", en: "who filled it in: \(fault.message.en)")
    case .filledByPhone:
      let words = FieldProblem.Fault.notAPhone.message
      return Text(
        zh: "填表人电话：\(words.zh)\(written.zh)", en: "phone of who filled it in: \(words.en)\(written.en)")
    case .several(let field, let text):
      return Text(
        zh: "\(field.listTitle.zh)：“\(text)”是几种，只写实际的一种",
        en: "\(field.listTitle.en): '\(text)' is more than one; write the one that is there")
    case .otherNeedsNote(let field):
      return Text(
        zh: "\(field.listTitle.zh)：写了其他，备注里要写明是什么",
        en: "\(field.listTitle.en): 'other' needs a remark that says what it is")
    case .roundedPhone:
      return Text(
        zh: "责任人电话：表格把号码存成了科学计数，后面的数字已丢失；把这一列设成文本格式，重新填写",
        en:
          "the phone was saved as a number with an exponent, and its last digits are lost; make the column text and write it anew"
      )
    case .quantity(let text):
      return Text(
        zh: "数量写了“\(text)”：每台焊机要单独一行", en: "the quantity is '\(text)': every welder takes a row of its own")
    case .uncalculated:
      return Text(
        zh: "公式没有存结果；用 Excel 或 WPS 打开，另存一次",
        en: "a formula without its value; open the list in Excel or WPS and save it")
    case .formulaError(let text): return Text(zh: "公式出错：\(text)", en: "a formula's error: \(text)")
    case .line(let fault): return fault.sentence
    }
  }
}

extension SurveyRow.Problem {
  /// The maximum number of characters of a cell that are repeated.
  private static let maxShown = 40

  /// The contents of the cell, as a part of the sentence after the reason. Of a phone number only the number of
  /// digits is shown.
  fileprivate var written: Text {
    if let digits { return Text(zh: "（写的是 \(digits) 位数字）", en: " (\(digits) digits are written there)") }
    guard let text, !text.isEmpty else { return Text(verbatim: "") }
    let shown = text.count > Self.maxShown ? text.prefix(Self.maxShown) + "…" : text[...]
    return Text(zh: "（写的是“\(shown)”）", en: " ('\(shown)' is written there)")
  }
}

extension RegistrationField {
  /// The title of the field in the list.
  fileprivate var listTitle: Text {
    let column = SurveyColumn.allCases.first { $0.field == self }
    return Text(zh: column?.title ?? title.zh, en: title.en)
  }
}
