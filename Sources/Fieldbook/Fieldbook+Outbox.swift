import FoundationEssentials
public import Records

extension Fieldbook: Outbox {
  // MARK: - What is pending

  /// Lists the keys that the platform has not acknowledged yet.
  /// - Throws: `FieldbookError.store`, `damagedRow`.
  public func pendingKeys() throws(FieldbookError) -> [PendingKey] {
    try database.rows(
      "SELECT key_id, installation, module_serial FROM pairing_key WHERE state = 'committed' ORDER BY number"
    ) { (row) throws(FieldbookError) in
      PendingKey(
        keyID: row.text(0), installation: try Self.id(row.text(1), table: "pairing_key"),
        moduleSerial: row.text(2))
    }
  }

  /// Returns the bytes of a key; nil where they were erased or no longer match `keyID`, since altered bytes are
  /// never returned.
  /// - Throws: `FieldbookError.keyUnknown` for a key that was never stored here, `store`.
  public func secret(ofKey keyID: String) throws(FieldbookError) -> [UInt8]? {
    let secret = try database.first("SELECT secret FROM pairing_key WHERE key_id = ?", [.text(keyID)]) {
      $0.isNull(0) ? nil : [UInt8]($0.blob(0))
    }
    guard let secret else { throw .keyUnknown(keyID: keyID) }
    return secret.flatMap { Self.isKey($0, named: keyID) ? $0 : nil }
  }

  /// Lists the pending records: first this laptop's own in the order in which they were closed, then the
  /// visits, oldest first.
  /// - Throws: `FieldbookError.store`, `damagedRow`.
  public func pendingRecords() throws(FieldbookError) -> [PendingRecord] {
    try database.snapshot { () throws(FieldbookError) in try ownPendingRecords() + pendingVisits() }
  }

  /// Lists the pending revisions of one installation: first its own, then the visits, each oldest first.
  /// - Throws: `FieldbookError.store`, `damagedRow`.
  public func pendingRecords(of id: InstallationID) throws(FieldbookError) -> [PendingRecord] {
    try database.snapshot { () throws(FieldbookError) in
      try ownPendingRecords(of: id) + pendingVisits(of: id)
    }
  }

  /// Lists this laptop's own pending revisions. A revision whose bytes are missing has an empty body, for which
  /// `judging` finds a fault.
  /// - Parameter id: the only installation that is asked for; nil for all.
  private func ownPendingRecords(of id: InstallationID? = nil) throws(FieldbookError) -> [PendingRecord] {
    try database.rows(
      """
      SELECT d.installation, d.revision, r.body, r.sha256, r.previous_sha256, i.code
      FROM delivery d LEFT JOIN revision r ON r.installation = d.installation AND r.revision = d.revision
      LEFT JOIN installation i ON i.id = d.installation
      WHERE d.acknowledged_at IS NULL AND d.carried_at IS NULL \(id == nil ? "" : "AND d.installation = ?")
      ORDER BY d.number
      """, id.map { [.text($0.text)] } ?? []
    ) { (row) throws(FieldbookError) in
      let id = try Self.id(row.text(0), table: "delivery")
      return PendingRecord(
        id: id, code: row.optionalText(5).flatMap { LabelCode($0) }, revision: row.integer(1),
        body: row.blob(2), sha256: row.text(3), previousSha256: row.optionalText(4),
        files: try files(of: id, "acknowledged_at IS NULL AND is_original = 0"),
        originals: try files(of: id, "acknowledged_at IS NULL AND is_original = 1"),
        acknowledgedFiles: try files(of: id, "acknowledged_at IS NOT NULL"))
    }
  }

  /// Lists the queued files of a record.
  /// - Parameter condition: The SQL condition of the files that are listed.
  private func files(of id: InstallationID, _ condition: String) throws(FieldbookError) -> [PendingFile] {
    try database.rows(
      "SELECT sha256, bytes, filename FROM delivery_file WHERE installation = ? AND \(condition) ORDER BY position",
      [.text(id.text)]
    ) { row in
      // A malformed digest blocks no other record: `judging` reports its file as missing.
      FileDigest(row.text(0)).map { PendingFile(sha256: $0, bytes: row.integer(1), filename: row.text(2)) }
    }.compactMap(\.self)
  }

  /// Lists the originals of delivered records that the platform has not acknowledged, those of the oldest records first.
  /// - Throws: `FieldbookError.store`, `damagedRow`.
  public func pendingOriginals() throws(FieldbookError) -> [PendingOriginal] {
    try database.rows(
      """
      SELECT f.installation, f.sha256, f.bytes, f.filename
      FROM delivery_file f
      JOIN (SELECT installation, min(number) AS number FROM delivery WHERE acknowledged_at IS NOT NULL
        GROUP BY installation) d ON d.installation = f.installation
      WHERE f.is_original = 1 AND f.acknowledged_at IS NULL ORDER BY d.number, f.position
      """
    ) { (row) throws(FieldbookError) -> PendingOriginal? in
      // A malformed digest is named by the check of the record's files, and blocks no other original.
      guard let sha256 = FileDigest(row.text(1)) else { return nil }
      return PendingOriginal(
        installation: try Self.id(row.text(0), table: "delivery_file"),
        file: PendingFile(sha256: sha256, bytes: row.integer(2), filename: row.text(3)))
    }.compactMap(\.self)
  }

  /// The size of the queue, counted without reading its contents.
  public struct QueueSummary: Hashable, Sendable {
    public let records: Int
    /// The number of files that the queued records wait for.
    public let files: Int
    public let fileBytes: Int
    /// The number of originals of photos that the platform does not have, of delivered records as well.
    public let originals: Int
    public let originalBytes: Int
    /// The number of keys, including those of open installations.
    public let keys: Int
    /// The number of timestamps that the platform does not have.
    public let timestamps: Int
    /// The number of closed records' sealed agreements that have no timestamp.
    public let timestampsMissing: Int

    /// Whether no record and no key is queued; no record waits for an original.
    public var isEmpty: Bool { records == 0 && keys == 0 }
  }

  public func queueSummary() throws(FieldbookError) -> QueueSummary {
    let summary = try database.first(
      """
      SELECT (SELECT count(*) FROM delivery WHERE acknowledged_at IS NULL AND carried_at IS NULL)
          + (SELECT count(*) FROM visit WHERE acknowledged_at IS NULL),
        (SELECT count(*) FROM delivery_file WHERE acknowledged_at IS NULL AND is_original = 0),
        (SELECT coalesce(sum(bytes), 0) FROM delivery_file WHERE acknowledged_at IS NULL AND is_original = 0),
        (SELECT count(*) FROM delivery_file WHERE acknowledged_at IS NULL AND is_original = 1),
        (SELECT coalesce(sum(bytes), 0) FROM delivery_file WHERE acknowledged_at IS NULL AND is_original = 1),
        (SELECT count(*) FROM pairing_key WHERE state = 'committed'),
        (SELECT count(*) FROM agreement_timestamp WHERE sha256 IS NOT NULL AND acknowledged_at IS NULL),
        (SELECT count(*) FROM agreement_timestamp t JOIN delivery_file f
          ON f.installation = t.installation AND f.sha256 = t.agreement WHERE t.sha256 IS NULL)
      """
    ) {
      QueueSummary(
        records: $0.integer(0), files: $0.integer(1), fileBytes: $0.integer(2), originals: $0.integer(3),
        originalBytes: $0.integer(4), keys: $0.integer(5), timestamps: $0.integer(6),
        timestampsMissing: $0.integer(7))
    }
    guard let summary else { throw .damagedRow(table: "delivery", key: "") }
    return summary
  }

  // MARK: - What became of it

  /// Runs calls of the queue in one transaction.
  /// - Throws: `FieldbookError.store`, in which case no change of the calls is kept.
  public func together(_ body: () -> Void) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in body() }
  }

  /// Records that a key is about to be sent.
  /// - Throws: `FieldbookError.keyUnknown`, `store`.
  public func markAttempted(key keyID: String, at: Timestamp) throws(FieldbookError) {
    let marked = try database.run(
      "UPDATE pairing_key SET attempts = attempts + 1, attempted_at = ? WHERE key_id = ?",
      [try Self.time(at), .text(keyID)])
    guard marked > 0 else { throw .keyUnknown(keyID: keyID) }
  }

  /// Records that a record is about to be sent.
  /// - Throws: `FieldbookError.revisionUnknown`, `store`.
  public func markAttempted(record id: InstallationID, revision: Int, at: Timestamp) throws(FieldbookError) {
    let marked = try database.run(
      """
      UPDATE delivery SET attempts = attempts + 1, attempted_at = ?
      WHERE installation = ? AND revision = ? AND carried_at IS NULL
      """, [try Self.time(at), .text(id.text), .integer(revision)])
    // A record that was carried over may have two revisions of one number, of which one waits as a visit.
    let isVisit = try markVisitAttempted(id, revision: revision, at: at)
    guard marked > 0 || isVisit else { throw .revisionUnknown(id, revision: revision) }
  }

  /// Records that the platform has a key, and erases its secret where the installation is no longer open.
  /// Acknowledging twice changes nothing.
  /// - Throws: `FieldbookError.keyUnknown` for a key that no module has committed, `store`.
  public func acknowledge(key keyID: String, at: Timestamp) throws(FieldbookError) {
    let forgets = try database.transaction { () throws(FieldbookError) in
      let key = try database.first(
        """
        SELECT installation, state, status, next_step FROM pairing_key
        JOIN installation ON installation.id = pairing_key.installation WHERE key_id = ?
        """, [.text(keyID)]
      ) { (installation: $0.text(0), state: $0.text(1), status: $0.text(2), next: $0.optionalText(3)) }
      guard let key, key.state != "prepared" else { throw FieldbookError.keyUnknown(keyID: keyID) }
      guard key.state == "committed" else { return false }
      try database.run(
        "UPDATE pairing_key SET state = 'acknowledged', acknowledged_at = ? WHERE key_id = ?",
        [try Self.time(at), .text(keyID)])
      // A welder that is being repaired is tested with the key, also while it is out of use.
      guard key.status != Installation.Status.open.rawValue, key.next == nil else { return false }
      return try forgetDeliveredKeys(of: try Self.id(key.installation, table: "pairing_key"))
    }
    if forgets { shedOldPages() }
  }

  /// Records that the platform has a file of a record.
  /// - Throws: `FieldbookError.fileMissing` for a file that is not queued for this record, `store`.
  public func acknowledge(file sha256: FileDigest, of id: InstallationID, at: Timestamp) throws(FieldbookError)
  {
    let marked = try database.run(
      """
      UPDATE delivery_file SET acknowledged_at = coalesce(acknowledged_at, ?)
      WHERE installation = ? AND sha256 = ?
      """, [try Self.time(at), .text(id.text), .text(sha256.hex)])
    guard marked > 0 else { throw .fileMissing(sha256: sha256.hex) }
  }

  /// Records that the platform has a record. Acknowledging twice changes nothing.
  /// - Throws: `FieldbookError.revisionUnknown`, `digestDiffers`, `stillPending` while a key or a file of the
  ///   record is not acknowledged (an original does not count), `store`.
  public func acknowledge(record id: InstallationID, revision: Int, sha256: String, at: Timestamp)
    throws(FieldbookError)
  {
    try database.transaction { () throws(FieldbookError) in
      try takeUp(id)
      let digest = try database.first(
        "SELECT sha256 FROM revision WHERE installation = ? AND revision = ?",
        [.text(id.text), .integer(revision)]
      ) { $0.text(0) }
      // A record that was carried over may have two revisions of one number.
      let isVisit = try isVisit(id, revision: revision, sha256: sha256)
      guard let digest, digest == sha256 || !isVisit else {
        return try acknowledgeVisit(id, revision: revision, sha256: sha256, at: at)
      }
      guard digest == sha256 else { throw FieldbookError.digestDiffers(id, revision: revision) }
      let files = try files(of: id, "acknowledged_at IS NULL AND is_original = 0").count
      let keys =
        try database.first(
          "SELECT count(*) FROM pairing_key WHERE installation = ? AND state = 'committed'", [.text(id.text)]
        ) { $0.integer(0) } ?? 0
      guard files == 0, keys == 0 else {
        throw FieldbookError.stillPending(id, keys: keys, files: files)
      }
      try database.run(
        """
        UPDATE delivery SET acknowledged_at = coalesce(acknowledged_at, ?)
        WHERE installation = ? AND revision = ?
        """, [try Self.time(at), .text(id.text), .integer(revision)])
      try database.run(
        """
        UPDATE installation SET status = 'delivered' WHERE id = ? AND revision = ? AND status = 'closed'
        """, [.text(id.text), .integer(revision)])
      try forgetConflict(of: id)
    }
  }

  /// Whether the platform has a revision, or the additions of a revision that was carried over.
  func isDelivered(_ id: InstallationID, revision: Int) throws(FieldbookError) -> Bool {
    let acknowledged = try database.first(
      """
      SELECT acknowledged_at IS NOT NULL OR (carried_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM visit JOIN revision ON revision.seq = visit.entry
        WHERE revision.installation = delivery.installation AND revision.revision = delivery.revision
          AND visit.acknowledged_at IS NULL))
      FROM delivery WHERE installation = ? AND revision = ?
      """, [.text(id.text), .integer(revision)]
    ) { $0.integer(0) == 1 }
    return acknowledged == true
  }
}
