extension Sheet {
  /// Reads a CSV as a sheet: every line is a row, also those before a header, and a line that cannot be read is a row with
  /// its fault.
  /// - Parameters:
  ///   - encoding: the encoding that the user named; nil detects it.
  ///   - limits: the limits of a list; those on columns and on the length of a field do not apply here.
  /// - Throws: `tooLarge`, `document`, `brokenText`, `empty`, `tooManyRows`.
  public init(csv bytes: [UInt8], encoding told: TextEncoding? = nil, limits: CSVTable.Limits) throws(CSVError)
  {
    guard bytes.count <= limits.bytes else { throw .tooLarge(bytes: bytes.count, maxBytes: limits.bytes) }
    if let kind = CSVError.DocumentKind(of: bytes) { throw .document(kind) }
    var text = try TextEncoding.decode(bytes, as: told).text
    // 0x1A is CP/M's end of file, which programs for DOS still write.
    while text.last == 0x1A { text.removeLast() }
    var scanner = CSVScanner(text, maxFieldBytes: CellText.maxBytes, maxFields: CellAddress.maxColumn)
    var records: [CSVScanner.Record] = []
    while let record = scanner.next() {
      if record.isBlank { continue }
      guard records.count < limits.rows else { throw .tooManyRows(max: limits.rows) }
      records.append(record)
    }
    guard !records.isEmpty else { throw .empty }
    let columns = Self.columnCount(of: records)
    let rows = records.map { record in
      let fault = record.fault(columns: columns ?? record.values.count)
      var cells: [Cell] = []
      if fault == nil {
        for (index, value) in record.values.enumerated() where !value.isEmpty {
          cells.append(Cell(column: index + 1, text: value))
        }
      }
      return Row(number: record.line, cells: cells, fault: fault)
    }
    self.init(name: "", rows: rows)
  }

  /// The number of columns that most records of one line have, or the greatest of such numbers, in a CSV whose
  /// header is not known; nil where no such record has two columns.
  private static func columnCount(of records: [CSVScanner.Record]) -> Int? {
    var recordCounts: [Int: Int] = [:]
    for record in records where record.fault == nil && record.lastLine == record.line {
      if record.values.count > 1 { recordCounts[record.values.count, default: 0] += 1 }
    }
    return recordCounts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
  }

  /// The sheet of a CSV, without the apostrophes that keep spreadsheets from taking its texts for formulas.
  public var withoutGuards: Sheet {
    let rows = rows.map { row in
      Row(
        number: row.number, isHidden: row.isHidden,
        cells: row.cells.map {
          Cell(column: $0.column, text: CSVLine.withoutGuard($0.text), kind: $0.kind)
        }, fault: row.fault)
    }
    return Sheet(name: name, isHidden: isHidden, rows: rows, merges: merges)
  }
}
