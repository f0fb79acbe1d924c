public import Files

/// The reasons why a form or a report cannot be made.
public enum LedgerError: Error, Hashable, Sendable {
  /// The output is a pipe, a device or a folder: a form is read back before it gets its name.
  case notAFile(path: String)
  /// A call of the operating system failed on the form.
  case file(FileError)
  /// libxlsxwriter refused; the value is its own error code.
  case workbook(code: UInt32)
  /// The finished form, read back, is not what was to be written.
  case readBack
  /// The sheet has no room for all rows.
  case tooManyRows
  /// The picture of the figures cannot be drawn.
  case drawing
}
