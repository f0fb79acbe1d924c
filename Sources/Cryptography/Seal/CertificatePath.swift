import CCrypto

/// The chain from a signer's certificate through its issuers, as far as the certificates given with it lead.
struct CertificatePath {
  /// A certificate of a seal, and the offset of its first byte in the seal.
  struct Entry {
    let certificate: Certificate
    let offset: Int
  }

  /// The certificates, the signer's first; each has issued the one before it.
  let certificates: [Certificate]
  /// Whether the last certificate has issued itself.
  let isComplete: Bool
  private let last: Entry

  /// Builds the path from the signer's certificate, on which each of `others` must be.
  /// - Throws: `certificate` where a certificate's signature is not its issuer's, `unusedCertificate` where one
  ///   of `others` is not on the path.
  init(of signer: Entry, among others: [Entry]) throws(SealFault) {
    var rest = others
    var current = signer
    var path = [signer.certificate]
    while true {
      if current.certificate.isSelfIssued {
        isComplete = true
        break
      }
      // A certificate that names itself as its issuer, but is not signed with its own key, has been changed.
      guard current.certificate.subject != current.certificate.issuer else {
        throw SealFault(.certificates, .certificate, at: current.offset)
      }
      var next: Int?
      for (index, entry) in rest.enumerated() where try Self.hasIssued(entry, current) {
        next = index
        break
      }
      guard let next else {
        isComplete = false
        break
      }
      current = rest.remove(at: next)
      path.append(current.certificate)
    }
    if let unused = rest.first {
      throw SealFault(.certificates, .unusedCertificate, at: unused.offset)
    }
    certificates = path
    last = current
  }

  /// Whether one certificate is the issuer of another.
  /// - Throws: `certificate` where names and key identifiers match, but the signature is not the issuer's.
  private static func hasIssued(_ issuer: Entry, _ entry: Entry) throws(SealFault) -> Bool {
    let fault = SealFault(.certificates, .certificate, at: entry.offset)
    guard let subject = try? entry.certificate.decoded() else { throw fault }
    defer {
      X509_free(subject)
      ERR_clear_error()
    }
    guard let above = try? issuer.certificate.decoded() else { throw fault }
    defer { X509_free(above) }
    guard X509_check_issued(above, subject) == X509_V_OK else { return false }
    guard let key = X509_get0_pubkey(above), X509_verify(subject, key) == 1 else { throw fault }
    return true
  }

  // MARK: - Trust

  /// Judges the path at a moment.
  /// - Parameter moment: the moment, in seconds since 1970-01-01T00:00:00Z.
  /// - Throws: `certificate` where the last certificate names a given root, which did not sign it.
  func trust(_ roots: [Certificate], at moment: Int64) throws(SealFault) -> SealTrust {
    if !isComplete {
      for root in roots { _ = try Self.hasIssued(Entry(certificate: root, offset: 0), last) }
    }
    guard let signer = certificates.first else { return .refused(reason: Int(X509_V_ERR_UNSPECIFIED)) }
    if roots.isEmpty { return isSelfIssued ? .selfIssued : .noRoot }
    guard let store = X509_STORE_new(), let context = X509_STORE_CTX_new(), let others = wt_x509_stack_new(),
      let leaf = try? signer.decoded()
    else { return .refused(reason: Int(X509_V_ERR_OUT_OF_MEM)) }
    defer {
      X509_free(leaf)
      wt_x509_free_all(others)
      X509_STORE_CTX_free(context)
      X509_STORE_free(store)
      ERR_clear_error()
    }
    for root in roots { Self.with(root) { _ = X509_STORE_add_cert(store, $0) } }
    for certificate in certificates.dropFirst() { Self.with(certificate) { _ = wt_x509_stack_add(others, $0) } }
    guard X509_STORE_CTX_init(context, store, leaf, others) == 1,
      let parameters = X509_STORE_CTX_get0_param(context)
    else { return .refused(reason: Int(X509_V_ERR_OUT_OF_MEM)) }
    X509_VERIFY_PARAM_set_time(parameters, time_t(moment))
    // Level 2 is at least 112 bits of security: neither SHA-1 nor RSA below 2,048 bits on the path.
    // https://docs.openssl.org/3.0/man3/SSL_CTX_set_security_level/
    X509_VERIFY_PARAM_set_auth_level(parameters, 2)
    guard X509_verify_cert(context) == 1 else {
      return Self.trust(
        refused: X509_STORE_CTX_get_error(context), depth: Int(X509_STORE_CTX_get_error_depth(context)),
        in: self)
    }
    // libcrypto's chain must be this path, followed by the root where the seal leaves the root out.
    let way = X509_STORE_CTX_get0_chain(context)
    var found: [Certificate] = []
    for index in 0..<wt_x509_count(way) {
      guard let handle = wt_x509_at(way, index), let certificate = try? Certificate(handle) else {
        break
      }
      found.append(certificate)
    }
    guard let root = found.last, found.starts(with: certificates), found.count <= certificates.count + 1,
      roots.contains(root)
    else { return .refused(reason: Int(X509_V_ERR_CERT_UNTRUSTED)) }
    return .trusted(root: root)
  }

  var isSelfIssued: Bool { isComplete && certificates.count == 1 }

  private static func with(_ certificate: Certificate, _ body: (OpaquePointer) -> Void) {
    guard let handle = try? certificate.decoded() else { return }
    body(handle)
    X509_free(handle)
  }

  private static func trust(refused error: Int32, depth: Int, in path: CertificatePath) -> SealTrust {
    switch error {
    case X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID:
      let concerned = path.certificates.indices.contains(depth) ? path.certificates[depth] : nil
      return error == X509_V_ERR_CERT_HAS_EXPIRED
        ? .ended(concerned ?? path.certificates[path.certificates.count - 1])
        : .notBegun(concerned ?? path.certificates[path.certificates.count - 1])
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return .selfIssued
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
      X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return .otherRoot
    default: return .refused(reason: Int(error))
    }
  }
}

/// Whether a path of certificates leads to a root that was given.
public enum SealTrust: Hashable, Sendable {
  /// The path leads to `root`, one of the given roots, and every certificate on the path was valid at the
  /// moment for which the path was judged.
  case trusted(root: Certificate)
  /// The signer issued the certificate itself, and it is none of the given roots.
  case selfIssued
  /// No root was given.
  case noRoot
  /// The path leads to none of the given roots.
  case otherRoot
  /// A certificate on the path had expired at the moment for which the path was judged.
  case ended(Certificate)
  /// A certificate on the path was not yet valid at the moment for which the path was judged.
  case notBegun(Certificate)
  /// libcrypto refuses the path; `reason` is its X509_V_ERR number.
  case refused(reason: Int)

  public var root: Certificate? {
    if case .trusted(let root) = self { root } else { nil }
  }
}
