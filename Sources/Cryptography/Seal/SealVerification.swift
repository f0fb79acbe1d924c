import CCrypto
public import FoundationEssentials

/// The facts in a detached seal of which every part has been checked. For a seal that is not in the one form
/// that we write, or that has a part that cannot be judged, the initializer throws a `SealFault` with its
/// place.
public struct SealVerification: Hashable, Sendable {
  /// The size of the largest seal that is read, bytes.
  public static let maxSize = 65_536

  public let signer: Certificate
  /// The certificates of the seal, the signer's first.
  public let chain: [Certificate]
  /// Whether the chain leads to a given root, judged for the time of the timestamp where the seal has a trusted
  /// one, otherwise for the moment of the verification.
  public let trust: SealTrust
  /// The signature's octets, over which a timestamp is taken.
  public let signatureValue: [UInt8]
  public let timestamp: TimestampVerification?

  /// Whether signer and timestamp lead to given roots, so that nothing in the seal is left unjudged.
  public var isTrusted: Bool {
    guard trust.root != nil else { return false }
    return timestamp.map { $0.trust.root != nil } ?? true
  }

  /// Judges a seal.
  /// - Parameters:
  ///   - content: the digest of what was sealed.
  ///   - roots: the certificates that the caller trusts as the seal's authority.
  ///   - timestampRoots: the certificates that the caller trusts as the timestamp's authority; nil stands for
  ///     `roots`.
  ///   - now: the moment of the verification, seconds since 1970-01-01T00:00:00Z.
  /// - Throws: the first thing that is wrong.
  public init(
    _ der: [UInt8], over content: SHA256Digest, trusting roots: [Certificate],
    timestampRoots: [Certificate]? = nil, now: Int64
  ) throws(SealFault) {
    guard der.count <= Self.maxSize else {
      throw SealFault(.message, .tooLarge(maxBytes: Self.maxSize), at: 0)
    }
    let message = try SignedMessage(der, in: der.indices, .seal)
    // libcrypto reads the seal as well, and must write back exactly these bytes.
    guard Self.reencoded(der[...]) == der else { throw SealFault(.message, .encoding, at: 0) }
    let signed = try VerifiedSigner(message, .seal)
    try signed.check(
      content.bytes, isDigestOf: ObjectIdentifier.data, else: SealFault(.content, .digest, at: nil))
    signer = signed.certificate
    chain = signed.path.certificates
    signatureValue = Array(der[message.signature.contents])
    if let place = message.timestamp {
      do throws(SealFault) {
        timestamp = try TimestampVerification(der, in: place.whole, trusting: timestampRoots ?? roots) {
          $0.digest(of: der[message.signature.contents])
        }
      } catch {
        var fault = error
        fault.isInTimestamp = true
        throw fault
      }
    } else {
      timestamp = nil
    }
    let moment = timestamp.flatMap { $0.trust.root == nil ? nil : $0.time } ?? now
    trust = try signed.path.trust(roots, at: moment)
  }

  /// The DER that libcrypto writes for a message it has read; nil where it reads none.
  static func reencoded(_ der: ArraySlice<UInt8>) -> [UInt8]? {
    defer { ERR_clear_error() }
    guard let input = MemoryBIO(Array(der)), let message = d2i_CMS_bio(input.handle, nil) else { return nil }
    defer { CMS_ContentInfo_free(message) }
    guard let output = MemoryBIO(), i2d_CMS_bio(output.handle, message) == 1 else { return nil }
    return output.contents
  }
}

extension DetachedSeal {
  /// Judges the seal over a document.
  /// - Parameters:
  ///   - roots: the certificates that the caller trusts, of the seal's authority and the timestamp's.
  ///   - now: the moment of the verification, seconds since 1970-01-01T00:00:00Z.
  /// - Throws: the first thing that is wrong.
  public func verify(over content: some ContiguousBytes, trusting roots: [Certificate], now: Int64)
    throws(SealFault)
    -> SealVerification
  {
    try SealVerification(der, over: SHA256Digest(of: content), trusting: roots, now: now)
  }
}
