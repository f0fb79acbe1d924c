/// Cuts UTF-8 text into the records of RFC 4180, with any separator of one byte; line ends are CR LF, LF or CR.
/// After a fault the scanner continues with the next line, so that every bad row is found.
struct CSVScanner {
  struct Record {
    /// Line number in the file where the record begins, from 1.
    let line: Int
    var values: [String] = []
    /// Line number in the file where the record ends, from 1.
    var lastLine: Int
    /// The number of separators in the first or in the last line of a record of several lines, quoted or not,
    /// whichever line has fewer; 0 for a record of one line.
    var separatorCount = 0
    var fault: CSVProblem.Fault?

    init(line: Int) {
      self.line = line
      lastLine = line
    }

    /// Whether the line is blank or has only separators, as spreadsheets leave such lines below a table.
    var isBlank: Bool { fault == nil && values.allSatisfy(\.isEmpty) }

    /// The values for a header of `columns` columns, where spreadsheets may have omitted empty cells at the end
    /// of a row or added some. The result is nil where there is a value beyond the header.
    func values(columns: Int) -> [String]? {
      guard values.dropFirst(columns).allSatisfy(\.isEmpty) else { return nil }
      return values.prefix(columns) + Array(repeating: "", count: max(0, columns - values.count))
    }

    /// The fault of the record in a table of `columns` columns. A stray quote makes one record of several rows,
    /// whose first and last line each have the separators of a row; a line break in a cell leaves fewer.
    func fault(columns: Int) -> CSVProblem.Fault? {
      switch fault {
      case nil, .quoteFollowed, .quoteInside:
        let isAcrossRows = lastLine > line && columns > 1 && separatorCount >= columns - 1
        return isAcrossRows ? .quoteAcrossRows(lastLine: lastLine) : fault
      default: return fault
      }
    }
  }

  private let bytes: [UInt8]
  private let maxFieldBytes: Int
  private let maxFields: Int
  private let separator: UInt8
  private var index = 0
  private var line = 1

  private static let quote = UInt8(ascii: "\"")
  private static let equals = UInt8(ascii: "=")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// Finds the separator: the one in Excel's `sep=` line, which is skipped, or otherwise the one that is most
  /// frequent in the first line that is not blank.
  /// - Parameter maxFields: the maximum number of fields of a record; more fields are a fault.
  init(_ bytes: [UInt8], maxFieldBytes: Int, maxFields: Int = .max) {
    self.bytes = bytes
    self.maxFields = maxFields
    self.maxFieldBytes = maxFieldBytes
    if let told = Self.toldSeparator(bytes) {
      separator = told
      skipLine()
    } else {
      separator = Self.foundSeparator(bytes)
    }
  }

  // MARK: - Separators

  /// The separator that `sep=;` in the first line names, in either letter case, with or without quotes.
  private static func toldSeparator(_ bytes: [UInt8]) -> UInt8? {
    var line = bytes.prefix { $0 != lineFeed && $0 != carriageReturn }
    if line.first == quote, line.last == quote { line = line.dropFirst().dropLast() }
    guard line.count == 5, let last = line.last,
      String(decoding: line.dropLast(), as: UTF8.self).lowercased() == "sep="
    else { return nil }
    let isPunctuation = last == 0x09 || (0x20...0x7E).contains(last)
    let isLetterOrDigit = Unicode.Scalar(last).properties.isAlphabetic || (0x30...0x39).contains(last)
    return isPunctuation && !isLetterOrDigit && last != quote ? last : nil
  }

  /// The comma, the tab or the semicolon, whichever is most frequent outside quotes in the header; the comma
  /// where none occurs.
  private static func foundSeparator(_ bytes: [UInt8]) -> UInt8 {
    let candidates = [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")]
    let rest = bytes.drop { candidates.contains($0) || $0 == lineFeed || $0 == carriageReturn || $0 == 0x20 }
    var counts = [0, 0, 0]
    var isQuoted = false
    for byte in rest {
      if byte == quote { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == lineFeed || byte == carriageReturn { break }
      if let candidate = candidates.firstIndex(of: byte) { counts[candidate] += 1 }
    }
    let most = counts.max() ?? 0
    return zip(candidates, counts).first { $0.1 == most }?.0 ?? candidates[0]
  }

  /// Reads the next record; nil at the end.
  mutating func next() -> Record? {
    guard index < bytes.count else { return nil }
    let start = index
    var record = Record(line: line)
    record.fault = readFields(into: &record.values)
    // A fault leaves a part of the line.
    while index < bytes.count, !isLineEnd(bytes[index]) { index += 1 }
    if line > record.line {
      record.lastLine = line
      let lines = bytes[start..<index].split(omittingEmptySubsequences: false, whereSeparator: isLineEnd)
      let counts = [lines[0], lines[lines.count - 1]].map { line in line.count { $0 == separator } }
      record.separatorCount = min(counts[0], counts[1])
    }
    skipLineEnd()
    return record
  }

  // MARK: - Fields

  /// Reads the fields up to the line end or the end of the text.
  /// - Returns: the fault that ends the reading early.
  private mutating func readFields(into values: inout [String]) -> CSVProblem.Fault? {
    while true {
      guard values.count < maxFields else { return .fieldCount(found: maxFields + 1, wanted: maxFields) }
      // Other programs write ="…" to make Excel treat digits as text.
      if index + 1 < bytes.count, bytes[index] == Self.equals, bytes[index + 1] == Self.quote { index += 1 }
      let field = index < bytes.count && bytes[index] == Self.quote ? quotedField() : plainField()
      switch field {
      case .success(let value): values.append(Self.withoutFormula(value))
      case .failure(let problem): return problem.fault
      }
      guard index < bytes.count, bytes[index] == separator else { return nil }
      index += 1
    }
  }

  /// Reads up to the separator, the line end or the end of the text.
  private mutating func plainField() -> Result<String, CSVProblem> {
    let start = index
    while index < bytes.count {
      let byte = bytes[index]
      if byte == separator || isLineEnd(byte) { break }
      if byte == Self.quote { return failure(.quoteInside) }
      if isControl(byte) { return failure(.controlCharacter) }
      index += 1
      if index - start > maxFieldBytes { return failure(.fieldTooLong(maxBytes: maxFieldBytes)) }
    }
    return .success(String(decoding: bytes[start..<index], as: UTF8.self))
  }

  /// Reads a field from the opening quote through the closing quote. Line ends within the field become LF.
  private mutating func quotedField() -> Result<String, CSVProblem> {
    let opening = (index: index, line: line)
    index += 1
    var value: [UInt8] = []
    while index < bytes.count, value.count <= maxFieldBytes {
      let byte = bytes[index]
      if byte == Self.quote {
        index += 1
        guard index < bytes.count, bytes[index] == Self.quote else {
          guard index == bytes.count || bytes[index] == separator || isLineEnd(bytes[index]) else {
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
    // The lines after an unclosed quote are more likely rows than parts of this field.
    (index, line) = opening
    return failure(isOpen ? .quoteOpen : .fieldTooLong(maxBytes: maxFieldBytes))
  }

  /// The text of a formula with a single text, `="…"`; any other value stays unchanged.
  private static func withoutFormula(_ value: String) -> String {
    guard value.utf8.count >= 3, value.hasPrefix("=\""), value.hasSuffix("\"") else { return value }
    return String(value.dropFirst(2).dropLast())
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
