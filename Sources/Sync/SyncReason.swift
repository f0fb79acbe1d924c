/// Why a record or key is not delivered, as the dotted code of `sync --json`.
public enum SyncReason: String, Hashable, Sendable, Codable, CaseIterable {
  case unreachable = "sync.unreachable"
  case interrupted = "sync.interrupted"
  case notTrusted = "sync.tls.untrusted"
  case cancelled = "sync.cancelled"
  case redirected = "sync.reply.redirected"
  case notThePlatform = "sync.reply.notPlatform"
  case answerTooLarge = "sync.reply.tooLarge"
  case notAcknowledged = "sync.reply.notAcknowledgement"
  case credentials = "sync.credentials"
  case platformFailed = "sync.platform.failed"
  case conflict = "sync.conflict"
  case incomplete = "sync.incomplete"
  case refused = "sync.refused"
  case sealing = "sync.key.sealing"
  /// The key of the record's module is not acknowledged.
  case keyPending = "sync.key.pending"
  /// A key is in the queue and its secret is not in the fieldbook.
  case keyMissing = "sync.key.missing"
  /// A file of the record is missing here, or is not what its digest says.
  case fileMissing = "sync.file.missing"
  /// An earlier revision of the same record is not delivered.
  case predecessor = "sync.predecessor"
  /// The client could not be set up; the run never came to this.
  case setup = "sync.setup"

  public init(_ error: SyncError) {
    self =
      switch error {
      case .platformAddress, .plainHTTP, .tokenMalformed, .caBundle, .library: .setup
      case .unreachable: .unreachable
      case .interrupted: .interrupted
      case .notTrusted: .notTrusted
      case .cancelled: .cancelled
      case .redirected: .redirected
      case .notThePlatform: .notThePlatform
      case .answerTooLarge: .answerTooLarge
      case .notAcknowledged: .notAcknowledged
      case .credentials: .credentials
      case .platformFailed: .platformFailed
      case .conflict: .conflict
      case .incomplete: .incomplete
      case .refused: .refused
      case .platformKeyChanged, .platformKeyUnreadable: .notThePlatform
      case .sealing: .sealing
      }
  }

  /// Trying again without a change here or there cannot help.
  public var isFinal: Bool {
    switch self {
    case .conflict, .refused, .fileMissing, .keyMissing, .sealing: true
    default: false
    }
  }

  /// The rest of the queue would meet the same.
  var stopsTheRun: Bool {
    switch self {
    case .unreachable, .notTrusted, .cancelled, .credentials, .redirected, .setup: true
    default: false
    }
  }
}
