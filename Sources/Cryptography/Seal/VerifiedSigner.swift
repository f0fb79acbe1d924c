import CCrypto

/// The signer of a message, whose signature over the signed attributes has been verified.
struct VerifiedSigner {
  private let message: SignedMessage
  let certificate: Certificate
  /// The place of the certificate's first byte.
  let place: Int
  let path: CertificatePath

  /// Finds the signer's certificate, and checks the key, the signature, the attribute that names the certificate, and
  /// that every other certificate is on the signer's path.
  init(_ message: SignedMessage, _ kind: SignedMessage.Kind) throws(SealFault) {
    self.message = message
    let bytes = message.bytes
    var entries: [CertificatePath.Entry] = []
    var found: Int?
    for (index, element) in message.certificates.enumerated() {
      guard let certificate = try? Certificate(der: Array(bytes[element.whole])) else {
        throw SealFault(.certificates, .certificate, at: element.start)
      }
      entries.append(CertificatePath.Entry(certificate: certificate, offset: element.start))
      let name = try Self.issuerAndSerial(bytes, element)
      if found == nil, bytes[name.issuer.whole].elementsEqual(bytes[message.signer.issuer.whole]),
        bytes[name.serial.whole].elementsEqual(bytes[message.signer.serial.whole])
      {
        found = index
      }
    }
    guard let found else {
      throw SealFault(.signer, .noCertificate, at: message.signer.issuer.start)
    }
    let signer = entries.remove(at: found)
    certificate = signer.certificate
    place = signer.offset

    let key = certificate.keyKind
    guard kind == .seal ? key.seals : key.stamps else {
      throw SealFault(.certificates, .key, at: signer.offset)
    }
    guard kind != .seal || certificate.allowsSeals else {
      throw SealFault(.certificates, .purpose, at: signer.offset)
    }
    guard key.family == message.signatureAlgorithm.family else {
      throw SealFault(.signatureAlgorithm, .algorithm, at: message.signature.start)
    }
    guard
      certificate.accepts(bytes[message.signature.contents], over: message.signedBytes, digest: message.digest)
    else { throw SealFault(.signature, .signature, at: message.signature.start) }
    // Only seals must have the form with the smaller s; a timestamp authority is free in its choice.
    if kind == .seal, key.family == .ecdsa {
      let signature = Array(bytes[message.signature.contents])
      guard ECDSASignature.withSmallerS(signature) == signature else {
        throw SealFault(.signature, .encoding, at: message.signature.start)
      }
    }
    try Self.checkSigningCertificate(message, is: certificate, kind)
    path = try CertificatePath(of: signer, among: entries)
    // A seal must leave the root out, since whoever trusts a root has it already.
    if kind == .seal, path.isComplete, path.certificates.count > 1 {
      let root = entries.first { $0.certificate == path.certificates.last }
      throw SealFault(.certificates, .unusedCertificate, at: root?.offset ?? signer.offset)
    }
  }

  /// Checks that the signed attributes hold the content's digest, `digest`, and its type, `type`.
  func check(_ digest: [UInt8], isDigestOf type: [UInt8], else fault: SealFault) throws(SealFault) {
    let typePlace = try message.value(of: ObjectIdentifier.contentType)
    guard message.bytes[typePlace.whole].elementsEqual(type) else {
      throw SealFault(.signedAttributes, .attributes, at: typePlace.start)
    }
    let digestPlace = try message.value(of: ObjectIdentifier.messageDigest)
    guard digestPlace.tag == DERTag.octetString.rawValue,
      message.bytes[digestPlace.contents].elementsEqual(digest), !digest.isEmpty
    else { throw fault }
  }

  // MARK: - Naming certificates

  /// The places of a certificate's issuer and serial number.
  private static func issuerAndSerial(_ bytes: [UInt8], _ certificate: DERPlace) throws(SealFault) -> (
    issuer: DERPlace, serial: DERPlace
  ) {
    var fields = DERReader(bytes, in: certificate.contents, place: .certificates)
    var toBeSigned = try fields.enter(.sequence)
    _ = try toBeSigned.next(ifTagged: 0xA0)
    let serial = try toBeSigned.next(.integer)
    _ = try toBeSigned.next(.sequence)
    return (issuer: try toBeSigned.next(.sequence), serial: serial)
  }

  /// Checks the attribute signing-certificate-v2 (RFC 5035), or signing-certificate (RFC 2634) of a timestamp:
  /// its first certificate is the signer's.
  private static func checkSigningCertificate(
    _ message: SignedMessage, is certificate: Certificate, _ kind: SignedMessage.Kind
  ) throws(SealFault) {
    let isOld = kind == .timestamp && !message.has(ObjectIdentifier.signingCertificateV2)
    let value = try message.value(
      of: isOld ? ObjectIdentifier.signingCertificate : ObjectIdentifier.signingCertificateV2)
    let wrong = SealFault(.signedAttributes, .otherCertificate, at: value.start)
    guard value.tag == DERTag.sequence.rawValue else { throw wrong }
    var attribute = DERReader(message.bytes, in: value.contents, place: .signedAttributes)
    var list = try attribute.enter(.sequence)
    var first = try list.enter(.sequence)
    var expected =
      isOld ? SealDigest.sha1(of: certificate.der[...]) : SealDigest.sha256.digest(of: certificate.der[...])
    if !isOld, let algorithm = try first.next(ifTagged: DERTag.sequence.rawValue) {
      let known = SealDigest.allCases.first {
        $0.der.elementsEqual(message.bytes[algorithm.whole])
          || $0.derWithNull.elementsEqual(message.bytes[algorithm.whole])
      }
      guard let known, kind == .timestamp else { throw first.fault(.algorithm, at: algorithm.start) }
      expected = known.digest(of: certificate.der[...])
    }
    let hash = try first.next(.octetString)
    guard message.bytes[hash.contents].elementsEqual(expected), !expected.isEmpty else { throw wrong }
    guard kind == .seal else { return }
    // A seal names one certificate, and nothing else.
    if let name = try first.next(ifTagged: DERTag.sequence.rawValue) { try check(name, in: message) }
    try first.finish()
    try list.finish()
    try attribute.finish()
    let known = [
      ObjectIdentifier.contentType, ObjectIdentifier.messageDigest, ObjectIdentifier.signingCertificateV2,
    ]
    for attribute in message.signedAttributes
    where !known.contains(where: { $0.elementsEqual(message.bytes[attribute.type.whole]) }) {
      throw SealFault(.signedAttributes, .attributes, at: attribute.type.start)
    }
  }

  /// Checks an IssuerSerial against the signer's issuer and serial number: SEQUENCE { SEQUENCE { [4] Name },
  /// INTEGER }.
  private static func check(_ name: DERPlace, in message: SignedMessage) throws(SealFault) {
    var reader = DERReader(message.bytes, in: name.contents, place: .signedAttributes)
    var names = try reader.enter(.sequence)
    var directory = names.inside(try names.next(0xA4))
    try names.finish()
    try directory.expect(Array(message.bytes[message.signer.issuer.whole]), else: .otherCertificate)
    try directory.finish()
    try reader.expect(Array(message.bytes[message.signer.serial.whole]), else: .otherCertificate)
    try reader.finish()
  }
}
