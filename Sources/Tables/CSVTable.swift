/// A table from a CSV file: a header, and rows with as many values. Rows with another number of values or with
/// faults are only in `problems`, each with its line.
public struct CSVTable: Hashable, Sendable {
  /// The maximum sizes of a table, each inclusive.
  public struct Limits: Hashable, Sendable {
    public var bytes: Int
    public var rows: Int
    public var columns: Int
    /// The maximum length of a field's UTF-8 without the quotes of a quoted field, bytes.
    public var fieldBytes: Int

    public init(bytes: Int = 64 << 20, rows: Int = 200_000, columns: Int = 64, fieldBytes: Int = 1_000) {
      self.bytes = bytes
      self.rows = rows
      self.columns = columns
      self.fieldBytes = fieldBytes
    }
  }

  public struct Row: Hashable, Sendable {
    /// Line number in the file where the row begins, from 1.
    public let line: Int
    /// The values, as many as the header has; missing cells are empty.
    public let values: [String]

    public init(line: Int, values: [String]) {
      self.line = line
      self.values = values
    }
  }

  /// The rows that are no wider than the header. Each pass reads them anew, so that a table takes no more
  /// memory than its text.
  public struct Rows: Sequence, Hashable, Sendable {
    /// The number of rows.
    public let count: Int
    fileprivate let text: [UInt8]
    fileprivate let header: Row
    fileprivate let maxFieldBytes: Int

    public struct Iterator: IteratorProtocol {
      fileprivate var scanner: CSVScanner
      fileprivate let header: Row

      public mutating func next() -> Row? {
        while let record = scanner.next() {
          if record.line > header.line, record.fault == nil, !record.isBlank,
            let values = record.values(columns: header.values.count)
          {
            return Row(line: record.line, values: values)
          }
        }
        return nil
      }
    }

    public func makeIterator() -> Iterator {
      Iterator(scanner: CSVScanner(text, maxFieldBytes: maxFieldBytes), header: header)
    }
  }

  public let encoding: TextEncoding
  /// The first line that is not blank.
  public let header: Row
  public let rows: Rows
  /// The faults of rows, in the order of their lines.
  public let problems: [CSVProblem]

  /// Reads a file.
  /// - Parameter encoding: the encoding that the user named; nil finds it.
  /// - Throws: `tooLarge`, `document`, `brokenText`, `empty`, `tooManyRows`, `tooManyColumns`.
  public init(_ bytes: [UInt8], encoding told: TextEncoding? = nil, limits: Limits = Limits()) throws(CSVError)
  {
    guard bytes.count <= limits.bytes else { throw .tooLarge(bytes: bytes.count, maxBytes: limits.bytes) }
    if let kind = CSVError.DocumentKind(of: bytes) { throw .document(kind) }
    var (text, encoding) = try TextEncoding.decode(bytes, as: told)
    self.encoding = encoding
    // 0x1A is CP/M's end of file, which programs for DOS still write.
    while text.last == 0x1A { text.removeLast() }
    var scanner = CSVScanner(text, maxFieldBytes: limits.fieldBytes)
    var header: Row?
    var count = 0
    var problems: [CSVProblem] = []
    while let record = scanner.next() {
      if record.isBlank { continue }
      guard count + problems.count < limits.rows else { throw .tooManyRows(max: limits.rows) }
      if let fault = record.fault {
        problems.append(CSVProblem(line: record.line, fault: fault))
        // Without a readable header, rows cannot be told from the header.
        if header == nil { header = Row(line: record.line, values: []) }
      } else if let header {
        let (found, wanted) = (record.values.count, header.values.count)
        if wanted == 0 { continue }
        if record.values(columns: wanted) != nil {
          count += 1
        } else {
          problems.append(CSVProblem(line: record.line, fault: .fieldCount(found: found, wanted: wanted)))
        }
      } else {
        guard record.values.count <= limits.columns else {
          throw .tooManyColumns(count: record.values.count, max: limits.columns)
        }
        header = Row(line: record.line, values: record.values)
      }
    }
    guard let header else { throw .empty }
    self.header = header
    rows = Rows(count: count, text: text, header: header, maxFieldBytes: limits.fieldBytes)
    self.problems = problems
  }
}

extension CSVError.DocumentKind {
  /// The kind of a document by its first bytes; nil where the file may be text.
  init?(of bytes: [UInt8]) {
    func contains(_ text: String) -> Bool {
      bytes.prefix(65_536).firstRange(of: Array(text.utf8)) != nil
        || bytes.suffix(65_536).firstRange(of: Array(text.utf8)) != nil
    }
    if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
      self = .xls
    } else if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      self = contains("xl/") ? .xlsx : contains("application/vnd.oasis.opendocument.spreadsheet") ? .ods : .zip
    } else {
      let start = String(decoding: bytes.prefix(200), as: UTF8.self).drop {
        $0.isWhitespace || $0 == "\u{FEFF}"
      }
      .lowercased()
      guard
        ["<html", "<!doctype", "<?xml", "<table", "<head", "<meta"].contains(where: { start.hasPrefix($0) })
      else {
        return nil
      }
      self = .markup
    }
  }
}
