import CCrypto

/// An X.509 certificate, as its DER bytes.
public struct Certificate: Hashable, Sendable {
  /// The length of the longest PEM or DER that is read, bytes.
  public static let maxSize = 65_536

  public let der: [UInt8]
  /// SHA-256 of the DER as 64 digits of lower-case hex, which people compare.
  public let fingerprint: String
  /// SHA-256 of the SubjectPublicKeyInfo, 32 bytes: the module's trust anchor.
  public let publicKeyDigest: [UInt8]
  /// The length of the certificate's RSA key, bits; 0 for a key of another kind, to which nothing can be
  /// sealed.
  public let rsaBits: Int

  /// The minimum length of the RSA key in a platform's certificate that is pinned, bits.
  public static let minRSABits = 3072

  /// Reads the first certificate of a PEM text.
  /// - Throws: `notCertificate`.
  public init(pem: String) throws(CryptographyError) {
    guard pem.utf8.count <= Self.maxSize, let input = MemoryBIO(Array(pem.utf8)),
      let handle = PEM_read_bio_X509(input.handle, nil, nil, nil)
    else { throw .notCertificate }
    defer { X509_free(handle) }
    try self.init(handle)
  }

  /// Reads a certificate's DER.
  /// - Throws: `notCertificate`, also where bytes follow the certificate.
  public init(der: [UInt8]) throws(CryptographyError) {
    guard der.count <= Self.maxSize, let input = MemoryBIO(der),
      let handle = d2i_X509_bio(input.handle, nil)
    else { throw .notCertificate }
    defer { X509_free(handle) }
    try self.init(handle)
    guard self.der == der else { throw .notCertificate }
  }

  /// Reads a file's bytes: PEM, or DER as in Windows' `.cer`.
  /// - Throws: `notCertificate`.
  public init(file: [UInt8]) throws(CryptographyError) {
    do throws(CryptographyError) {
      try self.init(pem: String(decoding: file, as: UTF8.self))
    } catch {
      try self.init(der: file)
    }
  }

  /// Copies the DER of OpenSSL's object, which the caller still owns.
  package init(_ handle: OpaquePointer) throws(CryptographyError) {
    guard let output = MemoryBIO(), i2d_X509_bio(output.handle, handle) == 1,
      let keyOutput = MemoryBIO(), let key = X509_get0_pubkey(handle),
      i2d_PUBKEY_bio(keyOutput.handle, key) == 1
    else { throw .notCertificate }
    der = output.contents
    fingerprint = SHA256Digest(of: der).hex
    publicKeyDigest = SHA256Digest(of: keyOutput.contents).bytes
    rsaBits = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? Int(EVP_PKEY_get_bits(key)) : 0
  }

  public var pem: String {
    guard let handle = try? decoded(), let output = MemoryBIO() else { return "" }
    defer { X509_free(handle) }
    PEM_write_bio_X509(output.handle, handle)
    return String(decoding: output.contents, as: UTF8.self)
  }

  /// Decodes the DER into OpenSSL's object, which the caller frees.
  package func decoded() throws(CryptographyError) -> OpaquePointer {
    guard let input = MemoryBIO(der), let handle = d2i_X509_bio(input.handle, nil) else {
      throw .notCertificate
    }
    return handle
  }
}
