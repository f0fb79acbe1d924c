extension [UInt8] {
  /// Appends an integer in network order.
  mutating func append<Number: FixedWidthInteger>(bigEndian number: Number) {
    var shift = Number.bitWidth
    while shift > 0 {
      shift &-= 8
      append(UInt8(truncatingIfNeeded: number >> Number(truncatingIfNeeded: shift)))
    }
  }

  /// Appends an integer in the order of the microcontroller's memory.
  mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
    append(bigEndian: number.byteSwapped)
  }

  /// The integer at `offset` in network order; nil where the array ends before it.
  func bigEndian<Number: FixedWidthInteger>(_: Number.Type = Number.self, at offset: Int) -> Number? {
    let size = Number.bitWidth / 8
    guard offset >= 0, count >= size, offset <= count &- size else { return nil }
    var number: Number = 0
    for index in offset..<offset &+ size { number = number << 8 | Number(truncatingIfNeeded: self[index]) }
    return number
  }

  /// The integer at `offset` in the order of the microcontroller's memory; nil where the array ends before it.
  func littleEndian<Number: FixedWidthInteger>(_: Number.Type = Number.self, at offset: Int) -> Number? {
    let number: Number? = bigEndian(at: offset)
    return number?.byteSwapped
  }

  /// The `length` bytes from `offset` on; nil where the array ends before them.
  func slice(_ offset: Int, _ length: Int) -> [UInt8]? {
    guard offset >= 0, length >= 0, length <= count, offset <= count &- length else { return nil }
    return Array(self[offset..<offset &+ length])
  }
}
