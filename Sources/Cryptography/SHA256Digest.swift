import CCrypto
import Files
public import FoundationEssentials

/// A SHA-256 digest (FIPS 180-4).
public struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
  public static let byteCount = 32

  /// The 32 bytes of the digest.
  public let bytes: [UInt8]

  public init(of message: some ContiguousBytes) {
    var hasher = SHA256Hasher()
    hasher.update(message)
    self = hasher.finish()
  }

  /// Computes the digest of a file, which is read in pieces so that its size does not matter.
  /// - Throws: `unreadable`.
  public init(ofFileAt path: String) throws(CryptographyError) {
    var hasher = SHA256Hasher()
    do throws(FileError) {
      try OpenFile(reading: FilePath(path)).forEachPiece { hasher.update($0) }
    } catch { throw .unreadable(path: path, errno: error.errno) }
    self = hasher.finish()
  }

  /// The result is nil where there are not 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// The result is nil where `hex` is not 64 hexadecimal digits.
  public init?(hex: some StringProtocol) {
    guard let bytes = Hex.decode(hex) else { return nil }
    self.init(bytes: bytes)
  }

  /// The digest as 64 lower-case digits.
  public var hex: String { Hex.encode(bytes) }
  public var description: String { hex }
}

/// Computes SHA-256 over bytes that come in pieces.
public struct SHA256Hasher: ~Copyable {
  private let context: OpaquePointer

  public init() {
    // Without SHA-256 in libcrypto no digest in this program would be true, so the program cannot go on.
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("libcrypto has no SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  public mutating func update(_ message: some ContiguousBytes) {
    message.withUnsafeBytes { bytes in
      let done = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
      precondition(done == 1, "SHA-256 cannot fail once it is set up")
    }
  }

  public consuming func finish() -> SHA256Digest {
    var bytes = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
    let done = EVP_DigestFinal_ex(context, &bytes, nil)
    guard done == 1, let digest = SHA256Digest(bytes: bytes) else {
      preconditionFailure("SHA-256 cannot fail once it is set up")
    }
    return digest
  }
}
