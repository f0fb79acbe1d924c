import CCrypto

/// An Ed25519 public key (RFC 8032).
public struct VerifyingKey: Hashable, Sendable {
  public static let byteCount = 32
  public static let signatureByteCount = 64
  /// The length of the longest PEM that is read, bytes.
  public static let maxSize = 65_536

  /// The 32 bytes of the key, as RFC 8032 writes it.
  public let bytes: [UInt8]
  /// SHA-256 of the SubjectPublicKeyInfo's DER, 64 digits of lower-case hex.
  public let keyID: String

  /// The result is nil where there are not 32 bytes. Bytes that are no point of the curve accept no signature.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount, let key = Self.key(bytes) else { return nil }
    defer { EVP_PKEY_free(key) }
    do { try self.init(key) } catch { return nil }
  }

  /// Reads the first public key of a PEM text (`PUBLIC KEY`, RFC 8410).
  /// - Throws: `notVerifyingKey`, also for a key of another kind.
  public init(pem: String) throws(CryptographyError) {
    defer { ERR_clear_error() }
    guard pem.utf8.count <= Self.maxSize, let input = MemoryBIO(Array(pem.utf8)),
      let key = PEM_read_bio_PUBKEY(input.handle, nil, nil, nil)
    else { throw .notVerifyingKey }
    defer { EVP_PKEY_free(key) }
    try self.init(key)
  }

  init(_ key: OpaquePointer) throws(CryptographyError) {
    var bytes = [UInt8](repeating: 0, count: Self.byteCount)
    var count = bytes.count
    guard EVP_PKEY_is_a(key, "ED25519") == 1, EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1,
      count == bytes.count, let info = MemoryBIO(), i2d_PUBKEY_bio(info.handle, key) == 1
    else { throw .notVerifyingKey }
    self.bytes = bytes
    keyID = SHA256Digest(of: info.contents).hex
  }

  public var pem: String {
    guard let key = Self.key(bytes), let output = MemoryBIO() else { return "" }
    defer { EVP_PKEY_free(key) }
    PEM_write_bio_PUBKEY(output.handle, key)
    return String(decoding: output.contents, as: UTF8.self)
  }

  /// Whether this key made `signature`, 64 bytes, over exactly `message`.
  public func accepts(_ signature: [UInt8], over message: [UInt8]) -> Bool {
    guard signature.count == Self.signatureByteCount, let key = Self.key(bytes),
      let context = EVP_MD_CTX_new()
    else { return false }
    defer {
      EVP_MD_CTX_free(context)
      EVP_PKEY_free(key)
      ERR_clear_error()
    }
    // Ed25519 hashes by itself: no digest is named, and the message is given whole.
    // https://docs.openssl.org/3.0/man7/EVP_SIGNATURE-ED25519/
    return EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
      && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }

  /// Makes OpenSSL's object of a public key, which the caller frees.
  private static func key(_ bytes: [UInt8]) -> OpaquePointer? {
    EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
  }
}
