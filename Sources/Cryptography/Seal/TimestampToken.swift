import CCrypto

/// A timestamp token of RFC 3161: an authority's statement that a digest existed at a time.
public struct TimestampToken: Hashable, Sendable {
  /// The size of the largest answer of an authority that is read, bytes.
  public static let maxReplySize = 65_536

  public let der: [UInt8]
  /// The digest that the token is over.
  public let imprint: SHA256Digest
  /// The time that the authority states, in seconds since 1970; fractions are left out.
  public let time: Int64
  /// The certificate that signed the token; nil where the token does not carry it.
  public let authority: Certificate?

  /// Reads a token's DER. Its signature is not judged.
  /// - Throws: `timestamp(.notReply)`.
  public init(der: [UInt8]) throws(CryptographyError) {
    defer { ERR_clear_error() }
    guard der.count <= Self.maxReplySize, let parts = try? SignedDataParts(der), parts.encoded == der,
      let input = MemoryBIO(der), let content = d2i_CMS_bio(input.handle, nil)
    else { throw .timestamp(.notReply) }
    defer { CMS_ContentInfo_free(content) }
    guard OBJ_obj2nid(CMS_get0_eContentType(content)) == NID_id_smime_ct_TSTInfo,
      let place = CMS_get0_content(content), let octets = place.pointee
    else { throw .timestamp(.notReply) }
    let infoBytes = [UInt8](
      UnsafeBufferPointer(start: ASN1_STRING_get0_data(octets), count: Int(ASN1_STRING_length(octets))))
    guard let infoInput = MemoryBIO(infoBytes), let info = d2i_TS_TST_INFO_bio(infoInput.handle, nil) else {
      throw .timestamp(.notReply)
    }
    defer { TS_TST_INFO_free(info) }
    var time: Int64 = 0
    guard let imprint = TS_TST_INFO_get_msg_imprint(info),
      Self.isSHA256(UnsafePointer(TS_MSG_IMPRINT_get_algo(imprint))),
      let message = TS_MSG_IMPRINT_get_msg(imprint), let data = ASN1_STRING_get0_data(message),
      let digest = SHA256Digest(
        bytes: [UInt8](UnsafeBufferPointer(start: data, count: Int(ASN1_STRING_length(message))))),
      wt_asn1_seconds(TS_TST_INFO_get_time(info), &time) == 1
    else { throw .timestamp(.notReply) }
    self.der = der
    self.imprint = digest
    self.time = time
    authority = Self.signer(of: content, among: parts)
  }

  private static func isSHA256(_ algorithm: UnsafePointer<X509_ALGOR>?) -> Bool {
    var object: OpaquePointer?
    X509_ALGOR_get0(&object, nil, nil, algorithm)
    return OBJ_obj2nid(object) == NID_sha256
  }

  /// The certificate in the token that the signer information names; nil where the token does not carry it.
  private static func signer(of content: OpaquePointer, among parts: SignedDataParts) -> Certificate? {
    guard let signer = wt_cms_only_signer(content) else { return nil }
    for element in parts.certificates {
      guard let certificate = try? Certificate(der: element.encoded), let handle = try? certificate.decoded()
      else { continue }
      defer { X509_free(handle) }
      if CMS_SignerInfo_cert_cmp(signer, handle) == 0 { return certificate }
    }
    return nil
  }

  // MARK: - From an answer

  /// Reads a token and leaves out the parts that no signature covers and no reader needs: certificates that are
  /// not on the signer's path, revocation lists and unsigned attributes. Somebody could change such parts
  /// unnoticed.
  /// - Parameter der: the token as an authority wrote it, which may be BER.
  /// - Throws: `timestamp(.notReply)`.
  init(pruning der: [UInt8]) throws(CryptographyError) {
    defer { ERR_clear_error() }
    guard let input = MemoryBIO(der), let content = d2i_CMS_bio(input.handle, nil) else {
      throw .timestamp(.notReply)
    }
    defer { CMS_ContentInfo_free(content) }
    guard let output = MemoryBIO(), i2d_CMS_bio(output.handle, content) == 1,
      var parts = try? SignedDataParts(output.contents)
    else { throw .timestamp(.notReply) }
    guard let signer = Self.signer(of: content, among: parts) else { throw .timestamp(.signature) }
    let certificates = parts.certificates.compactMap { try? Certificate(der: $0.encoded) }
    let path = Set(SealIdentity.path(from: signer, among: certificates).map(\.der))
    parts.certificates.removeAll { !path.contains($0.encoded) }
    parts.dropRevocations()
    parts.unsigned = []
    try self.init(der: parts.encoded)
  }
}
