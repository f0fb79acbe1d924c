/// The line that is being received, in a buffer of fixed size, with functions that read its texts and numbers.
/// No contents of a line can cause a trap, because there are zeros beyond the line's end.
struct TextLine {
  /// Maximum length of a line, characters. NMEA 0183 allows 79 characters between `$` and the line's end;
  /// answers of a modem are shorter.
  static var capacity: Int { 80 }

  private var bytes = InlineArray<80, UInt8>(repeating: 0)
  private(set) var count = 0
  /// Whether the line is longer than the buffer and therefore useless.
  private(set) var isTooLong = false

  mutating func append(_ byte: UInt8) {
    guard count < Self.capacity else {
      isTooLong = true
      return
    }
    bytes[count] = byte
    count &+= 1
  }

  mutating func clear() {
    count = 0
    isTooLong = false
  }

  subscript(index: Int) -> UInt8 { index >= 0 && index < count ? bytes[index] : 0 }

  /// Whether this text stands at `start`.
  @inline(never)
  func has(_ text: StaticString, at start: Int = 0) -> Bool {
    let length = text.utf8CodeUnitCount
    guard length <= count &- start else { return false }
    let wanted = text.utf8Start
    for index in 0..<length where self[start &+ index] != wanted[index] { return false }
    return true
  }

  func `is`(_ text: StaticString) -> Bool { count == text.utf8CodeUnitCount && has(text) }

  /// The decimal digit at a place; nil where there is another character.
  func digit(at index: Int) -> UInt32? {
    let value = self[index] &- 0x30
    return value <= 9 ? UInt32(value) : nil
  }

  /// The number that begins at `start`, at most four digits; nil where there is none.
  @inline(never)
  func number(at start: Int) -> UInt32? {
    var value: UInt32?
    var index = start
    while let digit = digit(at: index), index < start &+ 4 {
      value = (value ?? 0) &* 10 &+ digit
      index &+= 1
    }
    return value
  }
}
