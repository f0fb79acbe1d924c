import Characters

/// Reads the spelling of an argument. Hyphens, digits and equals signs from a Chinese input method or an
/// autocorrecting editor count as the ASCII characters that were meant.
enum Spelling {
  /// Returns a number or a keyword in half width, without blanks at its ends and without invisible characters
  /// (an iPhone pastes a number between U+202D and U+202C). A comma or a blank inside stays, so that the text
  /// is not read as a number: `7,5` is not 75.
  static func typed(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) { return text }
    return TextNormalization.trimmed(
      TextNormalization.halfWidth(TextNormalization.seen(text), withStops: false))
  }

  /// Reads a whole number as typed; commas may stand between groups of three digits (`1,200`).
  static func wholeNumber(_ text: String) -> Int? {
    let plain = typed(text)
    let groups = plain.split(separator: ",", omittingEmptySubsequences: false)
    guard groups.count > 1 else { return Int(plain) }
    guard groups.allSatisfy({ $0.utf8.allSatisfy(\.isDigit) }), (1...3).contains(groups[0].count),
      groups.dropFirst().allSatisfy({ $0.count == 3 })
    else {
      return nil
    }
    return Int(groups.joined())
  }

  /// Reads an option as typed: its name with one or two ASCII hyphens, and the value after an equals sign. The result
  /// is nil where the argument is a plain word.
  static func option(_ argument: String) -> (name: String, value: String?)? {
    var rest = Substring(argument)
    var hyphens = 0
    var isASCII = true
    while let first = rest.first, let weight = hyphenWeight(first) {
      hyphens += weight
      isASCII = isASCII && first == "-"
      rest.removeFirst()
    }
    guard hyphens > 0, !rest.isEmpty else { return nil }
    let end = rest.firstIndex { $0 == "=" || $0 == "＝" }
    let name = TextNormalization.halfWidth(String(rest[..<(end ?? rest.endIndex)]))
    let value = end.map { String(rest[rest.index(after: $0)...]) }
    if isASCII { return (String(repeating: "-", count: hyphens) + name, value) }
    // A dash that no ASCII keyboard types may also begin a plain text. The argument is an option only where a
    // name follows.
    guard let first = name.first, first.isASCII, first.isLetter,
      name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
    else { return nil }
    return ((hyphens == 1 && name.count == 1 ? "-" : "--") + name, value)
  }

  /// The number of hyphens that the character stands for; nil for another character. Editors join two hyphens
  /// into one dash.
  private static func hyphenWeight(_ character: Character) -> Int? {
    switch character {
    case "-", "－", "﹣", "−", "‐", "‑", "‒": 1
    case "–", "—", "―": 2
    default: nil
    }
  }
}
