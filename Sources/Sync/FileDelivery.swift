import Records

/// The number of a file's bytes that one request sends. It is reduced for all later requests once a gateway on
/// the way has found it too large.
final class PieceSize {
  static let minBytes = 16_384

  /// The size in bytes: small enough that an interruption costs little, large enough that the overhead of a
  /// request does not matter.
  private(set) var bytes = 262_144

  /// Halves the size.
  /// - Returns: false where the size is the minimum already.
  func halve() -> Bool {
    guard bytes > Self.minBytes else { return false }
    bytes /= 2
    return true
  }
}

/// Delivers one file to the platform. A file that the platform has is skipped, and an interrupted upload is
/// resumed.
struct FileDelivery {
  let client: PlatformClient
  let memory: any UploadMemory
  let retry: Retry
  let pieceSize: PieceSize
  let onEvent: (SyncEvent) -> Void

  /// Delivers a file.
  /// - Parameters:
  ///   - agreement: the file that this one is the timestamp of; nil where it is none.
  ///   - contents: called when the platform needs the bytes.
  /// - Throws: `SyncError`, and the errors of `contents` and of the upload memory.
  func deliver(_ file: PendingFile, timestampOf agreement: FileDigest?, contents: () throws -> [UInt8]) throws {
    if try retry({ () throws(SyncError) in try client.hasFile(file.sha256) }) {
      try memory.remember(uploadAddress: nil, of: file.sha256)
      onEvent(.fileSkipped(sha256: file.sha256))
      return
    }
    try upload(contents(), of: file, timestampOf: agreement)
    try memory.remember(uploadAddress: nil, of: file.sha256)
    onEvent(.fileDelivered(sha256: file.sha256))
  }

  private func upload(_ bytes: [UInt8], of file: PendingFile, timestampOf agreement: FileDigest?) throws {
    var (address, offset) = try resumed(file, bytes.count) ?? begun(file, bytes.count, agreement)
    // Failures are counted from the last time that the upload came further than ever before. A platform that
    // takes a piece and forgets it again therefore does not hold up the run for ever.
    var failures = 0
    var furthest = offset
    while offset < bytes.count {
      let end = min(bytes.count, offset + pieceSize.bytes)
      do {
        switch try client.append(bytes[offset..<end], at: offset, to: address) {
        case .accepted:
          offset = end
          if offset > furthest { (furthest, failures) = (offset, 0) }
          onEvent(.fileProgress(sha256: file.sha256, offset: offset, bytes: bytes.count))
          continue
        case .outOfStep:
          failures += 1
          if failures >= retry.policy.attempts { throw SyncError.interrupted }
        }
      } catch SyncError.blocked(status: 413) where pieceSize.halve() {
        // The gateway's limit is not the platform's, so the platform is asked again for the upload's offset.
      } catch let error as SyncError {
        failures += 1
        guard retry.pauses(after: failures, error) else { throw error }
      }
      (address, offset) = try resumed(file, bytes.count) ?? begun(file, bytes.count, agreement)
      if offset > furthest { (furthest, failures) = (offset, 0) }
    }
  }

  /// The state of a remembered upload; nil where none can be resumed.
  private func resumed(_ file: PendingFile, _ bytes: Int) throws -> (String, Int)? {
    guard let kept = try memory.uploadAddress(of: file.sha256),
      let address = client.address.resolve(kept, against: PlatformClient.filesPath)
    else { return nil }
    let state = try retry { () throws(SyncError) in try client.uploadState(address, bytes: bytes) }
    guard case .at(let offset) = state else { return nil }
    return (address, offset)
  }

  private func begun(_ file: PendingFile, _ bytes: Int, _ agreement: FileDigest?) throws -> (String, Int) {
    let address = try retry { () throws(SyncError) in
      try client.createUpload(
        bytes: bytes, sha256: file.sha256, filename: file.filename, timestampOf: agreement)
    }
    try memory.remember(uploadAddress: address, of: file.sha256)
    return (address, 0)
  }
}

/// Repeats a request after a pause where its failure may be temporary.
struct Retry {
  /// The sum of all pauses of a run.
  final class Spent {
    var duration = Duration.zero
  }

  let spent = Spent()
  let policy: RetryPolicy
  let sleep: (Duration) -> Void
  let onEvent: (SyncEvent) -> Void

  func callAsFunction<Answer>(_ request: () throws(SyncError) -> Answer) throws(SyncError) -> Answer {
    var attempt = 1
    while true {
      do {
        return try request()
      } catch {
        guard pauses(after: attempt, error) else { throw error }
        attempt += 1
      }
    }
  }

  /// Waits before the next attempt.
  /// - Returns: false where there is to be no other attempt.
  func pauses(after attempt: Int, _ error: SyncError) -> Bool {
    guard let pause = policy.pause(after: attempt, error), spent.duration + pause <= policy.maxPauses else {
      return false
    }
    spent.duration += pause
    onEvent(.retrying(after: pause, SyncReason(error)))
    sleep(pause)
    return true
  }
}
