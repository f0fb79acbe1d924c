public import Records

/// Reads the queue of installations page by page, without their contents.
extension Fieldbook {
  // MARK: - Pages

  public func queue(_ part: QueuePart, after position: QueuePosition?, limit: Int) throws(FieldbookError)
    -> [QueuedInstallation]
  {
    var page: [QueuedInstallation] = []
    if position?.isVisit != true {
      page = try queue("delivery", "number", "AND carried_at IS NULL", part, after: position?.number, limit)
        .map { QueuedInstallation(position: QueuePosition(isVisit: false, number: $0), id: $1) }
    }
    if page.count < limit {
      page += try queue(
        "visit", "entry", "", part, after: position?.isVisit == true ? position?.number : nil,
        limit - page.count
      ).map { QueuedInstallation(position: QueuePosition(isVisit: true, number: $0), id: $1) }
    }
    return page
  }

  /// Lists rows of one of the two tables in which revisions wait.
  private func queue(
    _ table: String, _ number: String, _ condition: String, _ part: QueuePart, after: Int64?, _ limit: Int
  ) throws(FieldbookError) -> [(Int64, InstallationID)] {
    var values: [SQLValue] = [.integer(Int(after ?? -1)), .integer(limit)]
    let choice: String
    switch part {
    case .fresh: choice = "NOT EXISTS (SELECT 1 FROM set_aside s WHERE s.installation = \(table).installation)"
    case .setAside(triedBefore: nil):
      choice = "EXISTS (SELECT 1 FROM set_aside s WHERE s.installation = \(table).installation)"
    case .setAside(let moment?):
      // The seconds since 1970 are compared, because the text depends on the zone.
      choice = """
        EXISTS (SELECT 1 FROM set_aside s WHERE s.installation = \(table).installation
          AND unixepoch(s.tried_at) < ?3)
        """
      values.append(.integer(Int(moment.secondsSince1970)))
    }
    return try database.rows(
      """
      SELECT \(number), installation FROM \(table)
      WHERE acknowledged_at IS NULL \(condition) AND \(number) > ?1 AND \(choice)
      ORDER BY \(number) LIMIT ?2
      """, values
    ) { (row) throws(FieldbookError) in (Int64(row.integer(0)), try Self.id(row.text(1), table: table)) }
  }

  /// Counts the pending records, files, originals and timestamps.
  /// - Throws: `FieldbookError.store`, `damagedRow`.
  public func totals() throws(FieldbookError) -> QueueTotals {
    try database.snapshot { () throws(FieldbookError) in
      var records: [InstallationID] = []
      var bytes = 0
      for (table, sql) in [
        (
          "delivery",
          """
          SELECT installation, bytes FROM delivery
          WHERE acknowledged_at IS NULL AND carried_at IS NULL ORDER BY number
          """
        ),
        ("visit", "SELECT installation, length(body) FROM visit WHERE acknowledged_at IS NULL ORDER BY entry"),
      ] {
        records += try database.rows(sql) { (row) throws(FieldbookError) in
          bytes += row.integer(1)
          return try Self.id(row.text(0), table: table)
        }
      }
      let queued = try queueSummary()
      return QueueTotals(
        records: records, recordBytes: bytes, files: queued.files, fileBytes: queued.fileBytes,
        originals: queued.originals, originalBytes: queued.originalBytes,
        timestamps: try pendingTimestamps().count)
    }
  }

  // MARK: - What is set aside

  public func setAside(
    _ id: InstallationID, revision: Int, reason: String, detail: String?, at: Timestamp
  ) throws(FieldbookError) {
    let at = try Self.time(at)
    try database.run(
      """
      INSERT INTO set_aside (installation, revision, reason, detail, since, tried_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
      ON CONFLICT DO UPDATE SET
        since = CASE WHEN revision = ?2 AND reason = ?3 THEN since ELSE ?5 END,
        revision = ?2, reason = ?3, detail = ?4, tried_at = ?5
      """,
      [
        .text(id.text), .integer(revision), .text(reason), detail.map { .text($0) } ?? .null, at,
      ])
  }

  public func takeUp(_ id: InstallationID) throws(FieldbookError) {
    try database.run("DELETE FROM set_aside WHERE installation = ?", [.text(id.text)])
  }

  /// Reads why a record is set aside; nil where it is not.
  /// - Throws: `FieldbookError.store`, `damagedRow`.
  public func setAside(of id: InstallationID) throws(FieldbookError) -> SetAside? {
    try database.first(
      "SELECT revision, reason, detail, since, tried_at FROM set_aside WHERE installation = ?", [.text(id.text)]
    ) { (row) throws(FieldbookError) in
      guard let since = Timestamp(row.text(3)), let triedAt = Timestamp(row.text(4)) else {
        throw FieldbookError.damagedRow(table: "set_aside", key: id.text)
      }
      return SetAside(
        revision: row.integer(0), reason: row.text(1), detail: row.optionalText(2), since: since,
        triedAt: triedAt)
    }
  }

  /// The number of records that were set aside.
  /// - Throws: `FieldbookError.store`.
  public func setAsideCount() throws(FieldbookError) -> Int {
    try database.first("SELECT count(*) FROM set_aside") { $0.integer(0) } ?? 0
  }

  /// Lists records that were set aside, the record that has been set aside for the longest time first.
  /// - Throws: `FieldbookError.store`, `damagedRow`.
  public func setAsideRecords(limit: Int) throws(FieldbookError) -> [InstallationID] {
    try database.rows(
      "SELECT installation FROM set_aside ORDER BY unixepoch(since), installation LIMIT ?", [.integer(limit)]
    ) { (row) throws(FieldbookError) in try Self.id(row.text(0), table: "set_aside") }
  }
}
