import Characters
import Records

/// A phone as lists write it: with an apostrophe, a note in brackets, an extension or a second phone beside it.
struct SurveyPhone {
  /// The first number that is a phone; the text without its apostrophe where there is none.
  let number: String
  /// The other parts of the cell, in words.
  private(set) var notes: [String] = []

  init(_ text: String) {
    var rest = text
    // An apostrophe keeps a spreadsheet from taking the phone for a number.
    while let first = rest.first, "'’‘`".contains(first) { rest.removeFirst() }
    guard PhoneNumber(rest) == nil else {
      number = rest
      return
    }
    var notes: [String] = []
    let plain = rest.replacing(/[（(]([^()（）]*)[)）]/) { match in
      let note = TextNormalization.trimmed(String(match.output.1))
      // An area code may stand in brackets.
      if note.allSatisfy(\.isNumber) { return String(match.output.0) }
      notes.append(note)
      return ""
    }
    let parts = plain.split { "/／、,，;；\n或".contains($0) }.map { TextNormalization.trimmed(String($0)) }
    let words = parts.flatMap { part in
      let words = part.split(whereSeparator: \.isWhitespace).map(String.init)
      return words.count > 1 && words.allSatisfy { PhoneNumber($0) != nil } ? words : [part]
    }
    var found: String?
    for word in words where !word.isEmpty {
      let (phone, note) = Self.withExtension(word)
      if let phone, found == nil {
        found = phone
        if let note { notes.append(note) }
      } else {
        notes.append(phone == nil ? word : "另有 \(word)")
      }
    }
    guard let found else {
      number = rest
      return
    }
    (number, self.notes) = (found, notes)
  }

  /// The phone in a word, and a note on the extension behind it; each is nil where there is none.
  private static func withExtension(_ word: String) -> (phone: String?, note: String?) {
    if PhoneNumber(word) != nil { return (word, nil) }
    guard let match = word.wholeMatch(of: /(.+?)\s*(?:转|分机|ext\.?|-|－)\s*(?:分机)?\s*(\d{1,6})/.ignoresCase())
    else {
      return (nil, nil)
    }
    let phone = String(match.output.1)
    return PhoneNumber(phone) == nil ? (nil, nil) : (phone, "分机 \(match.output.2)")
  }
}
