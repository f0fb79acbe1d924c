/// A table from a CSV file: a header, and rows of as many values. Rows that are none of this are in `problems`,
/// each with its line, and nowhere else.
public struct CSVTable: Hashable, Sendable {
  /// What is read at most; each inclusive.
  public struct Limits: Hashable, Sendable {
    public var bytes: Int
    public var rows: Int
    public var columns: Int
    /// Of UTF-8, a quoted field's quotes not counted.
    public var fieldBytes: Int

    public init(bytes: Int = 64 << 20, rows: Int = 200_000, columns: Int = 64, fieldBytes: Int = 1_000) {
      self.bytes = bytes
      self.rows = rows
      self.columns = columns
      self.fieldBytes = fieldBytes
    }
  }

  public struct Row: Hashable, Sendable {
    /// Where it begins; the first line of the file is 1.
    public let line: Int
    /// As many as the header has, as they stand.
    public let values: [String]

    public init(line: Int, values: [String]) {
      self.line = line
      self.values = values
    }
  }

  /// The rows that are as wide as the header, read anew each time they are gone through, so that a table takes no more
  /// memory than its text.
  public struct Rows: Sequence, Hashable, Sendable {
    /// How many there are.
    public let count: Int
    fileprivate let text: [UInt8]
    fileprivate let header: Row
    fileprivate let longestFieldBytes: Int

    public struct Iterator: IteratorProtocol {
      fileprivate var scanner: CSVScanner
      fileprivate let header: Row

      public mutating func next() -> Row? {
        while let record = scanner.next() {
          if record.line > header.line, record.fault == nil, !record.isBlank,
            record.values.count == header.values.count
          {
            return Row(line: record.line, values: record.values)
          }
        }
        return nil
      }
    }

    public func makeIterator() -> Iterator {
      Iterator(scanner: CSVScanner(text, longestFieldBytes: longestFieldBytes), header: header)
    }
  }

  public let encoding: TextEncoding
  /// The first line that is not blank.
  public let header: Row
  public let rows: Rows
  /// In the order of their lines.
  public let problems: [CSVProblem]

  /// - Throws: `tooLarge`, `utf16`, `notText`, `empty`, `tooManyRows`, `tooManyColumns`.
  public init(_ bytes: [UInt8], limits: Limits = Limits()) throws(CSVError) {
    guard bytes.count <= limits.bytes else { throw .tooLarge(bytes: bytes.count, mostBytes: limits.bytes) }
    let (text, encoding) = try TextEncoding.decode(bytes)
    self.encoding = encoding
    var scanner = CSVScanner(text, longestFieldBytes: limits.fieldBytes)
    var header: Row?
    var count = 0
    var problems: [CSVProblem] = []
    while let record = scanner.next() {
      if record.isBlank { continue }
      guard count + problems.count < limits.rows else { throw .tooManyRows(most: limits.rows) }
      if let fault = record.fault {
        problems.append(CSVProblem(line: record.line, fault: fault))
        // Rows cannot be told from a header that cannot be read.
        if header == nil { header = Row(line: record.line, values: []) }
      } else if let header {
        let (found, wanted) = (record.values.count, header.values.count)
        if wanted == 0 { continue }
        if found == wanted {
          count += 1
        } else {
          problems.append(CSVProblem(line: record.line, fault: .fieldCount(found: found, wanted: wanted)))
        }
      } else {
        guard record.values.count <= limits.columns else {
          throw .tooManyColumns(count: record.values.count, most: limits.columns)
        }
        header = Row(line: record.line, values: record.values)
      }
    }
    guard let header else { throw .empty }
    self.header = header
    rows = Rows(count: count, text: text, header: header, longestFieldBytes: limits.fieldBytes)
    self.problems = problems
  }
}
