/// The kinds of characters that codes, numbers and addresses are made of, as bytes of UTF-8.
extension UInt8 {
  public var isDigit: Bool { (0x30...0x39).contains(self) }
  public var isUpperCaseLetter: Bool { (0x41...0x5A).contains(self) }
  /// Whether the byte is `0` to `9` or `a` to `f`, the only digits of ids and digests that the record keeps.
  public var isLowerCaseHexDigit: Bool { isDigit || (0x61...0x66).contains(self) }
}

extension Collection<UInt8> {
  /// The number that the digits write; nil where there is no digit, another character stands among them, or the
  /// number does not fit.
  @inlinable public var decimalNumber: Int? {
    guard !isEmpty else { return nil }
    var number = 0
    for byte in self {
      guard (0x30...0x39).contains(byte) else { return nil }
      let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
      let (sum, isTooLargeNow) = tens.addingReportingOverflow(Int(byte) - 0x30)
      guard !isTooLarge, !isTooLargeNow else { return nil }
      number = sum
    }
    return number
  }
}
