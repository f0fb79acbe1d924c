/// The parts of a CMS SignedData (RFC 5652) with one signer, by their places in the bytes of a seal.
///
///     ContentInfo  SEQUENCE
///       id-signedData
///       [0] SignedData  SEQUENCE
///         version                  1 for a seal, 3 for a timestamp
///         digestAlgorithms  SET    one
///         encapContentInfo         id-data without content, or id-ct-TSTInfo with it
///         [0] certificates  SET    one or more
///         signerInfos  SET         one
///           version                1
///           sid  SEQUENCE          the issuer and the serial number of the signer's certificate
///           digestAlgorithm
///           [0] signedAttrs  SET
///           signatureAlgorithm
///           signature  OCTET STRING
///           [1] unsignedAttrs  SET a timestamp, in a seal that has one
struct SignedMessage {
  enum Kind { case seal, timestamp }

  struct Attribute {
    /// The object identifier's place.
    let type: DERPlace
    /// The places of the values, of which there is one or more.
    let values: [DERPlace]
  }

  let bytes: [UInt8]
  let digest: SealDigest
  /// The place of the TSTInfo; nil in a seal.
  let content: DERPlace?
  let certificates: [DERPlace]
  /// The places of issuer and serial number of the signer's certificate.
  let signer: (issuer: DERPlace, serial: DERPlace)
  /// The place of the signed attributes, tagged [0].
  let signedAttributesPlace: DERPlace
  let signedAttributes: [Attribute]
  let signatureAlgorithm: SealSignatureAlgorithm
  let signature: DERPlace
  /// The place of a timestamp's ContentInfo; nil where the seal has none.
  let timestamp: DERPlace?

  /// Reads the parts.
  /// - Parameter range: the place of the message in the bytes.
  init(_ bytes: [UInt8], in range: Range<Int>, _ kind: Kind) throws(SealFault) {
    self.bytes = bytes
    var outer = DERReader(bytes, in: range, place: .message)
    var contentInfo = try outer.enter(.sequence)
    try outer.finish()
    try contentInfo.expect(ObjectIdentifier.signedData)
    var explicit = contentInfo.inside(try contentInfo.next(0xA0))
    try contentInfo.finish()
    var signedData = try explicit.enter(.sequence)
    try explicit.finish()
    try signedData.expect([0x02, 0x01, kind == .seal ? 1 : 3])

    signedData.place = .digestAlgorithm
    var digests = try signedData.enter(.set)
    let digestPlace = try digests.next(.sequence)
    try digests.finish()
    let digestDER = bytes[digestPlace.whole]
    // The algorithm in our seals has no parameters; in libcrypto's own timestamps it has NULL.
    guard
      let digest = SealDigest.allCases.first(where: {
        $0.der.elementsEqual(digestDER) || (kind == .timestamp && $0.derWithNull.elementsEqual(digestDER))
      }), kind == .timestamp || digest == .sha256
    else { throw digests.fault(.algorithm, at: digestPlace.start) }
    self.digest = digest

    signedData.place = .message
    var encapsulated = try signedData.enter(.sequence)
    switch kind {
    case .seal:
      try encapsulated.expect(ObjectIdentifier.data)
      content = nil
    case .timestamp:
      try encapsulated.expect(ObjectIdentifier.timestampInfo)
      var explicit = encapsulated.inside(try encapsulated.next(0xA0))
      content = try explicit.next(.octetString)
      try explicit.finish()
    }
    try encapsulated.finish()

    signedData.place = .certificates
    var bag = signedData.inside(try signedData.next(0xA0))
    var certificates: [DERPlace] = []
    while !bag.isAtEnd { certificates.append(try bag.next(.sequence)) }
    guard !certificates.isEmpty else { throw bag.fault(.noCertificate) }
    try Self.checkOrder(of: certificates, in: bag)
    self.certificates = certificates

    signedData.place = .signer
    var signers = try signedData.enter(.set)
    try signedData.finish()
    var signerInfo = try signers.enter(.sequence)
    try signers.finish()
    try signerInfo.expect([0x02, 0x01, 0x01])
    var identifier = try signerInfo.enter(.sequence)
    signer = (issuer: try identifier.next(.sequence), serial: try identifier.next(.integer))
    try identifier.finish()
    signerInfo.place = .digestAlgorithm
    try signerInfo.expect(Array(digestDER), else: .algorithm)

    signerInfo.place = .signedAttributes
    signedAttributesPlace = try signerInfo.next(0xA0)
    signedAttributes = try Self.attributes(signerInfo.inside(signedAttributesPlace))

    signerInfo.place = .signatureAlgorithm
    let algorithmPlace = try signerInfo.next(.sequence)
    guard let algorithm = SealSignatureAlgorithm(der: bytes[algorithmPlace.whole]),
      algorithm.digest == nil || algorithm.digest == digest,
      kind == .timestamp || algorithm.family == .ecdsa || algorithm.digest == nil
    else { throw signerInfo.fault(.algorithm, at: algorithmPlace.start) }
    signatureAlgorithm = algorithm
    signerInfo.place = .signature
    signature = try signerInfo.next(.octetString)

    signerInfo.place = .unsignedAttributes
    if kind == .seal, let place = try signerInfo.next(ifTagged: 0xA1) {
      let attributes = try Self.attributes(signerInfo.inside(place))
      guard let attribute = attributes.first, attributes.count == 1, let value = attribute.values.first,
        attribute.values.count == 1, bytes[attribute.type.whole].elementsEqual(ObjectIdentifier.timestampToken)
      else { throw signerInfo.fault(.unknownPart, at: place.start) }
      timestamp = value
    } else {
      timestamp = nil
    }
    try signerInfo.finish()
  }

  /// Whether there is a signed attribute of this type.
  func has(_ type: [UInt8]) -> Bool {
    signedAttributes.contains { bytes[$0.type.whole].elementsEqual(type) }
  }

  /// The value of the one signed attribute of this type.
  /// - Throws: `attributes` where there is not exactly one such attribute with exactly one value.
  func value(of type: [UInt8]) throws(SealFault) -> DERPlace {
    let found = signedAttributes.filter { bytes[$0.type.whole].elementsEqual(type) }
    guard let attribute = found.first, found.count == 1, let value = attribute.values.first,
      attribute.values.count == 1
    else { throw SealFault(.signedAttributes, .attributes, at: signedAttributesPlace.start) }
    return value
  }

  /// The bytes that the signature is over: the signed attributes as a SET (RFC 5652, 5.4).
  var signedBytes: [UInt8] { [DERTag.set.rawValue] + bytes[signedAttributesPlace.whole].dropFirst() }

  // MARK: - Sets

  private static func attributes(_ reader: DERReader) throws(SealFault) -> [Attribute] {
    var reader = reader
    var places: [DERPlace] = []
    var attributes: [Attribute] = []
    while !reader.isAtEnd {
      let place = try reader.next(.sequence)
      var attribute = reader.inside(place)
      let type = try attribute.next(.objectIdentifier)
      var set = try attribute.enter(.set)
      try attribute.finish()
      var values: [DERPlace] = []
      while !set.isAtEnd { values.append(try set.nextOfAnyTag()) }
      guard !values.isEmpty else { throw set.fault() }
      places.append(place)
      attributes.append(Attribute(type: type, values: values))
    }
    guard !attributes.isEmpty else { throw reader.fault(.attributes) }
    try checkOrder(of: places, in: reader)
    return attributes
  }

  /// Checks the order of a SET OF (X.690, 11.6): ascending, and none twice.
  private static func checkOrder(of elements: [DERPlace], in reader: DERReader) throws(SealFault) {
    for (element, next) in zip(elements, elements.dropFirst()) {
      let (left, right) = (reader.bytes[element.whole], reader.bytes[next.whole])
      guard left.lexicographicallyPrecedes(right) else { throw reader.fault(at: next.start) }
    }
  }
}
