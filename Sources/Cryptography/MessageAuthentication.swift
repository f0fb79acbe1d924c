import CCrypto
public import FoundationEssentials

/// HMAC-SHA-256 (RFC 2104, FIPS 198-1).
public enum MessageAuthentication {
  /// Computes the code of a message.
  /// - Returns: 32 bytes.
  public static func hmacSHA256(_ message: some ContiguousBytes, key: some ContiguousBytes) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
    let done = key.withUnsafeBytes { key in
      message.withUnsafeBytes { message in
        // HMAC(3) reads a null key as 'the key of the call before', so an empty key needs an address.
        withUnsafePointer(to: UInt8(0)) { nothing in
          HMAC(
            EVP_sha256(), key.baseAddress ?? UnsafeRawPointer(nothing), Int32(clamping: key.count),
            message.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? nothing, message.count, &code, nil)
            != nil
        }
      }
    }
    precondition(done, "libcrypto has no HMAC-SHA-256")
    return code
  }

  /// Compares two byte strings in a time that depends on their lengths only, so that a forger learns nothing
  /// from the time.
  public static func isEqual(_ left: some ContiguousBytes, _ right: some ContiguousBytes) -> Bool {
    left.withUnsafeBytes { left in
      right.withUnsafeBytes { right in
        guard left.count == right.count else { return false }
        guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else { return true }
        return CRYPTO_memcmp(leftBase, rightBase, left.count) == 0
      }
    }
  }
}
