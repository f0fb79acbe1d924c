import CCrypto
public import FoundationEssentials

/// A seal over a document: a detached CMS SignedData in DER that is a CAdES signature (ETSI EN 319 122-1) and
/// what a PDF signature of the type `ETSI.CAdES.detached` holds (EN 319 142-1). Its signed attributes are the
/// content type, the message digest and the signing certificate (ESS, RFC 5035), and no others; the time of
/// sealing is not among them, since only a timestamp authority can say it.
public struct DetachedSeal: Hashable, Sendable {
  /// The size of the largest seal, with its timestamp, bytes. A document has a place of this size.
  public static let maxSize = 12_288
  /// The size of the largest seal without a timestamp, bytes. What is left of `maxSize` is for the timestamp.
  public static let maxSizeWithoutTimestamp = 6_144

  public let der: [UInt8]
  /// The value of the signature, which a timestamp is taken over.
  public let signatureValue: [UInt8]

  /// Reads a seal.
  /// - Throws: `notSeal`, `sealTooLarge`.
  public init(der: [UInt8]) throws(CryptographyError) {
    guard der.count <= Self.maxSize else { throw .sealTooLarge(bytes: der.count, largest: Self.maxSize) }
    let parts = try SignedDataParts(der)
    guard parts.encoded == der else { throw .notSeal }
    self.der = der
    signatureValue = parts.signature
  }

  // MARK: - Sealing

  /// Seals a document.
  /// - Throws: `sealing`, `signing`, `sealTooLarge`.
  public static func over(_ content: Data, by identity: SealIdentity) throws(CryptographyError) -> DetachedSeal
  {
    try over(SHA256Digest(of: content), by: identity)
  }

  /// Seals a document of which the digest is known.
  /// - Throws: `sealing`, `signing`, `sealTooLarge`.
  public static func over(_ digest: SHA256Digest, by identity: SealIdentity) throws(CryptographyError)
    -> DetachedSeal
  {
    defer { ERR_clear_error() }
    let certificate = try identity.certificate.decoded()
    defer { X509_free(certificate) }
    guard let content = CMS_sign(nil, nil, nil, nil, wt_cms_detached_cades) else { throw .sealing }
    defer { CMS_ContentInfo_free(content) }
    guard let signer = wt_cms_add_signer(content, certificate, identity.key.handle) else { throw .sealing }
    for included in bag(of: identity) {
      let handle = try included.decoded()
      defer { X509_free(handle) }
      guard CMS_add1_cert(content, handle) == 1 else { throw .sealing }
    }
    // CMS_final adds the time of this laptop's clock as a signed attribute, whatever its flags say. It is
    // therefore not called: the two other attributes that it adds are added here, and then the attributes are
    // signed. https://docs.openssl.org/3.0/man3/CMS_add1_signer/
    guard let data = OBJ_nid2obj(NID_pkcs7_data),
      CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_contentType, V_ASN1_OBJECT, UnsafeRawPointer(data), -1)
        == 1,
      CMS_signed_add1_attr_by_NID(
        signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, digest.bytes, Int32(digest.bytes.count)) == 1
    else { throw .sealing }
    let signature = try identity.key.sign(try signedAttributes(of: signer))
    guard let place = CMS_SignerInfo_get0_signature(signer),
      ASN1_OCTET_STRING_set(place, signature, Int32(clamping: signature.count)) == 1,
      let output = MemoryBIO(), i2d_CMS_bio(output.handle, content) == 1
    else { throw .sealing }
    return try DetachedSeal(der: output.contents)
  }

  /// The certificates that a seal carries. Roots are left out, since a reader takes no root from a document
  /// that it judges. The signer's certificate stays, even where it is self-issued.
  private static func bag(of identity: SealIdentity) -> [Certificate] {
    [identity.certificate] + identity.issuers.filter { !$0.isSelfIssued }
  }

  /// The bytes that a signature covers: the signed attributes as the DER of a SET (RFC 5652, section 5.4).
  private static func signedAttributes(of signer: OpaquePointer) throws(CryptographyError) -> [UInt8] {
    var attributes: [DERElement] = []
    for index in 0..<max(0, CMS_signed_get_attr_count(signer)) {
      guard let attribute = CMS_signed_get_attr(signer, index) else { throw .sealing }
      var bytes: UnsafeMutablePointer<UInt8>?
      let count = i2d_X509_ATTRIBUTE(attribute, &bytes)
      guard let bytes, count > 0 else { throw .sealing }
      defer { CRYPTO_free(bytes, #file, Int32(#line)) }
      guard let element = DERElement([UInt8](UnsafeBufferPointer(start: bytes, count: Int(count)))) else {
        throw .sealing
      }
      attributes.append(element)
    }
    return DERElement(DERElement.Tag.set, DERElement.sorted(attributes)).encoded
  }
}
