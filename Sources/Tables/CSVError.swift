/// The reason why a file is no table at all. Faults of single lines are in `CSVTable.problems`.
public enum CSVError: Error, Hashable, Sendable {
  case tooLarge(bytes: Int, maxBytes: Int)
  /// The bytes are text in this encoding except for these lines, in ascending order and at most ten of them.
  case brokenText(TextEncoding, lines: [Int])
  /// The file is a document of another kind, for instance one that a spreadsheet program could save as CSV.
  case document(DocumentKind)
  /// The file has only blank lines.
  case empty
  case tooManyRows(max: Int)
  case tooManyColumns(count: Int, max: Int)

  /// The kinds of documents that spreadsheet programs save by default instead of CSV.
  public enum DocumentKind: Hashable, Sendable, CaseIterable {
    /// A zip file that contains a workbook, the `.xlsx` of Excel and WPS.
    case xlsx
    /// A compound file, the `.xls` of Excel or `.et` of WPS.
    case xls
    /// A workbook that is locked with a password.
    case encrypted
    /// A zip file of OpenDocument, the `.ods`.
    case ods
    /// Any other zip file.
    case zip
    /// A web page or XML with the name `.xls`, as web sites offer for reports.
    case markup
  }
}

/// One fault of one row.
public struct CSVProblem: Error, Hashable, Sendable {
  public enum Fault: Hashable, Sendable {
    /// A quoted field has no closing quote.
    case quoteOpen
    /// A character other than the separator follows a closing quote.
    case quoteFollowed
    /// A quote stands within a field that does not begin with a quote.
    case quoteInside
    /// A quote that opens in the row closes in the line `lastLine`, which looks like a row of its own.
    case quoteAcrossRows(lastLine: Int)
    /// The row has a byte below 0x20 that is neither tab nor line end, or 0x7F.
    case controlCharacter
    case fieldTooLong(maxBytes: Int)
    /// A cell of a workbook has a formula without a usable value; `error` is the formula's error, such as
    /// `#REF!`, and nil where no value is stored.
    case formula(CellAddress, error: String?)
    /// The row is wider than the header.
    case fieldCount(found: Int, wanted: Int)
  }

  /// Line number in the file where the row begins, from 1.
  public let line: Int
  public let fault: Fault

  public init(line: Int, fault: Fault) {
    self.line = line
    self.fault = fault
  }
}
