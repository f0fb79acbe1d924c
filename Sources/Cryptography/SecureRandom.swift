import CCrypto

/// Random bytes fit for keys and ids. Only the command line calls `bytes` and passes the bytes down; no layer
/// below calls it by itself.
public enum SecureRandom {
  /// Returns `count` random bytes.
  /// - Throws: `noRandom`, after which there are no bytes to use.
  public static func bytes(_ count: Int) throws(CryptographyError) -> [UInt8] {
    guard count > 0 else { return [] }
    guard let length = Int32(exactly: count) else { throw .noRandom }
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, length) == 1 else { throw .noRandom }
    return bytes
  }
}
