import Cryptography
import FoundationEssentials
public import Records

extension Fieldbook {
  /// The progress of a check. Stages come in this order, each with growing numbers.
  public enum CheckStep: Hashable, Sendable {
    /// SQLite checks its own file.
    case database
    /// The first `entries` of the log's entries have been compared with their digests.
    case log(entries: Int, of: Int)
    case records(Int, of: Int)
    case files(Int, of: Int)
  }

  /// One fault that a check finds.
  public enum CheckFault: Hashable, Sendable {
    /// SQLite's own words on what is wrong with its file.
    case database(String)
    case log(seq: Int64, LogFault)
    /// The bytes of a closed revision differ from those that it was closed with.
    case revision(InstallationID, revision: Int)
    /// The stored record differs from the sum of its events.
    case differs(InstallationID)
    /// The stored record names events, or a revision, that its log does not have, so that the log has lost
    /// something.
    case ahead(InstallationID)
    /// A row cannot be read; the record is nil where the row does not say to which it belongs.
    case unreadable(InstallationID?, table: String, key: String)
    case fileMissing(sha256: String, of: InstallationID)
    case fileDamaged(sha256: String, of: InstallationID)
  }

  /// The extent of a check, and the faults that it found.
  public struct Check: Hashable, Sendable {
    /// The number of events in the log.
    public internal(set) var entries = 0
    public internal(set) var installations = 0
    /// The number of files that records name, each counted once.
    public internal(set) var files = 0
    /// The number of files that records were taken over with, of which only the digests are known here.
    public internal(set) var filesElsewhere = 0
    public internal(set) var faults: [CheckFault] = []

    /// The records that `restore` can rebuild from the log.
    public var restorable: [InstallationID] {
      faults.compactMap { if case .differs(let id) = $0 { id } else { nil } }
    }
  }

  // MARK: - Checking

  /// Checks the whole fieldbook at one moment, without blocking writers: the database's own structure, the
  /// chain of the log, closed revisions, every record against its events, every file against its digest.
  /// Changes nothing.
  /// - Parameters:
  ///   - onEvent: a closure that receives each stage.
  ///   - isCancelled: a closure that is called between records, between files and after every 1,000 log
  ///     entries; `true` ends the check with `cancelled`.
  /// - Throws: `store`, `home`, `cancelled`.
  public func check(
    onEvent: (CheckStep) -> Void = { _ in }, isCancelled: () -> Bool = { false }
  ) throws(FieldbookError) -> Check {
    var check = Check()
    var files: [(sha256: String, id: InstallationID)] = []
    try database.snapshot { () throws(FieldbookError) in
      // A transaction sees the state of its first read.
      check.entries = try database.first("SELECT count(*) FROM event") { $0.integer(0) } ?? 0
      onEvent(.database)
      try checkDatabase(&check)
      try checkLog(&check, onEvent, isCancelled)
      try checkRevisions(&check)
      files = try checkRecords(&check, onEvent, isCancelled) + timestampFiles()
    }
    check.files = files.count
    for (index, file) in files.enumerated() {
      if isCancelled() { throw .cancelled }
      onEvent(.files(index, of: files.count))
      do throws(FieldbookError) {
        try self.files.verify(file.sha256)
      } catch {
        switch error {
        case .fileMissing: check.faults.append(.fileMissing(sha256: file.sha256, of: file.id))
        case .fileDamaged, .notADigest, .home:
          check.faults.append(.fileDamaged(sha256: file.sha256, of: file.id))
        default: throw error
        }
      }
    }
    return check
  }

  /// Rebuilds these records from the log, each in a transaction of its own. The log, the revisions and the
  /// queue stay unchanged, and so does a record that is ahead of its log.
  /// - Returns: the records that were rebuilt.
  /// - Throws: `store`, and `damagedRow` where an event cannot be read.
  public func restore(_ ids: [InstallationID]) throws(FieldbookError) -> [InstallationID] {
    var restored: [InstallationID] = []
    for id in ids {
      let isRestored = try database.transaction { () throws(FieldbookError) in
        // The record is checked again under the lock, since it may have changed meanwhile.
        let events = try events(of: id)
        guard case .differs(let installation) = try comparison(of: id, events: events) else { return false }
        try replaceProjection(with: installation)
        try restoreClaims(of: events, id: id)
        return true
      }
      if isRestored { restored.append(id) }
    }
    return restored
  }

  // MARK: - Parts of a check

  private func checkDatabase(_ check: inout Check) throws(FieldbookError) {
    let words = try database.rows("PRAGMA integrity_check(20)") { $0.text(0) }
    check.faults += words.filter { $0 != "ok" }.map { .database($0) }
  }

  private func checkLog(_ check: inout Check, _ onEvent: (CheckStep) -> Void, _ isCancelled: () -> Bool)
    throws(FieldbookError)
  {
    let count = check.entries
    do throws(FieldbookError) {
      _ = try verifyLog { (entries) throws(FieldbookError) in
        onEvent(.log(entries: entries, of: count))
        if isCancelled() { throw .cancelled }
      }
    } catch {
      guard case .logBroken(let seq, let fault) = error else { throw error }
      check.faults.append(.log(seq: seq, fault))
    }
  }

  private func checkRevisions(_ check: inout Check) throws(FieldbookError) {
    // A closed record that is missing from the queue would never be sent.
    let faults = try database.rows(
      """
      SELECT installation, revision, body, sha256,
        EXISTS (SELECT 1 FROM delivery
          WHERE delivery.installation = revision.installation AND delivery.revision = revision.revision)
        OR NOT EXISTS (SELECT 1 FROM installation
          WHERE installation.id = revision.installation AND installation.revision >= revision.revision)
      FROM revision ORDER BY seq, revision
      """
    ) { (row) throws(FieldbookError) -> CheckFault? in
      if Self.digest(of: row.blob(2)) == row.text(3), row.integer(4) == 1 { return nil }
      guard let id = InstallationID(row.text(0)) else {
        return .unreadable(nil, table: "revision", key: row.text(0))
      }
      return .revision(id, revision: row.integer(1))
    }
    check.faults += faults.compactMap { $0 }
    check.faults += try database.rows(
      """
      SELECT installation, revision FROM delivery
      WHERE NOT EXISTS (SELECT 1 FROM revision
        WHERE revision.installation = delivery.installation AND revision.revision = delivery.revision)
      ORDER BY number
      """
    ) { (row) throws(FieldbookError) -> CheckFault in
      guard let id = InstallationID(row.text(0)) else {
        return .unreadable(nil, table: "delivery", key: row.text(0))
      }
      return .revision(id, revision: row.integer(1))
    }
    for visit in try pendingVisits() where try faultOfVisit(visit) != nil {
      check.faults.append(.revision(visit.id, revision: visit.revision))
    }
  }

  /// Compares every record with its events.
  /// - Returns: the files that records name, each once, with one of the records that name it.
  private func checkRecords(
    _ check: inout Check, _ onEvent: (CheckStep) -> Void, _ isCancelled: () -> Bool
  ) throws(FieldbookError) -> [(sha256: String, id: InstallationID)] {
    // Records without any entry in the log are checked, too.
    let ids = try database.rows(
      """
      SELECT installation FROM (
        SELECT installation, min(seq) AS first FROM event WHERE installation <> ?1 GROUP BY installation
        UNION ALL SELECT id, NULL FROM installation
          WHERE NOT EXISTS (SELECT 1 FROM event WHERE event.installation = installation.id)
      ) ORDER BY first
      """, [.text(EventLog.laptop)]
    ) { row -> InstallationID? in
      if let id = InstallationID(row.text(0)) { return id }
      check.faults.append(.unreadable(nil, table: "event", key: row.text(0)))
      return nil
    }.compactMap { $0 }
    check.installations = ids.count
    var seen: Set<String> = []
    var files: [(sha256: String, id: InstallationID)] = []
    for (index, id) in ids.enumerated() {
      if isCancelled() { throw .cancelled }
      onEvent(.records(index, of: ids.count))
      do throws(FieldbookError) {
        let (events, unreadable) = try readableEvents(of: id)
        // A record that was voided because it could not be read needs no more attention.
        if let seq = unreadable.first {
          if try status(of: id) == .void { continue }
          throw .damagedRow(table: "event", key: String(seq))
        }
        if case .adopted(let adopted)? = events.first?.event, let installation = adopted.installation {
          check.filesElsewhere += RecordFile.named(by: installation).count
        }
        for file in events.flatMap({ RecordFile.named(by: $0.event) }) where seen.insert(file.sha256).inserted {
          files.append((file.sha256, id))
        }
        switch try comparison(of: id, events: events) {
        case .same: break
        case .differs: check.faults.append(.differs(id))
        case .ahead: check.faults.append(.ahead(id))
        }
      } catch {
        // The check of the chain has named the altered event; the other records are not affected.
        switch error {
        case .damagedRow(let table, let key):
          check.faults.append(.unreadable(id, table: table, key: key))
        case .revisionUnknown, .unencodable:
          check.faults.append(.unreadable(id, table: "revision", key: id.text))
        default: throw error
        }
      }
    }
    return files
  }
}
