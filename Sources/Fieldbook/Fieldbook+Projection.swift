import Cryptography
import FoundationEssentials
public import Records

extension Fieldbook {
  // MARK: - Reading and writing what the events add up to

  /// The record as its events make it; delivery is not in it.
  func record(of id: InstallationID) throws(FieldbookError) -> Installation {
    let body = try database.first("SELECT body FROM record WHERE installation = ?", [.text(id.text)]) {
      $0.blob(0)
    }
    guard let body else { throw .notFound(id.text) }
    guard let installation = try? RecordCoding.decode(Installation.self, from: body) else {
      throw .damagedRow(table: "record", key: id.text)
    }
    return installation
  }

  func insertProjection(of installation: Installation) throws(FieldbookError) {
    try database.run(
      """
      INSERT INTO installation (id, code, status, unit_name, opened_at, opened_seconds, next_step, revision)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(installation.id.text), .text(installation.code), .text(installation.status.rawValue),
        .text(installation.owner.unitName), .text(installation.openedAt),
        .integer(Int(installation.openedAt.secondsSince1970)), .text(installation.nextStep?.rawValue),
        .integer(installation.revision),
      ])
    try database.run(
      "INSERT INTO record (installation, body) VALUES (?, ?)",
      [.text(installation.id.text), .blob(try encode(installation))])
  }

  func updateProjection(of installation: Installation) throws(FieldbookError) {
    let id = SQLValue.text(installation.id.text)
    try database.run(
      "UPDATE installation SET status = ?, unit_name = ?, next_step = ?, revision = ? WHERE id = ?",
      [
        .text(installation.status.rawValue), .text(installation.owner.unitName),
        .text(installation.nextStep?.rawValue), .integer(installation.revision), id,
      ])
    try database.run(
      "UPDATE record SET body = ? WHERE installation = ?", [.blob(try encode(installation)), id])
  }

  func encode(_ installation: Installation) throws(FieldbookError) -> Data {
    guard let body = try? RecordCoding.encode(installation) else {
      throw .unencodable(event: installation.history.last?.event ?? "")
    }
    return body
  }

  static func digest(of body: Data) -> String { SHA256Digest(of: body).hex }

  // MARK: - Proving it

  public struct Rebuild: Hashable, Sendable {
    /// How many installations the log holds.
    public let installations: Int
    /// Those whose kept record was not what their events add up to; it is now.
    public let repaired: [InstallationID]
  }

  /// Verifies the log and every closed revision, adds every installation's events up again, and puts right what
  /// is kept of them beside the log. Nothing of the log, the revisions or the queue is changed.
  /// - Throws: `logBroken`, `digestDiffers` (a closed revision's bytes), `damagedRow`, `store`.
  public func rebuild() throws(FieldbookError) -> Rebuild {
    try database.transaction { () throws(FieldbookError) in
      _ = try verifyLog()
      try verifyRevisions()
      let ids = try database.rows("SELECT installation FROM event GROUP BY installation ORDER BY min(seq)") {
        (row) throws(FieldbookError) in try Self.id(row.text(0), table: "event")
      }
      var repaired: [InstallationID] = []
      for id in ids where try !restore(id) { repaired.append(id) }
      return Rebuild(installations: ids.count, repaired: repaired)
    }
  }

  /// - Returns: whether all of it was right already.
  private func restore(_ id: InstallationID) throws(FieldbookError) -> Bool {
    let installation = try addUp(try events(of: id), id: id)
    let body = try encode(installation)
    let kept = try database.first("SELECT body FROM record WHERE installation = ?", [.text(id.text)]) {
      $0.blob(0)
    }
    var expected = installation
    if try isDelivered(id, revision: installation.revision) { expected.markDelivered() }
    let row = try summaries("WHERE id = ?", [.text(id.text)]).first
    if kept == body, row == InstallationSummary(expected) { return true }
    if row == nil {
      try insertProjection(of: installation)
    } else if kept == nil {
      try database.run(
        "INSERT INTO record (installation, body) VALUES (?, ?)", [.text(id.text), .blob(body)])
    }
    try updateProjection(of: installation)
    try setStatus(expected.status, of: id)
    try database.run(
      "UPDATE installation SET code = ?, opened_at = ?, opened_seconds = ? WHERE id = ?",
      [
        .text(installation.code), .text(installation.openedAt),
        .integer(Int(installation.openedAt.secondsSince1970)), .text(id.text),
      ])
    return false
  }

  /// The sum of the events, by the rules of `open` and `append`.
  private func addUp(_ entries: [LogEntry], id: InstallationID) throws(FieldbookError) -> Installation {
    guard let first = entries.first, case .registered(let registered) = first.event else {
      throw .damagedRow(table: "event", key: id.text)
    }
    var installation = Installation(
      id: id, registered: registered, at: first.at, entrySha256: first.sha256)
    for entry in entries.dropFirst() {
      switch (installation.status, entry.event) {
      case (.open, _), (.surveyed, _): break
      // They came with the registration; later ones are refused.
      case (.retired, .photographed): break
      default: installation.beginRevision(after: try closedDigest(of: installation))
      }
      installation.apply(entry.event, at: entry.at, entrySha256: entry.sha256)
    }
    return installation
  }

  private func verifyRevisions() throws(FieldbookError) {
    _ = try database.rows("SELECT installation, revision, body, sha256 FROM revision") {
      (row) throws(FieldbookError) in
      guard Self.digest(of: row.blob(2)) == row.text(3) else {
        throw FieldbookError.digestDiffers(
          try Self.id(row.text(0), table: "revision"), revision: row.integer(1))
      }
    }
  }

  func setStatus(_ status: Installation.Status, of id: InstallationID) throws(FieldbookError) {
    try database.run(
      "UPDATE installation SET status = ? WHERE id = ?", [.text(status.rawValue), .text(id.text)])
  }

  static func id(_ text: String, table: String) throws(FieldbookError) -> InstallationID {
    guard let id = InstallationID(text) else { throw .damagedRow(table: table, key: text) }
    return id
  }
}
