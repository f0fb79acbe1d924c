/// The text of a cell or a shared string while its pieces are read, at most `maxBytes` long. The rest of a
/// longer text is left out; what is left is still longer than any field may be.
struct CellText {
  /// The maximum length in UTF-8, bytes; no field of a list may be as long.
  static let maxBytes = 4_096

  private var bytes: [UInt8] = []

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  mutating func append(_ piece: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: piece.prefix(Self.maxBytes - bytes.count))
  }

  var isEmpty: Bool { bytes.isEmpty }
  /// The text as it stands in the part.
  var plain: String { String(decoding: bytes, as: UTF8.self) }

  /// The text with `_x000D_` and its like as the characters that they stand for.
  var unescaped: String {
    guard let start = bytes.firstRange(of: [UInt8(ascii: "_"), UInt8(ascii: "x")])?.lowerBound else {
      return plain
    }
    var units: [UInt8] = Array(bytes[..<start])
    var index = start
    while index < bytes.count {
      if let scalar = escape(at: index) {
        units.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        index += 7
      } else {
        units.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: units, as: UTF8.self)
  }

  private func escape(at index: Int) -> Unicode.Scalar? {
    guard index + 7 <= bytes.count, bytes[index] == UInt8(ascii: "_"), bytes[index + 1] == UInt8(ascii: "x"),
      bytes[index + 6] == UInt8(ascii: "_"),
      let value = UInt32(String(decoding: bytes[index + 2..<index + 6], as: UTF8.self), radix: 16)
    else { return nil }
    return Unicode.Scalar(value)
  }
}
