import Records

/// One file brought to the platform: skipped where it is there, resumed where an upload was cut.
struct FileDelivery {
  /// Small enough that a cut costs little, large enough that a request's overhead does not matter.
  static let pieceBytes = 262_144

  let client: PlatformClient
  let memory: any UploadMemory
  let retry: Retry
  let progress: (SyncEvent) -> Void

  /// - Parameter contents: read when the platform wants them.
  /// - Throws: `SyncError`, or what `contents` and the memory throw.
  func deliver(_ file: PendingFile, contents: () throws -> [UInt8]) throws {
    if try retry({ () throws(SyncError) in try client.hasFile(file.sha256) }) {
      try memory.remember(uploadAddress: nil, of: file.sha256)
      progress(.fileSkipped(sha256: file.sha256))
      return
    }
    try upload(contents(), of: file)
    try memory.remember(uploadAddress: nil, of: file.sha256)
    progress(.fileDelivered(sha256: file.sha256))
  }

  private func upload(_ bytes: [UInt8], of file: PendingFile) throws {
    var (address, offset) = try resumed(file, bytes.count) ?? begun(file, bytes.count)
    // Failures since the upload last came further than ever: only that begins the count anew, so that a platform
    // which takes a piece and forgets it again does not hold the run for ever.
    var failures = 0
    var furthest = offset
    while offset < bytes.count {
      let end = min(bytes.count, offset + Self.pieceBytes)
      do {
        switch try client.append(bytes[offset..<end], at: offset, to: address) {
        case .accepted:
          offset = end
          if offset > furthest { (furthest, failures) = (offset, 0) }
          progress(.fileProgress(sha256: file.sha256, offset: offset, bytes: bytes.count))
          continue
        case .outOfStep:
          failures += 1
          if failures >= retry.policy.attempts { throw SyncError.interrupted }
        }
      } catch let error as SyncError where error.isTransient {
        failures += 1
        guard failures < retry.policy.attempts else { throw error }
        retry.pause(after: failures, error)
      }
      (address, offset) = try resumed(file, bytes.count) ?? begun(file, bytes.count)
      if offset > furthest { (furthest, failures) = (offset, 0) }
    }
  }

  /// Where a remembered upload stands; nil where there is none that can be resumed.
  private func resumed(_ file: PendingFile, _ bytes: Int) throws -> (String, Int)? {
    guard let kept = try memory.uploadAddress(of: file.sha256),
      let address = client.address.resolve(kept, against: PlatformClient.filesPath)
    else { return nil }
    let state = try retry { () throws(SyncError) in try client.uploadState(address, bytes: bytes) }
    guard case .at(let offset) = state else { return nil }
    return (address, offset)
  }

  private func begun(_ file: PendingFile, _ bytes: Int) throws -> (String, Int) {
    let address = try retry { () throws(SyncError) in
      try client.createUpload(bytes: bytes, sha256: file.sha256, filename: file.filename)
    }
    try memory.remember(uploadAddress: address, of: file.sha256)
    return (address, 0)
  }
}

/// Tries a request again after a pause where its failure may pass.
struct Retry {
  let policy: RetryPolicy
  let sleep: (Duration) -> Void
  let progress: (SyncEvent) -> Void

  func callAsFunction<Answer>(_ request: () throws(SyncError) -> Answer) throws(SyncError) -> Answer {
    var attempt = 1
    while true {
      do {
        return try request()
      } catch {
        guard error.isTransient, attempt < policy.attempts else { throw error }
        pause(after: attempt, error)
        attempt += 1
      }
    }
  }

  func pause(after attempt: Int, _ error: SyncError) {
    let pause = policy.pause(after: attempt)
    progress(.retrying(after: pause, SyncReason(error)))
    sleep(pause)
  }
}
