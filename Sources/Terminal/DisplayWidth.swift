import CUTF8Proc
import Characters

/// Counts columns on a terminal: East Asian wide and full-width characters and emoji take two, combining and
/// control characters none, everything else one (including ambiguous ones, which are narrow by default in a
/// UTF-8 terminal).
public enum DisplayWidth {
  /// The columns that `text` takes on one line.
  public static func columns(of text: some StringProtocol) -> Int {
    var isPrintableASCII = true
    var bytes = 0
    for byte in text.utf8 {
      bytes += 1
      if byte < 0x20 || byte > 0x7E {
        isPrintableASCII = false
        break
      }
    }
    if isPrintableASCII { return bytes }
    return text.reduce(0) { $0 + columns(of: $1) }
  }

  /// The columns of one grapheme cluster: 0, 1 or 2, more only in scripts that join several spacing letters.
  public static func columns(of character: Character) -> Int {
    let scalars = character.unicodeScalars
    guard let first = scalars.first else { return 0 }
    if scalars.count == 1 { return columns(of: first) }
    var sum = 0
    var isEmoji = false
    for scalar in scalars {
      switch scalar.value {
      case 0xFE0F where first.properties.isEmoji: isEmoji = true
      case 0x1F1E6...0x1F1FF: isEmoji = true
      default:
        if scalar.properties.isEmojiPresentation { isEmoji = true }
        sum += columns(of: scalar)
      }
    }
    return isEmoji ? 2 : sum
  }

  /// The columns of a scalar that stands alone.
  public static func columns(of scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x7F { return value < 0x20 ? 0 : 1 }
    // The library gives a column to soft hyphens and to the vowels and finals of Hangul syllables. A soft
    // hyphen is visible only at the end of a line, where this program leaves none; vowels and finals join the
    // consonant before them.
    if value == 0xAD || (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FF).contains(value) { return 0 }
    // Swift knows emoji of later Unicode versions than the library.
    if value >= 0x1F300 && scalar.properties.isEmojiPresentation { return 2 }
    return Int(utf8proc_charwidth(Int32(value)))
  }

  /// The text without anything that would move the cursor or change the terminal's state: a tab or a line break
  /// (U+0009, U+000A, U+000D, U+0085, U+2028, U+2029) becomes a space; any other control character and every
  /// mark of text direction becomes `�`. The result is for text on one line; text that only has to be harmless
  /// is a `ScreenText`.
  public static func printable(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A, 0x0D, 0x85, 0x2028, 0x2029: scalars.append(" ")
      case 0..<0x20, 0x7F..<0xA0: scalars.append("\u{FFFD}")
      // Marks of text direction change the order of the text around them.
      default: scalars.append(scalar.isBidiControl ? "\u{FFFD}" : scalar)
      }
    }
    return String(scalars)
  }

  // MARK: - Fitting

  public enum Alignment: Sendable {
    case leading, trailing
  }

  /// The text padded with spaces to `width` columns; a longer text stays unchanged.
  public static func pad(_ text: String, to width: Int, _ alignment: Alignment = .leading) -> String {
    let missing = width - columns(of: text)
    guard missing > 0 else { return text }
    let spaces = String(repeating: " ", count: missing)
    return alignment == .leading ? text + spaces : spaces + text
  }

  /// The text where it fits `width` columns, or otherwise its beginning and `…`, together at most `width`
  /// columns.
  public static func truncate(_ text: String, to width: Int) -> String {
    guard columns(of: text) > width else { return text }
    guard width > 0 else { return "" }
    return prefix(text, columns: width - 1) + "…"
  }

  /// The longest beginning of whole characters that fits `width` columns.
  static func prefix(_ text: some StringProtocol, columns width: Int) -> String {
    var result = ""
    var used = 0
    for character in text {
      used += columns(of: character)
      if used > width { break }
      result.append(character)
    }
    return result
  }
}
