import Cryptography
import FoundationEssentials
public import Records

/// Writes the log, whose entries are chained by `LogChain`.
enum EventLog {
  /// The word that replaces the id of an installation in an entry about the laptop itself.
  static let laptop = "laptop"

  /// Appends one event within the caller's transaction.
  /// - Returns: the entry's sequence number and its digest, lower-case hex.
  static func append(
    _ event: InstallationEvent, to installation: InstallationID, at: Timestamp, in database: Database
  ) throws(FieldbookError) -> (seq: Int64, sha256: String) {
    guard let body = try? RecordCoding.encode(event) else { throw .unencodable(event: event.name) }
    return try append(body, name: event.name, of: installation.text, at: at, in: database)
  }

  /// Appends one entry of any kind. The caller checks whether the entry may bear this date.
  /// - Parameter subject: an installation's id, or `laptop`.
  @discardableResult
  static func append(_ body: Data, name: String, of subject: String, at: Timestamp, in database: Database)
    throws(FieldbookError) -> (seq: Int64, sha256: String)
  {
    let last = try database.first("SELECT seq, sha256 FROM event ORDER BY seq DESC LIMIT 1") {
      (seq: Int64($0.integer(0)), sha256: $0.text(1))
    }
    let previous = last?.sha256 ?? LogChain.beginning
    let seq = (last?.seq ?? 0) + 1
    let time = at.description
    guard
      let sha256 = LogChain.digest(
        after: previous, seq: seq, subject: subject, at: time, name: name, body: body)
    else { throw .damagedRow(table: "event", key: String(seq - 1)) }
    try database.run(
      """
      INSERT INTO event (seq, installation, at, name, body, previous_sha256, sha256)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .integer(seq), .text(subject), .text(time), .text(name), .blob(body),
        .text(previous), .text(sha256),
      ])
    return (seq, sha256)
  }
}

extension Fieldbook {
  /// Checks the number, the link and the digest of every entry of the log.
  /// - Parameter watch: a closure that receives the number of entries read, after every 1,000 entries; an error
  ///   that it throws ends the check.
  /// - Returns: the number of entries, and the digest of the last one (zeros where there is none).
  /// - Throws: `logBroken` with the first entry that does not fit, `store`.
  public func verifyLog(watch: (Int) throws(FieldbookError) -> Void = { _ in }) throws(FieldbookError) -> (
    entries: Int, head: String
  ) {
    var head = LogChain.beginning
    var seq: Int64 = 0
    _ = try database.rows(
      "SELECT seq, installation, at, name, body, previous_sha256, sha256 FROM event ORDER BY seq"
    ) { (row) throws(FieldbookError) in
      seq += 1
      guard row.integer(0) == Int(seq) else { throw FieldbookError.logBroken(seq: seq, .gap) }
      guard row.text(5) == head else { throw FieldbookError.logBroken(seq: seq, .previousDiffers) }
      let sha256 = LogChain.digest(
        after: head, seq: seq, subject: row.text(1), at: row.text(2), name: row.text(3),
        body: row.blob(4))
      guard let sha256, sha256 == row.text(6) else {
        throw FieldbookError.logBroken(seq: seq, .digestDiffers)
      }
      head = sha256
      if seq % 1_000 == 0 { try watch(Int(seq)) }
    }
    return (Int(seq), head)
  }

  /// Reads the events of one installation, oldest first.
  /// - Throws: `damagedRow`, `store`.
  public func events(of id: InstallationID) throws(FieldbookError) -> [LogEntry] {
    let (entries, unreadable) = try readableEvents(of: id)
    if let seq = unreadable.first { throw .damagedRow(table: "event", key: String(seq)) }
    return entries
  }

  /// Reads the events of one installation that can be read, and returns the numbers of the entries that cannot.
  func readableEvents(of id: InstallationID) throws(FieldbookError) -> (
    entries: [LogEntry], unreadable: [Int64]
  ) {
    var unreadable: [Int64] = []
    let entries = try database.rows(
      """
      SELECT seq, at, name, body, previous_sha256, sha256 FROM event WHERE installation = ? ORDER BY seq
      """, [.text(id.text)]
    ) { (row) throws(FieldbookError) -> LogEntry? in
      let written = Self.written(row)
      let entry = LogEntry(written, of: id)
      if entry == nil { unreadable.append(written.seq) }
      return entry
    }
    return (entries.compactMap(\.self), unreadable)
  }
}
