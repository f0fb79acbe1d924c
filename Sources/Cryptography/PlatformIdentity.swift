import CCrypto

/// A platform's key pair: a self-signed certificate to which laptops seal keys, and the private key that opens
/// them.
public struct PlatformIdentity: Sendable {
  /// The length of the RSA key, bits. Any CMS implementation supports key transport with OAEP at this length.
  static let keyBits = 3072
  /// The certificate's dates, from a day before any laptop was in use to the end of UTCTime. A laptop pins the
  /// certificate and does not check its dates.
  static let validity = (from: "20240101000000Z", to: "20491231235959Z")

  public let certificate: Certificate
  /// The private key in PKCS #8, not encrypted; its file must be readable by the owner only.
  public let privateKeyPEM: String

  /// Takes an existing key pair.
  /// - Throws: `notPrivateKey` where the key is unreadable or not the certificate's.
  public init(certificate: Certificate, privateKeyPEM: String) throws(CryptographyError) {
    self.certificate = certificate
    self.privateKeyPEM = privateKeyPEM
    let key = try decodedKey()
    defer { EVP_PKEY_free(key) }
    let handle = try certificate.decoded()
    defer { X509_free(handle) }
    guard X509_check_private_key(handle, key) == 1 else { throw .notPrivateKey }
  }

  /// Makes a new RSA key pair of 3,072 bits with a self-signed certificate. This takes up to some seconds, and
  /// OpenSSL draws its own randomness.
  /// - Parameter commonName: the common name of subject and issuer, at most 64 characters.
  /// - Throws: `generation`.
  public static func generate(commonName: String) throws(CryptographyError) -> PlatformIdentity {
    guard let key = wt_evp_rsa_generate(keyBits) else { throw .generation }
    defer { EVP_PKEY_free(key) }
    guard let handle = X509_new() else { throw .generation }
    defer { X509_free(handle) }

    var serial = [UInt8](repeating: 0, count: 16)
    guard RAND_bytes(&serial, Int32(serial.count)) == 1 else { throw .generation }
    serial[0] = serial[0] & 0x7F | 0x40  // The serial number is positive and of constant length.
    guard let number = BN_bin2bn(serial, Int32(serial.count), nil) else { throw .generation }
    defer { BN_free(number) }
    guard X509_set_version(handle, 2) == 1,  // The value 2 means X.509 v3.
      BN_to_ASN1_INTEGER(number, X509_get_serialNumber(handle)) != nil,
      wt_x509_set_validity(handle, validity.from, validity.to) == 1,
      X509_set_pubkey(handle, key) == 1,
      let name = X509_get_subject_name(handle),
      X509_NAME_add_entry_by_txt(
        name, "CN", wt_mbstring_utf8, Array(commonName.utf8), Int32(clamping: commonName.utf8.count), -1, 0)
        == 1,
      X509_set_issuer_name(handle, name) == 1,
      add(NID_key_usage, "critical,keyEncipherment", to: handle),
      X509_sign(handle, key, EVP_sha256()) > 0
    else { throw .generation }

    guard let output = MemoryBIO(),
      PEM_write_bio_PKCS8PrivateKey(output.handle, key, nil, nil, 0, nil, nil) == 1
    else { throw .generation }
    return try PlatformIdentity(
      certificate: Certificate(handle), privateKeyPEM: String(decoding: output.contents, as: UTF8.self))
  }

  private static func add(_ nid: Int32, _ value: String, to certificate: OpaquePointer) -> Bool {
    guard let `extension` = wt_x509_extension(nid, value) else { return false }
    defer { X509_EXTENSION_free(`extension`) }
    return X509_add_ext(certificate, `extension`, -1) == 1
  }

  /// Decodes the private key into OpenSSL's object, which the caller frees.
  func decodedKey() throws(CryptographyError) -> OpaquePointer {
    guard privateKeyPEM.utf8.count <= Certificate.maxSize,
      let input = MemoryBIO(Array(privateKeyPEM.utf8)),
      let key = PEM_read_bio_PrivateKey(input.handle, nil, { _, _, _, _ in 0 }, nil)
    else { throw .notPrivateKey }
    return key
  }
}
