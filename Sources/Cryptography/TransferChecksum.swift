import CCrypto

/// Checksums that detect damage in transfer, for protocols that demand an algorithm which no longer protects
/// against forgery.
public enum TransferChecksum {
  /// Computes SHA-1, 20 bytes, which every tus server with the checksum extension supports.
  public static func sha1(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 20)
    EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha1(), nil)
    return digest
  }
}
