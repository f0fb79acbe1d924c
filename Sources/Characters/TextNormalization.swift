/// What an input method, a phone's clipboard or an editor leaves in a field that wants a number, a code, a date or a
/// choice.
public enum TextNormalization {
  /// Full-width forms (U+FF01 to U+FF5E) and the ideographic space, comma and full stop as ASCII.
  public static func halfWidth(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0xFF01...0xFF5E:
        scalars.append(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
      case 0x3000, 0x00A0: scalars.append(" ")
      case 0x3001: scalars.append(",")
      case 0x3002: scalars.append(".")
      default: scalars.append(scalar)
      }
    }
    return String(scalars)
  }

  /// Without what is not seen: zero-width characters, marks of direction (an iPhone pastes a number between U+202D and
  /// U+202C), byte order marks, control characters that are no white space.
  public static func seen(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.filter { !$0.isUnseen }))
  }

  /// Without white space (the ideographic space included) at either end.
  public static func trimmed(_ text: String) -> String {
    var rest = Substring(text)
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
  }

  /// What was meant in a field that wants ASCII: what is seen, in half width, every blank a space, none at the ends.
  public static func typed(_ text: String) -> String {
    let plain = trimmed(halfWidth(seen(text)))
    if plain.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) { return plain }
    return String(
      String.UnicodeScalarView(plain.unicodeScalars.map { $0.properties.isWhitespace ? " " : $0 }))
  }

  /// Whether it is drawn as a hyphen or a dash: what editors and phones make of the one on the keyboard.
  public static func isHyphen(_ character: Character) -> Bool {
    character == "-" || character == "\u{2212}"
      || character.unicodeScalars.first?.properties.generalCategory == .dashPunctuation
  }
}
