import Cryptography
public import FoundationEssentials
public import Records

/// Keeps inspections that are delivered as the next revision of the platform's record. They belong to records
/// that only the platform has, or to this fieldbook's records where the platform's record has newer revisions.
extension Fieldbook {
  /// A log entry with the inspection of an installation that this fieldbook does not have, or whose record here
  /// was changed.
  struct VisitEntry: Codable {
    struct Facts: Codable {
      var installation: InstallationID
      var inspection: Inspection
    }

    static let name = "welderInspectedElsewhere"

    var event = Self.name
    var facts: Facts
  }

  // MARK: - Keeping one

  /// Keeps an inspection that was made by the platform's record, and queues it as the next revision of that
  /// record. Earlier inspections of the installation that the platform has not acknowledged are built on the
  /// record again, before this inspection.
  /// - Parameter record: the platform's current revision, byte for byte.
  /// - Returns: the number of the revision that the inspection makes.
  /// - Throws: `clockBehind`, `clockImplausible`, `damagedRow`, `unencodable`, `store`.
  @discardableResult
  public func appendVisit(
    _ inspection: Inspection, to record: Data, at now: @autoclosure () -> Timestamp
  ) throws(FieldbookError) -> Int {
    guard let installation = try? RecordCoding.decode(Installation.self, from: record) else {
      throw .damagedRow(table: "visit", key: "")
    }
    let id = installation.id
    return try database.transaction { () throws(FieldbookError) in
      let at = now()
      try checkClock(at)
      guard
        let body = try? RecordCoding.encode(
          VisitEntry(facts: .init(installation: id, inspection: inspection)))
      else { throw FieldbookError.unencodable(event: VisitEntry.name) }
      let seq = try EventLog.append(
        body, name: VisitEntry.name, of: EventLog.laptop, at: at, in: database
      ).seq
      return try build(try waitingVisits(of: id) + [seq], on: record, of: installation, at: at)
    }
  }

  // MARK: - Building them anew

  /// Builds the pending revisions of an installation again on the platform's current record, where that record
  /// has revisions that this laptop does not know. This fieldbook's own pending revisions are carried over
  /// where each is an inspection, or voids a record of which a revision was carried over before. They stay as
  /// they are, and are no longer sent themselves.
  ///
  /// The rebuild is one transaction. A second call has the same result as the first.
  /// - Parameter record: the platform's current revision, byte for byte.
  /// - Throws: `clockImplausible`, `damagedRow`, `unencodable`, `store`.
  public func rebuild(_ id: InstallationID, on record: Data, at: Timestamp) throws(FieldbookError) -> Rebuild {
    try database.transaction { () throws(FieldbookError) in
      guard let remote = try? RemoteRecord(record, sha256: Self.digest(of: record), of: id) else {
        try markConflict(record: id, at: at)
        return .conflict
      }
      if try isBeforeAdoption(remote) { return .waits }
      var known = try lastKnownToPlatform(id)
      if known == nil { known = try adoptedRecord(id) }
      let own: [Int64]?
      do throws(FieldbookError) {
        own = try waitingInspections(of: id)
      } catch .evidence(_, let fault) {
        return .damaged(fault)
      }
      guard let own, known != nil || own.isEmpty,
        known.map({ remote.continues($0.installation, sha256: $0.sha256) }) ?? true
      else {
        try markConflict(record: id, at: at)
        return .conflict
      }
      let entries = try (own + waitingVisits(of: id)).sorted()
      _ = try build(entries, on: record, of: remote.installation, at: at)
      try database.run(
        """
        UPDATE delivery SET carried_at = ?
        WHERE installation = ? AND acknowledged_at IS NULL AND carried_at IS NULL
        """, [try Self.time(at), .text(id.text)])
      try forgetConflict(of: id)
      try markDelivered(id)
      return .revisions(try pendingVisits(of: id))
    }
  }

  /// The numbers of the log entries that are pending as visits, oldest first.
  private func waitingVisits(of id: InstallationID) throws(FieldbookError) -> [Int64] {
    try database.rows(
      "SELECT entry FROM visit WHERE installation = ? AND acknowledged_at IS NULL ORDER BY entry",
      [.text(id.text)]
    ) { Int64($0.integer(0)) }
  }

  /// The numbers of the log entries that closed this fieldbook's own pending revisions, oldest first; nil where
  /// one of these revisions may not be carried over.
  /// - Throws: `evidence` where the record is not as it was written, `store`.
  private func waitingInspections(of id: InstallationID) throws(FieldbookError) -> [Int64]? {
    let closing = try database.rows(
      """
      SELECT r.seq FROM delivery d JOIN revision r ON r.installation = d.installation AND r.revision = d.revision
      WHERE d.installation = ? AND d.acknowledged_at IS NULL AND d.carried_at IS NULL ORDER BY r.seq
      """, [.text(id.text)]
    ) { Int64($0.integer(0)) }
    guard !closing.isEmpty else { return [] }
    let entries = try prove(id).entries.filter { closing.contains($0.seq) }
    let isCarried = try isCarriedOver(id)
    let mayBeCarried = entries.allSatisfy { entry in
      switch entry.event {
      case .welderInspected: true
      // The platform will never take this laptop's own revision, because the revisions before it were carried
      // over.
      case .voided: isCarried
      default: false
      }
    }
    return mayBeCarried && entries.count == closing.count ? closing : nil
  }

  /// Whether revisions of a record were carried over, so that the revisions here no longer have the platform's
  /// numbers.
  public func isCarriedOver(_ id: InstallationID) throws(FieldbookError) -> Bool {
    try database.first(
      "SELECT 1 FROM delivery WHERE installation = ? AND carried_at IS NOT NULL LIMIT 1", [.text(id.text)]
    ) { _ in true } == true
  }

  /// A revision of a record, with its digest.
  public struct KnownRecord: Sendable {
    public let installation: Installation
    /// SHA-256 of the revision's bytes, lower-case hex.
    public let sha256: String
  }

  /// Returns the latest revision that the platform has acknowledged to this laptop or shown to it; nil where
  /// there is none. Rows that are not as they were written do not count.
  public func lastKnownToPlatform(_ id: InstallationID) throws(FieldbookError) -> KnownRecord? {
    let rows = try database.rows(
      """
      SELECT r.body, r.sha256 FROM delivery d
      JOIN revision r ON r.installation = d.installation AND r.revision = d.revision
      WHERE d.installation = ?1 AND d.acknowledged_at IS NOT NULL
      UNION ALL SELECT body, sha256 FROM remote_record WHERE installation = ?1
      """, [.text(id.text)]
    ) { (body: $0.blob(0), sha256: $0.text(1)) }
    return rows.compactMap { row in
      guard Self.digest(of: row.body) == row.sha256,
        let installation = try? RecordCoding.decode(Installation.self, from: row.body), installation.id == id
      else { return nil }
      return KnownRecord(installation: installation, sha256: row.sha256)
    }.max { $0.installation.revision < $1.installation.revision }
  }

  /// Builds one revision for each log entry on the platform's record, one after the other. An entry that the
  /// record already has is marked as acknowledged, because the platform stored it and the reply was lost.
  /// - Returns: the number of the last revision.
  private func build(
    _ entries: [Int64], on record: Data, of installation: Installation, at: Timestamp
  ) throws(FieldbookError) -> Int {
    try remember(record, of: installation, at: at)
    var revision = record
    var number = installation.revision
    for entry in entries {
      guard let next = try visit(entry, after: revision, of: installation.id) else {
        try database.run(
          "UPDATE visit SET acknowledged_at = coalesce(acknowledged_at, ?) WHERE entry = ?",
          [try Self.time(at), .integer(entry)])
        continue
      }
      number = next.revision
      revision = next.body
      try database.run(
        """
        INSERT INTO visit (installation, revision, code, entry, body, sha256, previous_sha256)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (entry) DO UPDATE SET revision = excluded.revision, body = excluded.body,
          sha256 = excluded.sha256, previous_sha256 = excluded.previous_sha256, attempts = 0, attempted_at = NULL
        """,
        [
          .text(installation.id.text), .integer(next.revision), .text(installation.code), .integer(entry),
          .blob(next.body), .text(next.sha256), .text(next.previousSha256),
        ])
    }
    return number
  }

  /// A revision that an entry of the log makes.
  private struct VisitRevision {
    let revision: Int
    let body: Data
    let sha256: String
    let previousSha256: String
  }

  /// Adds one entry of the log to a record; nil where the record already has the entry.
  private func visit(_ entry: Int64, after record: Data, of id: InstallationID) throws(FieldbookError)
    -> VisitRevision?
  {
    let row = try database.first(
      "SELECT at, name, body, sha256, installation FROM event WHERE seq = ?", [.integer(entry)]
    ) { (at: $0.text(0), name: $0.text(1), body: $0.blob(2), sha256: $0.text(3), subject: $0.text(4)) }
    guard let row, let at = Timestamp(row.at),
      let event = Self.event(row.body, name: row.name, subject: row.subject, of: id),
      var installation = try? RecordCoding.decode(Installation.self, from: record),
      let before = try? RecordCoding.decode(JSONValue.self, from: record)
    else { throw .damagedRow(table: "event", key: String(entry)) }
    // An inspection is recognised by the digest of its log entry, because two inspections may say the same.
    if installation.history.contains(where: { $0.sha256 == row.sha256 }) { return nil }
    let previous = Self.digest(of: record)
    installation.beginRevision(after: previous)
    installation.apply(event, at: at, entrySha256: row.sha256)
    // Keys that this program does not know stay as they are.
    guard let added = try? RecordCoding.encode(installation),
      let after = try? RecordCoding.decode(JSONValue.self, from: added),
      let body = try? RecordCoding.encode(before.merged(with: after))
    else { throw .unencodable(event: event.name) }
    return VisitRevision(
      revision: installation.revision, body: body, sha256: Self.digest(of: body), previousSha256: previous)
  }

  /// Reads the event of a log entry about this installation. For a `VisitEntry`, the event is its inspection.
  /// The result is nil for any other entry.
  private static func event(_ body: Data, name: String, subject: String, of id: InstallationID)
    -> InstallationEvent?
  {
    if subject == id.text {
      let event = try? RecordCoding.decode(InstallationEvent.self, from: body)
      return event?.name == name ? event : nil
    }
    guard subject == EventLog.laptop, name == VisitEntry.name,
      let facts = try? RecordCoding.decode(VisitEntry.self, from: body).facts, facts.installation == id
    else { return nil }
    return .welderInspected(facts.inspection)
  }

  // MARK: - The platform's record as it was seen last

  /// Keeps the platform's record as it was seen last.
  func remember(_ record: Data, of installation: Installation, at: Timestamp) throws(FieldbookError) {
    try database.run(
      """
      INSERT INTO remote_record (installation, code, status, unit_name, revision, body, sha256, seen_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (installation) DO UPDATE SET code = excluded.code, status = excluded.status,
        unit_name = excluded.unit_name, revision = excluded.revision, body = excluded.body,
        sha256 = excluded.sha256, seen_at = excluded.seen_at
      """,
      [
        .text(installation.id.text), .text(installation.code), .text(installation.status.rawValue),
        .text(installation.owner.unitName), .integer(installation.revision), .blob(record),
        .text(Self.digest(of: record)), try Self.time(at),
      ])
  }

  // MARK: - A conflict

  /// Records that the platform's record is in conflict with the pending one, so that the pending one cannot be
  /// delivered.
  public func markConflict(record id: InstallationID, at: Timestamp) throws(FieldbookError) {
    try database.run(
      "INSERT INTO conflict (installation, found_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
      [.text(id.text), try Self.time(at)])
  }

  func forgetConflict(of id: InstallationID) throws(FieldbookError) {
    try database.run("DELETE FROM conflict WHERE installation = ?", [.text(id.text)])
  }

  // MARK: - Their delivery

  /// Lists the inspections that are delivered as revisions of the platform's record, oldest first.
  func pendingVisits(of id: InstallationID? = nil) throws(FieldbookError) -> [PendingRecord] {
    try database.rows(
      """
      SELECT installation, revision, body, sha256, previous_sha256, code FROM visit
      WHERE acknowledged_at IS NULL AND (?1 IS NULL OR installation = ?1) ORDER BY entry
      """, [id.map { .text($0.text) } ?? .null]
    ) { (row) throws(FieldbookError) in
      PendingRecord(
        id: try Self.id(row.text(0), table: "visit"), code: row.optionalText(5).flatMap { LabelCode($0) },
        revision: row.integer(1), body: row.blob(2), sha256: row.text(3), previousSha256: row.text(4), files: []
      )
    }
  }

  func isVisit(_ record: PendingRecord) throws(FieldbookError) -> Bool {
    try isVisit(record.id, revision: record.revision, sha256: record.sha256)
  }

  func isVisit(_ id: InstallationID, revision: Int, sha256: String) throws(FieldbookError) -> Bool {
    try database.first(
      "SELECT 1 FROM visit WHERE installation = ? AND revision = ? AND sha256 = ?",
      [.text(id.text), .integer(revision), .text(sha256)]
    ) { _ in true } == true
  }

  /// Finds what keeps an inspection from being delivered: bytes, or an entry of the log, that are not as they were written.
  func faultOfVisit(_ record: PendingRecord) throws(FieldbookError) -> EvidenceFault? {
    let row = try database.first(
      """
      SELECT seq, event.at, name, event.body, event.previous_sha256, event.sha256, event.installation
      FROM visit JOIN event ON event.seq = visit.entry
      WHERE visit.installation = ? AND visit.revision = ? AND visit.sha256 = ?
      """, [.text(record.id.text), .integer(record.revision), .text(record.sha256)]
    ) { row in
      (
        seq: Int64(row.integer(0)), sha256: row.text(5),
        event: Self.event(row.blob(3), name: row.text(2), subject: row.text(6), of: record.id),
        digest: LogChain.digest(
          after: row.text(4), seq: Int64(row.integer(0)), subject: row.text(6), at: row.text(1),
          name: row.text(2), body: row.blob(3))
      )
    }
    guard let row else { return .revision(record.revision) }
    guard row.digest == row.sha256, let event = row.event else { return .entry(seq: row.seq) }
    guard Self.digest(of: record.body) == record.sha256,
      let sent = try? RecordCoding.decode(Installation.self, from: record.body),
      sent.history.last?.sha256 == row.sha256
    else { return .revision(record.revision) }
    if case .welderInspected(let inspection) = event, sent.inspections?.last != inspection {
      return .revision(record.revision)
    }
    return nil
  }

  /// Counts an attempt to send a revision that waits as a visit.
  /// - Returns: whether there is such a revision.
  func markVisitAttempted(_ id: InstallationID, revision: Int, at: Timestamp) throws(FieldbookError) -> Bool {
    try database.run(
      "UPDATE visit SET attempts = attempts + 1, attempted_at = ? WHERE installation = ? AND revision = ?",
      [try Self.time(at), .text(id.text), .integer(revision)]) > 0
  }

  /// Records that the platform has a revision that was pending as a visit, which is now the platform's current
  /// record.
  func acknowledgeVisit(_ id: InstallationID, revision: Int, sha256: String, at: Timestamp)
    throws(FieldbookError)
  {
    let rows = try database.rows(
      "SELECT sha256, body, acknowledged_at IS NULL FROM visit WHERE installation = ? AND revision = ?",
      [.text(id.text), .integer(revision)]
    ) { (sha256: $0.text(0), body: $0.blob(1), isNew: $0.integer(2) == 1) }
    guard !rows.isEmpty else { throw .revisionUnknown(id, revision: revision) }
    guard let row = rows.first(where: { $0.sha256 == sha256 }) else {
      throw .digestDiffers(id, revision: revision)
    }
    guard row.isNew else { return }
    try database.run(
      "UPDATE visit SET acknowledged_at = ? WHERE installation = ? AND revision = ? AND sha256 = ?",
      [try Self.time(at), .text(id.text), .integer(revision), .text(sha256)])
    if let installation = try? RecordCoding.decode(Installation.self, from: row.body) {
      try remember(row.body, of: installation, at: at)
    }
    try forgetConflict(of: id)
    try markDelivered(id)
  }

  /// Marks a record of this fieldbook as delivered once its latest revision is delivered, as itself or as a
  /// visit.
  func markDelivered(_ id: InstallationID) throws(FieldbookError) {
    let revision = try database.first(
      "SELECT revision FROM installation WHERE id = ? AND status = 'closed'", [.text(id.text)]
    ) { $0.integer(0) }
    guard let revision, try isDelivered(id, revision: revision) else { return }
    try setStatus(.delivered, of: id)
  }
}

extension JSONValue {
  /// This document with the values of `other` laid over it. Keys and entries that only this document has stay.
  func merged(with other: JSONValue) -> JSONValue {
    switch (self, other) {
    case (.object(let mine), .object(let others)):
      .object(mine.merging(others) { $0.merged(with: $1) })
    case (.array(let mine), .array(let others)):
      .array(
        others.enumerated().map { index, value in
          mine.indices.contains(index) ? mine[index].merged(with: value) : value
        } + mine.dropFirst(others.count))
    default: other
    }
  }
}
