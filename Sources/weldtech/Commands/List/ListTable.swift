import Fieldbook
import Records
import Terminal

/// Records in the columns that were asked for.
struct ListTable {
  let columns: [ListColumn]
  private let rows: [InstallationSummary]
  private let values: [InstallationID: [LedgerColumn: String]]
  private let isFull: Bool
  private let conflicts: Set<InstallationID>
  private let notes: [InstallationID: String]

  /// - Parameters:
  ///   - isFull: whether names and phone numbers are whole; otherwise they are masked.
  ///   - conflicts: the records that differ from the platform's.
  init(
    of rows: [InstallationSummary], columns: [ListColumn], isFull: Bool, conflicts: Set<InstallationID>,
    _ fieldbook: Fieldbook
  ) throws {
    self.columns = columns
    self.rows = rows
    self.isFull = isFull
    self.conflicts = conflicts
    // The document has brand, model and serial number in any case.
    let sources = Set(columns.flatMap(\.sources) + ListColumn.welder.sources + [.process, .supply])
    values = try fieldbook.values(of: LedgerColumn.allCases.filter(sources.contains), for: rows.map(\.id))
    notes = columns.contains(.note) ? try fieldbook.appointmentNotes(for: rows.map(\.id)) : [:]
  }

  /// The texts of all rows.
  /// - Parameter isShort: whether an id is cut to what is enough to name the record.
  func cells(in language: Language, isShort: Bool = true) -> [[String]] {
    rows.map { row in columns.map { text(of: $0, in: row, language, isShort: isShort) } }
  }

  /// The texts of a record that only the platform has.
  func cells(of visit: Fieldbook.VisitedSummary, in language: Language) -> [String] {
    columns.map { column in
      switch column {
      case .id: String(visit.id.text.prefix(8))
      case .code: visit.code?.description ?? "–"
      case .status: Text(zh: "平台的", en: "platform's")[language]
      case .unit: visit.unitName
      case .next: visit.isConflicted ? Self.conflict[language] : VisitTexts.state(of: visit)[language]
      default: ""
      }
    }
  }

  /// The row of the JSON document for a record.
  func row(of row: InstallationSummary, withColumns: Bool) -> ListCommand.Document.Row {
    let known = values[row.id] ?? [:]
    let others = columns.filter { !ListColumn.inDocument.contains($0) }
    return ListCommand.Document.Row(
      id: row.id, code: Nullable(row.code), status: row.status, unitName: row.unitName,
      brand: known[.brand], model: known[.model], serialNumber: known[.serial], openedAt: row.openedAt,
      next: row.next, signatureDue: row.isSignatureDue ? true : nil,
      conflict: conflicts.contains(row.id) ? true : nil,
      columns: withColumns
        ? others.reduce(into: [:]) { $0[$1.rawValue] = value(of: $1, in: row) } : nil)
  }

  // MARK: - Private helpers

  private static let conflict = Text(zh: "与平台的记录冲突", en: "conflict")
  private static let registration = Text(zh: "登记", en: "register")

  /// The kind of a welder whose name nobody has written down, in the plan's words.
  private func kind(of row: InstallationSummary) -> String {
    let known = values[row.id] ?? [:]
    let words = [
      known[.process].flatMap { WeldingProcess(rawValue: $0) }?.word,
      known[.supply].flatMap { Supply(rawValue: $0) }?.word,
    ]
    return words.compactMap(\.self).joined(separator: " ")
  }

  /// The value of a column as a program reads it: codes in place of words, names and phone numbers in full.
  private func value(of column: ListColumn, in row: InstallationSummary) -> String? {
    let known = values[row.id] ?? [:]
    switch column {
    case .id: return row.id.text
    case .code: return row.code?.description
    case .status: return row.status.rawValue
    case .unit: return row.unitName
    case .next: return row.next?.rawValue
    case .opened: return row.openedAt.day.description
    case .note: return notes[row.id]
    case .welder:
      let words = column.sources.compactMap { known[$0] }
      return words.isEmpty ? nil : words.joined(separator: " ")
    case .due:
      guard row.status.awaitsModule,
        let day = known[.purchasedOn].flatMap({ CalendarDay($0) })
      else { return nil }
      return DueDate(ofWelderBoughtOn: day, in: row.id)?.day.description
    default: return column.sources.first.flatMap { known[$0] }
    }
  }

  private func text(of column: ListColumn, in row: InstallationSummary, _ language: Language, isShort: Bool)
    -> String
  {
    let value = value(of: column, in: row)
    switch column {
    case .id: return isShort ? String(row.id.text.prefix(8)) : row.id.text
    // In a file that a program reads, a missing code is an empty text.
    case .code: return value ?? (isShort ? "–" : "")
    case .status: return (row.isSignatureDue ? Installation.signatureDueTitle : row.status.title)[language]
    case .next:
      let next = row.status == .surveyed ? Self.registration : row.next?.title
      return (conflicts.contains(row.id) ? Self.conflict : next)?[language] ?? ""
    // A survey list has no nameplates, by which the welders of a unit could be told apart.
    case .welder: return value ?? kind(of: row)
    case .industry: return value.flatMap { Industry(rawValue: $0) }?.word ?? value ?? ""
    case .payer:
      return switch value.flatMap({ Funding.Payer(rawValue: $0) }) {
      case .banner?: Text(zh: "旗政府", en: "Banner")[language]
      case .owner?: Text(zh: "自费", en: "owner")[language]
      case nil: ""
      }
    case .person where !isFull: return value.map { PersonName(WrittenText(asKept: $0)).masked } ?? ""
    case .phone where !isFull: return value.flatMap { PhoneNumber($0) }?.masked ?? ""
    default: return value ?? ""
    }
  }
}
