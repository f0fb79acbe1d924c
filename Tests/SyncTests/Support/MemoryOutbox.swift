import Cryptography
import Foundation
import Records

/// A queue in memory that records the order of the calls.
final class MemoryOutbox: Outbox {
  private var keys: [(key: PendingKey, secret: [UInt8]?)] = []
  private var records: [PendingRecord] = []
  var faults: [InstallationID: EvidenceFault] = [:]
  private(set) var marks: [String] = []

  func pendingKeys() -> [PendingKey] { keys.map(\.key) }
  func secret(ofKey keyID: String) -> [UInt8]? { keys.first { $0.key.keyID == keyID }?.secret }
  /// The keys as they were delivered.
  private(set) var sealed: [String: SealedKey] = [:]
  func keep(_ key: SealedKey) { sealed[key.keyID] = key }
  func sealedKey(_ keyID: String, of id: InstallationID) -> SealedKey? { sealed[keyID] }
  func pendingRecords() -> [PendingRecord] { records }
  func pendingRecords(of id: InstallationID) -> [PendingRecord] { records.filter { $0.id == id } }
  func judging(_ record: PendingRecord) -> @Sendable () -> EvidenceFault? {
    let fault = faults[record.id]
    return { fault }
  }

  func together(_ body: () -> Void) { body() }

  // MARK: - The queue

  /// The places of the records in the queue, which keep their order when others go.
  private var places: [InstallationID: Int64] = [:]
  /// What was set aside, by the installation.
  private(set) var setAside: [InstallationID: SetAside] = [:]

  func queue(_ part: QueuePart, after position: QueuePosition?, limit: Int) -> [QueuedInstallation] {
    let waiting = records.filter { record in
      switch part {
      case .fresh: setAside[record.id] == nil
      case .setAside(let moment): setAside[record.id].map { moment.map($0.isBefore) ?? true } ?? false
      }
    }
    let queue = waiting.map {
      QueuedInstallation(position: QueuePosition(isVisit: false, number: self.places[$0.id] ?? 0), id: $0.id)
    }
    return Array(queue.filter { $0.position.number > position?.number ?? -1 }.prefix(limit))
  }

  func totals() -> QueueTotals {
    QueueTotals(
      records: records.map(\.id), recordBytes: records.reduce(0) { $0 + $1.body.count },
      files: Set(records.flatMap(\.files)).count,
      fileBytes: Set(records.flatMap(\.files)).reduce(0) { $0 + $1.bytes },
      originals: waitingOriginals.count, originalBytes: waitingOriginals.reduce(0) { $0 + $1.bytes },
      timestamps: pendingTimestamps().count)
  }

  private var waitingOriginals: Set<PendingFile> {
    Set(records.flatMap(\.originals)).union(originals.map(\.file))
  }

  func setAside(_ id: InstallationID, revision: Int, reason: String, detail: String?, at: Timestamp) {
    marks.append("set aside")
    setAside[id] = SetAside(
      revision: revision, reason: reason, detail: detail, since: setAside[id]?.since ?? at, triedAt: at)
  }

  func takeUp(_ id: InstallationID) { setAside[id] = nil }

  // MARK: - What follows records

  /// The originals of acknowledged records.
  private var originals: [PendingOriginal] = []

  func pendingOriginals() -> [PendingOriginal] { originals }

  /// The timestamps of acknowledged records.
  var timestamps: [PendingTimestamp] = []

  func pendingTimestamps() -> [PendingTimestamp] {
    timestamps.filter { timestamp in !records.contains { $0.id == timestamp.installation } }
  }

  func acknowledge(timestamp sha256: FileDigest, of agreement: FileDigest, at: Timestamp) {
    marks.append("acknowledged timestamp")
    timestamps.removeAll { $0.file.sha256 == sha256 && $0.agreement == agreement }
  }

  /// The results of `rebuild`, in their order; `rebuild` returns a conflict where none is left.
  var rebuilds: [Rebuild] = []
  private(set) var conflicts: [InstallationID] = []

  func rebuild(_ id: InstallationID, on record: Data, at: Timestamp) -> Rebuild {
    marks.append("rebuilt")
    if rebuilds.isEmpty { return .conflict }
    let rebuild = rebuilds.removeFirst()
    if case .revisions(let revisions) = rebuild { records = records.filter { $0.id != id } + revisions }
    return rebuild
  }

  /// The records that were taken over from an archive.
  var adopted: Set<InstallationID> = []

  func waitsForAnother(_ id: InstallationID) -> Bool { adopted.contains(id) }

  func markConflict(record id: InstallationID, at: Timestamp) { conflicts.append(id) }

  func markAttempted(key keyID: String, at: Timestamp) { marks.append("attempted key") }

  func markAttempted(record id: InstallationID, revision: Int, at: Timestamp) {
    marks.append("attempted record \(revision)")
  }

  func acknowledge(key keyID: String, at: Timestamp) {
    marks.append("acknowledged key")
    keys.removeAll { $0.key.keyID == keyID }
  }

  func acknowledge(file sha256: FileDigest, of id: InstallationID, at: Timestamp) {
    marks.append("acknowledged file")
    originals.removeAll { $0.installation == id && $0.file.sha256 == sha256 }
    records = records.map { record in
      guard record.id == id else { return record }
      return PendingRecord(
        id: id, code: record.code, revision: record.revision, body: record.body, sha256: record.sha256,
        previousSha256: record.previousSha256, files: record.files.filter { $0.sha256 != sha256 },
        originals: record.originals.filter { $0.sha256 != sha256 },
        acknowledgedFiles: record.acknowledgedFiles
          + (record.files + record.originals).filter { $0.sha256 == sha256 })
    }
  }

  /// Called with the number of each acknowledgement of a record, from 1, before the acknowledgement counts.
  var onAcknowledgedRecord: (Int) throws -> Void = { _ in }
  private var acknowledgedRecords = 0

  func acknowledge(record id: InstallationID, revision: Int, sha256: String, at: Timestamp) throws {
    acknowledgedRecords += 1
    try onAcknowledgedRecord(acknowledgedRecords)
    marks.append("acknowledged record \(revision)")
    setAside[id] = nil
    let done = records.filter { $0.id == id && $0.revision == revision && $0.sha256 == sha256 }
    records.removeAll { done.contains($0) }
    originals += done.flatMap { record in
      record.originals.map { PendingOriginal(installation: id, file: $0) }
    }
  }

  // MARK: - Filling it

  func enqueue(_ key: PendingKey, secret: [UInt8]?) { keys.append((key, secret)) }

  func enqueue(_ record: PendingRecord) {
    records.append(record)
    places[record.id] = places[record.id] ?? Int64(places.count)
  }

  func forgetSecret(of keyID: String) {
    keys = keys.map { $0.key.keyID == keyID ? ($0.key, nil) : $0 }
  }
}

extension SetAside {
  /// Whether the last try was before a moment.
  fileprivate func isBefore(_ moment: Timestamp) -> Bool { triedAt.secondsSince1970 < moment.secondsSince1970 }
}
