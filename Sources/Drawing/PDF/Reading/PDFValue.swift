/// A value of PDF's syntax (ISO 32000-1, 7.3).
enum PDFValue: Hashable {
  case null
  case boolean(Bool)
  case number(Double)
  case name(String)
  case string([UInt8])
  case array([PDFValue])
  case dictionary([String: PDFValue])
  case reference(Int)

  var number: Double? { if case .number(let number) = self { number } else { nil } }
  var whole: Int? { number.flatMap { Int(exactly: $0) } }
  var name: String? { if case .name(let name) = self { name } else { nil } }
  var string: [UInt8]? { if case .string(let string) = self { string } else { nil } }
  var array: [PDFValue]? { if case .array(let array) = self { array } else { nil } }
  var dictionary: [String: PDFValue]? { if case .dictionary(let entries) = self { entries } else { nil } }
  var reference: Int? { if case .reference(let number) = self { number } else { nil } }

  /// The numbers of all objects that the value refers to.
  var references: [Int] {
    switch self {
    case .reference(let number): [number]
    case .array(let values): values.flatMap(\.references)
    case .dictionary(let entries): entries.values.flatMap(\.references)
    case .null, .boolean, .number, .name, .string: []
    }
  }
}

/// Reads values of PDF's syntax in the form in which `PDFWriter` writes them: no comments, no escapes in texts, no key
/// twice in a dictionary.
struct PDFValueReader {
  private static let maxDepth = 12
  /// The largest number of values that one reader reads: several hundred times those of an agreement.
  private static let maxValues = 1_000_000

  let bytes: [UInt8]
  private let part: PDFFault.Part
  /// The offset that is added to the places of faults.
  private let base: Int
  private let end: Int
  var position: Int
  private var valueCount = 0

  init(_ bytes: [UInt8], from position: Int = 0, to end: Int? = nil, part: PDFFault.Part, base: Int = 0) {
    self.bytes = bytes
    self.part = part
    self.base = base
    self.end = min(end ?? bytes.count, bytes.count)
    self.position = position
  }

  var fault: PDFFault { PDFFault(part, at: base + position) }
  var next: UInt8? { position < end ? bytes[position] : nil }

  /// Reads exactly these bytes.
  mutating func expect(_ text: StaticString) throws(PDFFault) {
    guard starts(with: text) else { throw fault }
    position += text.utf8CodeUnitCount
  }

  func starts(with text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard end - position >= count else { return false }
    return text.withUTF8Buffer { bytes[position..<(position + count)].elementsEqual($0) }
  }

  /// Reads digits as a whole number of up to nine digits.
  mutating func wholeNumber() throws(PDFFault) -> Int {
    let digits = bytes[position..<min(end, position + 10)].prefix { (48...57).contains($0) }
    guard (1...9).contains(digits.count) else { throw fault }
    position += digits.count
    return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
  }

  mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x0A { position += 1 }
  }

  mutating func value(depth: Int = 0) throws(PDFFault) -> PDFValue {
    skipBlanks()
    valueCount += 1
    guard valueCount <= Self.maxValues else { throw PDFFault(.size, at: base + position) }
    guard depth < Self.maxDepth, let first = next else { throw fault }
    switch first {
    case UInt8(ascii: "<"):
      return starts(with: "<<") ? .dictionary(try dictionary(depth: depth)) : .string(try hexString())
    case UInt8(ascii: "["):
      position += 1
      var values: [PDFValue] = []
      while true {
        skipBlanks()
        if next == UInt8(ascii: "]") { break }
        values.append(try value(depth: depth + 1))
      }
      position += 1
      return .array(values)
    case UInt8(ascii: "("): return .string(try literalString())
    case UInt8(ascii: "/"): return .name(try nameText())
    case UInt8(ascii: "t") where starts(with: "true"):
      position += 4
      return .boolean(true)
    case UInt8(ascii: "f") where starts(with: "false"):
      position += 5
      return .boolean(false)
    case UInt8(ascii: "n") where starts(with: "null"):
      position += 4
      return .null
    default: return try numberOrReference()
    }
  }

  private mutating func dictionary(depth: Int) throws(PDFFault) -> [String: PDFValue] {
    try expect("<<")
    var entries: [String: PDFValue] = [:]
    while true {
      skipBlanks()
      if starts(with: ">>") { break }
      let key = try nameText()
      guard entries[key] == nil else { throw fault }
      entries[key] = try value(depth: depth + 1)
    }
    try expect(">>")
    return entries
  }

  private mutating func nameText() throws(PDFFault) -> String {
    try expect("/")
    let text = bytes[position..<end].prefix { byte in
      byte > 0x20 && byte < 0x7F && !"/<>[]()%{}".utf8.contains(byte)
    }
    guard (1...127).contains(text.count) else { throw fault }
    position += text.count
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func literalString() throws(PDFFault) -> [UInt8] {
    position += 1
    let text = bytes[position..<end].prefix { $0 >= 0x20 && $0 < 0x7F && !"()\\".utf8.contains($0) }
    position += text.count
    try expect(")")
    return Array(text)
  }

  private mutating func hexString() throws(PDFFault) -> [UInt8] {
    position += 1
    var text: [UInt8] = []
    var high: UInt8?
    while let byte = next, byte != UInt8(ascii: ">") {
      let digit: UInt8
      switch byte {
      case 48...57: digit = byte - 48
      case 65...70: digit = byte - 55
      case 97...102: digit = byte - 87
      default: throw fault
      }
      if let first = high {
        text.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
      position += 1
    }
    guard high == nil else { throw fault }
    try expect(">")
    return text
  }

  private mutating func numberOrReference() throws(PDFFault) -> PDFValue {
    let start = position
    let text = bytes[position..<min(end, position + 24)].prefix { byte in
      (48...57).contains(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }
    guard let number = Double(String(decoding: text, as: UTF8.self)), number.isFinite else { throw fault }
    position += text.count
    guard let whole = Int(exactly: number), whole > 0, starts(with: " 0 R") else { return .number(number) }
    let behind = position + 4
    // `0 R` is a reference; `0 RG` would be an operator with its operands.
    if behind < end, (65...90).contains(bytes[behind]) || (97...122).contains(bytes[behind]) {
      position = start + text.count
      return .number(number)
    }
    position = behind
    return .reference(whole)
  }
}
