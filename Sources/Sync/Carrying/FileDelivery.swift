import Cryptography
import Records

/// Delivers one file to the platform by tus. A file that the platform has is skipped, and an interrupted upload is
/// resumed.
struct FileDelivery {
  let client: PlatformClient
  let carriage: FileCarriage

  private var memory: any UploadMemory { carriage.memory }
  private var retry: Retry { carriage.retry }
  private var pieceSize: PieceSize { carriage.pieceSize }
  private func onEvent(_ event: SyncEvent) { carriage.onEvent(event) }

  /// Delivers a file.
  /// - Parameters:
  ///   - agreement: the agreement's file, where this file is its timestamp; else nil.
  ///   - contents: called when the platform needs the bytes.
  /// - Throws: `SyncError`, and the errors of `contents` and of the upload memory.
  func deliver(_ file: PendingFile, timestampOf agreement: FileDigest?, contents: () throws -> [UInt8]) throws {
    let kept = try memory.uploadAddress(of: file.sha256)
    if try retry({ () throws(SyncError) in try client.hasFile(file.sha256) }) {
      if kept != nil { try memory.remember(uploadAddress: nil, of: file.sha256) }
      onEvent(.fileSkipped(sha256: file.sha256))
      return
    }
    let isRemembered = try upload(contents(), of: file, timestampOf: agreement, at: kept)
    if isRemembered { try memory.remember(uploadAddress: nil, of: file.sha256) }
    onEvent(.fileDelivered(sha256: file.sha256))
  }

  /// Uploads a file.
  /// - Parameter kept: the address of an upload that an earlier run began; nil for none.
  /// - Returns: whether an address of the upload is remembered.
  private func upload(
    _ bytes: [UInt8], of file: PendingFile, timestampOf agreement: FileDigest?, at kept: String?
  ) throws -> Bool {
    let offer = try retry { () throws(SyncError) in try client.uploadOffer() }
    var isRemembered = kept != nil
    let begins = {
      let begun = try begun(file, bytes, agreement, offer)
      // A file that goes in one piece is begun anew by the next run, which costs no more than that piece.
      if begun.offset < bytes.count, pieceSize.bytes(ofRest: bytes.count) < bytes.count {
        isRemembered = true
        try memory.remember(uploadAddress: begun.address, of: file.sha256)
      }
      return begun
    }
    var (address, offset) =
      try resumed(file, bytes.count, at: kept) ?? begins()
    if offset > 0 { onEvent(.fileProgress(sha256: file.sha256, offset: offset, bytes: bytes.count)) }
    // An empty file is whole as soon as it is begun, but SeaweedFS keeps it only after an empty piece.
    if bytes.isEmpty {
      _ = try retry { () throws(SyncError) in try client.append([], at: 0, to: address, sha256: nil) }
    }
    // Failures are counted from the last time that the upload came further than ever before. A platform that
    // takes a piece and forgets it again therefore does not hold up the run for ever.
    var failures = 0
    var furthest = offset
    while offset < bytes.count {
      let piece = offset..<offset + pieceSize.bytes(ofRest: bytes.count - offset)
      do {
        switch try append(bytes, piece, of: file, to: address, offer) {
        case .accepted:
          offset = piece.upperBound
          if offset > furthest { (furthest, failures) = (offset, 0) }
          onEvent(.fileProgress(sha256: file.sha256, offset: offset, bytes: bytes.count))
          continue
        case .outOfStep:
          failures += 1
          if failures >= retry.policy.attempts { throw SyncError.interrupted }
        }
      } catch SyncError.blocked(status: 413) where pieceSize.halve(after: piece.count) {
        // The gateway's limit is not the platform's, so the platform is asked again for the upload's offset.
      } catch let error as SyncError {
        failures += 1
        guard retry.pauses(after: failures, error) else { throw error }
      }
      (address, offset) =
        try resumed(file, bytes.count, at: address) ?? begins()
      if offset > furthest { (furthest, failures) = (offset, 0) }
    }
    return isRemembered
  }

  private func append(
    _ bytes: [UInt8], _ piece: Range<Int>, of file: PendingFile, to address: String, _ offer: UploadOffer
  ) throws(SyncError) -> PlatformClient.AppendResult {
    let start = ContinuousClock.now
    let isWhole = piece == 0..<bytes.count
    let bytes = isWhole ? bytes : Array(bytes[piece])
    // The digest of a whole file is known already.
    let checksum = offer.takesChecksums ? (isWhole ? file.sha256.hex : SHA256Digest(of: bytes).hex) : nil
    let result = try client.append(bytes, at: piece.lowerBound, to: address, sha256: checksum)
    if result == .accepted { pieceSize.note(piece.count, took: .now - start) }
    return result
  }

  /// The state of an upload that was begun before; nil where none can be resumed.
  private func resumed(_ file: PendingFile, _ bytes: Int, at kept: String?) throws
    -> (address: String, offset: Int)?
  {
    guard let kept, let address = client.address.resolve(kept, against: PlatformClient.filesPath) else {
      return nil
    }
    let state = try retry { () throws(SyncError) in try client.uploadState(address, bytes: bytes) }
    guard case .at(let offset) = state else { return nil }
    return (address, offset)
  }

  /// Begins an upload, with its bytes where the server takes them at once and they go in one piece.
  private func begun(
    _ file: PendingFile, _ bytes: [UInt8], _ agreement: FileDigest?, _ offer: UploadOffer
  ) throws -> (address: String, offset: Int) {
    if offer.takesContentsAtOnce, pieceSize.bytes(ofRest: bytes.count) == bytes.count {
      let start = ContinuousClock.now
      do throws(SyncError) {
        let begun = try create(file, bytes.count, agreement, with: bytes, offer)
        if begun.offset == bytes.count { pieceSize.note(bytes.count, took: .now - start) }
        return begun
      } catch {
        switch error {
        // The piece was damaged on the way.
        case .refused(status: 460, _): break
        case .blocked(status: 413) where pieceSize.halve(after: bytes.count): break
        default:
          guard retry.pauses(after: 1, error) else { throw error }
          // The reply may have been lost after the bytes had arrived.
          if try retry({ () throws(SyncError) in try client.hasFile(file.sha256) }) {
            return (PlatformClient.filesPath, bytes.count)
          }
        }
      }
    }
    return try retry { () throws(SyncError) in try create(file, bytes.count, agreement, with: [], offer) }
  }

  private func create(
    _ file: PendingFile, _ bytes: Int, _ agreement: FileDigest?, with contents: [UInt8], _ offer: UploadOffer
  ) throws(SyncError) -> (address: String, offset: Int) {
    try client.createUpload(
      bytes: bytes, sha256: file.sha256, filename: file.filename, timestampOf: agreement, with: contents, offer)
  }
}
