import Glibc

/// A file's bytes read in one encoding; characters that do not fit it are left out and counted.
struct DecodedText {
  let encoding: TextEncoding
  /// The text as UTF-8 without a byte order mark.
  let text: [UInt8]
  /// The number of characters that do not fit the encoding.
  let brokenCharacters: Int
  /// The line numbers of the broken characters, from 1, each once.
  let brokenLines: [Int]

  /// UTF-8's byte order mark.
  static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private init(
    _ encoding: TextEncoding, _ text: [UInt8], broken: Int, lines: [Int]
  ) {
    self.encoding = encoding
    self.text = text.starts(with: Self.mark) ? Array(text.dropFirst(Self.mark.count)) : text
    brokenCharacters = broken
    brokenLines = lines
  }

  var isASCII: Bool { brokenCharacters == 0 && text.allSatisfy { $0 < 0x80 } }

  // MARK: - Decoding

  static func utf8(_ bytes: [UInt8]) -> DecodedText {
    var decoder = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var (text, broken, lines, line): ([UInt8], Int, [Int], Int) = ([], 0, [], 1)
    text.reserveCapacity(bytes.count)
    while true {
      switch decoder.parseScalar(from: &iterator) {
      case .valid(let scalar):
        text += scalar
        if scalar.first == 0x0A { line += 1 }
      case .emptyInput: return DecodedText(.utf8, text, broken: broken, lines: lines)
      case .error:
        broken += 1
        if lines.last != line { lines.append(line) }
      }
    }
  }

  static func utf16(_ bytes: [UInt8]) -> DecodedText {
    let isBigEndian = UTF16Order(of: bytes) == .bigEndian
    let units = stride(from: 0, to: bytes.count - 1, by: 2).lazy.map { place in
      let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
      return isBigEndian ? first << 8 | second : second << 8 | first
    }
    var decoder = UTF16()
    var iterator = units.makeIterator()
    var (text, broken, lines, line): ([UInt8], Int, [Int], Int) = ([], 0, [], 1)
    text.reserveCapacity(bytes.count)
    func breaks() {
      broken += 1
      if lines.last != line { lines.append(line) }
    }
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar):
        text += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
        if scalar == "\n" { line += 1 }
      case .error: breaks()
      case .emptyInput:
        if !bytes.count.isMultiple(of: 2) { breaks() }
        return DecodedText(.utf16, text, broken: broken, lines: lines)
      }
    }
  }

  static func gb18030(_ bytes: [UInt8]) -> DecodedText {
    // iconv_open(3) returns (iconv_t) -1 where it does not know the encoding; glibc knows GB18030.
    guard let converter = iconv_open("UTF-8", "GB18030"), converter != UnsafeMutableRawPointer(bitPattern: -1)
    else { return DecodedText(.gb18030, [], broken: bytes.count, lines: [1]) }
    defer { iconv_close(converter) }
    var source = bytes.map { CChar(bitPattern: $0) }
    let count = source.count
    var (text, broken, lines): ([UInt8], Int, [Int]) = ([], 0, [])
    text.reserveCapacity(count * 3 / 2)
    var buffer = [CChar](repeating: 0, count: 65_536)
    var (line, counted) = (1, 0)
    source.withUnsafeMutableBufferPointer { source in
      var next = source.baseAddress
      var left = count
      while left > 0 {
        let (result, reason, written) = buffer.withUnsafeMutableBufferPointer { target in
          var end = target.baseAddress
          var room = target.count
          let result = iconv(converter, &next, &left, &end, &room)
          return (result, errno, target.count - room)
        }
        text.append(contentsOf: buffer[..<written].lazy.map { UInt8(bitPattern: $0) })
        // E2BIG only says that the buffer is full; the rest follows in the next call.
        guard result == -1, reason != E2BIG || written == 0 else { continue }
        let offset = count - left
        line += bytes[counted..<offset].count { $0 == 0x0A }
        counted = offset
        broken += 1
        if lines.last != line { lines.append(line) }
        // The conversion continues behind the byte that does not fit.
        next = next.map { $0 + 1 }
        left -= 1
      }
    }
    return DecodedText(.gb18030, text, broken: broken, lines: lines)
  }

  // MARK: - Judging

  /// The degree to which the characters beyond ASCII read as Chinese, from 0 to 1. Everyday characters count as
  /// 1, others of GB 2312 as a half, rarer characters as a fifth, and broken characters or those of other
  /// scripts as 0.
  ///
  /// UTF-8 read as GB18030 gives mostly rare characters, and GB18030 read as UTF-8 mostly Latin, Greek, Arabic
  /// and broken characters, so that a single word distinguishes the two encodings.
  var readability: Double {
    var (sum, count) = (0.0, brokenCharacters)
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars where !scalar.isASCII {
      count += 1
      switch scalar.value {
      // Chinese punctuation, full-width forms, the middle dot, dashes and quotation marks, and Mongolian also
      // count as 1.
      case 0x3000...0x303F, 0xFF01...0xFF5E, 0xB7, 0x2010...0x2026, 0x1800...0x18AF: sum += 1
      case 0x4E00...0x9FFF:
        sum += Self.everyday.contains(scalar) ? 1 : Self.secondLevel.contains(scalar) ? 0.5 : 0.2
      case 0x3400...0x4DBF, 0x20000...0x3FFFF: sum += 0.2
      default: break
      }
    }
    return count == 0 ? 1 : sum / Double(count)
  }

  /// The 3,755 characters of GB 2312's first level.
  private static let everyday = characters(leads: 0xB0...0xD7)
  /// The 3,008 characters of GB 2312's second level.
  private static let secondLevel = characters(leads: 0xD8...0xF7)

  /// The characters of GB 2312's rows, as glibc converts them.
  private static func characters(leads: ClosedRange<UInt8>) -> Set<Unicode.Scalar> {
    let bytes = leads.flatMap { lead in (UInt8(0xA1)...0xFE).flatMap { [lead, $0] } }
    let text = gb18030(bytes).text
    return Set(
      String(decoding: text, as: UTF8.self).unicodeScalars.filter { (0x4E00...0x9FFF).contains($0.value) })
  }
}
