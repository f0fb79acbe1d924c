/// Why a file is no table at all. What is wrong with single lines is in `CSVTable.problems`.
public enum CSVError: Error, Hashable, Sendable {
  case tooLarge(bytes: Int, mostBytes: Int)
  /// Neither UTF-8 nor GB18030; the first line that fits neither.
  case notText(line: Int)
  /// UTF-16, as spreadsheets save 'Unicode text'.
  case utf16
  /// No line but blank ones.
  case empty
  case tooManyRows(most: Int)
  case tooManyColumns(count: Int, most: Int)
}

/// One thing wrong with one row.
public struct CSVProblem: Error, Hashable, Sendable {
  public enum Fault: Hashable, Sendable {
    /// A quoted field that does not end.
    case quoteOpen
    /// Something other than a comma follows a closing quote.
    case quoteFollowed
    /// A quote within a field that does not begin with one.
    case quoteInside
    /// A byte below 0x20 that is neither tab nor line end, or 0x7F.
    case controlCharacter
    case fieldTooLong(mostBytes: Int)
    case fieldCount(found: Int, wanted: Int)
  }

  /// Where the row begins; the first line is 1.
  public let line: Int
  public let fault: Fault

  public init(line: Int, fault: Fault) {
    self.line = line
    self.fault = fault
  }
}
