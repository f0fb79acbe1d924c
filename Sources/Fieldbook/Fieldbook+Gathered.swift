public import Records

/// A ledger over records that are elsewhere, such as in a company's database: forms and figures are counted by
/// the same rules and the same SQL as those of a laptop's own records.
extension Fieldbook {
  /// Makes a fieldbook in memory that has rows of a ledger and nothing else: no events, no records, no files.
  /// - Throws: `store`.
  public static func gathering() throws(FieldbookError) -> Fieldbook { try Fieldbook(inMemory: ()) }

  /// Adds rows to a fieldbook that `gathering` made. Where rows differ about a unit, the rows that were added
  /// later count.
  /// - Throws: `store`, also where a row is there already.
  public func gather(_ rows: [LedgerRow]) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in
      for row in rows {
        let unitName = row.values[Self.unitNameColumn] ?? ""
        try database.run(
          """
          INSERT INTO installation (id, code, status, unit_name, opened_at, opened_seconds, revision)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
          [
            .text(row.id.text), .text(row.code), .text(row.status.rawValue), .text(unitName),
            .text(row.openedAt),
            .integer(Int(row.openedAt.secondsSince1970)), .integer(row.revision),
          ])
        try database.run(
          Self.gatheredRow, [.text(row.id.text), .text(row.status.rawValue)] + row.values.map { .text($0) })
        try database.run(
          "INSERT INTO search (installation, words, unit_order, street_order) VALUES (?, '', ?, '')",
          [.text(row.id.text), .text(SearchWords.order(of: unitName))])
      }
    }
  }

  private static let unitNameColumn = LedgerRow.columns.firstIndex(of: "unit_name") ?? 0

  private static let gatheredRow = """
    INSERT INTO ledger (installation, status, \(LedgerRow.columns.joined(separator: ", ")))
    VALUES (?, ?\(String(repeating: ", ?", count: LedgerRow.columns.count)))
    """
}
