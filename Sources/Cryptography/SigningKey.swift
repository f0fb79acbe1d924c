import CCrypto

/// An Ed25519 private key (RFC 8032). Its description shows only the id of its public half, and libcrypto
/// overwrites the key when the last reference is released.
public final class SigningKey: @unchecked Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The length of the seed that RFC 8032 calls the private key, bytes.
  public static let byteCount = 32

  public let verifyingKey: VerifyingKey
  // An EVP_PKEY, which is not changed after it is made.
  private let key: OpaquePointer

  /// Takes ownership of the key, even where the initializer throws.
  private init(owning key: OpaquePointer) throws(CryptographyError) {
    do throws(CryptographyError) {
      verifyingKey = try VerifyingKey(key)
    } catch {
      EVP_PKEY_free(key)
      throw .notSigningKey
    }
    self.key = key
  }

  deinit { EVP_PKEY_free(key) }

  /// Makes the key from the 32 bytes that RFC 8032 calls the private key.
  /// - Throws: `notSigningKey` where there are not 32 bytes.
  public convenience init(seed: [UInt8]) throws(CryptographyError) {
    guard seed.count == Self.byteCount,
      let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count)
    else { throw .notSigningKey }
    try self.init(owning: key)
  }

  /// Reads the first private key of a PEM text (PKCS #8, RFC 8410) that is not encrypted.
  /// - Throws: `notSigningKey`, also for a key of another kind.
  public convenience init(pem: String) throws(CryptographyError) {
    defer { ERR_clear_error() }
    guard pem.utf8.count <= VerifyingKey.maxSize, let input = MemoryBIO(Array(pem.utf8)),
      let key = PEM_read_bio_PrivateKey(input.handle, nil, { _, _, _, _ in 0 }, nil)
    else { throw .notSigningKey }
    try self.init(owning: key)
  }

  /// Writes the key as PKCS #8, not encrypted; its file must be readable by the owner only.
  /// - Throws: `signing` where libcrypto could not write it.
  public func pem() throws(CryptographyError) -> String {
    guard let output = MemoryBIO(),
      PEM_write_bio_PKCS8PrivateKey(output.handle, key, nil, nil, 0, nil, nil) == 1
    else { throw .signing }
    return String(decoding: output.contents, as: UTF8.self)
  }

  /// Signs a message. The same message always gets the same signature.
  /// - Returns: 64 bytes.
  /// - Throws: `signing`.
  public func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
    var signature = [UInt8](repeating: 0, count: VerifyingKey.signatureByteCount)
    var count = signature.count
    guard let context = EVP_MD_CTX_new() else { throw .signing }
    defer { EVP_MD_CTX_free(context) }
    guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
      EVP_DigestSign(context, &signature, &count, message, message.count) == 1, count == signature.count
    else { throw .signing }
    return signature
  }

  public var description: String { "<signing key \(verifyingKey.keyID)>" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(reflecting: description) }
}
