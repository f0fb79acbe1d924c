public import Records

/// A form of the plan.
public enum LedgerForm: String, Hashable, Sendable, CaseIterable {
  /// 附件1, with a row for each welder.
  case survey
  /// 附件2, with a row for each unit.
  case progress

  /// The words above the title.
  public var attachment: String {
    switch self {
    case .survey: "附件1"
    case .progress: "附件2"
    }
  }

  public var title: String {
    switch self {
    case .survey: "达拉特旗电焊机调研信息表"
    case .progress: "电焊机“加芯赋码”工作统计表"
    }
  }

  /// The words below the rows.
  public var note: String {
    switch self {
    case .survey: "说明：一家多个焊机都需要进行采集统计，选项涉及其他的需要备注说明，蓝色必填项；表格按照附件 Excel 文件填报。"
    case .progress: "注：企业类型包含一般企业、小微企业、个体户、灵活用工、家庭使用。"
    }
  }

  /// The columns of the form in their order.
  public var columns: [FormColumn] {
    switch self {
    case .survey: Self.surveyColumns
    case .progress: Self.progressColumns
    }
  }

  private static let surveyColumns = [
    FormColumn("序号", "number", width: 5, .number),
    FormColumn("企业/店铺名称", "unitName", width: 21, .text, isRequired: true),
    FormColumn("责任人姓名", "responsibleName", width: 9, .text, isRequired: true),
    FormColumn("责任人电话", "responsiblePhone", width: 13, .text, isRequired: true),
    FormColumn("焊机用电类型", "supply", width: 10, .text, isRequired: true),
    FormColumn("最大电流安数A", "supplyMaxAmps", width: 8, .number, isRequired: true),
    FormColumn("焊机最大电流", "maxCurrentAmps", width: 8, .number, isRequired: true),
    FormColumn("焊机类型", "weldingProcess", width: 11, .text, isRequired: true),
    FormColumn("作业用途", "purpose", width: 11, .text),
    FormColumn("电源类型", "sourceType", width: 6, .text, isRequired: true),
    FormColumn("焊机最大功率", "maxPowerKilowatts", width: 7, .number),
    FormColumn("应用行业", "industry", width: 13, .text, isRequired: true),
    FormColumn("备注", "note", width: 14, .text),
    FormColumn("所属街道", "street", width: 11, .text, isRequired: true),
    FormColumn("所属社区", "community", width: 11, .text),
    FormColumn("填表人", "filledBy", width: 9, .text, isRequired: true),
    FormColumn("填表人电话", "filledByPhone", width: 13, .text, isRequired: true),
  ]

  private static let progressColumns = [
    FormColumn("序号", "number", width: 5, .number),
    FormColumn("企业名称", "unitName", width: 28, .text),
    FormColumn("企业类型", "unitType", width: 10, .text),
    FormColumn("电焊机数量", "known", width: 9, .number),
    FormColumn("完成“加芯赋码”电焊机的数量", "done", width: 15, .number),
    FormColumn("从业人员数量", "operators", width: 8, .number),
    FormColumn("已取证的从业人员数量", "certifiedOperators", width: 11, .number),
    FormColumn("淘汰的电焊机数量", "retired", width: 10, .number),
    FormColumn("主要负责人及联系方式", "responsible", width: 22, .text),
    FormColumn("备注", "note", width: 28, .text),
  ]

  // MARK: - Rows

  /// The row of a welder in 附件1.
  /// - Parameter number: 序号, from 1.
  public static func row(of welder: LedgerWelder, number: Int) -> [FormValue] {
    // Where both notes have the same words, as from a list with one column for both, they stand once.
    let remarks = welder.remarks == welder.industryNote ? nil : welder.remarks
    let notes = [welder.industryNote, remarks].compactMap(\.self).filter { !$0.isEmpty }
    return [
      .number(Double(number)), FormValue(welder.unitName), FormValue(welder.person), FormValue(welder.phone),
      FormValue(welder.supply?.word), FormValue(welder.supplyMaxAmps), FormValue(welder.maxCurrentAmps),
      FormValue(welder.weldingProcess?.word), FormValue(welder.purpose), FormValue(welder.sourceType?.word),
      FormValue(welder.maxPowerKilowatts), FormValue(welder.industry?.word),
      FormValue(notes.joined(separator: "；")), FormValue(welder.street), FormValue(welder.community),
      FormValue(welder.filledBy), FormValue(welder.filledByPhone),
    ]
  }

  /// The row of a unit in 附件2.
  /// - Parameters:
  ///   - number: 序号, from 1.
  ///   - namesStreet: whether the note names the street of the unit, as in a form of more than one street.
  public static func row(of unit: LedgerUnit, number: Int, namesStreet: Bool) -> [FormValue] {
    let counts = unit.counts
    var notes = namesStreet ? [unit.street].compactMap(\.self) : []
    for (word, count) in [
      ("待装", counts[.surveyed] + counts[.begun]), ("拒装", counts[.refused]), ("停用", counts[.outOfUse]),
    ] where count > 0 {
      notes.append("\(word)\(count)台")
    }
    let responsible = [unit.person, unit.phone].compactMap(\.self).joined(separator: " ")
    return [
      .number(Double(number)), FormValue(unit.name), FormValue(unit.type?.word), FormValue(counts[.known]),
      FormValue(counts[.done]), FormValue(unit.operators), FormValue(unit.certified),
      FormValue(counts[.retired]), FormValue(responsible), FormValue(notes.joined(separator: "；")),
    ]
  }
}

/// A column of a form.
public struct FormColumn: Hashable, Sendable {
  public enum Kind: Hashable, Sendable { case text, number }

  /// The plan's heading.
  public let title: String
  /// The name of the value in JSON.
  public let key: String
  /// The width in digits of the sheet's type.
  let width: Double
  let kind: Kind
  /// Whether the plan requires the value. The headings of such columns are blue.
  let isRequired: Bool

  init(_ title: String, _ key: String, width: Double, _ kind: Kind, isRequired: Bool = false) {
    self.title = title
    self.key = key
    self.width = width
    self.kind = kind
    self.isRequired = isRequired
  }
}

/// The value of a cell.
public enum FormValue: Hashable, Sendable {
  case text(String)
  case number(Double)
  /// The value is unknown.
  case unknown

  init(_ text: String?) {
    if let text, !text.isEmpty { self = .text(text) } else { self = .unknown }
  }

  /// Rounds a number to six decimal places, so that every program that reads the form finds the same number.
  init(_ number: Double?) {
    self = number.map { .number(($0 * 1_000_000).rounded() / 1_000_000) } ?? .unknown
  }

  init(_ number: Int?) { self = number.map { .number(Double($0)) } ?? .unknown }

  /// The value as CSV and JSON write it: a number in the fewest digits that state it exactly; empty for an
  /// unknown value.
  var text: String {
    switch self {
    case .text(let text): text
    case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .unknown: ""
    }
  }

  // MARK: - In a workbook

  /// The maximum length of a text in a cell, in UTF-16 units; a longer text is cut. Excel accepts up to 32,767
  /// units (https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3), and a longer text
  /// breaks the whole workbook.
  static let maxCellUnits = 32_000

  /// The value for a workbook's cell, with a text cut to `maxCellUnits`.
  var inCell: FormValue { if case .text(let text) = self { .text(Self.cellText(text)) } else { self } }

  /// A text for a workbook's cell: a text of more than `maxCellUnits` is cut, and ends in '…'.
  static func cellText(_ text: String) -> String {
    // A UTF-8 text has at least as many bytes as UTF-16 units.
    guard text.utf8.count > maxCellUnits else { return text }
    var units = 0
    var end = text.unicodeScalars.startIndex
    for index in text.unicodeScalars.indices {
      units += text.unicodeScalars[index].utf16.count
      guard units <= maxCellUnits else { return String(text.unicodeScalars[..<end]) + "…" }
      end = text.unicodeScalars.index(after: index)
    }
    return text
  }
}
