/// Reads the cells of one sheet.
final class SheetReader: XMLPartReader {
  private let entry: SheetListReader.Entry
  private let strings: [String]
  private let showsDate: [Bool]
  private let countsFrom1904: Bool
  private let limits: Workbook.Limits
  private let part: String

  private var rows: [Sheet.Row] = []
  private var merges: [CellRange] = []
  private var cellCount = 0
  private var textBytes: Int

  private var rowNumber = 0
  private var isRowHidden = false
  private var cells: [Sheet.Cell] = []

  private var column = 0
  private var type: String?
  private var isDate = false
  private var hasFormula = false
  private var value = CellText()
  private var inline = CellText()
  private var place = Place.outside
  private var phonetic = 0

  private enum Place { case outside, value, inline }

  init(
    _ entry: SheetListReader.Entry, part: String, strings: SharedStringsReader?, showsDate: [Bool],
    countsFrom1904: Bool, limits: Workbook.Limits
  ) {
    self.entry = entry
    self.part = part
    self.strings = strings?.strings ?? []
    textBytes = strings?.byteCount ?? 0
    self.showsDate = showsDate
    self.countsFrom1904 = countsFrom1904
    self.limits = limits
  }

  var sheet: Sheet { Sheet(name: entry.name, isHidden: entry.isHidden, rows: rows, merges: merges) }

  // MARK: - Elements

  func begin(_ name: XMLName, _ attributes: XMLAttributes) throws(WorkbookError) {
    guard name.isOfWorkbook else { return }
    if name.is("c") {
      try beginCell(attributes)
    } else if name.is("v") {
      place = .value
    } else if name.is("t") {
      place = phonetic == 0 ? .inline : .outside
    } else if name.is("row") {
      try beginRow(attributes)
    } else if name.is("f") {
      hasFormula = true
    } else if name.is("rPh") {
      phonetic += 1
    } else if name.is("mergeCell"), merges.count < limits.merges, let range = attributes["ref"] {
      if let range = CellRange(range) { merges.append(range) }
    }
  }

  func end(_ name: XMLName) throws(WorkbookError) {
    guard name.isOfWorkbook else { return }
    if name.is("v") || name.is("t") {
      place = .outside
    } else if name.is("rPh") {
      phonetic -= 1
    } else if name.is("c") {
      try endCell()
    } else if name.is("row") {
      try endRow()
    }
  }

  func text(_ bytes: UnsafeRawBufferPointer) {
    switch place {
    case .outside: break
    case .value: value.append(bytes)
    case .inline: inline.append(bytes)
    }
  }

  // MARK: - Rows and cells

  private func beginRow(_ attributes: XMLAttributes) throws(WorkbookError) {
    // A program may omit the number of a row that follows the previous row.
    let number =
      try attributes["r"].map { (text) throws(WorkbookError) in
        guard let number = Int(text) else { throw .damaged(part: part) }
        return number
      } ?? rowNumber + 1
    guard number > rowNumber, number <= CellAddress.maxRow else { throw .damaged(part: part) }
    rowNumber = number
    isRowHidden = attributes.isTrue("hidden")
    cells = []
    column = 0
  }

  private func endRow() throws(WorkbookError) {
    guard !cells.isEmpty else { return }
    guard rows.count < limits.rows else { throw .tooManyRows(sheet: entry.name, max: limits.rows) }
    rows.append(Sheet.Row(number: rowNumber, isHidden: isRowHidden, cells: cells))
  }

  private func beginCell(_ attributes: XMLAttributes) throws(WorkbookError) {
    guard rowNumber > 0 else { throw .damaged(part: part) }
    if let reference = attributes["r"] {
      guard let address = CellAddress(utf8: reference.utf8), address.row == rowNumber, address.column > column
      else {
        throw .damaged(part: part)
      }
      column = address.column
    } else {
      column += 1
      guard column <= CellAddress.maxColumn else { throw .damaged(part: part) }
    }
    type = attributes["t"]
    let style = attributes["s"].flatMap { Int($0) } ?? 0
    isDate = showsDate.indices.contains(style) && showsDate[style]
    hasFormula = false
    value.removeAll()
    inline.removeAll()
  }

  private func endCell() throws(WorkbookError) {
    guard let cell = try cell() else { return }
    guard cellCount < limits.cells else { throw .tooManyCells(sheet: entry.name, max: limits.cells) }
    cellCount += 1
    if type != "s" { textBytes += cell.text.utf8.count }
    guard textBytes <= limits.textBytes else { throw .tooMuchText(maxBytes: limits.textBytes) }
    cells.append(cell)
  }

  /// The present cell; nil where it has neither a text nor a formula.
  private func cell() throws(WorkbookError) -> Sheet.Cell? {
    if value.isEmpty, inline.isEmpty {
      return hasFormula ? Sheet.Cell(column: column, text: "", kind: .uncalculated) : nil
    }
    let (text, kind): (String, Sheet.Cell.Kind)
    switch type {
    case "s":
      guard let index = Int(value.plain.filter { $0 != " " }), strings.indices.contains(index) else {
        throw .damaged(part: part)
      }
      (text, kind) = (strings[index], .text)
    case "inlineStr": (text, kind) = (inline.unescaped, .text)
    case "str": (text, kind) = (value.unescaped, .text)
    case "b": (text, kind) = (value.plain == "1" ? "TRUE" : "FALSE", .boolean)
    case "e": (text, kind) = (value.plain, .error)
    case "d": (text, kind) = (String(value.plain.prefix(10)), .date)
    default: (text, kind) = number(value.plain)
    }
    return text.isEmpty ? nil : Sheet.Cell(column: column, text: text, kind: kind)
  }

  private func number(_ written: String) -> (String, Sheet.Cell.Kind) {
    // A value that is no number stays as it is written, so that an error about the row can name the value.
    guard let number = Double(written), number.isFinite else { return (written, .text) }
    if isDate, let day = CellNumber.day(of: number, countsFrom1904: countsFrom1904) { return (day, .date) }
    return (CellNumber.text(of: number), .number)
  }
}
