import Cryptography
import FoundationEssentials
public import Records

extension Fieldbook {
  // MARK: - Before a signature

  /// Computes a record from its own events and compares it with the stored record. The digests of the events
  /// and their links to the entries beside them are checked, and every file that the record names is read. The
  /// work does not grow with the number of other installations; `verifyLog` checks the whole chain.
  /// - Returns: the record that its events make, without its delivery.
  /// - Throws: `evidence` with the first item that differs from what was written, `notFound`, `home`, `store`.
  public func provenRecord(of id: InstallationID) throws(FieldbookError) -> Installation {
    let proven = try database.snapshot { () throws(FieldbookError) in try prove(id).record }
    for file in try filesHere(of: proven) { try check(file, of: id) }
    return proven
  }

  // MARK: - Before delivery

  /// Finds a fault of a closed record or of its log. Its files are not read.
  /// - Returns: nil where there is no fault.
  /// - Throws: `store`, `damagedRow`.
  public func fault(withoutFilesOf record: PendingRecord) throws(FieldbookError) -> EvidenceFault? {
    do throws(FieldbookError) {
      if try isVisit(record) { return try faultOfVisit(record) }
      try database.snapshot { () throws(FieldbookError) in try check(record) }
      return nil
    } catch .evidence(_, let fault) {
      return fault
    }
  }

  private func check(_ record: PendingRecord) throws(FieldbookError) {
    let damaged = FieldbookError.evidence(record.id, .revision(record.revision))
    guard Self.digest(of: record.body) == record.sha256 else { throw damaged }
    let entries = try prove(record.id).entries
    let closing = try database.first(
      "SELECT seq, sha256 FROM revision WHERE installation = ? AND revision = ?",
      [.text(record.id.text), .integer(record.revision)]
    ) { (seq: Int64($0.integer(0)), sha256: $0.text(1)) }
    guard let closing, closing.sha256 == record.sha256,
      let sent = try? RecordCoding.decode(Installation.self, from: record.body),
      let closed = try addUp(entries.filter { $0.seq <= closing.seq }),
      sent.isSame(as: closed)
    else { throw damaged }
    // Every file that the record names is in the queue, or was there.
    let queued = Set((record.files + record.originals + record.acknowledgedFiles).map(\.sha256.hex))
    guard try filesHere(of: sent).allSatisfy({ queued.contains($0.sha256) }) else { throw damaged }
  }

  func check(_ file: RecordFile, of id: InstallationID) throws(FieldbookError) {
    do throws(FieldbookError) {
      if let bytes = file.bytes, try files.size(of: file.sha256) != bytes {
        throw .fileDamaged(sha256: file.sha256)
      }
      try files.verify(file.sha256)
    } catch .fileMissing(let sha256) {
      throw .evidence(id, .fileMissing(name: file.filename, sha256: sha256))
    } catch .fileDamaged(let sha256) {
      throw .evidence(id, .fileDamaged(name: file.filename, sha256: sha256))
    } catch .notADigest {
      throw .evidence(id, .record)
    }
  }

  // MARK: - The record and its entries

  /// Proves one record within a snapshot. A void record may have entries that cannot be read, which is why it was
  /// taken back.
  func prove(_ id: InstallationID) throws(FieldbookError) -> (record: Installation, entries: [LogEntry]) {
    let kept: Installation
    do throws(FieldbookError) {
      kept = try record(of: id)
    } catch .damagedRow(_, _) {
      throw .evidence(id, .record)
    }
    let (entries, unreadable) = try provenEntries(of: id)
    guard let sum = try addUp(entries) else {
      throw .evidence(id, unreadable.first.map { .unreadableEntry(seq: $0) } ?? .record)
    }
    if let seq = unreadable.first, sum.status != .void { throw .evidence(id, .unreadableEntry(seq: seq)) }
    guard kept.isSame(as: sum) else { throw .evidence(id, .record) }
    return (sum, entries)
  }

  /// Reads the entries of one installation and checks each one's digest and its links to both neighbours.
  private func provenEntries(of id: InstallationID) throws(FieldbookError)
    -> (entries: [LogEntry], unreadable: [Int64])
  {
    let last = try database.first("SELECT max(seq) FROM event") { $0.integer(0) } ?? 0
    var entries: [LogEntry] = []
    var unreadable: [Int64] = []
    _ = try database.rows(
      """
      SELECT seq, at, name, body, previous_sha256, sha256,
        (SELECT sha256 FROM event AS before WHERE before.seq = event.seq - 1),
        (SELECT previous_sha256 FROM event AS after WHERE after.seq = event.seq + 1)
      FROM event WHERE installation = ? ORDER BY seq
      """, [.text(id.text)]
    ) { (row) throws(FieldbookError) in
      let written = Self.written(row)
      let before = row.optionalText(6) ?? (written.seq == 1 ? LogChain.beginning : nil)
      let after = row.optionalText(7) ?? (row.integer(0) == last ? written.sha256 : nil)
      guard before == written.previousSha256, after == written.sha256,
        LogChain.digest(
          after: written.previousSha256, seq: written.seq, subject: id.text, at: written.at, name: written.name,
          body: written.body) == written.sha256
      else { throw FieldbookError.evidence(id, .entry(seq: written.seq)) }
      if let entry = LogEntry(written, of: id) {
        entries.append(entry)
      } else {
        unreadable.append(written.seq)
      }
    }
    return (entries, unreadable)
  }

  /// Reads a row whose columns are seq, at, name, body, previous_sha256 and sha256.
  static func written(_ row: Row) -> WrittenLogEntry {
    WrittenLogEntry(
      seq: Int64(row.integer(0)), at: row.text(1), name: row.text(2), body: row.blob(3),
      previousSha256: row.text(4), sha256: row.text(5))
  }
}
