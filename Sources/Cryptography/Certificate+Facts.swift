import CCrypto

/// The facts that a certificate states about itself.
extension Certificate {
  /// The period for which a certificate is issued, in seconds since 1970, both ends included.
  public struct Validity: Hashable, Sendable {
    public let from: Int64
    public let until: Int64

    public init(from: Int64, until: Int64) {
      self.from = from
      self.until = until
    }
  }

  /// Reads all certificates of a PEM text in their order, or the one of a DER file.
  /// - Throws: `notCertificate` where the file has no certificate, more than `maxChain` certificates, or more
  ///   than `maxSize` bytes.
  public static func all(file: [UInt8]) throws(CryptographyError) -> [Certificate] {
    defer { ERR_clear_error() }
    guard file.count <= maxSize, let input = MemoryBIO(file) else { throw .notCertificate }
    var certificates: [Certificate] = []
    while let handle = PEM_read_bio_X509(input.handle, nil, nil, nil) {
      defer { X509_free(handle) }
      certificates.append(try Certificate(handle))
      guard certificates.count <= maxChain else { throw .notCertificate }
    }
    return certificates.isEmpty ? [try Certificate(der: file)] : certificates
  }

  /// The maximum number of certificates that are read from one file.
  public static let maxChain = 10

  /// The subject as RFC 4514 writes it, the person first: `CN=…,O=…,C=CN`.
  public var subject: String { name { X509_get_subject_name($0) } }

  /// The issuer as RFC 4514 writes it.
  public var issuer: String { name { X509_get_issuer_name($0) } }

  /// The subject's common name, or the whole subject where it has none.
  public var commonName: String { attribute(NID_commonName) ?? subject }

  /// The organisation in the subject; nil where it names none.
  public var organization: String? { attribute(NID_organizationName) }

  /// The first attribute of this kind in the subject.
  private func attribute(_ kind: Int32) -> String? {
    try? use { handle in
      guard let name = X509_get_subject_name(handle) else { return nil }
      let index = X509_NAME_get_index_by_NID(name, kind, -1)
      guard index >= 0, let entry = X509_NAME_get_entry(name, index),
        let text = X509_NAME_ENTRY_get_data(entry)
      else { return nil }
      var utf8: UnsafeMutablePointer<UInt8>?
      let count = ASN1_STRING_to_UTF8(&utf8, text)
      guard let utf8, count >= 0 else { return nil }
      defer { CRYPTO_free(utf8, #file, Int32(#line)) }
      return String(decoding: UnsafeBufferPointer(start: utf8, count: Int(count)), as: UTF8.self)
    }
  }

  /// Whether the organisation in the subject is `company`, of whose name only the first 64 characters count,
  /// since a certificate holds no more; nil where the subject names no organisation.
  public func isOf(company: String) -> Bool? {
    organization.map { $0 == SealSubject(organization: company, commonName: "").organization }
  }

  public var validity: Validity {
    (try? use { handle in
      var from: Int64 = 0
      var until: Int64 = 0
      guard wt_asn1_seconds(X509_get0_notBefore(handle), &from) == 1,
        wt_asn1_seconds(X509_get0_notAfter(handle), &until) == 1
      else { return nil }
      return Validity(from: from, until: until)
    }) ?? Validity(from: 0, until: 0)
  }

  /// Whether the certificate is signed with its own key, so that nobody but its owner vouches for it.
  public var isSelfIssued: Bool {
    (try? use { X509_self_signed($0, 1) == 1 }) ?? false
  }

  /// The kind of the certificate's key.
  public var keyKind: KeyKind {
    (try? use { X509_get0_pubkey($0).map { KeyKind(of: $0) } }) ?? .other("")
  }

  /// Whether the certificate may seal: its key usage names digital signatures or non-repudiation, or it
  /// restricts nothing; its extended key usage allows e-mail or any purpose, or names none of servers,
  /// timestamps, OCSP, code, SGC and DVCS; and it issues no other certificates, unless it is self-issued.
  public var allowsSeals: Bool {
    // For a certificate without these extensions, OpenSSL returns all bits set.
    // https://docs.openssl.org/3.0/man3/X509_get_extension_flags/
    let usage = UInt32(KU_DIGITAL_SIGNATURE) | UInt32(KU_NON_REPUDIATION)
    let documents = UInt32(XKU_SMIME) | UInt32(XKU_ANYEKU)
    let others =
      UInt32(XKU_SSL_SERVER) | UInt32(XKU_TIMESTAMP) | UInt32(XKU_OCSP_SIGN) | UInt32(XKU_CODE_SIGN)
      | UInt32(XKU_SGC) | UInt32(XKU_DVCS)
    let isForDocuments =
      (try? use {
        let purposes = X509_get_extended_key_usage($0)
        return X509_get_key_usage($0) & usage != 0 && (purposes & documents != 0 || purposes & others == 0)
      }) ?? false
    let issues = (try? use { X509_check_ca($0) == 1 }) ?? true
    return isForDocuments && (!issues || isSelfIssued)
  }

  /// Whether this certificate's key signed `other`, which names it as its issuer.
  public func issued(_ other: Certificate) -> Bool {
    guard let own = try? decoded() else { return false }
    defer { X509_free(own) }
    guard let issued = try? other.decoded() else { return false }
    defer {
      X509_free(issued)
      ERR_clear_error()
    }
    guard X509_NAME_cmp(X509_get_subject_name(own), X509_get_issuer_name(issued)) == 0,
      let key = X509_get0_pubkey(own)
    else { return false }
    return X509_verify(issued, key) == 1
  }

  // MARK: - Reading

  private func name(_ part: (OpaquePointer) -> OpaquePointer?) -> String {
    (try? use { handle in
      guard let name = part(handle), let output = MemoryBIO(),
        X509_NAME_print_ex(output.handle, name, 0, wt_name_flags) >= 0
      else { return nil }
      return String(decoding: output.contents, as: UTF8.self)
    }) ?? ""
  }

  /// Calls `body` with OpenSSL's object and returns its value.
  /// - Throws: `notCertificate`, also where `body` returns nil.
  private func use<Value>(_ body: (OpaquePointer) -> Value?) throws(CryptographyError) -> Value {
    let handle = try decoded()
    defer {
      X509_free(handle)
      ERR_clear_error()
    }
    guard let value = body(handle) else { throw .notCertificate }
    return value
  }
}
