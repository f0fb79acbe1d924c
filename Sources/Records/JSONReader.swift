import FoundationEssentials

/// Reads JSON documents; no other part of the program does.
///
/// The bytes of a document are checked before FoundationEssentials decodes it, because that decoder ends the
/// process on some malformed documents (such as 512 nested arrays that are never closed) and does not name a
/// line.
public enum JSONReader {
  /// The depth to which arrays and objects may be nested; the deepest document of the program has 6 levels.
  public static let maxDepth = 64
  /// The default maximum size of a document, bytes.
  public static let defaultMaxBytes = 16 << 20

  /// Decodes one document in UTF-8, with or without a byte order mark.
  /// - Throws: `JSONFault` where the bytes are no JSON or too large, `DecodingError` where the document has
  ///   another structure.
  public static func decode<Value: Decodable>(
    _ type: Value.Type, from data: some Sequence<UInt8>, maxBytes: Int = defaultMaxBytes
  ) throws -> Value {
    var checker = JSONChecker(bytes: Array(data))
    let document = try checker.check(maxBytes: maxBytes, maxDepth: maxDepth)
    return try JSONDecoder().decode(type, from: Data(document))
  }

  /// Decodes a document of any shape.
  public static func value(of data: some Sequence<UInt8>, maxBytes: Int = defaultMaxBytes) throws(JSONFault)
    -> JSONValue
  {
    do {
      return try decode(JSONValue.self, from: data, maxBytes: maxBytes)
    } catch let fault as JSONFault {
      throw fault
    } catch {
      // A `JSONValue` can hold every document that passes the check.
      throw JSONFault(reason: .unexpected, offset: 0, line: 1, column: 1)
    }
  }
}

/// The reason why bytes are no JSON document, with the place.
public struct JSONFault: Error, Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    /// The document is larger than allowed, and none of it was read.
    case tooLarge(maxBytes: Int)
    case tooDeep(maxDepth: Int)
    /// The bytes are not UTF-8.
    case encoding
    /// The document ends within a value.
    case unfinished
    /// A character stands where JSON does not allow it.
    case unexpected
    /// A number is larger than any that can be represented.
    case number
  }

  public let reason: Reason
  /// Number of bytes before the fault, from 0.
  public let offset: Int
  /// Line of the fault, from 1.
  public let line: Int
  /// Character of the fault within its line, from 1.
  public let column: Int

  public init(reason: Reason, offset: Int, line: Int, column: Int) {
    self.reason = reason
    self.offset = offset
    self.line = line
    self.column = column
  }
}

/// Checks bytes against the grammar of RFC 8259, without recursion.
private struct JSONChecker {
  private enum Expected {
    case value
    /// The checker expects a value or the end of the array, after `[`.
    case valueOrEnd
    /// The checker expects the next key, after a comma in an object.
    case key
    /// The checker expects a key or the end of the object, after `{`.
    case keyOrEnd
    case colon
    case commaOrEnd
  }

  private let bytes: [UInt8]
  private var offset = 0
  /// Offset of the document's first byte, behind a byte order mark.
  private var start = 0
  /// The closing bracket of each open array and object.
  private var open: [UInt8] = []

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Checks that the bytes are one document within the limits.
  /// - Returns: the document's bytes without a byte order mark.
  mutating func check(maxBytes: Int, maxDepth: Int) throws(JSONFault) -> ArraySlice<UInt8> {
    guard bytes.count <= maxBytes else {
      throw JSONFault(reason: .tooLarge(maxBytes: maxBytes), offset: 0, line: 1, column: 1)
    }
    if let wrong = firstOffsetThatIsNotUTF8() { throw fault(.encoding, at: wrong) }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    if bytes.starts(with: mark) { start = mark.count }
    offset = start
    try checkDocument(maxDepth: maxDepth)
    return bytes[start...]
  }

  private mutating func checkDocument(maxDepth: Int) throws(JSONFault) {
    var expected = Expected.value
    while true {
      while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { offset += 1 }
      guard let byte = next else {
        if case .commaOrEnd = expected, open.isEmpty { return }
        throw fault(.unfinished, at: offset)
      }
      switch (expected, byte) {
      case (.commaOrEnd, UInt8(ascii: ",")) where !open.isEmpty:
        offset += 1
        expected = open.last == UInt8(ascii: "}") ? .key : .value
      case (.commaOrEnd, _), (.valueOrEnd, UInt8(ascii: "]")), (.keyOrEnd, UInt8(ascii: "}")):
        guard byte == open.last else { throw fault(.unexpected, at: offset) }
        offset += 1
        open.removeLast()
        expected = .commaOrEnd
      case (.colon, _):
        guard byte == UInt8(ascii: ":") else { throw fault(.unexpected, at: offset) }
        offset += 1
        expected = .value
      case (.key, _), (.keyOrEnd, _):
        guard byte == UInt8(ascii: "\"") else { throw fault(.unexpected, at: offset) }
        try checkString()
        expected = .colon
      case (.value, UInt8(ascii: "[")), (.valueOrEnd, UInt8(ascii: "[")):
        try enter(closedBy: UInt8(ascii: "]"), maxDepth)
        expected = .valueOrEnd
      case (.value, UInt8(ascii: "{")), (.valueOrEnd, UInt8(ascii: "{")):
        try enter(closedBy: UInt8(ascii: "}"), maxDepth)
        expected = .keyOrEnd
      case (.value, _), (.valueOrEnd, _):
        try checkScalar(beginningWith: byte)
        expected = .commaOrEnd
      }
    }
  }

  private mutating func enter(closedBy bracket: UInt8, _ maxDepth: Int) throws(JSONFault) {
    guard open.count < maxDepth else { throw fault(.tooDeep(maxDepth: maxDepth), at: offset) }
    open.append(bracket)
    offset += 1
  }

  // MARK: - Values

  private mutating func checkScalar(beginningWith byte: UInt8) throws(JSONFault) {
    switch byte {
    case UInt8(ascii: "\""): try checkString()
    case UInt8(ascii: "t"): try checkWord("true")
    case UInt8(ascii: "f"): try checkWord("false")
    case UInt8(ascii: "n"): try checkWord("null")
    default: try checkNumber()
    }
  }

  private mutating func checkWord(_ word: StaticString) throws(JSONFault) {
    for index in 0..<word.utf8CodeUnitCount { try take { $0 == word.utf8Start[index] } }
  }

  private mutating func checkNumber() throws(JSONFault) {
    let start = offset
    if next == UInt8(ascii: "-") { offset += 1 }
    // No digit follows a leading zero.
    if next == UInt8(ascii: "0") { offset += 1 } else { try checkDigits() }
    if next == UInt8(ascii: ".") {
      offset += 1
      try checkDigits()
    }
    let hasExponent = next == UInt8(ascii: "e") || next == UInt8(ascii: "E")
    if hasExponent {
      offset += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { offset += 1 }
      try checkDigits()
    }
    // The largest double is 1.8e308, so a number without an exponent needs 309 digits to exceed it.
    if hasExponent || offset - start > 300 {
      let number = Double(String(decoding: bytes[start..<offset], as: UTF8.self))
      guard number?.isFinite == true else { throw fault(.number, at: start) }
    }
  }

  private mutating func checkDigits() throws(JSONFault) {
    try take { (0x30...0x39).contains($0) }
    while let byte = next, (0x30...0x39).contains(byte) { offset += 1 }
  }

  private mutating func checkString() throws(JSONFault) {
    offset += 1
    while true {
      guard let byte = next else { throw fault(.unfinished, at: offset) }
      guard byte >= 0x20 else { throw fault(.unexpected, at: offset) }
      offset += 1
      if byte == UInt8(ascii: "\"") { return }
      if byte == UInt8(ascii: "\\") { try checkEscape() }
    }
  }

  private mutating func checkEscape() throws(JSONFault) {
    let start = offset - 1
    guard let byte = next else { throw fault(.unfinished, at: offset) }
    guard byte == UInt8(ascii: "u") else {
      return try take { #""\/bfnrt"#.utf8.contains($0) }
    }
    switch try codeUnit() {
    case 0xD800...0xDBFF:
      // The second half of a surrogate pair follows the first at once, or the escape is no character.
      try take { $0 == UInt8(ascii: "\\") }
      guard next == UInt8(ascii: "u") else { throw fault(.unexpected, at: start) }
      guard (0xDC00...0xDFFF).contains(try codeUnit()) else { throw fault(.unexpected, at: start) }
    case 0xDC00...0xDFFF: throw fault(.unexpected, at: start)
    default: break
    }
  }

  /// Reads the four hexadecimal digits after `\\u`, of which `u` is the next byte.
  private mutating func codeUnit() throws(JSONFault) -> UInt16 {
    offset += 1
    var unit: UInt16 = 0
    for _ in 0..<4 {
      var digit: UInt16 = 0
      try take { byte in
        guard let value = Character(Unicode.Scalar(byte)).hexDigitValue else { return false }
        digit = UInt16(value)
        return true
      }
      unit = unit << 4 | digit
    }
    return unit
  }

  // MARK: - Bytes

  private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func take(where isRight: (UInt8) -> Bool) throws(JSONFault) {
    guard let byte = next else { throw fault(.unfinished, at: offset) }
    guard isRight(byte) else { throw fault(.unexpected, at: offset) }
    offset += 1
  }

  private func firstOffsetThatIsNotUTF8() -> Int? {
    if String(validating: bytes, as: UTF8.self) != nil { return nil }
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let scalar): offset += scalar.count
      case .emptyInput, .error: return offset
      }
    }
  }

  private func fault(_ reason: JSONFault.Reason, at offset: Int) -> JSONFault {
    let before = bytes.prefix(offset)
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? min(start, offset)
    // Continuation bytes of a character are not counted.
    let column = 1 + before[lineStart...].count { $0 & 0xC0 != 0x80 }
    return JSONFault(reason: reason, offset: offset, line: 1 + before.count { $0 == 0x0A }, column: column)
  }
}
