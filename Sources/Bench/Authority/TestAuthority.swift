import CCrypto
public import Cryptography
import Records
import Synchronization

/// A certification authority and a timestamp authority (RFC 3161) made on the spot, for `practice` and for tests.
///
/// Nothing outside the test trusts the root. The keys and serial numbers come from libcrypto's random
/// generator, and the time comes from the caller's clock.
public final class TestAuthority: Sendable {
  /// The kind of the authority's own keys.
  public enum KeyKind: Sendable {
    case p256
    /// RSA of 3,072 bits, whose generation takes up to some seconds.
    case rsa
  }

  /// First and last second of a certificate's validity, seconds since 1970-01-01T00:00:00Z, both inclusive.
  public typealias Validity = ClosedRange<Int64>

  /// The policy that the timestamps name, of the arc that RFC 5612 keeps for documentation.
  public static let policy = "1.3.6.1.4.1.32473.1"
  /// The time from the making of the authority until its own certificates end, seconds: ten years.
  static let lifetime: Int64 = 3_650 * 86_400
  /// Default time from the issue of a certificate until its end, seconds: two years.
  static let issuedLifetime: Int64 = 730 * 86_400
  /// Time from the beginning of a certificate's validity until its issue, seconds: one day, for clocks that are
  /// behind.
  static let headStart: Int64 = 86_400

  public let root: Certificate
  /// The certificate that signs the timestamps, issued by `root`.
  public let timestampCertificate: Certificate
  private let rootKey: AuthorityKey
  private let timestampKey: AuthorityKey
  private let clock: @Sendable () -> Int64
  private let lastSerial = Mutex<Int>(0)

  /// Makes the keys and the two certificates.
  /// - Parameters:
  ///   - name: the organization in the certificates' names, at most 64 bytes.
  ///   - clock: gives seconds since 1970-01-01T00:00:00Z; the timestamps have this time.
  /// - Throws: `generation`.
  public init(
    name: String = "weldtech test authority", keys kind: KeyKind = .p256, clock: @escaping @Sendable () -> Int64
  ) throws(CryptographyError) {
    self.clock = clock
    rootKey = try AuthorityKey(kind)
    timestampKey = try AuthorityKey(kind)
    let validity = (clock() - Self.headStart)...(clock() + Self.lifetime)
    let rootName = [("O", name), ("CN", "\(name) root")]
    root = try CertificateTemplate(
      subject: rootName, validity: validity,
      extensions: [
        (NID_basic_constraints, "critical,CA:TRUE"), (NID_key_usage, "critical,keyCertSign,cRLSign"),
        (NID_subject_key_identifier, "hash"),
      ]
    ).certificate(of: rootKey.handle, issuer: nil, signedBy: rootKey.handle)
    timestampCertificate = try CertificateTemplate(
      subject: [("O", name), ("CN", "\(name) timestamps")], validity: validity,
      extensions: [
        (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
        // RFC 3161, 2.3: timestamping is the only purpose, and the extension is critical.
        (NID_ext_key_usage, "critical,timeStamping"), (NID_subject_key_identifier, "hash"),
        (NID_authority_key_identifier, "keyid:always"),
      ]
    ).certificate(of: timestampKey.handle, issuer: root, signedBy: rootKey.handle)
  }

  // MARK: - Certificates

  /// Issues a certificate for sealing to whoever made a request.
  /// - Parameters:
  ///   - request: PKCS #10, PEM; its own signature is checked, and its subject is taken as it is.
  ///   - validity: the certificate's dates; nil for a day before the clock's time until two years after it.
  /// - Throws: `generation` where the request is no PKCS #10 in PEM, its signature is wrong, or its key is
  ///   neither P-256 nor RSA from 3,072 bits.
  public func issue(request pem: String, validity: Validity? = nil) throws(CryptographyError) -> Certificate {
    defer { ERR_clear_error() }
    guard pem.utf8.count <= Certificate.maxSize, let input = MemoryBIO(Array(pem.utf8)),
      let request = PEM_read_bio_X509_REQ(input.handle, nil, nil, nil)
    else { throw .generation }
    defer { X509_REQ_free(request) }
    guard let key = X509_REQ_get0_pubkey(request), X509_REQ_verify(request, key) == 1, Self.isUsable(key),
      let subject = X509_REQ_get_subject_name(request)
    else { throw .generation }
    let now = clock()
    return try CertificateTemplate(
      subject: [], validity: validity ?? (now - Self.headStart)...(now + Self.issuedLifetime),
      extensions: [
        (NID_basic_constraints, "critical,CA:FALSE"),
        (NID_key_usage, "critical,digitalSignature,nonRepudiation"), (NID_subject_key_identifier, "hash"),
        (NID_authority_key_identifier, "keyid:always"),
      ]
    ).certificate(of: key, named: subject, issuer: root, signedBy: rootKey.handle)
  }

  private static func isUsable(_ key: OpaquePointer) -> Bool {
    switch EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_RSA: EVP_PKEY_get_bits(key) >= Certificate.minRSABits
    case EVP_PKEY_EC: EVP_PKEY_get_bits(key) == 256
    default: false
    }
  }

  // MARK: - Timestamps

  /// Answers a query of RFC 3161.
  /// - Returns: the DER of a TimeStampResp, which rejects bytes that are no query; empty where libcrypto cannot
  ///   make the response.
  public func reply(to query: [UInt8]) -> [UInt8] {
    defer { ERR_clear_error() }
    guard let context = TS_RESP_CTX_new() else { return [] }
    defer { TS_RESP_CTX_free(context) }
    guard let certificate = try? timestampCertificate.decoded() else { return [] }
    defer { X509_free(certificate) }
    guard let policy = OBJ_txt2obj(Self.policy, 1) else { return [] }
    defer { ASN1_OBJECT_free(policy) }
    // The context takes references to or copies of all values that are set here. The callbacks' data is this
    // object, which outlives the context.
    // https://github.com/openssl/openssl/blob/openssl-3.0/crypto/ts/ts_rsp_sign.c
    let this = Unmanaged.passUnretained(self).toOpaque()
    guard TS_RESP_CTX_set_signer_cert(context, certificate) == 1,
      TS_RESP_CTX_set_signer_key(context, timestampKey.handle) == 1,
      TS_RESP_CTX_set_signer_digest(context, EVP_sha256()) == 1,
      TS_RESP_CTX_set_ess_cert_id_digest(context, EVP_sha256()) == 1,
      TS_RESP_CTX_set_def_policy(context, policy) == 1, TS_RESP_CTX_add_md(context, EVP_sha256()) == 1
    else { return [] }
    TS_RESP_CTX_set_serial_cb(
      context,
      { _, authority in
        guard let authority, let number = ASN1_INTEGER_new() else { return nil }
        let next = Unmanaged<TestAuthority>.fromOpaque(authority).takeUnretainedValue().nextSerial()
        guard ASN1_INTEGER_set(number, next) == 1 else {
          ASN1_INTEGER_free(number)
          return nil
        }
        return number
      }, this)
    TS_RESP_CTX_set_time_cb(
      context,
      { _, authority, seconds, microseconds in
        guard let authority, let seconds, let microseconds else { return 0 }
        seconds.pointee = Int(Unmanaged<TestAuthority>.fromOpaque(authority).takeUnretainedValue().clock())
        microseconds.pointee = 0
        return 1
      }, this)
    guard let input = MemoryBIO(query), let output = MemoryBIO(),
      let response = TS_RESP_create_response(context, input.handle)
    else { return [] }
    defer { TS_RESP_free(response) }
    return i2d_TS_RESP_bio(output.handle, response) == 1 ? output.contents : []
  }

  private func nextSerial() -> Int {
    lastSerial.withLock { last in
      last += 1
      return last
    }
  }
}

/// A private key of a test authority, which libcrypto frees with the object.
final class AuthorityKey: @unchecked Sendable {
  // An EVP_PKEY, which is not changed after it is made.
  let handle: OpaquePointer

  init(_ kind: TestAuthority.KeyKind) throws(CryptographyError) {
    let made =
      switch kind {
      case .p256: Self.curveKey()
      case .rsa: wt_evp_rsa_generate(Certificate.minRSABits)
      }
    guard let made else { throw .generation }
    handle = made
  }

  deinit { EVP_PKEY_free(handle) }

  private static func curveKey() -> OpaquePointer? {
    guard let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
      EVP_PKEY_generate(context, &key) == 1
    else { return nil }
    return key
  }
}
