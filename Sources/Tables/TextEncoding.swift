import Glibc

/// How a table's text was written down.
public enum TextEncoding: String, Hashable, Sendable {
  case utf8 = "UTF-8"
  /// What spreadsheets save a CSV as on a Chinese Windows; GBK and GB 2312 are parts of it.
  case gb18030 = "GB18030"

  /// Finds the encoding: UTF-8 where the bytes are that, with or without a mark at the beginning, else GB18030.
  /// - Returns: the text as UTF-8 without a mark.
  /// - Throws: `utf16`, `notText`.
  static func decode(_ bytes: [UInt8]) throws(CSVError) -> (text: [UInt8], encoding: TextEncoding) {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { throw .utf16 }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let isMarked = bytes.starts(with: mark)
    let text = isMarked ? Array(bytes.dropFirst(mark.count)) : bytes
    guard let wrong = firstOffsetThatIsNotUTF8(text) else { return (text, .utf8) }
    if isMarked { throw .notText(line: line(at: wrong, in: text)) }
    switch convertFromGB18030(bytes) {
    case .text(let converted): return (converted, .gb18030)
    // Where it got farther is what the file probably is.
    case .wrong(let offset): throw .notText(line: line(at: max(offset, wrong), in: bytes))
    }
  }

  // MARK: - UTF-8

  private static func firstOffsetThatIsNotUTF8(_ bytes: [UInt8]) -> Int? {
    var decoder = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch decoder.parseScalar(from: &iterator) {
      case .valid(let scalar): offset += scalar.count
      case .emptyInput: return nil
      case .error: return offset
      }
    }
  }

  // MARK: - GB18030

  private enum Conversion {
    case text([UInt8])
    /// The offset of the first byte that could not be converted.
    case wrong(Int)
  }

  private static func convertFromGB18030(_ bytes: [UInt8]) -> Conversion {
    // iconv_open(3) answers (iconv_t) -1 where it does not know the encoding.
    guard let converter = iconv_open("UTF-8", "GB18030"), converter != UnsafeMutableRawPointer(bitPattern: -1)
    else { return .wrong(0) }
    defer { iconv_close(converter) }
    var bytes = bytes.map { CChar(bitPattern: $0) }
    let count = bytes.count
    var text: [UInt8] = []
    text.reserveCapacity(count * 3 / 2)
    var buffer = [CChar](repeating: 0, count: 65_536)
    let wrong: Int? = bytes.withUnsafeMutableBufferPointer { source in
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
        // E2BIG only says that the buffer is full: on with what is left.
        if result == -1, reason != E2BIG || written == 0 { return count - left }
      }
      return nil
    }
    return wrong.map { .wrong($0) } ?? .text(text)
  }

  private static func line(at offset: Int, in bytes: [UInt8]) -> Int {
    1 + bytes.prefix(offset).count { $0 == UInt8(ascii: "\n") }
  }
}
