import CCrypto

/// Signatures by a key on P-256. Each signature has a second valid form, in which s is replaced by the order of
/// the curve's group minus s. A seal has the form with the smaller s, so that nobody can exchange one form for
/// the other.
enum ECDSASignature {
  /// The order of the group of P-256 (FIPS 186-4, D.1.2.3), big-endian.
  private static let order: [UInt8] = [
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
  ]

  /// Returns the form with the smaller s.
  /// - Parameter der: the signature, SEQUENCE { r INTEGER, s INTEGER }.
  /// - Returns: the signature in DER; nil where `der` is no such signature or libcrypto fails.
  static func withSmallerS(_ der: [UInt8]) -> [UInt8]? {
    defer { ERR_clear_error() }
    let read = der.withUnsafeBufferPointer { bytes in
      var start = bytes.baseAddress
      return d2i_ECDSA_SIG(nil, &start, bytes.count)
    }
    guard let read else { return nil }
    defer { ECDSA_SIG_free(read) }
    var (r, s): (OpaquePointer?, OpaquePointer?)
    ECDSA_SIG_get0(read, &r, &s)
    guard let order = BN_bin2bn(order, Int32(order.count), nil) else { return nil }
    defer { BN_free(order) }
    guard let r = BN_dup(r) else { return nil }
    guard let other = BN_new() else {
      BN_free(r)
      return nil
    }
    guard BN_sub(other, order, s) == 1, let small = BN_dup(BN_cmp(other, s) < 0 ? other : s) else {
      BN_free(r)
      BN_free(other)
      return nil
    }
    BN_free(other)
    guard let signature = ECDSA_SIG_new() else {
      BN_free(r)
      BN_free(small)
      return nil
    }
    // The signature owns both numbers from here on. https://docs.openssl.org/3.0/man3/ECDSA_SIG_new/
    defer { ECDSA_SIG_free(signature) }
    guard ECDSA_SIG_set0(signature, r, small) == 1 else { return nil }
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = i2d_ECDSA_SIG(signature, &bytes)
    guard let bytes, count > 0 else { return nil }
    defer { CRYPTO_free(bytes, #file, Int32(#line)) }
    return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
  }
}
