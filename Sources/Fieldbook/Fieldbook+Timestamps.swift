public import FoundationEssentials
public import Records

extension Fieldbook {
  /// The timestamp of an agreement.
  public struct AgreementTimestamp: Hashable, Sendable {
    /// SHA-256 of the token's file, lower-case hex.
    public let sha256: String
    /// The time that the authority states, seconds since 1970.
    public let time: Int64
    /// Whether the platform has the token.
    public let isDelivered: Bool
  }

  /// An agreement that was sealed and has no timestamp.
  public struct AgreementWithoutTimestamp: Hashable, Sendable {
    public let installation: InstallationID
    /// SHA-256 of the agreement's file, lower-case hex.
    public let agreement: String
  }

  // MARK: - Keeping

  /// Notes that an agreement's file carries a seal, over which a timestamp can be taken. A note of an agreement that no record
  /// comes to name does no harm.
  /// - Parameter sha256: SHA-256 of the agreement's file, lower-case hex.
  /// - Throws: `store`.
  public func noteSealed(agreement sha256: String, of id: InstallationID) throws(FieldbookError) {
    try database.run(
      "INSERT OR IGNORE INTO agreement_timestamp (agreement, installation) VALUES (?, ?)",
      [.text(sha256), .text(id.text)])
  }

  /// Keeps a token as a file of its own. An agreement that already has a token keeps the earlier token.
  /// - Parameter time: the time that the token states, seconds since 1970.
  /// - Throws: `fileMissing` for an agreement that was not noted as sealed, `fileTooLarge`, `home`, `store`.
  public func keep(timestamp token: Data, time: Int64, of agreement: String) throws(FieldbookError) {
    let sha256 = try files.store(token)
    try database.transaction { () throws(FieldbookError) in
      let isKnown = try database.first(
        "SELECT 1 FROM agreement_timestamp WHERE agreement = ?", [.text(agreement)]
      ) { $0.integer(0) }
      guard isKnown != nil else { throw FieldbookError.fileMissing(sha256: agreement) }
      try database.run(
        "UPDATE agreement_timestamp SET sha256 = ?, bytes = ?, time = ? WHERE agreement = ? AND sha256 IS NULL",
        [.text(sha256), .integer(token.count), .integer(Int(time)), .text(agreement)])
    }
  }

  // MARK: - Reading

  /// The timestamp of an agreement; nil where there is none.
  /// - Throws: `store`.
  public func timestamp(of agreement: String) throws(FieldbookError) -> AgreementTimestamp? {
    try database.first(
      """
      SELECT sha256, time, acknowledged_at IS NOT NULL FROM agreement_timestamp
      WHERE agreement = ? AND sha256 IS NOT NULL
      """, [.text(agreement)]
    ) { AgreementTimestamp(sha256: $0.text(0), time: Int64($0.integer(1)), isDelivered: $0.integer(2) == 1) }
  }

  /// Lists the sealed agreements of closed records that have no timestamp, in the order in which their records were closed.
  /// - Throws: `store`, `damagedRow`.
  public func agreementsWithoutTimestamp() throws(FieldbookError) -> [AgreementWithoutTimestamp] {
    try database.rows(
      """
      SELECT t.installation, t.agreement FROM agreement_timestamp t
      JOIN delivery_file f ON f.installation = t.installation AND f.sha256 = t.agreement
      JOIN (SELECT installation, min(number) AS number FROM delivery GROUP BY installation) d
        ON d.installation = t.installation
      WHERE t.sha256 IS NULL ORDER BY d.number, f.position
      """
    ) { (row) throws(FieldbookError) in
      AgreementWithoutTimestamp(
        installation: try Self.id(row.text(0), table: "agreement_timestamp"), agreement: row.text(1))
    }
  }

  /// The digests of the tokens' files, each with its installation.
  func timestampFiles() throws(FieldbookError) -> [(sha256: String, id: InstallationID)] {
    try database.rows(
      "SELECT sha256, installation FROM agreement_timestamp WHERE sha256 IS NOT NULL ORDER BY agreement"
    ) { (row) throws(FieldbookError) in
      (row.text(0), try Self.id(row.text(1), table: "agreement_timestamp"))
    }
  }

  // MARK: - Delivery

  /// Lists the tokens of delivered records that the platform has not acknowledged, those of the oldest records first.
  /// - Throws: `store`, `damagedRow`.
  public func pendingTimestamps() throws(FieldbookError) -> [PendingTimestamp] {
    try database.rows(
      """
      SELECT t.installation, t.agreement, t.sha256, t.bytes FROM agreement_timestamp t
      JOIN delivery_file f ON f.installation = t.installation AND f.sha256 = t.agreement
      JOIN (SELECT installation, min(number) AS number FROM delivery WHERE acknowledged_at IS NOT NULL
        GROUP BY installation) d ON d.installation = t.installation
      WHERE t.sha256 IS NOT NULL AND t.acknowledged_at IS NULL AND f.acknowledged_at IS NOT NULL
      ORDER BY d.number, f.position
      """
    ) { (row) throws(FieldbookError) -> PendingTimestamp? in
      // A malformed digest blocks no other token.
      guard let agreement = FileDigest(row.text(1)), let sha256 = FileDigest(row.text(2)) else { return nil }
      return PendingTimestamp(
        installation: try Self.id(row.text(0), table: "agreement_timestamp"), agreement: agreement,
        file: PendingFile(sha256: sha256, bytes: row.integer(3), filename: "agreement.tst"))
    }.compactMap(\.self)
  }

  /// Records that the platform has a token. Acknowledging twice changes nothing.
  /// - Throws: `fileMissing` for a token that is not this agreement's, `store`.
  public func acknowledge(timestamp sha256: FileDigest, of agreement: FileDigest, at: Timestamp)
    throws(FieldbookError)
  {
    let marked = try database.run(
      """
      UPDATE agreement_timestamp SET acknowledged_at = coalesce(acknowledged_at, ?)
      WHERE agreement = ? AND sha256 = ?
      """, [try Self.time(at), .text(agreement.hex), .text(sha256.hex)])
    guard marked > 0 else { throw .fileMissing(sha256: sha256.hex) }
  }
}
