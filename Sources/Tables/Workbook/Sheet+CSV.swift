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
    var rows: [Row] = []
    while let record = scanner.next() {
      if record.isBlank { continue }
      guard rows.count < limits.rows else { throw .tooManyRows(max: limits.rows) }
      var cells: [Cell] = []
      if record.fault == nil {
        for (index, value) in record.values.enumerated() where !value.isEmpty {
          cells.append(Cell(column: index + 1, text: value))
        }
      }
      rows.append(Row(number: record.line, cells: cells, fault: record.fault))
    }
    guard !rows.isEmpty else { throw .empty }
    self.init(name: "", rows: rows)
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
