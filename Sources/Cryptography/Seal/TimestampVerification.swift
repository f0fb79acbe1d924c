import CCrypto

/// The facts in a timestamp (RFC 3161) of which every part has been checked.
public struct TimestampVerification: Hashable, Sendable {
  /// The moment by the authority's clock, seconds since 1970-01-01T00:00:00Z.
  public let time: Int64
  /// The authority's policy in dotted form.
  public let policy: String
  /// The authority's number for this timestamp, lower-case hex.
  public let serialNumber: String
  /// The certificates of the timestamp, the authority's own first.
  public let chain: [Certificate]
  /// Whether the chain led to a given root at `time`.
  public let trust: SealTrust

  /// The certificate of the authority.
  public let authority: Certificate

  /// Judges a timestamp that stands by itself.
  /// - Parameters:
  ///   - der: the token: the ContentInfo of a SignedData.
  ///   - stamped: the bytes that were stamped.
  /// - Throws: the first thing that is wrong.
  public init(_ der: [UInt8], over stamped: [UInt8], trusting roots: [Certificate]) throws(SealFault) {
    guard der.count <= SealVerification.maxSize else {
      throw SealFault(.message, .tooLarge(maxBytes: SealVerification.maxSize), at: 0)
    }
    try self.init(der, in: der.indices, trusting: roots) { $0.digest(of: stamped[...]) }
  }

  /// Judges a timestamp over bytes of which SHA-256 is known.
  init(_ der: [UInt8], overSHA256 imprint: SHA256Digest) throws(SealFault) {
    try self.init(der, in: der.indices, trusting: []) { $0 == .sha256 ? imprint.bytes : [] }
  }

  /// - Parameters:
  ///   - range: the place of the token in the bytes.
  ///   - imprint: a function that returns the digest of what was stamped.
  init(
    _ bytes: [UInt8], in range: Range<Int>, trusting roots: [Certificate], imprint: (SealDigest) -> [UInt8]
  ) throws(SealFault) {
    let message = try SignedMessage(bytes, in: range, .timestamp)
    guard let content = message.content else {
      throw SealFault(.timestampInfo, .encoding, at: range.lowerBound)
    }
    guard let der = SealVerification.reencoded(bytes[range]), der.elementsEqual(bytes[range]) else {
      throw SealFault(.message, .encoding, at: range.lowerBound)
    }
    let signed = try VerifiedSigner(message, .timestamp)
    try signed.check(
      message.digest.digest(of: bytes[content.contents]), isDigestOf: ObjectIdentifier.timestampInfo,
      else: SealFault(.timestampInfo, .digest, at: content.start))
    let info = try TimestampInfo(bytes, in: content.contents)
    guard info.imprint.elementsEqual(imprint(info.imprintDigest)) else {
      throw SealFault(.timestampInfo, .digest, at: info.imprint.startIndex)
    }
    guard Self.isForTimestamps(signed.certificate) else {
      throw SealFault(.certificates, .purpose, at: signed.place)
    }
    time = info.time
    policy = info.policy
    serialNumber = info.serialNumber
    chain = signed.path.certificates
    authority = signed.certificate
    trust = try signed.path.trust(roots, at: info.time)
  }

  /// Whether timestamps are a certificate's only purpose, stated in a critical extension (RFC 3161, 2.3).
  private static func isForTimestamps(_ certificate: Certificate) -> Bool {
    guard let handle = try? certificate.decoded() else { return false }
    defer { X509_free(handle) }
    return X509_check_purpose(handle, X509_PURPOSE_TIMESTAMP_SIGN, 0) == 1
  }
}
