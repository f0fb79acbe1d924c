extension DetachedSeal {
  /// 1.2.840.113549.1.9.16.2.14, id-aa-timeStampToken (RFC 3161, appendix A).
  private static let timestampAttribute: [UInt8] = [
    0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x0E,
  ]

  /// The seal with a timestamp over its signature's value as its only unsigned attribute. Everything that is
  /// signed stays as it is.
  /// - Throws: `timestamp(.otherImprint)` for a token over something else; `sealTooLarge`; `notSeal` where the
  ///   seal has an unsigned attribute already.
  public func timestamped(by token: TimestampToken) throws(CryptographyError) -> DetachedSeal {
    guard token.imprint == SHA256Digest(of: signatureValue) else { throw .timestamp(.otherImprint) }
    var parts = try SignedDataParts(der)
    guard parts.unsigned.isEmpty, let element = DERElement(token.der) else { throw .notSeal }
    parts.unsigned = [
      DERElement(
        DERElement.Tag.sequence,
        [DERElement(objectID: Self.timestampAttribute), DERElement(DERElement.Tag.set, [element])])
    ]
    return try DetachedSeal(der: parts.encoded)
  }

  /// Removes the timestamp, which restores the seal byte for byte as it was made.
  /// - Returns: the seal without the timestamp, and the token; nil for the token where the seal has no
  ///   timestamp.
  /// - Throws: `notSeal` where there are other unsigned attributes; `timestamp` where the token cannot be read.
  public func withoutTimestamp() throws(CryptographyError) -> (seal: DetachedSeal, token: TimestampToken?) {
    var parts = try SignedDataParts(der)
    guard let attribute = parts.unsigned.first else { return (self, nil) }
    guard parts.unsigned.count == 1, attribute.tag == DERElement.Tag.sequence,
      let pair = attribute.parts, pair.count == 2,
      pair[0] == DERElement(objectID: Self.timestampAttribute), pair[1].tag == DERElement.Tag.set,
      let tokens = pair[1].parts, tokens.count == 1
    else { throw .notSeal }
    parts.unsigned = []
    return (try DetachedSeal(der: parts.encoded), try TimestampToken(der: tokens[0].encoded))
  }
}
