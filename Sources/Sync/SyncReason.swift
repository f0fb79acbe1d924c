import Glibc
public import Records

/// The reason why a record or key is not delivered, as a dotted code of `sync --json`.
public enum SyncReason: String, Hashable, Sendable, Codable, CaseIterable {
  case unreachable = "sync.unreachable"
  case timedOut = "sync.timeout"
  case interrupted = "sync.interrupted"
  /// The proxy refuses the connection.
  case proxyRefused = "sync.proxy"
  case notTrusted = "sync.tls.untrusted"
  case cancelled = "sync.cancelled"
  case redirected = "sync.reply.redirected"
  case notThePlatform = "sync.reply.notPlatform"
  /// A firewall or gateway on the way refuses this request.
  case blocked = "sync.reply.blocked"
  case answerTooLarge = "sync.reply.tooLarge"
  case notAcknowledged = "sync.reply.notAcknowledgement"
  case credentials = "sync.credentials"
  case platformFailed = "sync.platform.failed"
  case conflict = "sync.conflict"
  /// The platform's record got new revisions again and again while the waiting revisions were built on it.
  case overtaken = "sync.overtaken"
  case incomplete = "sync.incomplete"
  case refused = "sync.refused"
  /// The platform's certificate is too weak to be pinned.
  case keyShort = "sync.key.short"
  case sealing = "sync.key.sealing"
  /// The key of the record's module is not acknowledged.
  case keyPending = "sync.key.pending"
  /// A key is in the queue, but its secret is not in the fieldbook.
  case keyMissing = "sync.key.missing"
  /// A file of the record is missing here, or its contents do not match its digest.
  case fileMissing = "sync.file.missing"
  /// A file of the record has changed since the record was closed.
  case fileDamaged = "sync.file.damaged"
  /// The record, an entry of its log or the bytes of its closed revision have changed since it was closed.
  case recordDamaged = "sync.record.damaged"
  /// An earlier revision of the same record is not delivered.
  case predecessor = "sync.predecessor"
  /// The revision that was taken over from another laptop's archive is not at the platform yet.
  case predecessorElsewhere = "sync.predecessor.elsewhere"
  /// The laptop's clock differs too much from the bucket's.
  case clockWrong = "sync.clock"
  /// The folder is not there or has no marker: the stick is not plugged in.
  case destinationMissing = "sync.destination.missing"
  /// The stick or the disk has no room for the next file.
  case destinationFull = "sync.destination.full"
  /// The stick or the disk refuses to be written or read.
  case destinationFailed = "sync.destination.failed"
  /// The client could not be set up, so that the run did not begin.
  case setup = "sync.setup"

  public init(_ error: SyncError) {
    self =
      switch error {
      case .platformAddress, .plainHTTP, .tokenMalformed, .caBundle, .library, .deliveryAddress: .setup
      case .unreachable: .unreachable
      case .timedOut: .timedOut
      case .proxyRefused: .proxyRefused
      case .interrupted: .interrupted
      case .notTrusted: .notTrusted
      case .cancelled: .cancelled
      case .redirected: .redirected
      case .notThePlatform: .notThePlatform
      case .blocked: .blocked
      case .answerTooLarge: .answerTooLarge
      case .notAcknowledged: .notAcknowledged
      case .credentials: .credentials
      case .platformFailed: .platformFailed
      case .conflict: .conflict
      case .incomplete: .incomplete
      case .refused, .occupied: .refused
      case .clockWrong: .clockWrong
      case .destinationMissing: .destinationMissing
      case .destination(ENOSPC), .destination(EDQUOT), .destination(EFBIG): .destinationFull
      case .destination: .destinationFailed
      case .contentsChanged: .fileDamaged
      case .platformKeyChanged, .platformKeyUnreadable: .notThePlatform
      case .platformKeyShort: .keyShort
      case .sealing: .sealing
      }
  }

  public init(_ fault: EvidenceFault) {
    self =
      switch fault {
      case .fileMissing: .fileMissing
      case .fileDamaged: .fileDamaged
      case .record, .entry, .unreadableEntry, .revision: .recordDamaged
      }
  }

  /// Whether a repetition cannot help without a change on this laptop or at the platform.
  public var isFinal: Bool {
    switch self {
    case .conflict, .refused, .fileMissing, .fileDamaged, .recordDamaged, .keyMissing, .sealing: true
    default: false
    }
  }

  /// Whether the rest of the queue would fail in the same way. An answer to one record says nothing about the
  /// next: a redirect or a page may come from a firewall that rejects one file.
  var stopsTheRun: Bool {
    switch self {
    case .unreachable, .proxyRefused, .notTrusted, .cancelled, .credentials, .setup, .clockWrong,
      .destinationMissing, .destinationFull, .destinationFailed:
      true
    default: false
    }
  }
}
