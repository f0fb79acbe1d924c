public import Records

/// A column of the ledger that lists show.
public enum LedgerColumn: String, Hashable, Sendable, CaseIterable {
  case unit, person, phone, street, community, industry, process, supply, brand, model, serial, payer
  case moduleSerial = "module_serial"
  case sealNumber = "seal_number"
  case purchasedOn = "purchased_on"
  case fittedOn = "fitted_on"
  case appointmentOn = "appointment_on"
}

extension Fieldbook {
  /// Reads columns of the ledger as texts; a record without a value in a column has none there.
  /// - Throws: `store`.
  public func values(of columns: [LedgerColumn], for ids: [InstallationID]) throws(FieldbookError)
    -> [InstallationID: [LedgerColumn: String]]
  {
    guard !columns.isEmpty else { return [:] }
    let names = columns.map(\.rawValue).joined(separator: ", ")
    var values: [InstallationID: [LedgerColumn: String]] = [:]
    for id in ids {
      values[id] = try database.first("SELECT \(names) FROM ledger WHERE installation = ?", [.text(id.text)]) {
        row in
        columns.enumerated().reduce(into: [:]) { values, column in
          values[column.element] = row.optionalText(Int32(column.offset))
        }
      }
    }
    return values
  }

  /// The notes on the appointments of records that have one.
  /// - Throws: `store`.
  public func appointmentNotes(for ids: [InstallationID]) throws(FieldbookError) -> [InstallationID: String] {
    var notes: [InstallationID: String] = [:]
    for id in ids {
      notes[id] =
        try database.first(
          """
          SELECT CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) ->> '$.appointment.note' END
          FROM record WHERE installation = ?
          """, [.text(id.text)]
        ) { $0.optionalText(0) } ?? nil
    }
    return notes
  }
}
