public import Records

/// The outcome of one record.
public struct DeliveryOutcome: Hashable, Sendable, Codable {
  public enum Outcome: String, Hashable, Sendable, Codable {
    case delivered
    /// The record is not acknowledged; the next run tries again.
    case pending
    /// Trying again without a change cannot help.
    case failed
  }

  public let id: InstallationID
  public let outcome: Outcome
  /// The reason why it is not delivered; nil where it is.
  public let reason: SyncReason?

  init(_ id: InstallationID, _ reason: SyncReason?) {
    self.id = id
    self.reason = reason
    outcome = reason.map { $0.isFinal ? .failed : .pending } ?? .delivered
  }
}

/// The outcome of one module's key.
public struct KeyOutcome: Hashable, Sendable {
  public let key: PendingKey
  /// The reason why it is not delivered; nil where it is.
  public let reason: SyncReason?
}

/// The result of one run: one outcome a record, oldest first.
public struct SyncReport: Hashable, Sendable {
  public internal(set) var outcomes: [DeliveryOutcome] = []
  public internal(set) var keys: [KeyOutcome] = []
  /// The reason why the run ended before its last record; nil where it came to the end.
  public internal(set) var stoppedBy: SyncReason?
  /// The number of keys and records in a row that ended in a timeout.
  var timeouts = 0

  public var delivered: Int { count(.delivered) }
  public var pending: Int { count(.pending) }
  public var failed: Int { count(.failed) }

  private func count(_ outcome: DeliveryOutcome.Outcome) -> Int {
    outcomes.reduce(0) { $0 + ($1.outcome == outcome ? 1 : 0) }
  }
}

/// The answer to a dry run: all that a run would send.
public struct SyncPlan: Sendable {
  public let keys: [PendingKey]
  public let records: [PendingRecord]

  /// The bytes of records and of files that are not acknowledged; the platform may turn out to have some.
  public var bytes: Int { records.reduce(0) { $0 + $1.body.count + $1.files.reduce(0) { $0 + $1.bytes } } }
}

/// The facts of a run as they happen: keys first; for each record its files in order, each begun and then skipped or
/// delivered with progress between, then the record's outcome. A pause can come anywhere.
public enum SyncEvent: Hashable, Sendable {
  case keyDelivered(keyID: String)
  case keyPending(keyID: String, SyncReason)
  /// The pinned certificate has a shorter key, in bits, than one that would be pinned now.
  case platformKeyShort(bits: Int)
  case fileBegun(sha256: FileDigest, bytes: Int, of: InstallationID)
  /// The platform has the file already.
  case fileSkipped(sha256: FileDigest)
  /// The platform has the first `offset` bytes of the file.
  case fileProgress(sha256: FileDigest, offset: Int, bytes: Int)
  case fileDelivered(sha256: FileDigest)
  case recordFinished(DeliveryOutcome)
  case retrying(after: Duration, SyncReason)
}
