import Glibc

/// The encoding of a table's text.
public enum TextEncoding: String, Hashable, Sendable, CaseIterable {
  case utf8 = "UTF-8"
  /// GB18030, in which spreadsheets save a CSV on a Chinese Windows; GBK and GB 2312 are subsets of it.
  case gb18030 = "GB18030"
  /// UTF-16 in either order of bytes, which Excel calls 'Unicode text'.
  case utf16 = "UTF-16"

  /// Finds an encoding by its name, in any letter case, with or without the hyphen; nil for any other word.
  public init?(named name: String) {
    func plain(_ text: String) -> String { text.lowercased().filter { $0 != "-" && $0 != "_" } }
    let names = ["gbk": Self.gb18030, "gb2312": .gb18030]
    guard let encoding = Self.allCases.first(where: { plain($0.rawValue) == plain(name) }) ?? names[plain(name)]
    else { return nil }
    self = encoding
  }

  /// Converts a file's bytes to UTF-8 without a byte order mark.
  /// - Parameter told: the encoding that the user named; nil detects it. A byte order mark, or the zero bytes
  ///   of UTF-16, decide. Other bytes are in UTF-8 or in GB18030, whichever reads more as Chinese, and in UTF-8
  ///   where the two are equal.
  /// - Throws: `brokenText`.
  static func decode(_ bytes: [UInt8], as told: TextEncoding? = nil) throws(CSVError) -> (
    text: [UInt8], encoding: TextEncoding
  ) {
    let decoded: DecodedText
    switch told ?? marked(bytes) {
    case .utf8: decoded = .utf8(bytes)
    case .gb18030: decoded = .gb18030(bytes)
    case .utf16: decoded = .utf16(bytes)
    case nil:
      let utf8 = DecodedText.utf8(bytes)
      if utf8.isASCII {
        decoded = utf8
      } else {
        let gb18030 = DecodedText.gb18030(bytes)
        decoded = gb18030.readability > utf8.readability ? gb18030 : utf8
      }
    }
    guard decoded.brokenLines.isEmpty else {
      throw .brokenText(decoded.encoding, lines: Array(decoded.brokenLines.prefix(10)))
    }
    return (decoded.text, decoded.encoding)
  }

  /// The encoding that a byte order mark, or zeros at every other place, show; nil where there is neither.
  private static func marked(_ bytes: [UInt8]) -> TextEncoding? {
    if bytes.starts(with: DecodedText.mark) { return .utf8 }
    return UTF16Order(of: bytes) == nil ? nil : .utf16
  }
}

/// The order of bytes in UTF-16.
enum UTF16Order {
  case littleEndian, bigEndian

  /// Reads the order from a byte order mark. Without a mark, the number of bytes has to be even, and at least
  /// an eighth of the first 4,096 bytes has to be zero, in even or in odd places only, as in commas, digits and
  /// line ends; otherwise the result is nil.
  init?(of bytes: [UInt8]) {
    if bytes.starts(with: [0xFF, 0xFE]) {
      self = .littleEndian
    } else if bytes.starts(with: [0xFE, 0xFF]) {
      self = .bigEndian
    } else {
      let sample = bytes.prefix(4_096)
      let (even, odd) = sample.enumerated().reduce(into: (0, 0)) { counts, item in
        if item.element == 0 { if item.offset.isMultiple(of: 2) { counts.0 += 1 } else { counts.1 += 1 } }
      }
      guard bytes.count.isMultiple(of: 2), max(even, odd) * 8 >= sample.count, even == 0 || odd == 0,
        even != odd
      else { return nil }
      self = even == 0 ? .littleEndian : .bigEndian
    }
  }
}
