/// A rectangle of cells with texts, from a sheet of a workbook or from a CSV. Cells with neither a text nor a
/// formula are left out.
public struct Sheet: Hashable, Sendable {
  public struct Cell: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable {
      case text, number, date, boolean
      /// A formula's error, such as `#REF!`; the text is the error's word.
      case error
      /// A formula without a stored value; the text is empty.
      case uncalculated
    }

    /// Number of the column, from 1.
    public let column: Int
    /// The text that the cell shows: a text as it was typed, a number as `CellNumber` writes it, a date as
    /// `YYYY-MM-DD`, a boolean as `TRUE` or `FALSE`.
    public let text: String
    public let kind: Kind

    public init(column: Int, text: String, kind: Kind = .text) {
      self.column = column
      self.text = text
      self.kind = kind
    }
  }

  public struct Row: Hashable, Sendable {
    /// Number of the row, from 1. In a CSV it is the number of the line in the file where the row begins.
    public let number: Int
    public let isHidden: Bool
    /// The cells with a text or a formula, by ascending columns.
    public let cells: [Cell]
    /// The reason why the row of a CSV cannot be read; such a row has no cells.
    public let fault: CSVProblem.Fault?

    public init(number: Int, isHidden: Bool = false, cells: [Cell], fault: CSVProblem.Fault? = nil) {
      self.number = number
      self.isHidden = isHidden
      self.cells = cells
      self.fault = fault
    }

    /// The cell of a column, from 1; nil where the row has no such cell.
    public subscript(column: Int) -> Cell? { cells.first { $0.column == column } }
  }

  /// The sheet's name; empty for a CSV.
  public let name: String
  public let isHidden: Bool
  /// The rows with a cell or a fault, by ascending numbers.
  public let rows: [Row]
  /// The merged cells; only the upper left cell of each has a text.
  public let merges: [CellRange]

  public init(name: String, isHidden: Bool = false, rows: [Row], merges: [CellRange] = []) {
    self.name = name
    self.isHidden = isHidden
    self.rows = rows
    self.merges = merges
  }
}

/// Merged cells, all ends inclusive and from 1.
public struct CellRange: Hashable, Sendable {
  public let rows: ClosedRange<Int>
  public let columns: ClosedRange<Int>

  public init(rows: ClosedRange<Int>, columns: ClosedRange<Int>) {
    self.rows = rows
    self.columns = columns
  }

  /// Reads a range such as `A1:B2`; nil where the text is no range.
  init?(_ reference: some StringProtocol) {
    let ends = reference.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard ends.count == 2, let first = CellAddress(utf8: ends[0]), let last = CellAddress(utf8: ends[1]),
      first.row <= last.row, first.column <= last.column
    else { return nil }
    self.init(rows: first.row...last.row, columns: first.column...last.column)
  }
}

/// The place of a cell, such as `B5`.
public struct CellAddress: Hashable, Sendable, CustomStringConvertible {
  /// The maximum number of a row, from 1.
  public static let maxRow = 1_048_576
  /// The maximum number of a column, from 1.
  public static let maxColumn = 16_384

  /// Number of the row, from 1.
  public let row: Int
  /// Number of the column, from 1.
  public let column: Int

  public init(row: Int, column: Int) {
    self.row = row
    self.column = column
  }

  /// Reads an address with or without `$`; nil where the text is no address, or the address is outside a sheet.
  init?(utf8 text: some Sequence<UInt8>) {
    var (row, column, hasDigits) = (0, 0, false)
    for byte in text {
      switch byte {
      case UInt8(ascii: "$"): continue
      case UInt8(ascii: "A")...UInt8(ascii: "Z") where !hasDigits: column = column * 26 + Int(byte) - 64
      case UInt8(ascii: "a")...UInt8(ascii: "z") where !hasDigits: column = column * 26 + Int(byte) - 96
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        row = row * 10 + Int(byte) - 48
        hasDigits = true
      default: return nil
      }
      guard row <= Self.maxRow, column <= Self.maxColumn else { return nil }
    }
    guard row >= 1, column >= 1 else { return nil }
    self.init(row: row, column: column)
  }

  /// The letters of a column, from 1: `A`, `Z`, `AA`.
  public static func letters(ofColumn column: Int) -> String {
    var (rest, letters) = (column, [UInt8]())
    while rest > 0 {
      letters.append(UInt8(65 + (rest - 1) % 26))
      rest = (rest - 1) / 26
    }
    return String(decoding: letters.reversed(), as: UTF8.self)
  }

  public var description: String { Self.letters(ofColumn: column) + String(row) }
}
