import Characters
public import FoundationEssentials
public import Records

extension Fieldbook {
  /// The minimum number of characters of an abbreviated id.
  public static let shortestReference = 4

  // MARK: - One installation

  /// Finds an installation's id from an id, the beginning of an id, a label code or the address in a label's
  /// symbol. A code that is bound to no record stands for the void record that had it.
  /// - Throws: `notFound`, `ambiguous`, `referenceTooShort`, `store`.
  public func resolve(_ reference: String) throws(FieldbookError) -> InstallationID {
    let text = TextNormalization.typed(reference).lowercased()
    if let id = InstallationID(text) {
      let known = try database.first("SELECT 1 FROM installation WHERE id = ?", [.text(id.text)]) { _ in true }
      guard known == true else { throw .notFound(reference) }
      return id
    }
    var matches: [InstallationID] = []
    if let code = LabelCode(written: text) {
      if let bound = try installation(boundTo: code) {
        matches = [bound]
      } else {
        matches = try voidInstallations(withCode: code)
      }
    }
    guard text.utf8.count >= Self.shortestReference || !matches.isEmpty else {
      throw .referenceTooShort(reference)
    }
    // Ids consist of 0-9, a-f and hyphens, so 'g' sorts behind all ids that begin with the text.
    if text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || $0.isLowerCaseHexDigit }) {
      matches += try database.rows(
        "SELECT id FROM installation WHERE id >= ? AND id < ? ORDER BY id LIMIT 10",
        [.text(text), .text(text + "g")]
      ) { (row) throws(FieldbookError) in try Self.id(row.text(0), table: "installation") }
      .filter { !matches.contains($0) }
    }
    guard let match = matches.first else { throw .notFound(reference) }
    guard matches.count == 1 else { throw .ambiguous(reference, matches: matches) }
    return match
  }

  /// The void records of this code, at most ten, the last opened first.
  private func voidInstallations(withCode code: LabelCode) throws(FieldbookError) -> [InstallationID] {
    try database.rows(
      "SELECT id FROM installation WHERE code = ? AND status = ? ORDER BY opened_seconds DESC, id DESC LIMIT 10",
      [.text(code.description), .text(Installation.Status.void.rawValue)]
    ) { (row) throws(FieldbookError) in try Self.id(row.text(0), table: "installation") }
  }

  /// Reads the whole record.
  /// - Throws: `notFound`, `damagedRow`, `store`.
  public func installation(_ id: InstallationID) throws(FieldbookError) -> Installation {
    try database.snapshot { () throws(FieldbookError) in
      var installation = try record(of: id)
      if try isDelivered(id, revision: installation.revision) { installation.markDelivered() }
      return installation
    }
  }

  /// Reads the status of a record, also of one that cannot be read.
  /// - Throws: `notFound`, `damagedRow`, `store`.
  public func status(of id: InstallationID) throws(FieldbookError) -> Installation.Status {
    let text = try database.first("SELECT status FROM installation WHERE id = ?", [.text(id.text)]) {
      $0.text(0)
    }
    guard let text else { throw .notFound(id.text) }
    guard let status = Installation.Status(rawValue: text) else {
      throw .damagedRow(table: "installation", key: id.text)
    }
    return status
  }

  /// Reads the record that an id, the unique beginning of an id or a label code names.
  /// - Throws: the errors of `resolve` and `installation(_:)`.
  public func installation(matching reference: String) throws(FieldbookError) -> Installation {
    try installation(try resolve(reference))
  }

  /// Reads the exact bytes of a closed revision as they are sent, and their digest; nil while the revision is
  /// open.
  public func closedRecord(_ id: InstallationID, revision: Int) throws(FieldbookError) -> (
    body: Data, sha256: String
  )? {
    try database.first(
      "SELECT body, sha256 FROM revision WHERE installation = ? AND revision = ?",
      [.text(id.text), .integer(revision)]
    ) { ($0.blob(0), $0.text(1)) }
  }

  // MARK: - Many

  /// A page of installations.
  public struct Page: Hashable, Sendable {
    public let installations: [InstallationSummary]
    /// Number of rows of the page that cannot be read and are omitted.
    public let unreadable: Int

    public init(installations: [InstallationSummary], unreadable: Int) {
      self.installations = installations
      self.unreadable = unreadable
    }
  }

  /// The installations of a page that can be read.
  /// - Throws: the errors of `page`.
  public func list(status: Installation.Status? = nil, limit: Int = 100, after: InstallationID? = nil)
    throws(FieldbookError) -> [InstallationSummary]
  {
    try page(status: status, limit: limit, after: after).installations
  }

  /// One installation as `list` shows it; nil where it is not there or cannot be read.
  public func summary(of id: InstallationID) throws(FieldbookError) -> InstallationSummary? {
    try rows("WHERE id = ?", [.text(id.text)]).first?.summary
  }

  /// Counts the installations by status; a status without any is left out.
  public func counts() throws(FieldbookError) -> [Installation.Status: Int] {
    let rows = try database.rows("SELECT status, count(*) FROM installation GROUP BY status") {
      (status: Installation.Status(rawValue: $0.text(0)), count: $0.integer(1))
    }
    // A status that cannot be read is reported by `check`.
    return Dictionary(uniqueKeysWithValues: rows.compactMap { row in row.status.map { ($0, row.count) } })
  }

  /// Counts the open installations that were signed, corrected since, and wait for a new signature.
  public func signaturesDue() throws(FieldbookError) -> Int {
    try database.first(
      """
      SELECT count(*) FROM installation
      WHERE status = 'open' AND revision > 1 AND next_step NOT IN ('repair', 'confirm')
      """
    ) { $0.integer(0) } ?? 0
  }

  /// The installations with a fault that was reported and whose repair is not over, those out of use first, then the last opened.
  /// - Throws: `store`, `damagedRow`.
  public func repairsDue() throws(FieldbookError) -> [InstallationSummary] {
    try summaries(
      """
      WHERE next_step IN ('repair', 'confirm')
      ORDER BY status <> 'outOfUse', opened_seconds DESC, id DESC
      """, [])
  }

  func summaries(_ clauses: String, _ values: [SQLValue]) throws(FieldbookError) -> [InstallationSummary] {
    try rows(clauses, values).map { (row) throws(FieldbookError) in
      guard let summary = row.summary else { throw .damagedRow(table: "installation", key: row.key) }
      return summary
    }
  }

  func rows(_ clauses: String, _ values: [SQLValue], from tables: String = "installation")
    throws(FieldbookError)
    -> [(key: String, summary: InstallationSummary?)]
  {
    try database.rows(
      """
      SELECT installation.id, installation.code, installation.status, installation.unit_name, opened_at, next_step,
        revision
      FROM \(tables) \(clauses)
      """,
      values
    ) { (row) throws(FieldbookError) -> (key: String, summary: InstallationSummary?) in
      let code = row.optionalText(1)
      let next = row.optionalText(5)
      guard let id = InstallationID(row.text(0)), let status = Installation.Status(rawValue: row.text(2)),
        let openedAt = Timestamp(row.text(4)), code == nil || LabelCode(code ?? "") != nil,
        next == nil || Step(rawValue: next ?? "") != nil
      else { return (row.text(0), nil) }
      return (
        row.text(0),
        InstallationSummary(
          id: id, code: code.flatMap { LabelCode($0) }, status: status, unitName: row.text(3),
          openedAt: openedAt, next: next.flatMap { Step(rawValue: $0) }, revision: row.integer(6))
      )
    }
  }
}
