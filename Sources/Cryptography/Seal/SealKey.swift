import CCrypto

/// A private key that seals documents: P-256, or RSA of 3,072 to 8,192 bits. Its description shows only its
/// kind, and libcrypto overwrites the key when the last reference is released.
public final class SealKey: @unchecked Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The length of the longest PEM that is read, bytes.
  public static let maxSize = 65_536

  public let kind: KeyKind
  /// SHA-256 of the SubjectPublicKeyInfo, 32 bytes.
  public let publicKeyDigest: [UInt8]
  /// An EVP_PKEY, which is not changed after it is made.
  let handle: OpaquePointer

  /// Takes ownership of the key, even where the initializer throws.
  init(owning handle: OpaquePointer) throws(CryptographyError) {
    let kind = KeyKind(of: handle)
    guard kind.seals else {
      EVP_PKEY_free(handle)
      throw .sealKeyKind(kind)
    }
    guard let info = MemoryBIO(), i2d_PUBKEY_bio(info.handle, handle) == 1 else {
      EVP_PKEY_free(handle)
      throw .notSealKey
    }
    self.kind = kind
    self.handle = handle
    publicKeyDigest = SHA256Digest(of: info.contents).bytes
  }

  deinit { EVP_PKEY_free(handle) }

  /// Makes a new key; OpenSSL draws its own randomness. An RSA key takes up to some seconds.
  /// - Throws: `sealKeyKind` for a kind that does not seal, `generation`.
  public static func generate(_ kind: KeyKind = .p256) throws(CryptographyError) -> SealKey {
    guard kind.seals else { throw .sealKeyKind(kind) }
    let made: OpaquePointer? =
      if case .rsa(let bits) = kind { wt_evp_rsa_generate(bits) } else { wt_evp_p256_generate() }
    guard let made else { throw .generation }
    return try SealKey(owning: made)
  }

  /// Reads the first private key of a PEM text that is not encrypted.
  /// - Throws: `notSealKey`; `sealKeyKind` for a key of a kind that does not seal.
  public convenience init(pem: String) throws(CryptographyError) {
    defer { ERR_clear_error() }
    guard pem.utf8.count <= Self.maxSize, let input = MemoryBIO(Array(pem.utf8)),
      let key = PEM_read_bio_PrivateKey(input.handle, nil, { _, _, _, _ in 0 }, nil)
    else { throw .notSealKey }
    try self.init(owning: key)
  }

  /// Writes the key as PKCS #8, not encrypted; its file must be readable by the owner only.
  /// - Throws: `generation` where libcrypto could not write it.
  public func pem() throws(CryptographyError) -> String {
    guard let output = MemoryBIO(),
      PEM_write_bio_PKCS8PrivateKey(output.handle, handle, nil, nil, 0, nil, nil) == 1
    else { throw .generation }
    return String(decoding: output.contents, as: UTF8.self)
  }

  /// Writes a certificate request (PKCS #10, RFC 2986) for an authority, with the key usages of a seal.
  /// - Returns: PEM.
  /// - Throws: `generation`.
  public func request(subject: SealSubject) throws(CryptographyError) -> String {
    guard let request = X509_REQ_new() else { throw .generation }
    defer { X509_REQ_free(request) }
    guard let usage = wt_x509_extension(NID_key_usage, SealIdentity.keyUsage) else { throw .generation }
    defer { X509_EXTENSION_free(usage) }
    guard X509_REQ_set_version(request, 0) == 1,  // The value 0 means PKCS #10 v1.
      let name = X509_REQ_get_subject_name(request), subject.write(to: name),
      X509_REQ_set_pubkey(request, handle) == 1, wt_x509_request_add(request, usage) == 1,
      X509_REQ_sign(request, handle, EVP_sha256()) > 0,
      let output = MemoryBIO(), PEM_write_bio_X509_REQ(output.handle, request) == 1
    else { throw .generation }
    return String(decoding: output.contents, as: UTF8.self)
  }

  /// Signs a message with SHA-256: ECDSA in DER, or RSASSA-PKCS1-v1_5.
  /// - Throws: `signing`.
  func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
    guard let context = EVP_MD_CTX_new() else { throw .signing }
    defer { EVP_MD_CTX_free(context) }
    var count = 0
    // A call without a place for the signature returns the signature's maximum length.
    // https://docs.openssl.org/3.0/man3/EVP_DigestSignInit/
    guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, handle) == 1,
      EVP_DigestSign(context, nil, &count, message, message.count) == 1
    else { throw .signing }
    var signature = [UInt8](repeating: 0, count: count)
    guard EVP_DigestSign(context, &signature, &count, message, message.count) == 1,
      count <= signature.count
    else { throw .signing }
    let made = Array(signature.prefix(count))
    guard kind == .p256 else { return made }
    guard let small = ECDSASignature.withSmallerS(made) else { throw .signing }
    return small
  }

  public var description: String { "<seal key \(kind)>" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(reflecting: description) }
}
