import Characters

/// The words of a record as they are searched: folded, a line each, with the initials of Chinese words in pinyin beside them.
struct SearchWords: Hashable {
  /// The lines, each once, joined by line feeds. A folded word has none.
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

  /// The text without hyphens; nil where it has none.
  static func withoutHyphens(_ text: String) -> String? {
    let plain = text.unicodeScalars.filter { !TextNormalization.isHyphen(Character($0)) }
    return plain.count == text.unicodeScalars.count ? nil : String(String.UnicodeScalarView(plain))
  }

  /// The place of a name among others: in the order of its pinyin initials, and of its characters where those agree.
  static func order(of name: String) -> String {
    let folded = TextNormalization.folded(name)
    return (PinyinInitials.spellings(of: folded).first ?? folded) + " " + folded
  }

  // MARK: - Pairs

  /// The pairs of neighbouring characters and the last character of each line, each once, as the index takes them.
  var pairs: String {
    var pairs: Set<String> = []
    for line in text.unicodeScalars.split(separator: "\n") {
      pairs.formUnion(Self.pairs(of: line, withLast: true))
    }
    return pairs.sorted().joined(separator: " ")
  }

  /// The condition that all records with a text meet, and few others, in the language of FTS5; nil for a text by which no
  /// record is worth looking up, which is a single character of ASCII.
  static func condition(for text: String) -> String? {
    let scalars = Substring.UnicodeScalarView(text.unicodeScalars)
    guard let first = scalars.first else { return nil }
    guard scalars.count > 1 else {
      // A character stands first in a pair or last in a line.
      return first.isASCII ? nil : "\"\(Self.indexed(first))\" *"
    }
    return pairs(of: scalars, withLast: false).prefix(maxPairs).map { "\"\($0)\"" }.joined(separator: " AND ")
  }

  /// The maximum number of pairs of a condition; a longer text is known by its beginning.
  private static let maxPairs = 32

  private static func pairs(of line: Substring.UnicodeScalarView, withLast: Bool) -> [String] {
    let letters = line.map(indexed)
    var pairs = zip(letters, letters.dropFirst()).map { $0 + $1 }
    if withLast, let last = letters.last { pairs.append(last) }
    return pairs
  }

  /// A character as it stands in a pair. Quotes, which the index's own language needs, are those of print there.
  private static func indexed(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": "\u{201D}"
    case "'": "\u{2019}"
    default: String(scalar)
    }
  }
}
