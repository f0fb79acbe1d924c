import CCrypto

/// Gives randomness fit for keys and ids. The command line hands `bytes` down; nothing below it calls this itself.
public enum SecureRandom {
  /// Gives random bytes.
  /// - Throws: `noRandom`; the bytes are then not to be used.
  public static func bytes(_ count: Int) throws(CryptographyError) -> [UInt8] {
    guard count > 0 else { return [] }
    guard let length = Int32(exactly: count) else { throw .noRandom }
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, length) == 1 else { throw .noRandom }
    return bytes
  }
}
