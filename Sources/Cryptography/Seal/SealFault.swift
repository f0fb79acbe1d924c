/// The first thing that is wrong in a detached seal or in a timestamp, and its place.
public struct SealFault: Error, Hashable, Sendable {
  /// A part of the seal, or of the timestamp in the seal, which has the same parts.
  public enum Place: String, Hashable, Sendable, CaseIterable {
    /// The content that was sealed, which lies outside the seal.
    case content
    /// The outermost shape of the CMS message, its type and version.
    case message
    case digestAlgorithm
    case certificates
    /// The issuer and serial number that name the signer's certificate.
    case signer
    case signedAttributes
    case signatureAlgorithm
    case signature
    case unsignedAttributes
    /// The TSTInfo of RFC 3161, in which the time stands.
    case timestampInfo
  }

  public enum Reason: Hashable, Sendable {
    /// The bytes are not the DER that stands at this place in every seal.
    case encoding
    /// The seal has more bytes than are read.
    case tooLarge(maxBytes: Int)
    /// The digest in the seal is not the content's.
    case digest
    /// The signature is not the signer's over the signed attributes.
    case signature
    /// The algorithm is none of those that are accepted.
    case algorithm
    /// The key is neither P-256 nor RSA of 3,072 to 8,192 bits; for a timestamp P-384 and P-521 are accepted
    /// too.
    case key
    /// A signed attribute is missing, comes twice or is not one of those that a seal has.
    case attributes
    /// The signed attribute that names the signer's certificate names another one.
    case otherCertificate
    /// No certificate in the seal is the signer's.
    case noCertificate
    /// A certificate is unreadable, or its own signature is not its issuer's.
    case certificate
    /// A certificate does not belong in the seal: it is not on the path from the signer to its root, or it is
    /// the root.
    case unusedCertificate
    /// A part is one that cannot be judged, such as a critical extension.
    case unknownPart
    /// The certificate is not for seals, or the certificate of a timestamp is not for timestamps alone (RFC
    /// 3161, 2.3).
    case purpose
  }

  public let place: Place
  public let reason: Reason
  /// Whether the place is in the timestamp that the seal carries.
  public var isInTimestamp: Bool
  /// The place of the first byte concerned, from 0 at the first byte of the seal's DER; nil for the content.
  public var offset: Int?

  package init(_ place: Place, _ reason: Reason, at offset: Int?, isInTimestamp: Bool = false) {
    self.place = place
    self.reason = reason
    self.offset = offset
    self.isInTimestamp = isInTimestamp
  }
}
