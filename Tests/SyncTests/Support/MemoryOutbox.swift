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
  func pendingRecords() -> [PendingRecord] { records }
  func fault(of record: PendingRecord) -> EvidenceFault? { faults[record.id] }

  /// The originals of acknowledged records, and the faults of some by their digests.
  private var originals: [PendingOriginal] = []
  var originalFaults: [FileDigest: EvidenceFault] = [:]

  func pendingOriginals() -> [PendingOriginal] { originals }
  func fault(of original: PendingOriginal) -> EvidenceFault? { originalFaults[original.file.sha256] }

  /// The timestamps of acknowledged records, and the faults of some by their digests.
  var timestamps: [PendingTimestamp] = []
  var timestampFaults: [FileDigest: EvidenceFault] = [:]

  func pendingTimestamps() -> [PendingTimestamp] {
    timestamps.filter { timestamp in !records.contains { $0.id == timestamp.installation } }
  }
  func fault(of timestamp: PendingTimestamp) -> EvidenceFault? { timestampFaults[timestamp.file.sha256] }

  func acknowledge(timestamp sha256: FileDigest, of agreement: FileDigest, at: Timestamp) {
    marks.append("acknowledged timestamp")
    timestamps.removeAll { $0.file.sha256 == sha256 && $0.agreement == agreement }
  }

  /// The answers of `rebuild`, which are given one after the other; without any it answers with a conflict.
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

  func acknowledge(record id: InstallationID, revision: Int, sha256: String, at: Timestamp) {
    marks.append("acknowledged record \(revision)")
    let done = records.filter { $0.id == id && $0.revision == revision && $0.sha256 == sha256 }
    records.removeAll { done.contains($0) }
    originals += done.flatMap { record in
      record.originals.map { PendingOriginal(installation: id, file: $0) }
    }
  }

  // MARK: - Filling it

  func enqueue(_ key: PendingKey, secret: [UInt8]?) { keys.append((key, secret)) }

  func enqueue(_ record: PendingRecord) { records.append(record) }

  func forgetSecret(of keyID: String) {
    keys = keys.map { $0.key.keyID == keyID ? ($0.key, nil) : $0 }
  }
}
