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

  /// Reads the data by which a closed record and its log are judged. The record's files are not read.
  /// - Returns: a closure that judges the record, on any thread, and returns its first fault, or nil where
  ///   there is none.
  /// - Throws: `store`, `damagedRow`.
  public func judging(_ record: PendingRecord) throws(FieldbookError) -> @Sendable () -> EvidenceFault? {
    if try isVisit(record) {
      let fault = try faultOfVisit(record)
      return { fault }
    }
    do throws(FieldbookError) {
      let written = try database.snapshot { () throws(FieldbookError) in try writtenRecord(of: record.id) }
      return {
        do throws(EvidenceFault) {
          try written.check(record)
          return nil
        } catch {
          return error
        }
      }
    } catch .notFound {
      return { .record }
    }
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

  /// Proves one record within a snapshot.
  func prove(_ id: InstallationID) throws(FieldbookError) -> (record: Installation, entries: [LogEntry]) {
    let written = try writtenRecord(of: id)
    do throws(EvidenceFault) {
      return try written.proven()
    } catch {
      throw .evidence(id, error)
    }
  }

  /// Reads one record as it was written, within a snapshot.
  /// - Throws: `notFound`, `store`.
  private func writtenRecord(of id: InstallationID) throws(FieldbookError) -> WrittenRecord {
    let body = try database.first("SELECT body FROM record WHERE installation = ?", [.text(id.text)]) {
      $0.blob(0)
    }
    guard let body else { throw .notFound(id.text) }
    let closings = try database.rows(
      "SELECT revision, seq, sha256 FROM revision WHERE installation = ?", [.text(id.text)]
    ) { ($0.integer(0), WrittenRecord.Closing(seq: Int64($0.integer(1)), sha256: $0.text(2))) }
    return WrittenRecord(
      id: id, body: body, entries: try writtenEntries(of: id),
      closings: Dictionary(closings, uniquingKeysWith: { first, _ in first }))
  }

  /// Reads the entries of one installation, and checks their links to both neighbours.
  private func writtenEntries(of id: InstallationID) throws(FieldbookError) -> [WrittenRecord.Entry] {
    let last = try database.first("SELECT max(seq) FROM event") { $0.integer(0) } ?? 0
    return try database.rows(
      """
      SELECT seq, at, name, body, previous_sha256, sha256,
        (SELECT sha256 FROM event AS before WHERE before.seq = event.seq - 1),
        (SELECT previous_sha256 FROM event AS after WHERE after.seq = event.seq + 1)
      FROM event WHERE installation = ? ORDER BY seq
      """, [.text(id.text)]
    ) { row in
      let written = Self.written(row)
      let before = row.optionalText(6) ?? (written.seq == 1 ? LogChain.beginning : nil)
      let after = row.optionalText(7) ?? (row.integer(0) == last ? written.sha256 : nil)
      return WrittenRecord.Entry(
        written: written, isLinked: before == written.previousSha256 && after == written.sha256)
    }
  }

  /// Reads a row whose columns are seq, at, name, body, previous_sha256 and sha256.
  static func written(_ row: Row) -> WrittenLogEntry {
    WrittenLogEntry(
      seq: Int64(row.integer(0)), at: row.text(1), name: row.text(2), body: row.blob(3),
      previousSha256: row.text(4), sha256: row.text(5))
  }
}
