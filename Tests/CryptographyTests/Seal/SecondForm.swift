/// A seal with the other form of its ECDSA signature, in which s is replaced by the order of the group of P-256
/// minus s. The seal is put together here, byte by byte, so that the test shares no code with what it checks.
enum SecondForm {
  /// Exchanges the form of a seal without a timestamp, whose signature is its last element.
  static func of(_ der: [UInt8]) -> [UInt8] {
    let (tag, contents) = split(der)
    guard tag != 0x04 else {
      let (_, numbers) = split(contents)
      let r = element(of: numbers)
      let s = split(Array(numbers.dropFirst(r.count))).contents
      return joined(0x04, joined(0x30, r + joined(0x02, number(order - s))))
    }
    var children: [[UInt8]] = []
    var rest = contents
    while !rest.isEmpty {
      children.append(element(of: rest))
      rest.removeFirst(children[children.count - 1].count)
    }
    guard let last = children.popLast() else { return der }
    return joined(tag, children.flatMap(\.self) + of(last))
  }

  private static let order: [UInt8] = [
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
  ]

  /// The contents of a positive INTEGER, without needless zeros.
  private static func number(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array(bytes.drop { $0 == 0 })
    return (digits.first ?? 0) >= 0x80 ? [0] + digits : digits
  }

  private static func split(_ bytes: [UInt8]) -> (tag: UInt8, contents: [UInt8]) {
    let element = element(of: bytes)
    let header = element[1] < 0x80 ? 2 : 2 + Int(element[1] & 0x7F)
    return (element[0], Array(element.dropFirst(header)))
  }

  private static func element(of bytes: [UInt8]) -> [UInt8] {
    guard bytes[1] >= 0x80 else { return Array(bytes.prefix(2 + Int(bytes[1]))) }
    let count = Int(bytes[1] & 0x7F)
    let length = bytes[2..<(2 + count)].reduce(0) { $0 << 8 | Int($1) }
    return Array(bytes.prefix(2 + count + length))
  }

  private static func joined(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
    let count = contents.count
    let length: [UInt8] =
      count < 0x80
      ? [UInt8(count)] : count < 0x100 ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 0xFF)]
    return [tag] + length + contents
  }
}

/// The difference of two big-endian numbers of up to 32 bytes, of which the first is the greater.
private func - (_ minuend: [UInt8], _ subtrahend: [UInt8]) -> [UInt8] {
  let padded = [UInt8](repeating: 0, count: max(0, minuend.count - subtrahend.count)) + subtrahend.suffix(32)
  var borrow = 0
  var difference = minuend
  for index in minuend.indices.reversed() {
    let value = Int(minuend[index]) - Int(padded[index]) - borrow
    borrow = value < 0 ? 1 : 0
    difference[index] = UInt8(value & 0xFF)
  }
  return difference
}
