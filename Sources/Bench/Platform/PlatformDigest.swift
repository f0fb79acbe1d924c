internal import CCrypto

/// A digest over bytes that come in pieces. It can be copied, and its value can be read between the pieces.
///
/// It is `@unchecked Sendable` because libcrypto's context may be used on any thread, by one at a time: a
/// digest belongs to one transfer, or is used under its upload's lock.
final class PlatformDigest: @unchecked Sendable {
  /// The algorithms by their names in tus.
  enum Algorithm: String, CaseIterable, Sendable {
    case sha1, sha256

    var byteCount: Int {
      switch self {
      case .sha1: 20
      case .sha256: 32
      }
    }
  }

  let algorithm: Algorithm
  private let context: OpaquePointer

  convenience init(_ algorithm: Algorithm) {
    self.init(algorithm) { context in
      EVP_DigestInit_ex(context, algorithm == .sha1 ? EVP_sha1() : EVP_sha256(), nil)
    }
  }

  /// Makes a digest that continues from the state of another digest.
  convenience init(copying other: PlatformDigest) {
    self.init(other.algorithm) { EVP_MD_CTX_copy_ex($0, other.context) }
  }

  private init(_ algorithm: Algorithm, _ begin: (OpaquePointer) -> Int32) {
    // Without digests no acknowledgement would be true, so the program cannot go on.
    guard let context = EVP_MD_CTX_new(), begin(context) == 1 else {
      preconditionFailure("libcrypto has no digests")
    }
    self.algorithm = algorithm
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  func update(_ bytes: UnsafeRawBufferPointer) {
    let done = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(done == 1, "a digest cannot fail once it is set up")
  }

  /// The digest of all bytes so far; more may follow.
  var value: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: algorithm.byteCount)
    let copy = PlatformDigest(copying: self)
    let done = EVP_DigestFinal_ex(copy.context, &bytes, nil)
    precondition(done == 1, "a digest cannot fail once it is set up")
    return bytes
  }
}
