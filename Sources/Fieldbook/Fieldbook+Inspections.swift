public import FoundationEssentials
public import Records

extension Fieldbook {
  // MARK: - Of a record in this fieldbook

  /// Appends an inspection to the record of an installed welder. It makes a revision of its own, without a new signature,
  /// which is queued. Nothing is added to a record that is not as it was written.
  /// - Parameters:
  ///   - lock: the installation's, held since before the inspection began.
  ///   - now: asked for within the transaction, so that the dates of the log's entries follow one another.
  /// - Throws: `evidence`, `refused` where the welder is not installed, `clockBehind`, `clockImplausible`, `store`.
  public func append(
    _ inspection: Inspection, holding lock: InstallationLock, at now: @autoclosure () -> Timestamp
  ) throws(FieldbookError) -> Installation {
    try checkHeld(lock)
    return try database.transaction { () throws(FieldbookError) in
      let at = now()
      try checkClock(at)
      var installation = try prove(lock.installation).record
      guard installation.status == .closed else { throw FieldbookError.refused(.needs([.sign])) }
      installation.beginRevision(after: try closedDigest(of: installation))
      let seq = try log(.welderInspected(inspection), at: at, into: &installation).seq
      try updateProjection(of: installation)
      try close(installation, seq: seq)
      return installation
    }
  }

  /// Finds what is not as it was written in a record: its events, the record that is kept, its files, or the bytes of one
  /// of its closed revisions.
  /// - Returns: nil where all is as it was written.
  /// - Throws: `notFound`, `home`, `store`.
  public func recordFault(of id: InstallationID) throws(FieldbookError) -> EvidenceFault? {
    do throws(FieldbookError) {
      _ = try provenRecord(of: id)
      try database.snapshot { () throws(FieldbookError) in
        let entries = try prove(id).entries
        let revisions = try database.rows(
          "SELECT revision, seq, body, sha256 FROM revision WHERE installation = ? ORDER BY revision",
          [.text(id.text)]
        ) { (number: $0.integer(0), seq: Int64($0.integer(1)), body: $0.blob(2), sha256: $0.text(3)) }
        for revision in revisions {
          guard Self.digest(of: revision.body) == revision.sha256,
            let kept = try? RecordCoding.decode(Installation.self, from: revision.body),
            let closed = try addUp(entries.filter { $0.seq <= revision.seq }, id: id), kept.isSame(as: closed)
          else { throw FieldbookError.evidence(id, .revision(revision.number)) }
        }
      }
      return nil
    } catch .evidence(_, let fault) {
      return fault
    }
  }

  // MARK: - Of a record that only the platform has

  /// An entry of the log about an installation that this fieldbook does not have.
  private struct VisitEntry: Codable {
    struct Facts: Codable {
      var installation: InstallationID
      var inspection: Inspection
    }

    static let name = "welderInspectedElsewhere"

    var event = Self.name
    var facts: Facts
  }

  /// Keeps an inspection of an installation whose record only the platform has, and queues the platform's next revision.
  /// Earlier inspections of it that the platform has not acknowledged are built on its record once more, before this one.
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
      var entries = try database.rows(
        "SELECT entry FROM visit WHERE installation = ? AND acknowledged_at IS NULL ORDER BY number",
        [.text(id.text)]
      ) { Int64($0.integer(0)) }
      try database.run(
        "DELETE FROM visit WHERE installation = ? AND acknowledged_at IS NULL", [.text(id.text)])
      entries.append(seq)
      var revision = record
      var number = installation.revision
      for entry in entries {
        guard let next = try visit(entry, after: revision) else { continue }
        number = next.revision
        revision = next.body
        try keep(next, entry: entry, of: installation)
      }
      return number
    }
  }

  /// A revision that an inspection makes.
  private struct VisitRevision {
    let revision: Int
    let body: Data
    let sha256: String
    let previousSha256: String
  }

  /// Adds the inspection of one entry to a record; nil where the record has it already, because the platform took it and
  /// its acknowledgement was lost.
  private func visit(_ entry: Int64, after record: Data) throws(FieldbookError) -> VisitRevision? {
    let row = try database.first("SELECT at, body, sha256 FROM event WHERE seq = ?", [.integer(entry)]) {
      (at: $0.text(0), body: $0.blob(1), sha256: $0.text(2))
    }
    guard let row, let at = Timestamp(row.at),
      let facts = try? RecordCoding.decode(VisitEntry.self, from: row.body).facts,
      var installation = try? RecordCoding.decode(Installation.self, from: record),
      let before = try? RecordCoding.decode(JSONValue.self, from: record)
    else { throw .damagedRow(table: "event", key: String(entry)) }
    if installation.inspections?.contains(facts.inspection) == true { return nil }
    let previous = Self.digest(of: record)
    installation.beginRevision(after: previous)
    installation.apply(.welderInspected(facts.inspection), at: at, entrySha256: row.sha256)
    // Keys that this program does not know stay as they are.
    guard let added = try? RecordCoding.encode(installation),
      let after = try? RecordCoding.decode(JSONValue.self, from: added),
      let body = try? RecordCoding.encode(before.merged(with: after))
    else { throw .unencodable(event: VisitEntry.name) }
    return VisitRevision(
      revision: installation.revision, body: body, sha256: Self.digest(of: body), previousSha256: previous)
  }

  private func keep(_ visit: VisitRevision, entry: Int64, of installation: Installation) throws(FieldbookError)
  {
    try database.run(
      """
      INSERT INTO visit (installation, revision, code, entry, body, sha256, previous_sha256)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(installation.id.text), .integer(visit.revision), .text(installation.code), .integer(entry),
        .blob(visit.body), .text(visit.sha256), .text(visit.previousSha256),
      ])
  }

  // MARK: - Their delivery

  /// Lists the inspections of records that only the platform has, oldest first.
  func pendingVisits() throws(FieldbookError) -> [PendingRecord] {
    try database.rows(
      """
      SELECT installation, revision, body, sha256, previous_sha256, code FROM visit
      WHERE acknowledged_at IS NULL ORDER BY number
      """
    ) { (row) throws(FieldbookError) in
      PendingRecord(
        id: try Self.id(row.text(0), table: "visit"), code: row.optionalText(5).flatMap { LabelCode($0) },
        revision: row.integer(1), body: row.blob(2), sha256: row.text(3), previousSha256: row.text(4), files: []
      )
    }
  }

  func isVisit(_ record: PendingRecord) throws(FieldbookError) -> Bool {
    try database.first(
      "SELECT 1 FROM visit WHERE installation = ? AND revision = ? AND sha256 = ?",
      [.text(record.id.text), .integer(record.revision), .text(record.sha256)]
    ) { _ in true } == true
  }

  /// Finds what keeps an inspection from being delivered: bytes, or an entry of the log, that are not as they were written.
  func faultOfVisit(_ record: PendingRecord) throws(FieldbookError) -> EvidenceFault? {
    let row = try database.first(
      """
      SELECT seq, event.at, name, event.body, event.previous_sha256, event.sha256
      FROM visit JOIN event ON event.seq = visit.entry WHERE visit.installation = ? AND visit.revision = ?
      """, [.text(record.id.text), .integer(record.revision)]
    ) { row in
      (
        seq: Int64(row.integer(0)), sha256: row.text(5), body: row.blob(3),
        digest: EventLog.digest(
          after: row.text(4), seq: Int64(row.integer(0)), installation: EventLog.laptop, at: row.text(1),
          name: row.text(2), body: row.blob(3))
      )
    }
    guard let row else { return .revision(record.revision) }
    guard row.digest == row.sha256, let entry = try? RecordCoding.decode(VisitEntry.self, from: row.body) else {
      return .entry(seq: row.seq)
    }
    guard Self.digest(of: record.body) == record.sha256,
      let sent = try? RecordCoding.decode(Installation.self, from: record.body),
      sent.inspections?.last == entry.facts.inspection, sent.history.last?.sha256 == row.sha256
    else { return .revision(record.revision) }
    return nil
  }

  func markVisitAttempted(_ id: InstallationID, revision: Int, at: Timestamp) throws(FieldbookError) {
    let marked = try database.run(
      "UPDATE visit SET attempts = attempts + 1, attempted_at = ? WHERE installation = ? AND revision = ?",
      [try Self.time(at), .text(id.text), .integer(revision)])
    guard marked > 0 else { throw .revisionUnknown(id, revision: revision) }
  }

  func acknowledgeVisit(_ id: InstallationID, revision: Int, sha256: String, at: Timestamp)
    throws(FieldbookError)
  {
    let digest = try database.first(
      "SELECT sha256 FROM visit WHERE installation = ? AND revision = ?", [.text(id.text), .integer(revision)]
    ) { $0.text(0) }
    guard let digest else { throw .revisionUnknown(id, revision: revision) }
    guard digest == sha256 else { throw .digestDiffers(id, revision: revision) }
    try database.run(
      """
      UPDATE visit SET acknowledged_at = coalesce(acknowledged_at, ?) WHERE installation = ? AND revision = ?
      """, [try Self.time(at), .text(id.text), .integer(revision)])
  }
}

extension JSONValue {
  /// This document with the values of another put over it: keys and entries that only this one has stay.
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
