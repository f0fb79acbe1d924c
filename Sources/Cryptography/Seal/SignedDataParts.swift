/// The parts of a CMS SignedData with one signer (RFC 5652, section 5.1), so that unsigned parts of it can be
/// exchanged while every other byte stays.
///
///     ContentInfo  contentType, [0] SignedData
///     SignedData   version, digestAlgorithms, encapContentInfo, [0] certificates, [1] crls, signerInfos
///     SignerInfo   version, sid, digestAlgorithm, [0] signedAttrs, signatureAlgorithm, signature, [1] unsignedAttrs
struct SignedDataParts {
  /// 1.2.840.113549.1.7.2, id-signedData.
  private static let signedData: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02]

  /// The elements before the certificates: version, digest algorithms, content.
  private let head: [DERElement]
  /// The certificates in the order of the bytes.
  var certificates: [DERElement]
  private(set) var revocations: DERElement?
  /// The signer's elements from version to signature.
  private let signer: [DERElement]
  /// The unsigned attributes in the order of the bytes.
  var unsigned: [DERElement]

  /// The signature's value.
  let signature: [UInt8]

  /// Reads the parts from DER.
  /// - Throws: `notSeal`.
  init(_ der: [UInt8]) throws(CryptographyError) {
    guard let parts = DERElement(der)?.parts, parts.count == 2,
      parts[0] == DERElement(objectID: Self.signedData), parts[1].tag == DERElement.Tag.context0,
      let bodies = parts[1].parts, bodies.count == 1, bodies[0].tag == DERElement.Tag.sequence,
      var body = bodies[0].parts, (4...6).contains(body.count),
      let signers = body.popLast(), signers.tag == DERElement.Tag.set, let only = signers.parts,
      only.count == 1,
      only[0].tag == DERElement.Tag.sequence, var signer = only[0].parts
    else { throw .notSeal }
    head = Array(body.prefix(3))
    body.removeFirst(3)
    guard head.map(\.tag) == [DERElement.Tag.integer, DERElement.Tag.set, DERElement.Tag.sequence] else {
      throw .notSeal
    }
    certificates = try Self.take(DERElement.Tag.context0, from: &body)
    revocations = body.popLast()
    guard body.isEmpty, revocations.map({ $0.tag == DERElement.Tag.context1 }) != false else { throw .notSeal }
    if let last = signer.last, last.tag == DERElement.Tag.context1 {
      guard let attributes = last.parts, !attributes.isEmpty else { throw .notSeal }
      unsigned = attributes
      signer.removeLast()
    } else {
      unsigned = []
    }
    guard signer.count == 6, let signature = signer.last, signature.tag == DERElement.Tag.octets else {
      throw .notSeal
    }
    self.signer = signer
    self.signature = signature.contents
  }

  private static func take(_ tag: UInt8, from body: inout [DERElement]) throws(CryptographyError)
    -> [DERElement]
  {
    guard let first = body.first, first.tag == tag else { return [] }
    guard let parts = first.parts else { throw .notSeal }
    body.removeFirst()
    return parts
  }

  /// Removes the revocation lists, which no signature covers.
  mutating func dropRevocations() { revocations = nil }

  var encoded: [UInt8] {
    var body = head
    if !certificates.isEmpty {
      body.append(DERElement(DERElement.Tag.context0, DERElement.sorted(certificates)))
    }
    if let revocations { body.append(revocations) }
    var signer = signer
    if !unsigned.isEmpty { signer.append(DERElement(DERElement.Tag.context1, DERElement.sorted(unsigned))) }
    body.append(DERElement(DERElement.Tag.set, [DERElement(DERElement.Tag.sequence, signer)]))
    let content = DERElement(DERElement.Tag.context0, [DERElement(DERElement.Tag.sequence, body)])
    return DERElement(DERElement.Tag.sequence, [DERElement(objectID: Self.signedData), content]).encoded
  }
}
