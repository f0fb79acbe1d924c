public import Records

/// The delivery state of the parts of one installation that go to the platform.
public struct DeliveryState: Sendable {
  public struct Revision: Sendable {
    public let number: Int
    public let bytes: Int
    /// Whether the revision is an inspection on top of a record that other laptops wrote, too.
    public let isVisit: Bool
    /// The number of times that the revision was sent.
    public let attempts: Int
    public let attemptedAt: String?
    public let acknowledgedAt: String?
    /// Whether the additions of this revision are sent as another revision, because the platform's record had
    /// newer revisions.
    public let isCarriedOver: Bool
  }

  public struct File: Sendable {
    public let filename: String
    public let sha256: String
    public let bytes: Int
    /// Whether the file is the original of a photo; no record waits for an original.
    public let isOriginal: Bool
    public let acknowledgedAt: String?
  }

  public struct Key: Sendable {
    public let keyID: String
    public let attempts: Int
    public let attemptedAt: String?
    public let acknowledgedAt: String?
  }

  public let revisions: [Revision]
  public let files: [File]
  /// The keys that modules hold.
  public let keys: [Key]
  /// The number of timestamps of the installation's agreements that the platform does not have.
  public let timestamps: Int
  /// The reason why the installation was set aside; nil where it was not.
  public let setAside: SetAside?
  /// Whether the platform has another record, so that a person has to decide.
  public let isInConflict: Bool
}

extension Fieldbook {
  /// Reads the delivery state of an installation; there are no revisions and no files where no revision was
  /// ever closed.
  /// - Throws: `FieldbookError.store`, `damagedRow`.
  public func deliveryState(of id: InstallationID) throws(FieldbookError) -> DeliveryState {
    try database.snapshot { () throws(FieldbookError) in
      let key: [SQLValue] = [.text(id.text)]
      let revisions = try database.rows(
        """
        SELECT d.revision, length(r.body), 0, d.attempts, d.attempted_at, d.acknowledged_at,
          d.carried_at IS NOT NULL, d.number
        FROM delivery d LEFT JOIN revision r ON r.installation = d.installation AND r.revision = d.revision
        WHERE d.installation = ?1
        UNION ALL SELECT revision, length(body), 1, attempts, attempted_at, acknowledged_at, 0, entry
        FROM visit WHERE installation = ?1 ORDER BY 3, 8
        """, key
      ) {
        DeliveryState.Revision(
          number: $0.integer(0), bytes: $0.integer(1), isVisit: $0.integer(2) == 1, attempts: $0.integer(3),
          attemptedAt: $0.optionalText(4), acknowledgedAt: $0.optionalText(5), isCarriedOver: $0.integer(6) == 1
        )
      }
      let files = try database.rows(
        """
        SELECT filename, sha256, bytes, is_original, acknowledged_at FROM delivery_file
        WHERE installation = ? ORDER BY position
        """, key
      ) {
        DeliveryState.File(
          filename: $0.text(0), sha256: $0.text(1), bytes: $0.integer(2), isOriginal: $0.integer(3) == 1,
          acknowledgedAt: $0.optionalText(4))
      }
      let keys = try database.rows(
        """
        SELECT key_id, attempts, attempted_at, acknowledged_at FROM pairing_key
        WHERE installation = ? AND state <> 'prepared' ORDER BY number
        """, key
      ) {
        DeliveryState.Key(
          keyID: $0.text(0), attempts: $0.integer(1), attemptedAt: $0.optionalText(2),
          acknowledgedAt: $0.optionalText(3))
      }
      let timestamps = try database.first(
        """
        SELECT count(*) FROM agreement_timestamp
        WHERE installation = ? AND sha256 IS NOT NULL AND acknowledged_at IS NULL
        """, key
      ) { $0.integer(0) }
      let isInConflict = try database.first("SELECT 1 FROM conflict WHERE installation = ?", key) { _ in true }
      return DeliveryState(
        revisions: revisions, files: files, keys: keys, timestamps: timestamps ?? 0,
        setAside: try setAside(of: id),
        isInConflict: isInConflict == true)
    }
  }
}
