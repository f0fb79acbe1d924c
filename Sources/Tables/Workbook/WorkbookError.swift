/// The reason why a file is no workbook that can be read.
public enum WorkbookError: Error, Hashable, Sendable {
  /// The file is larger than may be read; both sizes are in bytes.
  case tooLarge(bytes: Int, maxBytes: Int)
  /// The zip or a part of it is damaged; `part` is the name of the part, empty for the zip itself.
  case damaged(part: String)
  /// A part that the workbook names is missing.
  case missing(part: String)
  /// The zip's parts, unpacked, are larger than may be read, in bytes.
  case unpacksTooLarge(part: String, maxBytes: Int)
  /// A part has a document type, by which a few bytes of XML can expand to any number of bytes.
  case documentType(part: String)
  /// A part is nested more deeply, or has a longer element, than a workbook can have. An empty `part` says that
  /// the zip has too many entries.
  case oversized(part: String)
  /// A sheet has more cells with a text or a formula than may be read.
  case tooManyCells(sheet: String, max: Int)
  case tooManyRows(sheet: String, max: Int)
  case tooManySheets(max: Int)
  /// The texts of the workbook are longer together than may be read, in bytes of UTF-8.
  case tooMuchText(maxBytes: Int)
  /// The workbook is binary, an `.xlsb`.
  case binary
  case outOfMemory
}
