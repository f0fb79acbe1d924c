public import Records

/// A query of `list`: the conditions that a record has to meet, and the order of the records.
public struct InstallationQuery: Hashable, Sendable {
  /// The orders of a list. Records of the same place are in the order of their ids.
  public enum Order: String, Hashable, Sendable, CaseIterable {
    /// By the moment of opening, the last opened first.
    case opened
    /// By the unit's name, in the order of pinyin initials.
    case unit
    /// By street, and by unit within a street.
    case street
    /// By the label's code; records without one stand last.
    case code
    /// By the status in the order of a record's life, the void ones last, and the last opened first within a status.
    case status
    /// By the day by which a new welder has to be fitted; welders without such a day stand last.
    case due
    /// By the day of the appointment; records without one stand last.
    case appointment
  }

  public var status: Installation.Status?
  /// A text that occurs in the record's words; nil for any.
  public var text: String?
  /// The street or a part of its name.
  public var street: String?
  /// The community or a part of its name.
  public var community: String?
  public var industry: Industry?
  /// The id of a unit, or its whole name.
  public var unit: String?
  /// The first day on which the record may have been opened, in the laptop's zone; nil for any.
  public var from: CalendarDay?
  /// The last day on which the record may have been opened, in the laptop's zone; nil for any.
  public var to: CalendarDay?
  /// The day of the appointment of a welder that nobody has registered yet.
  public var appointment: CalendarDay?
  public var order = Order.opened

  public init() {}

  /// Whether the query's text, if it has one, occurs in the words of a record.
  public func finds(text words: [String]) -> Bool {
    guard let text else { return true }
    return SearchedText(text)?.isFound(in: words) ?? false
  }

  // MARK: - In SQL

  /// The conditions on tables `installation`, `ledger` and `search`, apart from the text, with the values of their marks.
  var conditions: (sql: [String], values: [SQLValue]) {
    let all: [(String, SQLValue?)] = [
      ("installation.status = ?", status.map { .text($0.rawValue) }),
      ("instr(ledger.street, ?) > 0", street.map { .text($0) }),
      ("instr(ledger.community, ?) > 0", community.map { .text($0) }),
      ("ledger.industry = ?", industry.map { .text($0.rawValue) }),
      ("substr(installation.opened_at, 1, 10) >= ?", from.map { .text($0.description) }),
      ("substr(installation.opened_at, 1, 10) <= ?", to.map { .text($0.description) }),
      (
        "installation.status = 'surveyed' AND ledger.appointment_on = ?",
        appointment.map { .text($0.description) }
      ),
    ]
    let told = all.filter { $0.1 != nil }
    var sql = told.map(\.0)
    var values = told.compactMap(\.1)
    if let unit {
      sql.append(
        """
        installation.id IN (
          SELECT installation FROM ledger WHERE unit = coalesce((SELECT same_as FROM unit_merge WHERE unit = ?), ?)
          UNION SELECT installation FROM ledger WHERE unit_name = ?)
        """)
      values += [.text(unit), .text(unit), .text(unit)]
    }
    return (sql, values)
  }

  /// Whether a condition or the order needs the columns of the ledger.
  var needsLedger: Bool {
    street != nil || community != nil || industry != nil || appointment != nil || order.goesAlongLedger
  }
}

extension InstallationQuery.Order {
  /// The columns by which records are ordered. Each column has a value in every row, so that a page can begin
  /// after any row.
  var keys: [String] {
    switch self {
    case .opened: ["installation.opened_seconds", "installation.id"]
    case .unit: ["search.unit_order", "search.installation"]
    case .street: ["search.street_order", "search.unit_order", "search.installation"]
    // '~' follows all digits.
    case .code: ["coalesce(installation.code, '~')", "installation.id"]
    case .status: [Self.statusRank, "-installation.opened_seconds", "installation.id"]
    case .due: [Self.dueDay, "ledger.installation"]
    case .appointment: ["coalesce(ledger.appointment_on, '~')", "ledger.installation"]
    }
  }

  /// Whether an index of the ledger has this order.
  var goesAlongLedger: Bool { self == .due || self == .appointment }

  var isDescending: Bool { self == .opened }

  var needsSearch: Bool { self == .unit || self == .street }

  /// The place of a status in the order in which the statuses are declared, which is that of a record's life.
  private static let statusRank: String = {
    let cases = Installation.Status.allCases.enumerated().map { "WHEN '\($1.rawValue)' THEN \($0)" }
    return
      "CASE installation.status \(cases.joined(separator: " ")) ELSE \(Installation.Status.allCases.count) END"
  }()

  /// The statuses of welders that wait for their module, as SQL.
  private static let waiting = Installation.Status.allCases.filter(\.awaitsModule).map { "'\($0.rawValue)'" }
    .joined(separator: ", ")

  /// The SQL of the key by which due welders are ordered: the day of purchase of a welder that is not fitted
  /// yet and was bought on or after the plan's day, or '~' for any other welder.
  private static let dueDay = """
    CASE WHEN ledger.status IN (\(waiting)) AND ledger.fitted_on IS NULL
      AND ledger.purchased_on >= '\(DueDate.planDay)' THEN ledger.purchased_on ELSE '~' END
    """
}
