public import FoundationEssentials
public import Records

extension Fieldbook {
  /// A revision of a record in the bytes that it was closed with.
  public struct ClosedRevision: Sendable {
    /// The number of the revision, from 1.
    public let number: Int
    /// The number of the log's entry that closed the revision, from 1.
    public let seq: Int64
    public let body: Data
    /// SHA-256 of `body`, lower-case hex.
    public let sha256: String
  }

  /// All that the fieldbook has of an installation, as it was written.
  public struct WrittenHistory: Sendable {
    /// The record that the entries add up to, without its delivery.
    public let installation: Installation
    /// The log's entries of this installation, oldest first.
    public let entries: [WrittenLogEntry]
    /// The closed revisions, oldest first.
    public let revisions: [ClosedRevision]
  }

  /// Reads the entries and the closed revisions of an installation at one moment, and proves them: each entry by its digest
  /// and its neighbours, the record by its entries, each revision by its digest and by the entries up to its closing. Files are
  /// not looked at.
  /// - Throws: `evidence` with the first item that differs from what was written, `notFound`, `store`.
  public func provenHistory(of id: InstallationID) throws(FieldbookError) -> WrittenHistory {
    try database.snapshot { () throws(FieldbookError) in
      let (record, entries) = try prove(id)
      let written = try database.rows(
        """
        SELECT seq, at, name, body, previous_sha256, sha256 FROM event WHERE installation = ? ORDER BY seq
        """, [.text(id.text)]
      ) { Self.written($0) }
      let revisions = try database.rows(
        "SELECT revision, seq, body, sha256 FROM revision WHERE installation = ? ORDER BY revision",
        [.text(id.text)]
      ) {
        ClosedRevision(
          number: $0.integer(0), seq: Int64($0.integer(1)), body: $0.blob(2), sha256: $0.text(3))
      }
      for revision in revisions {
        guard Self.digest(of: revision.body) == revision.sha256,
          let kept = try? RecordCoding.decode(Installation.self, from: revision.body),
          let closed = try addUp(entries.filter { $0.seq <= revision.seq }), kept.isSame(as: closed)
        else { throw FieldbookError.evidence(id, .revision(revision.number)) }
      }
      return WrittenHistory(installation: record, entries: written, revisions: revisions)
    }
  }

  /// Lists the installations with a closed revision, in the order of the names of their folders in an archive: the code of the
  /// label, or the id of a void record and of one without a code.
  /// - Parameter day: the first day on which the newest revision may have been closed; nil lists all
  ///   installations.
  /// - Throws: `damagedRow`, `store`.
  public func closedInstallations(since day: CalendarDay? = nil) throws(FieldbookError) -> [InstallationID] {
    // A date of the log is RFC 3339 text that begins with the local day of the laptop.
    try database.rows(
      """
      SELECT revision.installation FROM revision JOIN event ON event.seq = revision.seq
        JOIN installation ON installation.id = revision.installation
      GROUP BY revision.installation HAVING max(substr(event.at, 1, 10)) >= ?
      ORDER BY iif(installation.status = 'void', installation.id, coalesce(installation.code, installation.id))
      """, [.text(day?.description ?? "")]
    ) { (row) throws(FieldbookError) in try Self.id(row.text(0), table: "revision") }
  }
}
