import FoundationEssentials
public import Records

/// Handles records that another laptop made and that this laptop has taken over.
extension Fieldbook {
  // MARK: - Taking one over

  /// Takes over a record that this fieldbook does not have: its log begins with the record as it was, its code, photos and seals
  /// count as used, and its next revision, which says who took it over, is closed and queued. All of it is one transaction. A
  /// record that is here already stays as it is.
  /// - Parameters:
  ///   - adopted: a record that was judged where it entered.
  ///   - now: the clock, read within the transaction so that the dates of the log's entries are in order.
  /// - Returns: the record as this fieldbook has it.
  /// - Throws: `evidence` where the bytes are not those of the digest or cannot be read, `refused` where no
  ///   module is installed or the certificate has expired, `inspectionWaits`, `recordGoneOn` where the platform
  ///   has shown another or a newer record, `codeBound`, `labelIs`, `clockBehind`, `clockImplausible`, `store`.
  public func adopt(_ adopted: InstallationEvent.Adopted, at now: @autoclosure () -> Timestamp)
    throws(FieldbookError) -> Installation
  {
    try database.transaction { () throws(FieldbookError) in
      let at = now()
      try checkClock(at)
      guard let before = adopted.installation else {
        throw FieldbookError.damagedRow(table: "event", key: InstallationEvent.adopted(adopted).name)
      }
      let id = before.id
      guard Self.digest(of: adopted.body) == adopted.sha256, before.revision == adopted.revision else {
        throw FieldbookError.evidence(id, .revision(adopted.revision))
      }
      let isHere = try database.first("SELECT 1 FROM installation WHERE id = ?", [.text(id.text)]) { _ in true }
      if isHere == true { return try record(of: id) }
      guard adopted.technician.mayWork(on: at.day) else {
        throw FieldbookError.refused(.certificateExpired(adopted.technician.certificateExpires))
      }
      guard before.isInstalled else { throw FieldbookError.refused(.notInstalled) }
      // A pending inspection is a revision of the platform's record, which the record taken over would not
      // continue.
      guard try pendingVisits(of: id).isEmpty else { throw FieldbookError.inspectionWaits(id) }
      // An archive may be older than what the platform has shown, or differ from it.
      if let known = try lastKnownToPlatform(id), known.sha256 != adopted.sha256 {
        guard known.installation.revision < adopted.revision,
          let taken = try? RemoteRecord(adopted.body, sha256: adopted.sha256, of: id),
          taken.continues(known.installation, sha256: known.sha256)
        else { throw FieldbookError.recordGoneOn(id) }
      }
      if let code = before.code { _ = try bindCode(code, to: id) }
      let event = InstallationEvent.adopted(adopted)
      let entry = try EventLog.append(event, to: id, at: at, in: database)
      guard let installation = Installation(adopted: adopted, at: at, entrySha256: entry.sha256) else {
        throw FieldbookError.unencodable(event: event.name)
      }
      try claim(event, for: id)
      try insertProjection(of: installation)
      // An archive does not say what the platform has.
      if adopted.source == .platform { try remember(adopted.body, of: before, at: at) }
      try close(installation, seq: entry.seq)
      return installation
    }
  }

  // MARK: - What was taken over

  /// Returns the record as it was when it was taken over; nil for a record that was begun on this laptop.
  /// - Throws: `damagedRow`, `store`.
  public func adoption(of id: InstallationID) throws(FieldbookError) -> InstallationEvent.Adopted? {
    let row = try database.first(
      "SELECT seq, body FROM event WHERE installation = ? AND name = 'adopted' ORDER BY seq LIMIT 1",
      [.text(id.text)]
    ) { (seq: $0.integer(0), body: $0.blob(1)) }
    guard let row else { return nil }
    guard case .adopted(let adopted)? = try? RecordCoding.decode(InstallationEvent.self, from: row.body) else {
      throw .damagedRow(table: "event", key: String(row.seq))
    }
    return adopted
  }

  /// Lists the files that a record was taken over with. They stayed where the record came from, and only their digests are known
  /// here; a record that was begun on this laptop has none.
  /// - Throws: `damagedRow`, `store`.
  public func filesElsewhere(of id: InstallationID) throws(FieldbookError) -> [RecordFile] {
    try adoption(of: id)?.installation.map { RecordFile.named(by: $0) } ?? []
  }

  /// The files of a record that have to be on this laptop.
  func filesHere(of installation: Installation) throws(FieldbookError) -> [RecordFile] {
    let elsewhere = Set(try filesElsewhere(of: installation.id).map(\.sha256))
    return RecordFile.named(by: installation).filter { !elsewhere.contains($0.sha256) }
  }

  /// The revision that was taken over; nil for a record that was begun on this laptop.
  func adoptedRecord(_ id: InstallationID) throws(FieldbookError) -> KnownRecord? {
    guard let adopted = try adoption(of: id) else { return nil }
    return adopted.installation.map { KnownRecord(installation: $0, sha256: adopted.sha256) }
  }

  /// The earliest revision of a record that this fieldbook can vouch for: the one that was taken over, or the first.
  /// - Throws: `damagedRow`, `store`.
  public func firstKnown(_ id: InstallationID) throws(FieldbookError) -> KnownRecord? {
    if let adopted = try adoptedRecord(id) { return adopted }
    guard let first = try closedRecord(id, revision: 1),
      let installation = try? RecordCoding.decode(Installation.self, from: first.body)
    else { return nil }
    return KnownRecord(installation: installation, sha256: first.sha256)
  }

  /// Whether the platform's record is an earlier revision that the record taken over continues.
  func isBeforeAdoption(_ remote: RemoteRecord) throws(FieldbookError) -> Bool {
    guard let adopted = try adoption(of: remote.installation.id),
      remote.installation.revision < adopted.revision,
      let taken = try? RemoteRecord(adopted.body, sha256: adopted.sha256, of: remote.installation.id)
    else { return false }
    return taken.continues(remote.installation, sha256: remote.sha256)
  }

  /// Whether a record was taken over from an archive and the platform is not known to have it, so that the
  /// platform can get the revision in the archive only from another laptop.
  /// - Throws: `damagedRow`, `store`.
  public func waitsForAnother(_ id: InstallationID) throws(FieldbookError) -> Bool {
    guard try adoption(of: id) != nil else { return false }
    return try lastKnownToPlatform(id) == nil
  }

  /// The bytes of a closed revision. For a record that was taken over, they keep the JSON keys that this
  /// program does not know.
  func closedBody(of installation: Installation) throws(FieldbookError) -> Data {
    let body = try encode(installation)
    guard let adopted = try adoption(of: installation.id), let before = adopted.installation,
      let earlier = try? RecordCoding.decode(JSONValue.self, from: adopted.body),
      let known = try? RecordCoding.decode(JSONValue.self, from: encode(before)),
      let present = try? RecordCoding.decode(JSONValue.self, from: body), earlier != known
    else { return body }
    guard let whole = try? RecordCoding.encode(present.keepingUnknown(of: earlier, known: known)) else {
      throw .unencodable(event: installation.history.last?.event ?? "")
    }
    return whole
  }

  // MARK: - A note for lists

  /// The beginning of the names of the settings that list the records which were taken over, so that lists and figures need not
  /// go through the log.
  private static let notePrefix = "adopted "

  /// Notes that a record was taken over.
  func noteAdoption(of id: InstallationID, _ adopted: InstallationEvent.Adopted) throws(FieldbookError) {
    try database.run(
      "INSERT INTO setting (name, body) VALUES (?, CAST(? AS BLOB)) ON CONFLICT DO UPDATE SET body = excluded.body",
      [.text(Self.notePrefix + id.text), .text(adopted.sha256)])
  }

  private static let notes = "name >= '\(notePrefix)' AND name < '\(notePrefix.dropLast())!'"
  private static let notedID = "substr(name, \(notePrefix.count + 1))"

  /// The SQL that is true of a record which was begun on this laptop; `column` has its id.
  static func isOwn(_ column: String) -> String {
    "\(column) NOT IN (SELECT \(notedID) FROM setting WHERE \(notes))"
  }

  /// The SQL that is true of a row of the ledger whose record was begun on this laptop. Every index contains
  /// the row's number, so that figures can still be read from indexes alone.
  static let isOwnRow = """
    ledger.rowid NOT IN (SELECT other.rowid FROM setting
      JOIN ledger AS other ON other.installation = \(notedID) WHERE \(notes))
    """
}
