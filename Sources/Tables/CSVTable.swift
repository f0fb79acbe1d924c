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

  /// The rows that are no wider than the header. Each pass over a CSV reads the rows anew, so that a table
  /// takes no more memory than its text.
  public struct Rows: Sequence, Hashable, Sendable {
    /// The number of rows.
    public let count: Int
    fileprivate let source: Source
    fileprivate let header: Row

    fileprivate enum Source: Hashable, Sendable {
      case text([UInt8], maxFieldBytes: Int)
      /// The rows of a workbook's sheet that are below the header and no wider than the header.
      case rows([Row])
    }

    public struct Iterator: IteratorProtocol {
      fileprivate enum Source {
        case text(CSVScanner)
        case rows(IndexingIterator<[Row]>)
      }

      fileprivate var source: Source
      fileprivate let header: Row

      public mutating func next() -> Row? {
        switch source {
        case .text(var scanner):
          defer { source = .text(scanner) }
          return nextRow(of: &scanner)
        case .rows(var rows):
          defer { source = .rows(rows) }
          return rows.next()
        }
      }

      private func nextRow(of scanner: inout CSVScanner) -> Row? {
        while let record = scanner.next() {
          let columns = header.values.count
          if record.line > header.line, record.fault(columns: columns) == nil, !record.isBlank,
            let values = record.values(columns: columns)
          {
            return Row(line: record.line, values: values)
          }
        }
        return nil
      }
    }

    public func makeIterator() -> Iterator {
      switch source {
      case .text(let text, let maxFieldBytes):
        Iterator(source: .text(CSVScanner(text, maxFieldBytes: maxFieldBytes)), header: header)
      case .rows(let rows): Iterator(source: .rows(rows.makeIterator()), header: header)
      }
    }
  }

  public let encoding: TextEncoding
  /// The first line that is not blank.
  public let header: Row
  public let rows: Rows
  /// The faults of rows, in the order of their lines.
  public let problems: [CSVProblem]
  /// The cells of a workbook whose formula has no usable value, by line and by the index among the values, from
  /// 0. A caller that needs such a cell has to refuse its row.
  public let formulas: [Int: [Int: CSVProblem.Fault]]

  /// Reads a file.
  /// - Parameter encoding: the encoding that the user named; nil detects it.
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
      if let fault = record.fault(columns: header?.values.count ?? record.values.count) {
        problems.append(CSVProblem(line: record.line, fault: fault))
        // Without a readable header, the number of columns is unknown, so that no row is read.
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
    rows = Rows(count: count, source: .text(text, maxFieldBytes: limits.fieldBytes), header: header)
    self.problems = problems
    formulas = [:]
  }

  /// Makes a table from a sheet of a workbook. The first row with a text is the header, and line numbers are row
  /// numbers. Each row of cells that are merged downwards gets the text of the merged cells.
  /// - Throws: `empty`, `tooManyRows`, `tooManyColumns`.
  public init(_ sheet: Sheet, limits: Limits = Limits()) throws(CSVError) {
    let rowsWithTexts = sheet.rows.filter(\.hasTexts)
    guard let first = rowsWithTexts.first, let width = first.cells.last?.column else { throw .empty }
    guard width <= limits.columns else { throw .tooManyColumns(count: width, max: limits.columns) }
    let header = Row(line: first.number, values: Self.values(of: first, columns: width))
    var rows: [Row] = []
    var problems: [CSVProblem] = []
    var formulas: [Int: [Int: CSVProblem.Fault]] = [:]
    var merged = MergedTexts(sheet.merges, below: first.number, columns: width)
    for row in rowsWithTexts.dropFirst() {
      guard rows.count + problems.count < limits.rows else { throw .tooManyRows(max: limits.rows) }
      if let last = row.cells.last(where: { !$0.text.isEmpty }), last.column > width {
        problems.append(CSVProblem(line: row.number, fault: .fieldCount(found: last.column, wanted: width)))
      } else if row.cells.contains(where: { $0.text.utf8.count > limits.fieldBytes }) {
        problems.append(CSVProblem(line: row.number, fault: .fieldTooLong(maxBytes: limits.fieldBytes)))
      } else {
        for cell in row.cells where cell.kind == .error || cell.kind == .uncalculated {
          let place = CellAddress(row: row.number, column: cell.column)
          formulas[row.number, default: [:]][cell.column - 1] =
            .formula(place, error: cell.kind == .error ? cell.text : nil)
        }
        var values = Self.values(of: row, columns: width)
        merged.fill(&values, row: row.number)
        rows.append(Row(line: row.number, values: values))
      }
    }
    encoding = .utf8
    self.header = header
    self.rows = Rows(count: rows.count, source: .rows(rows), header: header)
    self.problems = problems
    self.formulas = formulas
  }

  private static func values(of row: Sheet.Row, columns: Int) -> [String] {
    var values = [String](repeating: "", count: columns)
    for cell in row.cells where cell.column <= columns { values[cell.column - 1] = cell.text }
    return values
  }
}

extension Sheet.Row {
  /// Whether the row has a text. A row of formulas without values has no text, and is no row of the table.
  fileprivate var hasTexts: Bool { !cells.allSatisfy(\.text.isEmpty) }
}

/// The texts of the cells that are merged downwards, for reading the rows from the top.
private struct MergedTexts {
  private let ranges: [Int: [CellRange]]
  /// The last row and the text of the merged cells that were read last, by column.
  private var present: [Int: (last: Int, text: String)] = [:]

  /// - Parameters:
  ///   - header: the number of the header's row; cells that are merged with this row are left out.
  ///   - columns: the number of columns of the table.
  init(_ merges: [CellRange], below header: Int, columns: Int) {
    ranges = Dictionary(
      grouping: merges.lazy.filter {
        $0.rows.count > 1 && $0.rows.lowerBound > header && $0.columns.lowerBound <= columns
      }, by: \.rows.lowerBound)
  }

  /// Fills the values for which a row has no text of its own.
  mutating func fill(_ values: inout [String], row: Int) {
    for range in ranges[row] ?? [] {
      present[range.columns.lowerBound] = (range.rows.upperBound, values[range.columns.lowerBound - 1])
    }
    for (column, merged) in present where merged.last >= row && values[column - 1].isEmpty {
      values[column - 1] = merged.text
    }
  }
}

extension CSVError.DocumentKind {
  /// Finds the kind of a document by its bytes; nil where the file may be text.
  public init?(of bytes: [UInt8]) {
    func contains(_ text: String) -> Bool {
      bytes.prefix(65_536).firstRange(of: Array(text.utf8)) != nil
        || bytes.suffix(65_536).firstRange(of: Array(text.utf8)) != nil
    }
    if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
      // A workbook with a password is a compound file with this stream, whose name is in UTF-16.
      let name: [UInt8] = "EncryptedPackage".utf8.flatMap { [$0, 0] as [UInt8] }
      self = bytes.firstRange(of: name) == nil ? .xls : .encrypted
    } else if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      self =
        contains("xl/") || contains("[Content_Types].xml") && contains("workbook")
        ? .xlsx : contains("application/vnd.oasis.opendocument.spreadsheet") ? .ods : .zip
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
