import Cryptography
import Records

/// This extension delivers keys, and the files that follow records, each on one thread.
extension Carriers {
  /// Delivers one key and enters its outcome into the report.
  /// - Parameter certificate: the certificate to which the key is sealed; nil where the run was stopped.
  func deliver(_ key: PendingKey, to certificate: Certificate?) throws {
    enum Start: Sendable {
      case secret([UInt8])
      case reason(SyncReason)
    }
    let start = try desk.ask { office -> Start in
      if let reason = office.report.stoppedBy { return .reason(reason) }
      guard let secret = try office.outbox.secret(ofKey: key.keyID) else { return .reason(.keyMissing) }
      try office.outbox.markAttempted(key: key.keyID, at: office.clock.now())
      return .secret(secret)
    }
    var reason: SyncReason?
    var delivered: SealedKey?
    switch start {
    case .reason(let known): reason = known
    case .secret(let secret):
      guard let certificate else { return }
      do throws(SyncError) {
        let sealed = try key.sealed(secret, to: certificate)
        try retry { () throws(SyncError) in try destination.deliver(sealed) }
        delivered = sealed
      } catch {
        reason = SyncReason(error)
      }
    }
    let outcome = KeyOutcome(key: key, reason: reason)
    let kept = delivered
    try desk.ask { office in
      if let kept {
        try office.outbox.keep(kept)
        try office.outbox.acknowledge(key: key.keyID, at: office.clock.now())
      }
      if outcome.reason != .keyMissing { office.note(outcome.reason) }
      office.report.keys.append(outcome)
    }
    desk.post { office in
      office.onEvent(
        outcome.reason.map { .keyPending(keyID: key.keyID, $0) } ?? .keyDelivered(keyID: key.keyID))
    }
  }

  /// Delivers a file whose record the platform has.
  /// - Returns: the reason why the file was not delivered; nil where the platform acknowledged it.
  func reason(
    afterFollowing file: PendingFile, of id: InstallationID, timestampOf agreement: FileDigest?
  ) throws -> SyncReason? {
    if let reason = try desk.ask({ $0.report.stoppedBy }) { return reason }
    var reason: SyncReason?
    if let fault = try files.fault(of: file) {
      reason = SyncReason(fault)
    } else {
      do {
        try deliver([file], of: id, timestampOf: agreement)
      } catch let error as SyncError {
        reason = SyncReason(error)
      } catch is FileUnavailable {
        reason = .fileMissing
      } catch is RunStopped {
        return try stopped().reason
      }
      let found = reason
      try desk.ask { $0.note(found) }
    }
    return reason
  }
}
