public import Records

/// The result of one record.
public struct DeliveryOutcome: Hashable, Sendable, Codable {
  public enum Outcome: String, Hashable, Sendable, Codable {
    case delivered
    /// The record is not acknowledged; the next run tries again.
    case pending
    /// The record is not acknowledged, and a repetition without a change cannot help.
    case failed
  }

  public let id: InstallationID
  public let outcome: Outcome
  /// The reason why the record is not delivered; nil where it is delivered.
  public let reason: SyncReason?

  init(_ id: InstallationID, _ reason: SyncReason?) {
    self.id = id
    self.reason = reason
    outcome = reason.map { $0.isFinal ? .failed : .pending } ?? .delivered
  }
}

/// The result of one module's key.
public struct KeyOutcome: Hashable, Sendable {
  public let key: PendingKey
  /// The reason why the key is not delivered; nil where it is delivered.
  public let reason: SyncReason?
}

/// The result of one original of a photo whose record the platform has.
public struct OriginalOutcome: Hashable, Sendable {
  public let original: PendingOriginal
  /// The reason why the original is not delivered; nil where it is delivered.
  public let reason: SyncReason?
}

/// The result of one agreement's timestamp, whose record the platform has.
public struct TimestampOutcome: Hashable, Sendable {
  public let timestamp: PendingTimestamp
  /// The reason why the timestamp is not delivered; nil where it is delivered.
  public let reason: SyncReason?
}

/// The result of one run, with one outcome for each record, oldest first.
public struct SyncReport: Hashable, Sendable {
  public internal(set) var outcomes: [DeliveryOutcome] = []
  public internal(set) var keys: [KeyOutcome] = []
  /// The results of the originals that followed their records; an original that went before its record has none.
  public internal(set) var originals: [OriginalOutcome] = []
  /// The results of the timestamps that followed their records.
  public internal(set) var timestamps: [TimestampOutcome] = []
  /// The reason why the run ended before its last record; nil where it was completed.
  public internal(set) var stoppedBy: SyncReason?
  /// The number of keys and records in a row whose delivery ended in a timeout.
  var timeouts = 0

  public var delivered: Int { count(.delivered) }
  public var pending: Int { count(.pending) }
  public var failed: Int { count(.failed) }

  private func count(_ outcome: DeliveryOutcome.Outcome) -> Int {
    outcomes.reduce(0) { $0 + ($1.outcome == outcome ? 1 : 0) }
  }
}

/// The answer to a dry run, which counts everything that a run would send.
public struct SyncPlan: Sendable {
  public let keys: [PendingKey]
  /// The size of the waiting records and files. Originals count as none where they do not go at all.
  public let totals: QueueTotals

  /// The number of bytes of records and files that are not acknowledged, without the originals; the platform
  /// may already have some of them.
  public var bytes: Int { totals.recordBytes + totals.fileBytes }
}

/// The events of a run. Keys come first; then come records, many at once: the files of each, each begun and
/// then skipped or delivered with progress between, and the record's outcome. The timestamps and then the
/// originals that follow their records come last, each begun in the same way and then finished. A pause can
/// come at any place.
public enum SyncEvent: Hashable, Sendable {
  case keyDelivered(keyID: String)
  case keyPending(keyID: String, SyncReason)
  /// The pinned certificate has a shorter key, in bits, than a certificate needs to be pinned now.
  case platformKeyShort(bits: Int)
  case fileBegun(sha256: FileDigest, bytes: Int, of: InstallationID)
  /// The platform has the file already.
  case fileSkipped(sha256: FileDigest)
  /// The platform has the first `offset` bytes of the file.
  case fileProgress(sha256: FileDigest, offset: Int, bytes: Int)
  case fileDelivered(sha256: FileDigest)
  case recordFinished(DeliveryOutcome)
  case timestampFinished(TimestampOutcome)
  case originalFinished(OriginalOutcome)
  case retrying(after: Duration, SyncReason)
}
