import CCrypto

/// A TSTInfo (RFC 3161, 2.4.2), by its values.
struct TimestampInfo {
  /// The authority's policy in dotted form.
  let policy: String
  let imprintDigest: SealDigest
  let imprint: ArraySlice<UInt8>
  /// The authority's number for this timestamp, lower-case hex.
  let serialNumber: String
  /// The time of the timestamp, seconds since 1970-01-01T00:00:00Z; fractions are dropped.
  let time: Int64

  init(_ bytes: [UInt8], in range: Range<Int>) throws(SealFault) {
    var outer = DERReader(bytes, in: range, place: .timestampInfo)
    var info = try outer.enter(.sequence)
    try outer.finish()
    try info.expect([0x02, 0x01, 0x01])
    let policyPlace = try info.next(.objectIdentifier)
    guard let policy = Self.dotted(bytes[policyPlace.contents]) else {
      throw info.fault(at: policyPlace.start)
    }
    self.policy = policy
    var imprint = try info.enter(.sequence)
    let algorithm = try imprint.next(.sequence)
    guard
      let digest = SealDigest.allCases.first(where: {
        $0.der.elementsEqual(bytes[algorithm.whole]) || $0.derWithNull.elementsEqual(bytes[algorithm.whole])
      })
    else { throw imprint.fault(.algorithm, at: algorithm.start) }
    imprintDigest = digest
    self.imprint = bytes[try imprint.next(.octetString).contents]
    try imprint.finish()
    serialNumber = Hex.encode(bytes[try info.next(.integer).contents])
    let timePlace = try info.next(.generalizedTime)
    guard let time = Self.seconds(bytes[timePlace.contents]) else { throw info.fault(at: timePlace.start) }
    self.time = time
    // Accuracy, ordering, nonce and the authority's name say nothing about what was stamped when.
    for tag: UInt8 in [DERTag.sequence.rawValue, DERTag.boolean.rawValue, DERTag.integer.rawValue, 0xA0] {
      _ = try info.next(ifTagged: tag)
    }
    if let place = try info.next(ifTagged: 0xA1) {
      var extensions = info.inside(place)
      while !extensions.isAtEnd {
        var one = try extensions.enter(.sequence)
        _ = try one.next(.objectIdentifier)
        // A critical extension may change what the timestamp means.
        if let critical = try one.next(ifTagged: DERTag.boolean.rawValue) {
          throw one.fault(.unknownPart, at: critical.start)
        }
        _ = try one.next(.octetString)
        try one.finish()
      }
    }
    try info.finish()
  }

  /// The dotted form of an object identifier's contents; nil where a number is cut off, or is 2^39 or more.
  private static func dotted(_ contents: ArraySlice<UInt8>) -> String? {
    var numbers: [UInt64] = []
    var number: UInt64 = 0
    var isWithin = false
    for byte in contents {
      guard number < 1 << 32 else { return nil }
      number = number << 7 | UInt64(byte & 0x7F)
      isWithin = byte & 0x80 != 0
      if !isWithin {
        numbers.append(number)
        number = 0
      }
    }
    guard !isWithin, let first = numbers.first else { return nil }
    let arc = min(first / 40, 2)
    return ([arc, first - arc * 40] + numbers.dropFirst()).map(String.init).joined(separator: ".")
  }

  /// Reads YYYYMMDDhhmmss, an optional fraction and Z (RFC 3161 wants UTC and no trailing zeros in the
  /// fraction) as seconds since 1970; nil for any other form.
  private static func seconds(_ contents: ArraySlice<UInt8>) -> Int64? {
    let text = Array(contents)
    guard text.count >= 15, text.last == UInt8(ascii: "Z") else { return nil }
    let fraction = text.dropLast().dropFirst(14)
    guard
      fraction.isEmpty
        || (fraction.first == UInt8(ascii: ".") && fraction.count > 1 && fraction.last != UInt8(ascii: "0")
          && fraction.dropFirst().allSatisfy { (48...57).contains($0) })
    else { return nil }
    // libcrypto knows the calendar.
    guard let time = ASN1_GENERALIZEDTIME_new() else { return nil }
    defer { ASN1_GENERALIZEDTIME_free(time) }
    var seconds: Int64 = 0
    let whole = String(decoding: text.prefix(14) + [UInt8(ascii: "Z")], as: UTF8.self)
    guard ASN1_GENERALIZEDTIME_set_string(time, whole) == 1, wt_asn1_seconds(time, &seconds) == 1 else {
      return nil
    }
    return seconds
  }
}
