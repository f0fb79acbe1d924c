/// A line of a CSV as Excel, WPS and LibreOffice open it by a double click.
public struct CSVLine: Hashable, Sendable {
  /// The mark at the beginning of a file. Excel reads a CSV without this mark in the computer's own encoding.
  public static let byteOrderMark = "\u{FEFF}"

  /// The line with its end, CR and LF, as RFC 4180 requires.
  public let text: String

  /// Makes a line.
  /// - Parameter fields: the values. A value that a spreadsheet would take for a formula gets an apostrophe in
  ///   front, which makes it a text.
  public init(_ fields: [String]) {
    text = fields.map(Self.field).joined(separator: ",") + "\r\n"
  }

  /// The value of a field that was read. One apostrophe in front of what a spreadsheet would take for a formula
  /// is removed, so that the fields of a line that `init` has made give the original values. A value that
  /// itself begins with apostrophes keeps them.
  public static func withoutGuard(_ field: String) -> String {
    field.utf8.first == apostrophe && isGuarded(field) ? String(field.dropFirst()) : field
  }

  private static let apostrophe = UInt8(ascii: "'")

  /// Whether a value begins with a character that begins a formula, after any number of apostrophes.
  private static func isGuarded(_ value: String) -> Bool {
    value.utf8.first { $0 != apostrophe }.map { "=+-@\t\r".utf8.contains($0) } ?? false
  }

  private static func field(_ value: String) -> String {
    let guarded = isGuarded(value) ? "'" + value : value
    guard guarded.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return guarded }
    let doubled = guarded.utf8.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }.joined(separator: "\"\"")
    return "\"\(doubled)\""
  }
}
