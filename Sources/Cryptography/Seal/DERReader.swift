/// An element of DER, by its places in the bytes that it was read from.
struct DERPlace: Hashable {
  /// The identifier octet; tag numbers above 30 are not read.
  let tag: UInt8
  let start: Int
  let contents: Range<Int>

  var whole: Range<Int> { start..<contents.upperBound }
}

/// Reads DER (X.690) element by element. Only the one encoding that DER allows is accepted: definite lengths in their
/// shortest form, and no bytes beside the elements.
struct DERReader {
  /// The bytes of the whole seal, so that every offset counts from the seal's first byte.
  let bytes: [UInt8]
  /// The part that a fault is reported in.
  var place: SealFault.Place
  private(set) var position: Int
  private let end: Int

  init(_ bytes: [UInt8], in range: Range<Int>? = nil, place: SealFault.Place) {
    self.bytes = bytes
    self.place = place
    let range = (range ?? bytes.indices).clamped(to: bytes.indices)
    position = range.lowerBound
    end = range.upperBound
  }

  var isAtEnd: Bool { position == end }

  func fault(_ reason: SealFault.Reason = .encoding, at offset: Int? = nil) -> SealFault {
    SealFault(place, reason, at: offset ?? position)
  }

  /// Reads the next element.
  /// - Throws: `encoding` where it has another tag or is not DER.
  mutating func next(_ tag: DERTag) throws(SealFault) -> DERPlace {
    try next(tag.rawValue)
  }

  mutating func next(_ tag: UInt8) throws(SealFault) -> DERPlace {
    guard nextTag == tag else { throw fault() }
    let start = position
    guard start + 1 < end else { throw fault() }
    guard let (length, octets) = DERLength.read(bytes[(start + 1)..<end]) else { throw fault(at: start + 1) }
    let contents = start + 1 + octets
    guard length <= end - contents else { throw fault(at: start + 1) }
    position = contents + length
    return DERPlace(tag: tag, start: start, contents: contents..<position)
  }

  /// Reads the next element where it has this tag.
  mutating func next(ifTagged tag: UInt8) throws(SealFault) -> DERPlace? {
    nextTag == tag ? try next(tag) : nil
  }

  /// Reads the next element, whatever its tag.
  mutating func nextOfAnyTag() throws(SealFault) -> DERPlace {
    guard let tag = nextTag, tag & 0x1F != 0x1F else { throw fault() }
    return try next(tag)
  }

  /// Reads the next element and returns a reader of its contents.
  mutating func enter(_ tag: DERTag) throws(SealFault) -> DERReader {
    inside(try next(tag))
  }

  func inside(_ element: DERPlace) -> DERReader { DERReader(bytes, in: element.contents, place: place) }

  /// Reads an element that has to be these very bytes.
  mutating func expect(_ expected: [UInt8], else reason: SealFault.Reason = .encoding) throws(SealFault) {
    let start = position
    let element = try nextOfAnyTag()
    guard bytes[element.whole].elementsEqual(expected) else { throw fault(reason, at: start) }
  }

  /// Reads a whole number that is not negative, in its shortest form.
  mutating func nextNumber() throws(SealFault) -> DERPlace {
    let element = try next(.integer)
    let octets = bytes[element.contents]
    guard let first = octets.first, first < 0x80 else { throw fault(at: element.start) }
    if first == 0, let second = octets.dropFirst().first, second < 0x80 { throw fault(at: element.start) }
    return element
  }

  /// Checks that no bytes are left.
  /// - Throws: `encoding` where bytes are left.
  func finish() throws(SealFault) {
    guard isAtEnd else { throw fault() }
  }

  private var nextTag: UInt8? { position < end ? bytes[position] : nil }
}

/// The identifier octets that a seal has.
enum DERTag: UInt8 {
  case boolean = 0x01
  case integer = 0x02
  case bitString = 0x03
  case octetString = 0x04
  case null = 0x05
  case objectIdentifier = 0x06
  case utcTime = 0x17
  case generalizedTime = 0x18
  case sequence = 0x30
  case set = 0x31
}

/// Object identifiers as DER writes them, tag and length included.
enum ObjectIdentifier {
  /// id-data (RFC 5652).
  static let data: [UInt8] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01]
  /// id-signedData (RFC 5652).
  static let signedData: [UInt8] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02]
  /// id-contentType (RFC 5652).
  static let contentType: [UInt8] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03]
  /// id-messageDigest (RFC 5652).
  static let messageDigest: [UInt8] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04]
  /// id-ct-TSTInfo (RFC 3161).
  static let timestampInfo: [UInt8] = [
    0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x04,
  ]
  /// id-aa-timeStampToken (RFC 3161).
  static let timestampToken: [UInt8] = [
    0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x0E,
  ]
  /// id-aa-signingCertificate (RFC 2634), which authorities with programs older than RFC 5816 write.
  static let signingCertificate: [UInt8] = [
    0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x0C,
  ]
  /// id-aa-signingCertificateV2 (RFC 5035).
  static let signingCertificateV2: [UInt8] = [
    0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x2F,
  ]
}
