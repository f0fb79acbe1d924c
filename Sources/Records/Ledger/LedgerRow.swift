/// A record as a row of the ledger's columns, for a ledger that is gathered from another place than a laptop's
/// own records.
public struct LedgerRow: Hashable, Sendable {
  /// The columns of `values`, by the names that they have in the fieldbook.
  public static let columns = [
    "unit_id", "unit_name", "unit_type", "person", "phone", "street", "community", "industry", "industry_note",
    "process",
    "supply", "source", "supply_amps", "max_amps", "power_kw", "purpose", "operators", "certified", "brand",
    "model", "serial",
    "condition", "filled_by", "filled_phone", "remarks", "payer", "module_serial", "seal_number",
    "purchased_on", "recorded_on",
    "fitted_on", "retired_on", "appointment_on",
  ]

  public let id: InstallationID
  public let code: String?
  public let status: Installation.Status
  public let openedAt: Timestamp
  public let revision: Int
  /// A value for each of `columns`, in their order; numbers are written in decimal.
  public let values: [String?]

  /// Makes a row; nil where there is not a value for each column.
  public init?(
    id: InstallationID, code: String?, status: Installation.Status, openedAt: Timestamp, revision: Int,
    values: [String?]
  ) {
    guard values.count == Self.columns.count else { return nil }
    self.id = id
    self.code = code
    self.status = status
    self.openedAt = openedAt
    self.revision = revision
    self.values = values
  }
}
