import Characters

/// A text to search for, folded as the words of records are.
struct SearchedText {
  /// The forms of the text; a record that has one of them is found. A number of four or more digits is also
  /// searched without its hyphens.
  private let forms: [String]

  /// Folds a text; the result is nil for a text without a visible character.
  init?(_ text: String) {
    let folded = TextNormalization.folded(text)
    guard !folded.isEmpty else { return nil }
    guard let digits = SearchWords.withoutHyphens(folded), digits.utf8.count >= 4,
      digits.utf8.allSatisfy(\.isDigit)
    else {
      forms = [folded]
      return
    }
    forms = [folded, digits]
  }

  /// The FTS5 condition of the rows that may have the text; nil where all rows have to be read.
  var condition: String? {
    let conditions = forms.compactMap { SearchWords.condition(for: $0) }
    guard conditions.count == forms.count else { return nil }
    return conditions.map { "(\($0))" }.joined(separator: " OR ")
  }

  /// The condition on a row of `search`, in SQL, with the values of its question marks.
  var isFound: (sql: String, values: [SQLValue]) {
    var conditions = forms.map { _ in "instr(search.words, ?) > 0" }
    var values = forms.map { SQLValue.text($0) }
    if let idPrefix {
      conditions.append("search.installation >= ? AND search.installation < ?")
      values += [.text(idPrefix), .text(Self.end(ofPrefix: idPrefix))]
    }
    return ("(" + conditions.joined(separator: " OR ") + ")", values)
  }

  /// The text that sorts after all ids that begin with `prefix`. Ids consist of 0-9, a-f and hyphens, so that
  /// 'g' sorts after them.
  static func end(ofPrefix prefix: String) -> String { prefix + "g" }

  /// The text as the beginning of an id; nil where no id can begin with the text.
  var idPrefix: String? {
    guard let text = forms.first, text.utf8.count >= Fieldbook.shortestReference,
      text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || $0.isLowerCaseHexDigit })
    else { return nil }
    return text
  }

  /// Whether the text occurs in the words of a record.
  func isFound(in words: [String]) -> Bool {
    let all = SearchWords(words).text
    return forms.contains { all.utf8.contains($0.utf8) }
  }
}
