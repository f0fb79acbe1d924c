import CCrypto

/// A key that seals, and the certificates that say whose it is.
public struct SealIdentity: Sendable {
  /// The key usages of a seal's certificate, as libcrypto's configuration writes them.
  static let keyUsage = "critical,digitalSignature,nonRepudiation"
  /// The dates of a self-issued certificate, from before any laptop was in use to the end of UTCTime: nobody
  /// vouches for such dates, and a laptop's wrong clock must not make a document that no reader accepts.
  static let validity = (from: "20240101000000Z", to: "20491231235959Z")

  public let key: SealKey
  /// The certificate of the key.
  public let certificate: Certificate
  /// The certificates from the issuer of `certificate` upwards, as far as they were given; the root may be among them.
  public let issuers: [Certificate]

  /// The certificates of the path, the signer's first.
  public var chain: [Certificate] { [certificate] + issuers }

  /// The name of the issuer whose certificate is not among those that were given; nil where the path leads to a
  /// root.
  public var missingIssuer: String? {
    chain.last.flatMap { $0.isSelfIssued ? nil : $0.issuer }
  }

  /// Whether nobody but the owner of the key vouches for it.
  public var isSelfIssued: Bool { certificate.isSelfIssued }

  // MARK: - Making one

  /// Puts a key and its certificates together.
  /// - Parameter certificates: the certificates of the key and of its issuers, in any order. Certificates that
  ///   are not on the path from the key to its root are left out.
  /// - Throws: `certificateNotOfKey`, `certificateUsage`, `sealTooLarge` where the chain leaves no place for a
  ///   timestamp.
  public init(key: SealKey, certificates: [Certificate]) throws(CryptographyError) {
    guard let own = certificates.first(where: { $0.publicKeyDigest == key.publicKeyDigest }) else {
      throw .certificateNotOfKey
    }
    guard own.allowsSeals else { throw .certificateUsage }
    self.key = key
    certificate = own
    issuers = Array(Self.path(from: own, among: certificates).dropFirst())
    let bytes = try DetachedSeal.over(SHA256Digest(of: [UInt8]()), by: self).der.count
    guard bytes <= DetachedSeal.maxSizeWithoutTimestamp else {
      throw .sealTooLarge(bytes: bytes, largest: DetachedSeal.maxSizeWithoutTimestamp)
    }
  }

  /// Reads a key and its certificates from a PKCS #12 (RFC 7292), also one that is encrypted in a way that
  /// libcrypto keeps for old files only.
  /// - Parameter passphrase: the file's passphrase in UTF-8; empty where the file needs none.
  /// - Throws: `notPKCS12`, `wrongPassphrase`, `sealKeyKind`, and the errors of `init(key:certificates:)`.
  public init(pkcs12 der: [UInt8], passphrase: String) throws(CryptographyError) {
    defer { ERR_clear_error() }
    guard der.count <= Certificate.maxSize, let input = MemoryBIO(der),
      let file = d2i_PKCS12_bio(input.handle, nil)
    else { throw .notPKCS12 }
    defer { PKCS12_free(file) }
    guard PKCS12_mac_present(file) == 0 || PKCS12_verify_mac(file, passphrase, -1) == 1 else {
      throw .wrongPassphrase
    }
    var key: OpaquePointer?
    var own: OpaquePointer?
    var others: OpaquePointer?
    if PKCS12_parse(file, passphrase, &key, &own, &others) != 1 {
      // RC2 and its like are in a provider of their own, which nothing else in this program needs.
      // https://docs.openssl.org/3.0/man7/OSSL_PROVIDER-legacy/
      let old = OSSL_PROVIDER_try_load(nil, "legacy", 1)
      defer { if let old { OSSL_PROVIDER_unload(old) } }
      guard old != nil, PKCS12_parse(file, passphrase, &key, &own, &others) == 1 else {
        throw PKCS12_mac_present(file) == 1 ? .notPKCS12 : .wrongPassphrase
      }
    }
    defer {
      X509_free(own)
      wt_x509_free_all(others)
    }
    guard let key else { throw .notPKCS12 }
    let sealKey = try SealKey(owning: key)
    guard let own else { throw .notPKCS12 }
    var certificates = [try Certificate(own)]
    for index in 0..<min(wt_x509_count(others), Int32(Certificate.maxChain)) {
      if let other = wt_x509_at(others, index) { certificates.append(try Certificate(other)) }
    }
    try self.init(key: sealKey, certificates: certificates)
  }

  /// Makes a certificate of a key, signed with the key itself. The certificate lets a reader see that a
  /// document was not changed, and says nothing that anybody else has checked.
  /// - Throws: `generation`.
  public static func selfIssued(_ key: SealKey, subject: SealSubject) throws(CryptographyError) -> SealIdentity
  {
    guard let handle = X509_new() else { throw .generation }
    defer { X509_free(handle) }
    // The serial number is positive, of constant length, and different for every key.
    var serial = Array(key.publicKeyDigest.prefix(16))
    serial[0] = serial[0] & 0x7F | 0x40
    guard let number = BN_bin2bn(serial, Int32(serial.count), nil) else { throw .generation }
    defer { BN_free(number) }
    guard X509_set_version(handle, 2) == 1,  // The value 2 means X.509 v3.
      BN_to_ASN1_INTEGER(number, X509_get_serialNumber(handle)) != nil,
      wt_x509_set_validity(handle, validity.from, validity.to) == 1,
      X509_set_pubkey(handle, key.handle) == 1,
      let name = X509_get_subject_name(handle), subject.write(to: name),
      X509_set_issuer_name(handle, name) == 1,
      // pdfsig's library takes only a certificate that may issue as a root, even where the certificate is
      // imported as trusted.
      add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0", to: handle),
      add(NID_key_usage, keyUsage + ",keyCertSign", to: handle),
      X509_sign(handle, key.handle, EVP_sha256()) > 0
    else { throw .generation }
    return try SealIdentity(key: key, certificates: [Certificate(handle)])
  }

  private static func add(_ nid: Int32, _ value: String, to certificate: OpaquePointer) -> Bool {
    guard let `extension` = wt_x509_extension(nid, value) else { return false }
    defer { X509_EXTENSION_free(`extension`) }
    return X509_add_ext(certificate, `extension`, -1) == 1
  }

  // MARK: - Order

  /// The path from a certificate through its issuers among `others`, each certificate signed by the next.
  static func path(from first: Certificate, among others: [Certificate]) -> [Certificate] {
    var path = [first]
    while let last = path.last, !last.isSelfIssued,
      let next = others.first(where: { !path.contains($0) && $0.issued(last) })
    { path.append(next) }
    return path
  }
}
