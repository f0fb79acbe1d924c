/// What a Chinese input method leaves in a field that wants ASCII.
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

  /// Without white space (the ideographic space included) at either end.
  public static func trimmed(_ text: String) -> String {
    var rest = Substring(text)
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
  }

  /// A decimal number as people type it: full-width digits, thousands commas, spaces.
  public static func number(_ text: String) -> Double? {
    let plain = halfWidth(text).filter { $0 != " " && $0 != "," }
    guard !plain.isEmpty, plain.count <= 20,
      plain.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") })
    else { return nil }
    return Double(plain)
  }
}
