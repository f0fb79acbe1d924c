import Characters

/// The words of a record as they are searched: folded, a line each, with the initials of Chinese words in pinyin beside them.
struct SearchWords: Hashable {
  /// The lines, each once, joined by line feeds. A folded word has no line feed.
  let text: String

  /// - Parameter words: the words as they were written.
  init(_ words: [String]) {
    var lines: [String] = []
    var known: Set<String> = []
    func add(_ line: String) {
      if !line.isEmpty, known.insert(line).inserted { lines.append(line) }
    }
    for word in words {
      let folded = TextNormalization.folded(word)
      add(folded)
      // A phone number is written with hyphens and blanks in many ways.
      if let plain = Self.withoutHyphens(folded) { add(plain) }
      PinyinInitials.spellings(of: folded).forEach(add)
    }
    text = lines.joined(separator: "\n")
  }

  init(asKept text: String) { self.text = text }

  /// The text without hyphens; nil where the text has no hyphen.
  static func withoutHyphens(_ text: String) -> String? {
    let plain = text.unicodeScalars.filter { !TextNormalization.isHyphen(Character($0)) }
    return plain.count == text.unicodeScalars.count ? nil : String(String.UnicodeScalarView(plain))
  }

  /// The key by which names are ordered: by their pinyin initials, and by their characters where the initials
  /// agree.
  static func order(of name: String) -> String {
    let folded = TextNormalization.folded(name)
    return (PinyinInitials.spellings(of: folded).first ?? folded) + " " + folded
  }

  // MARK: - Pairs

  /// The pairs of neighbouring characters and the last character of each line, each once, as the index stores
  /// them.
  var pairs: String {
    var pairs: Set<String> = []
    for line in text.unicodeScalars.split(separator: "\n") {
      pairs.formUnion(Self.pairs(of: line, withLast: true))
    }
    return pairs.sorted().joined(separator: " ")
  }

  /// The FTS5 condition that all records with a text meet, and few others; nil for an empty text, and for a
  /// single character of ASCII, which too many records have.
  static func condition(for text: String) -> String? {
    let scalars = Substring.UnicodeScalarView(text.unicodeScalars)
    guard let first = scalars.first else { return nil }
    guard scalars.count > 1 else {
      // Every character is the first of a pair or the last of a line.
      return first.isASCII ? nil : "\"\(Self.indexed(first))\" *"
    }
    return pairs(of: scalars, withLast: false).prefix(maxPairs).map { "\"\($0)\"" }.joined(separator: " AND ")
  }

  /// The maximum number of pairs of a condition; of a longer text only the first pairs are used.
  private static let maxPairs = 32

  private static func pairs(of line: Substring.UnicodeScalarView, withLast: Bool) -> [String] {
    let letters = line.map(indexed)
    var pairs = zip(letters, letters.dropFirst()).map { $0 + $1 }
    if withLast, let last = letters.last { pairs.append(last) }
    return pairs
  }

  /// The form of a character in a pair. Straight quotes, which FTS5 conditions use themselves, become
  /// typographic quotes.
  private static func indexed(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": "\u{201D}"
    case "'": "\u{2019}"
    default: String(scalar)
    }
  }
}
