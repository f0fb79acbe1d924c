import Cryptography
import FoundationEssentials
import Records

extension Fieldbook {
  // MARK: - Reading and writing what the events add up to

  /// Reads the stored record, without its delivery.
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
    try updateLedger(of: installation.id)
    try SearchIndex(database: database).update(installation.id)
  }

  func updateProjection(of installation: Installation) throws(FieldbookError) {
    let id = SQLValue.text(installation.id.text)
    try database.run(
      """
      UPDATE installation SET code = ?, status = ?, unit_name = ?, opened_at = ?, opened_seconds = ?,
        next_step = ?, revision = ?
      WHERE id = ?
      """,
      [
        .text(installation.code), .text(installation.status.rawValue), .text(installation.owner.unitName),
        // The registration of a surveyed welder changes the date on which its record was opened.
        .text(installation.openedAt), .integer(Int(installation.openedAt.secondsSince1970)),
        .text(installation.nextStep?.rawValue), .integer(installation.revision), id,
      ])
    try database.run(
      "UPDATE record SET body = ? WHERE installation = ?", [.blob(try encode(installation)), id])
    try updateLedger(of: installation.id)
    try SearchIndex(database: database).update(installation.id)
  }

  /// Writes the record's row of the ledger anew, from the record as it is stored.
  private func updateLedger(of id: InstallationID) throws(FieldbookError) {
    try database.run(Self.ledgerRow, [.text(id.text)])
  }

  private static let ledgerRow = ledgerRows("record.installation = ?")

  func encode(_ installation: Installation) throws(FieldbookError) -> Data {
    guard let body = try? RecordCoding.encode(installation) else {
      throw .unencodable(event: installation.history.last?.event ?? "")
    }
    return body
  }

  static func digest(of body: Data) -> String { SHA256Digest(of: body).hex }

  // MARK: - Proving it

  /// The result of comparing a stored record with its events.
  enum LogComparison {
    case same
    /// The record differs from its events; the value is the record that the events make.
    case differs(Installation)
    /// The record names events or revisions that the log does not have.
    case ahead
  }

  func comparison(of id: InstallationID, events: [LogEntry]) throws(FieldbookError) -> LogComparison {
    if events.isEmpty { return .ahead }
    let kept = try database.first("SELECT body FROM record WHERE installation = ?", [.text(id.text)]) {
      $0.blob(0)
    }
    var known = Set(events.map(\.sha256))
    for case .adopted(let adopted) in events.map(\.event) {
      known.formUnion(adopted.installation?.history.map(\.sha256) ?? [])
    }
    let keptRecord = kept.flatMap { try? RecordCoding.decode(Installation.self, from: $0) }
    if keptRecord?.history.contains(where: { !known.contains($0.sha256) }) == true { return .ahead }
    guard let installation = try addUp(events) else { throw .damagedRow(table: "event", key: id.text) }
    let newest = try database.first(
      """
      SELECT max((SELECT coalesce(max(revision), 0) FROM installation WHERE id = ?1),
        (SELECT coalesce(max(revision), 0) FROM revision WHERE installation = ?1))
      """, [.text(id.text)]
    ) { $0.integer(0) }
    if (newest ?? 0) > installation.revision { return .ahead }
    var expected = installation
    if try isDelivered(id, revision: installation.revision) { expected.markDelivered() }
    // A row that cannot be read counts as one that differs.
    let row = (try? summaries("WHERE id = ?", [.text(id.text)]))?.first
    guard keptRecord?.isSame(as: installation) == true, row == InstallationSummary(expected),
      try hasSoundColumns(id)
    else { return .differs(installation) }
    return .same
  }

  /// Whether the ledger's columns and the words of the search match the stored record, so that forms, figures
  /// and lists say what the record says.
  private func hasSoundColumns(_ id: InstallationID) throws(FieldbookError) -> Bool {
    let found = try database.first(soundLedgerRow, [.text(id.text)]) { _ in true }
    guard found == true else { return false }
    return try SearchIndex(database: database).isSound(id)
  }

  /// Rewrites everything that is stored of a record outside the log.
  func replaceProjection(with installation: Installation) throws(FieldbookError) {
    let id = installation.id
    let hasRow = try database.first("SELECT 1 FROM installation WHERE id = ?", [.text(id.text)]) { _ in true }
    let hasRecord = try database.first("SELECT 1 FROM record WHERE installation = ?", [.text(id.text)]) { _ in
      true
    }
    if hasRow == nil {
      try insertProjection(of: installation)
    } else if hasRecord == nil {
      try database.run(
        "INSERT INTO record (installation, body) VALUES (?, ?)",
        [.text(id.text), .blob(try encode(installation))])
    }
    try updateProjection(of: installation)
    var expected = installation
    if try isDelivered(id, revision: installation.revision) { expected.markDelivered() }
    try setStatus(expected.status, of: id)
  }

  /// Adds events up by the rules of `open` and `append`; nil where they do not begin with a registration, a
  /// survey or an adoption.
  func addUp(_ entries: [LogEntry]) throws(FieldbookError) -> Installation? {
    try Installation.replaying(entries) { (closed) throws(FieldbookError) in try closedDigest(of: closed) }
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
