/// Cuts UTF-8 text into records as RFC 4180 has them; line ends are CR LF, LF or CR. After a fault it goes on
/// with the next line, so that every bad row is found.
struct CSVScanner {
  struct Record {
    let line: Int
    var values: [String] = []
    var fault: CSVProblem.Fault?

    /// A blank line, or one of commas only as spreadsheets leave them below a table.
    var isBlank: Bool { fault == nil && values.allSatisfy(\.isEmpty) }
  }

  private let bytes: [UInt8]
  private let longestFieldBytes: Int
  private var index = 0
  private var line = 1

  private static let quote = UInt8(ascii: "\"")
  private static let comma = UInt8(ascii: ",")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  init(_ bytes: [UInt8], longestFieldBytes: Int) {
    self.bytes = bytes
    self.longestFieldBytes = longestFieldBytes
  }

  /// Nil at the end.
  mutating func next() -> Record? {
    guard index < bytes.count else { return nil }
    var record = Record(line: line)
    while true {
      let field = index < bytes.count && bytes[index] == Self.quote ? quotedField() : plainField()
      switch field {
      case .success(let value): record.values.append(value)
      case .failure(let problem):
        record.fault = problem.fault
        skipLine()
        return record
      }
      guard index < bytes.count, bytes[index] == Self.comma else { break }
      index += 1
    }
    skipLineEnd()
    return record
  }

  // MARK: - Fields

  /// Up to the comma, the line end or the end of the text.
  private mutating func plainField() -> Result<String, CSVProblem> {
    let start = index
    while index < bytes.count {
      let byte = bytes[index]
      if byte == Self.comma || isLineEnd(byte) { break }
      if byte == Self.quote { return failure(.quoteInside) }
      if isControl(byte) { return failure(.controlCharacter) }
      index += 1
      if index - start > longestFieldBytes { return failure(.fieldTooLong(mostBytes: longestFieldBytes)) }
    }
    return .success(String(decoding: bytes[start..<index], as: UTF8.self))
  }

  /// From its opening quote to behind its closing one.
  private mutating func quotedField() -> Result<String, CSVProblem> {
    let opening = (index: index, line: line)
    index += 1
    var value: [UInt8] = []
    while index < bytes.count, value.count <= longestFieldBytes {
      let byte = bytes[index]
      if byte == Self.quote {
        index += 1
        guard index < bytes.count, bytes[index] == Self.quote else {
          guard index == bytes.count || bytes[index] == Self.comma || isLineEnd(bytes[index]) else {
            return failure(.quoteFollowed)
          }
          return .success(String(decoding: value, as: UTF8.self))
        }
        value.append(Self.quote)
        index += 1
      } else if isLineEnd(byte) {
        skipLineEnd()
        value.append(Self.lineFeed)
      } else if isControl(byte) {
        return failure(.controlCharacter)
      } else {
        value.append(byte)
        index += 1
      }
    }
    let isOpen = index == bytes.count
    // What stands in the lines after it is more likely rows than the rest of this field.
    (index, line) = opening
    return failure(isOpen ? .quoteOpen : .fieldTooLong(mostBytes: longestFieldBytes))
  }

  private func failure(_ fault: CSVProblem.Fault) -> Result<String, CSVProblem> {
    .failure(CSVProblem(line: line, fault: fault))
  }

  // MARK: - Lines

  private func isLineEnd(_ byte: UInt8) -> Bool { byte == Self.lineFeed || byte == Self.carriageReturn }

  private func isControl(_ byte: UInt8) -> Bool { (byte < 0x20 && byte != 0x09) || byte == 0x7F }

  private mutating func skipLine() {
    while index < bytes.count, !isLineEnd(bytes[index]) { index += 1 }
    skipLineEnd()
  }

  private mutating func skipLineEnd() {
    guard index < bytes.count else { return }
    let isPair =
      bytes[index] == Self.carriageReturn && index + 1 < bytes.count && bytes[index + 1] == Self.lineFeed
    index += isPair ? 2 : 1
    line += 1
  }
}
