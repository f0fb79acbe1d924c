import CCrypto
public import FoundationEssentials

/// MD5 (RFC 1321), which Espressif's ROM loader computes over its flash. It detects accidental damage but no
/// forgery.
public enum MD5 {
  public static let byteCount = 16

  /// Computes the digest, 16 bytes.
  public static func digest(of message: some ContiguousBytes) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: byteCount)
    let done = message.withUnsafeBytes { bytes in
      EVP_Digest(bytes.baseAddress, bytes.count, &digest, nil, EVP_md5(), nil)
    }
    precondition(done == 1, "libcrypto has no MD5")
    return digest
  }
}
