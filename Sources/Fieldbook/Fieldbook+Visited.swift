import Characters
public import FoundationEssentials
public import Records

/// Reads the installations that this laptop inspected by the platform's record, and the records in conflict
/// with the platform's.
extension Fieldbook {
  // MARK: - Many

  /// An installation whose record only the platform has, as one line of `list` shows it.
  public struct VisitedSummary: Hashable, Sendable {
    public let id: InstallationID
    public let code: LabelCode?
    /// The status in the platform's record.
    public let status: Installation.Status
    public let unitName: String
    /// The platform's revision as this laptop saw it last.
    public let revision: Int
    /// The number of inspections by this laptop.
    public let inspections: Int
    /// The number of these inspections that the platform has not acknowledged.
    public let waiting: Int
    /// The last inspection by this laptop; nil where its entry cannot be read.
    public let last: Inspection?
    public let isConflicted: Bool
  }

  /// Lists the installations that this laptop inspected and has no record of, the last inspected first.
  /// - Parameters:
  ///   - limit: maximum number of installations, from 1.
  ///   - after: the last installation of the previous page; nil for the first page.
  /// - Throws: `notFound` for an `after` that this laptop never inspected, `store`.
  public func visited(limit: Int = 100, after: InstallationID? = nil) throws(FieldbookError) -> [VisitedSummary]
  {
    var before: Int?
    if let after {
      before =
        try database.first("SELECT max(entry) FROM visit WHERE installation = ?", [.text(after.text)]) {
          $0.isNull(0) ? nil : $0.integer(0)
        } ?? nil
      if before == nil { throw .notFound(after.text) }
    }
    return try summariesOfVisits(
      "HAVING ?1 IS NULL OR max(entry) < ?1", [before.map { .integer($0) } ?? .null, .integer(max(1, limit))])
  }

  /// The number of installations that this laptop inspected and has no record of.
  public func visitedCount() throws(FieldbookError) -> Int {
    try database.first(
      """
      SELECT count(DISTINCT installation) FROM visit
      WHERE NOT EXISTS (SELECT 1 FROM installation WHERE id = visit.installation)
      """
    ) { $0.integer(0) } ?? 0
  }

  private func summariesOfVisits(_ condition: String, _ values: [SQLValue]) throws(FieldbookError)
    -> [VisitedSummary]
  {
    let rows = try database.rows(
      """
      SELECT visits.*, code, status, unit_name, remote_record.revision,
        (SELECT body FROM event WHERE seq = last),
        EXISTS (SELECT 1 FROM conflict WHERE conflict.installation = visits.installation)
      FROM (
        SELECT installation, max(entry) AS last, count(*), sum(acknowledged_at IS NULL) FROM visit
        WHERE NOT EXISTS (SELECT 1 FROM installation WHERE id = visit.installation)
        GROUP BY installation \(condition) ORDER BY last DESC LIMIT ?2) AS visits
      LEFT JOIN remote_record ON remote_record.installation = visits.installation ORDER BY last DESC
      """, values
    ) { row -> VisitedSummary? in
      guard let id = InstallationID(row.text(0)) else { return nil }
      return VisitedSummary(
        id: id, code: row.optionalText(4).flatMap { LabelCode($0) },
        status: Installation.Status(rawValue: row.text(5)) ?? .closed, unitName: row.text(6),
        revision: row.integer(7), inspections: row.integer(2), waiting: row.integer(3),
        last: (try? RecordCoding.decode(VisitEntry.self, from: row.blob(8)))?.facts.inspection,
        isConflicted: row.integer(9) == 1)
    }
    // A row that cannot be read does not affect the others.
    return rows.compactMap(\.self)
  }

  // MARK: - One

  /// The platform's record with the inspections that this laptop has added to it.
  public struct VisitedRecord: Sendable {
    public let installation: Installation
    /// The record's bytes, with the keys that this program does not know.
    public let body: Data
    public let state: RemoteState
    /// The number of this laptop's inspections that the platform has not acknowledged.
    public let waiting: Int
  }

  /// The platform's record as this laptop saw it last.
  public struct RemoteState: Hashable, Sendable {
    public let revision: Int
    /// SHA-256 of the record's bytes, lower-case hex.
    public let sha256: String
    /// The time at which the platform sent the record; nil where it is not known.
    public let seenAt: Timestamp?
  }

  /// Finds the platform's record that a label code or the beginning of an id names, among those that this laptop inspected.
  /// - Returns: nil where this laptop never inspected such a welder by the platform's record.
  /// - Throws: `ambiguous`, `damagedRow`, `store`.
  public func visitedRecord(matching reference: String) throws(FieldbookError) -> VisitedRecord? {
    guard let id = try visitedID(matching: reference) else { return nil }
    return try visitedRecord(id)
  }

  /// Finds the id of the platform's record that a label code or the beginning of an id names, among the records
  /// that this laptop inspected; nil where there is none.
  /// - Throws: `ambiguous`, `store`.
  func visitedID(matching reference: String) throws(FieldbookError) -> InstallationID? {
    let text = TextNormalization.typed(reference).lowercased()
    var ids: [InstallationID] = []
    if let code = LabelCode(written: text) {
      ids = try visitedIDs("code = ?1 ORDER BY seen_at DESC LIMIT 1", code.description)
    } else if text.utf8.count >= Self.shortestReference,
      text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || $0.isLowerCaseHexDigit })
    {
      ids = try visitedIDs(
        "installation >= ?1 AND installation < ?1 || 'g' ORDER BY installation LIMIT 10", text)
    }
    guard ids.count <= 1 else { throw .ambiguous(reference, matches: ids) }
    return ids.first
  }

  private func visitedIDs(_ condition: String, _ value: String) throws(FieldbookError) -> [InstallationID] {
    try database.rows("SELECT installation FROM remote_record WHERE \(condition)", [.text(value)]) {
      InstallationID($0.text(0))
    }.compactMap(\.self)
  }

  /// Returns the platform's record with the inspections that this laptop has added; nil where this laptop never
  /// saw the record.
  /// - Throws: `damagedRow`, `store`.
  public func visitedRecord(_ id: InstallationID) throws(FieldbookError) -> VisitedRecord? {
    try database.snapshot { () throws(FieldbookError) in
      guard let state = try remoteState(of: id) else { return nil }
      let waiting = try pendingVisits(of: id)
      let seen = try database.first(
        "SELECT body FROM remote_record WHERE installation = ?", [.text(id.text)]
      ) { $0.blob(0) }
      guard let body = waiting.last?.body ?? seen,
        let installation = try? RecordCoding.decode(Installation.self, from: body)
      else { throw FieldbookError.damagedRow(table: "remote_record", key: id.text) }
      return VisitedRecord(installation: installation, body: body, state: state, waiting: waiting.count)
    }
  }

  /// The platform's record as this laptop saw it last; nil where it saw none.
  public func remoteState(of id: InstallationID) throws(FieldbookError) -> RemoteState? {
    try database.first(
      "SELECT revision, sha256, seen_at FROM remote_record WHERE installation = ?", [.text(id.text)]
    ) { RemoteState(revision: $0.integer(0), sha256: $0.text(1), seenAt: Timestamp($0.text(2))) }
  }

  // MARK: - Conflicts

  /// A record in conflict with the platform's record of the same installation, so that nothing of it can be
  /// delivered.
  public struct Conflict: Hashable, Sendable {
    public let id: InstallationID
    public let code: LabelCode?
    public let unitName: String
    /// The time at which `sync` or `inspect` found the conflict; nil where the time cannot be read.
    public let foundAt: Timestamp?
  }

  /// Whether the platform's record of an installation is in conflict with the one here.
  public func isConflicted(_ id: InstallationID) throws(FieldbookError) -> Bool {
    try database.first("SELECT 1 FROM conflict WHERE installation = ?", [.text(id.text)]) { _ in true } ?? false
  }

  /// Lists the records in conflict with the platform's, the first found first.
  public func conflicts() throws(FieldbookError) -> [Conflict] {
    try database.rows(
      """
      SELECT conflict.installation, coalesce(i.code, r.code), coalesce(i.unit_name, r.unit_name, ''), found_at
      FROM conflict LEFT JOIN installation i ON i.id = conflict.installation
      LEFT JOIN remote_record r ON r.installation = conflict.installation
      ORDER BY found_at, conflict.installation
      """
    ) { row in
      InstallationID(row.text(0)).map {
        Conflict(
          id: $0, code: row.optionalText(1).flatMap { LabelCode($0) }, unitName: row.text(2),
          foundAt: Timestamp(row.text(3)))
      }
    }.compactMap(\.self)
  }
}
