import Cryptography
import FoundationEssentials
public import Records

/// One entry of the log, exactly as it was written.
public struct LogEntry: Sendable {
  /// The place of the entry in the log, from 1 and without gaps, over all installations.
  public let seq: Int64
  public let installation: InstallationID
  public let at: Timestamp
  public let event: InstallationEvent
  public let sha256: String
}

/// The chain over the log. An entry's digest is SHA-256 over
/// ```
/// "weldtech-log/1"       14 bytes, ASCII
/// previous digest        32 bytes; zeros for the first entry
/// seq                    u64, big-endian
/// installation id        length u32, big-endian ‖ ASCII
/// at                     length u32 ‖ RFC 3339 text as stored
/// event name             length u32 ‖ ASCII
/// body                   length u32 ‖ JSON as stored
/// ```
enum EventLog {
  static let beginning = String(repeating: "0", count: 64)
  /// The word that replaces the id of an installation in an entry about the laptop itself.
  static let laptop = "laptop"

  /// Computes an entry's digest; nil where `previous` is no digest.
  static func digest(
    after previous: String, seq: Int64, installation: String, at: String, name: String, body: Data
  ) -> String? {
    guard let previous = SHA256Digest(hex: previous) else { return nil }
    var hasher = SHA256Hasher()
    hasher.update(Array("weldtech-log/1".utf8))
    hasher.update(previous.bytes)
    hasher.update(bigEndian(UInt64(bitPattern: seq)))
    for part in [Data(installation.utf8), Data(at.utf8), Data(name.utf8), body] {
      hasher.update(bigEndian(UInt32(clamping: part.count)))
      hasher.update(part)
    }
    return hasher.finish().hex
  }

  /// Appends one event within the caller's transaction.
  /// - Returns: the entry's digest.
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
    let previous = last?.sha256 ?? beginning
    let seq = (last?.seq ?? 0) + 1
    let time = at.description
    guard
      let sha256 = digest(after: previous, seq: seq, installation: subject, at: time, name: name, body: body)
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

  private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }
}

extension Fieldbook {
  /// Walks the whole chain.
  /// - Parameter watch: receives the number of entries read after every thousandth; an error that it throws
  ///   ends the walk.
  /// - Returns: the number of entries, and the digest of the last one (zeros where there is none).
  /// - Throws: `logBroken` with the first entry that does not fit, `store`.
  public func verifyLog(watch: (Int) throws(FieldbookError) -> Void = { _ in }) throws(FieldbookError) -> (
    entries: Int, head: String
  ) {
    var head = EventLog.beginning
    var seq: Int64 = 0
    _ = try database.rows(
      "SELECT seq, installation, at, name, body, previous_sha256, sha256 FROM event ORDER BY seq"
    ) { (row) throws(FieldbookError) in
      seq += 1
      guard row.integer(0) == Int(seq) else { throw FieldbookError.logBroken(seq: seq, .gap) }
      guard row.text(5) == head else { throw FieldbookError.logBroken(seq: seq, .previousDiffers) }
      let sha256 = EventLog.digest(
        after: head, seq: seq, installation: row.text(1), at: row.text(2), name: row.text(3),
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

  /// Reads those events of one installation that can be read, and gives the numbers of the others.
  func readableEvents(of id: InstallationID) throws(FieldbookError) -> (
    entries: [LogEntry], unreadable: [Int64]
  ) {
    var unreadable: [Int64] = []
    let entries = try database.rows(
      "SELECT seq, at, name, body, sha256 FROM event WHERE installation = ? ORDER BY seq", [.text(id.text)]
    ) { (row) throws(FieldbookError) -> LogEntry? in
      let seq = Int64(row.integer(0))
      let entry = Self.entry(row.text(1), row.text(2), row.blob(3), seq: seq, of: id, sha256: row.text(4))
      if entry == nil { unreadable.append(seq) }
      return entry
    }
    return (entries.compactMap(\.self), unreadable)
  }
}
