public import Records

/// Reads the ledger of all laptops from the company's database, by the rights of a reader.
public enum CompanyLedger {
  /// Calls `body` with each record that counts, in the order in which the records were opened. All of them are
  /// read at one moment.
  /// - Returns: the number of objects and keys that were loaded with a doubt which still stands.
  /// - Throws: `libraryMissing`, `address`, `cannotConnect`, `notPrepared`, `fromTheFuture`, `refused`, `row`,
  ///   `cancelled`, and what `body` throws.
  public static func forEachRow(
    of address: String, isCancelled: @escaping () -> Bool, _ body: (LedgerRow) throws -> Void
  ) throws -> Int {
    let database = try PostgreSQL(address, isCancelled: isCancelled)
    try database.execute("SET default_transaction_read_only = on", for: .read)
    try CompanySchema.check(database)
    // In the database `source` is the place that a row came from, so the ledger's own `source` has another name
    // there.
    let columns = LedgerRow.columns.map { $0 == "source" ? "source_type" : $0 }.joined(separator: ", ")
    var failure: (any Error)?
    try database.forEachRow(
      """
      SELECT id, code, status, opened_at, revision, \(columns) FROM weldtech.ledger
      ORDER BY opened_at::timestamptz, id
      """, for: .read
    ) { (fields) throws(CompanyError) in
      guard failure == nil else { return }
      guard fields.count == 5 + LedgerRow.columns.count, let id = fields[0].flatMap(InstallationID.init),
        let status = fields[2].flatMap(Installation.Status.init(rawValue:)),
        let openedAt = fields[3].flatMap(Timestamp.init), let revision = fields[4].flatMap({ Int($0) }),
        let row = LedgerRow(
          id: id, code: fields[1], status: status, openedAt: openedAt, revision: revision,
          values: Array(fields[5...]))
      else { throw .row(view: "ledger") }
      do { try body(row) } catch { failure = error }
    }
    if let failure { throw failure }
    let doubts = try database.rows(
      """
      SELECT (SELECT count(*) FROM weldtech.open_finding WHERE is_loaded) + (SELECT count(*) FROM weldtech.foreign_key)
      """, for: .read)
    guard let count = doubts.first?.first.flatMap({ $0 }).flatMap({ Int($0) }) else {
      throw CompanyError.row(view: "open_finding")
    }
    return count
  }
}
