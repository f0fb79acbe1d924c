import Cryptography
import FoundationEssentials
import Records

/// All that the fieldbook has of one installation's record, in the bytes in which it was written. Judging the
/// record needs no database, so that any thread can judge it.
struct WrittenRecord: Sendable {
  /// An entry of the log.
  struct Entry: Sendable {
    let written: WrittenLogEntry
    /// Whether the neighbouring entries, or the ends of the log, fit this entry.
    let isLinked: Bool
  }

  /// The closing of a revision.
  struct Closing: Sendable {
    /// The number of the log entry that closed the revision.
    let seq: Int64
    /// SHA-256 of the revision's bytes, lower-case hex.
    let sha256: String
  }

  let id: InstallationID
  /// The record as it is kept beside the log.
  let body: Data
  /// The installation's entries of the log, oldest first.
  let entries: [Entry]
  /// The closings by the numbers of their revisions.
  let closings: [Int: Closing]

  // MARK: - The record and its entries

  /// Proves the record by its entries, and each entry by its digest and its neighbours. A void record may have
  /// entries that cannot be read, which is why it was voided.
  /// - Returns: the record that the entries make, without its delivery, and the entries that can be read.
  /// - Throws: the first item that differs from what was written.
  func proven() throws(EvidenceFault) -> (record: Installation, entries: [LogEntry]) {
    guard let kept = try? RecordCoding.decode(Installation.self, from: body) else { throw .record }
    let (entries, unreadable) = try provenEntries()
    guard let sum = try replayed(entries) else {
      throw unreadable.first.map { .unreadableEntry(seq: $0) } ?? .record
    }
    if let seq = unreadable.first, sum.status != .void { throw .unreadableEntry(seq: seq) }
    guard kept.isSame(as: sum) else { throw .record }
    return (sum, entries)
  }

  private func provenEntries() throws(EvidenceFault) -> (entries: [LogEntry], unreadable: [Int64]) {
    var read: [LogEntry] = []
    var unreadable: [Int64] = []
    for entry in entries {
      let written = entry.written
      guard entry.isLinked,
        LogChain.digest(
          after: written.previousSha256, seq: written.seq, subject: id.text, at: written.at, name: written.name,
          body: written.body) == written.sha256
      else { throw .entry(seq: written.seq) }
      if let entry = LogEntry(written, of: id) { read.append(entry) } else { unreadable.append(written.seq) }
    }
    return (read, unreadable)
  }

  private func replayed(_ entries: some Sequence<LogEntry>) throws(EvidenceFault) -> Installation? {
    try Installation.replaying(entries) { (closed) throws(EvidenceFault) in
      guard let closing = closings[closed.revision] else { throw .revision(closed.revision) }
      return closing.sha256
    }
  }

  // MARK: - A closed revision

  /// Checks a revision that is to be delivered: its bytes, the log up to its closing, and that each file that
  /// the revision names is or was queued. The files themselves are not read.
  /// - Throws: the first item that differs from what was written.
  func check(_ record: PendingRecord) throws(EvidenceFault) {
    let damaged = EvidenceFault.revision(record.revision)
    guard Fieldbook.digest(of: record.body) == record.sha256 else { throw damaged }
    let (sum, entries) = try proven()
    guard let closing = closings[record.revision], closing.sha256 == record.sha256 else { throw damaged }
    // Usually the pending revision is the newest one, and its bytes are those of the record that has just been
    // proven.
    let isNewest = entries.last.map { $0.seq <= closing.seq } ?? false
    guard isNewest, record.body == body else {
      guard let sent = try? RecordCoding.decode(Installation.self, from: record.body),
        let closed = try isNewest ? sum : replayed(entries.lazy.filter { $0.seq <= closing.seq }),
        sent.isSame(as: closed)
      else { throw damaged }
      return try checkQueue(record, has: sent, entries)
    }
    try checkQueue(record, has: sum, entries)
  }

  /// Checks that every file that the record names is in the queue, or was there, or stayed where the record was taken over from.
  private func checkQueue(
    _ record: PendingRecord, has sent: Installation, _ entries: [LogEntry]
  ) throws(EvidenceFault) {
    let queued = Set((record.files + record.originals + record.acknowledgedFiles).map(\.sha256.hex))
    let adopted = entries.lazy.compactMap { entry -> InstallationEvent.Adopted? in
      if case .adopted(let adopted) = entry.event { adopted } else { nil }
    }.first
    let elsewhere = Set((adopted?.installation.map { RecordFile.named(by: $0) } ?? []).map(\.sha256))
    for file in RecordFile.named(by: sent)
    where !queued.contains(file.sha256) && !elsewhere.contains(file.sha256) {
      throw .revision(record.revision)
    }
  }
}
