/// A number of at most 20 digits that is a name, as an IMEI or ICCID, in ASCII.
public struct DigitText: Sendable {
  public static var capacity: Int { 20 }

  private var digits = InlineArray<20, UInt8>(repeating: 0)
  /// May have become greater than `capacity`: such a row of digits is nobody's name.
  public private(set) var count = 0

  init() {}

  mutating func append(_ digit: UInt32) {
    if count < Self.capacity { digits[count] = 0x30 &+ UInt8(truncatingIfNeeded: digit) }
    count &+= 1
  }

  /// A digit's ASCII byte; 0 beyond the end.
  public subscript(index: Int) -> UInt8 {
    index >= 0 && index < count && index < Self.capacity ? digits[index] : 0
  }
}
