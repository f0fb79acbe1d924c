/// Undoes the changes that an input method, a phone's clipboard or an editor makes to a number, a code, a date
/// or a choice.
public enum TextNormalization {
  /// The text with full-width forms (U+FF01 to U+FF5E) and blanks (U+3000, U+00A0) as ASCII.
  /// - Parameter hasStops: whether the ideographic comma and full stop (U+3001, U+3002) become ASCII too.
  ///   Between numbers, these marks separate values and do not group digits.
  public static func halfWidth(_ text: String, withStops hasStops: Bool = true) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0xFF01...0xFF5E: scalars.append(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
      case 0x3000, 0x00A0: scalars.append(" ")
      case 0x3001 where hasStops: scalars.append(",")
      case 0x3002 where hasStops: scalars.append(".")
      default: scalars.append(scalar)
      }
    }
    return String(scalars)
  }

  /// The text without invisible characters: zero-width characters, marks of direction (an iPhone pastes a
  /// number between U+202D and U+202C), byte order marks, and control characters that are no white space.
  public static func seen(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.filter { !$0.isUnseen }))
  }

  /// The text without white space (the ideographic space included) at either end.
  public static func trimmed(_ text: String) -> String {
    var rest = Substring(text)
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
  }

  /// The text as a field for ASCII takes it: the visible characters in half width, every blank as a space, and
  /// no blanks at the ends.
  public static func typed(_ text: String) -> String {
    let plain = trimmed(halfWidth(seen(text)))
    if plain.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) { return plain }
    return String(
      String.UnicodeScalarView(plain.unicodeScalars.map { $0.properties.isWhitespace ? " " : $0 }))
  }

  /// The text for comparing and searching: the visible characters in half width and lower case, without any blank.
  public static func folded(_ text: String) -> String {
    let plain = halfWidth(seen(text), withStops: false).lowercased()
    return String(String.UnicodeScalarView(plain.unicodeScalars.filter { !$0.properties.isWhitespace }))
  }

  /// Whether the character is drawn as a hyphen or a dash, as editors and phones insert them in place of the
  /// keyboard's.
  public static func isHyphen(_ character: Character) -> Bool {
    character == "-" || character == "\u{2212}"
      || character.unicodeScalars.first?.properties.generalCategory == .dashPunctuation
  }
}
