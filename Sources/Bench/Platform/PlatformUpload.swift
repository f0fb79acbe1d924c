import Cryptography
import Files
import FoundationEssentials
internal import Glibc
import Records
import Synchronization

/// An upload that has not become a file: `uploads/<id>.json`, which has its offset, and `uploads/<id>.part`,
/// which may be longer than the offset by bytes that do not count.
final class PlatformUpload: Sendable {
  /// The contents of `uploads/<id>.json`.
  struct Facts: Codable, Sendable {
    let bytes: Int
    let sha256: String
    let filename: String
    /// SHA-256 of the file that this file is the timestamp of; nil where this file is no timestamp.
    let timestampOf: String?
    /// The field `Upload-Metadata` as it came; nil for an upload that an older platform began.
    var metadata: String?
    /// Number of bytes that are acknowledged; nil for an upload of an older platform, whose part has only bytes
    /// that count.
    var offset: Int?
  }

  private struct State {
    /// Number of bytes that count.
    var offset: Int
    /// Number of bytes that count also after a crash.
    var keptOffset: Int
    /// SHA-256 of the bytes that count; nil where it has to be computed from the part.
    var digest: PlatformDigest?
    /// Number of the transfer that may write; nil for none.
    var transfer: Int?
    var transfers = 0
    /// Whether the part's name is on disk.
    var isNamed: Bool
  }

  let id: String
  let facts: Facts
  private let state: Mutex<State>

  /// - Parameters:
  ///   - offset: the number of bytes that are on disk and count.
  ///   - isNamed: whether the part's name is on disk.
  init(id: String, facts: Facts, offset: Int, isNamed: Bool) {
    self.id = id
    self.facts = facts
    state = Mutex(
      State(
        offset: offset, keptOffset: offset, digest: offset == 0 ? PlatformDigest(.sha256) : nil,
        isNamed: isNamed))
  }

  var description: String { "uploads/\(id).json" }
  var part: String { "uploads/\(id).part" }
  var offset: Int { state.withLock { $0.offset } }
  /// Number of bytes that count also after a crash.
  var keptOffset: Int { state.withLock { $0.keptOffset } }
  /// Whether a crash would lose bytes that count.
  var isAhead: Bool { state.withLock { $0.offset > $0.keptOffset } }
  var isNamed: Bool { state.withLock { $0.isNamed } }

  // MARK: - Transfers

  /// Begins a transfer at the present offset, and ends the transfer before it, whose connection is taken for
  /// dead.
  /// - Returns: the transfer's number and the digest of the bytes before the offset; nil where the upload has
  ///   another offset or is whole.
  func begin(at offset: Int, in folder: PlatformFolder) throws -> (number: Int, digest: PlatformDigest)? {
    try state.withLock { state in
      // A whole upload is about to become a file, whose part nobody may touch.
      guard state.offset == offset, offset < facts.bytes else { return nil }
      let digest = try state.digest ?? wholeDigest(of: offset, in: folder)
      state.digest = digest
      state.transfers += 1
      state.transfer = state.transfers
      return (state.transfers, PlatformDigest(copying: digest))
    }
  }

  /// Computes the digest of the part's first bytes, which an earlier run of the platform has taken.
  private func wholeDigest(of count: Int, in folder: PlatformFolder) throws -> PlatformDigest {
    let digest = PlatformDigest(.sha256)
    if count > 0 { try folder.forEachPiece(of: part, count: count) { digest.update($0) } }
    return digest
  }

  /// Runs `write` unless another transfer has begun since.
  /// - Parameter counts: returns the offset and the digest that hold from now on; nil where none of the bytes
  ///   counts yet.
  /// - Returns: false where another transfer has begun or `write` fails.
  func write(_ transfer: Int, _ write: () -> Bool, counts: () -> (offset: Int, digest: PlatformDigest?)?)
    -> Bool
  {
    state.withLock { state in
      guard state.transfer == transfer, write() else { return false }
      if let counts = counts() { (state.offset, state.digest) = (counts.offset, counts.digest) }
      return true
    }
  }

  /// Ends a transfer and sets the offset.
  /// - Parameter digest: the digest of the bytes before the offset; nil where it has to be computed from the
  ///   part.
  /// - Returns: false where another transfer has begun since.
  @discardableResult
  func end(_ transfer: Int, offset: Int, digest: PlatformDigest?) -> Bool {
    state.withLock { state in
      guard state.transfer == transfer else { return false }
      state.transfer = nil
      (state.offset, state.digest) = (offset, offset == 0 ? PlatformDigest(.sha256) : digest)
      return true
    }
  }

  /// Ends a transfer whose connection is gone. The bytes that count stay in the upload.
  func leave(_ transfer: Int) {
    state.withLock { state in if state.transfer == transfer { state.transfer = nil } }
  }

  // MARK: - On disk

  /// The SHA-256 of all bytes that count, lower-case hex.
  func sha256(in folder: PlatformFolder) throws -> String {
    try state.withLock { state in
      let digest = try state.digest ?? wholeDigest(of: state.offset, in: folder)
      state.digest = digest
      return Hex.encode(digest.value)
    }
  }

  /// The bytes of `uploads/<id>.json` with this offset.
  func document(offset: Int) throws -> [UInt8] {
    var facts = facts
    facts.offset = offset
    return [UInt8](try RecordCoding.encode(facts))
  }

  /// Records that the bytes up to `offset` are on disk, with the part's name.
  func keep(_ offset: Int) {
    state.withLock { state in
      state.keptOffset = max(state.keptOffset, offset)
      state.isNamed = true
    }
  }

  /// Returns to the state on disk after a disk error.
  func fallBack() {
    state.withLock { state in
      state.transfer = nil
      (state.offset, state.digest) = (state.keptOffset, nil)
    }
  }
}
