import Files
internal import Glibc
import Synchronization

/// The body of one request that carries bytes of an upload. The bytes are written to the part as they come, and
/// added to the digests. One thread at a time uses a transfer: libmicrohttpd's while the body comes, then the
/// queue's.
final class PlatformTransfer: @unchecked Sendable {
  /// The checksum of the body in `Upload-Checksum`.
  struct Checksum: Sendable {
    let algorithm: PlatformDigest.Algorithm
    let digest: [UInt8]
  }

  enum Outcome {
    case taken(offset: Int)
    case longerThanAnnounced, checksumMismatch, overtaken, unwritten
  }

  let upload: PlatformUpload
  /// Whether the request has also begun the upload.
  let isCreation: Bool
  /// The open part, which is to be synced before anything is acknowledged.
  let file: OpenFile
  private let number: Int
  private let start: Int
  private let checksum: Checksum?
  /// SHA-256 of all the upload's bytes up to the last that came.
  private let whole: PlatformDigest
  /// The digest of this body; nil without `Upload-Checksum`.
  private let piece: PlatformDigest?
  private var received = 0
  private var failure: Outcome?

  init(
    _ upload: PlatformUpload, number: Int, from start: Int, digest: PlatformDigest, file: OpenFile,
    checksum: Checksum?, isCreation: Bool
  ) {
    self.upload = upload
    self.number = number
    self.start = start
    self.file = file
    self.checksum = checksum
    self.isCreation = isCreation
    whole = digest
    // A body from the file's beginning has the digest that is computed anyway.
    let isWhole = start == 0 && checksum?.algorithm == .sha256
    piece = isWhole ? digest : checksum.map { PlatformDigest($0.algorithm) }
  }

  /// Takes the next bytes of the body. `end` reports bytes that cannot be stored.
  func take(_ bytes: UnsafeRawBufferPointer) {
    guard failure == nil else { return }
    guard bytes.count <= upload.facts.bytes - start - received else {
      failure = .longerThanAnnounced
      return
    }
    var isWritten = true
    let before = start + received
    let isMine = upload.write(number) {
      isWritten = write(bytes)
      guard isWritten else { return false }
      received += bytes.count
      whole.update(bytes)
      if let piece, piece !== whole { piece.update(bytes) }
      return true
    } counts: {
      // Without a checksum every byte counts at once, so that a cut loses none. The bytes that complete the
      // upload count only when the whole is judged: a client that sees a complete upload sends nothing more.
      guard checksum == nil else { return nil }
      return start + received < upload.facts.bytes ? (start + received, whole) : (before, nil)
    }
    if !isMine { failure = isWritten ? .overtaken : .unwritten }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = pwrite(
        file.descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done,
        off_t(start + received + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// Judges the body once it has arrived completely. After a refused body the upload keeps the offset that it
  /// had before.
  func end() -> Outcome {
    var outcome = failure ?? .taken(offset: start + received)
    if failure == nil, let checksum, let piece, piece.value != checksum.digest { outcome = .checksumMismatch }
    if case .taken(let offset) = outcome {
      return upload.end(number, offset: offset, digest: whole) ? outcome : .overtaken
    }
    upload.end(number, offset: start, digest: nil)
    return outcome
  }

  /// Ends a body that was cut. The bytes that count stay in the upload.
  func leave() { upload.leave(number) }
}
