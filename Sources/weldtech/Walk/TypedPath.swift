import Characters

/// The path that somebody typed, pasted or dropped on the terminal: with quotes or backslashes as a shell would need them,
/// with `~` for the home, or as the address of a file with percent escapes.
enum TypedPath {
  /// Reads a path. A text that is several words to a shell is one path with blanks in it.
  /// - Parameter home: the folder that `~` stands for.
  static func read(_ typed: String, home: String) -> String {
    let text = TextNormalization.trimmed(typed)
    let words = words(of: text)
    let plain = words.count == 1 ? words[0] : text
    return atHome(address(plain) ?? plain, home: home, isTyped: text.hasPrefix("~"))
  }

  /// The path of `file:///home/li/%E7%85%A7%E7%89%87.jpg`; nil for another text.
  private static func address(_ text: String) -> String? {
    let scheme = "file://"
    guard text.lowercased().hasPrefix(scheme) else { return nil }
    let rest = text.dropFirst(scheme.count)
    // A host may stand before the path.
    guard let slash = rest.firstIndex(of: "/") else { return nil }
    var bytes: [UInt8] = []
    var left = Array(rest[slash...].utf8)[...]
    while let byte = left.popFirst() {
      if byte == UInt8(ascii: "%"), left.count >= 2,
        let value = UInt8(String(decoding: left.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        left = left.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func atHome(_ path: String, home: String, isTyped: Bool) -> String {
    guard isTyped, path == "~" || path.hasPrefix("~/") else { return path }
    return home + path.dropFirst()
  }

  /// The words of a text by the rules of a POSIX shell for quotes and backslashes. A quote without its end is
  /// an ordinary character.
  private static func words(of text: String) -> [String] {
    var words: [String] = []
    var word = ""
    var isWord = false
    var rest = text[...]
    while let character = rest.popFirst() {
      switch character {
      case "'", "\"":
        guard let end = rest.firstIndex(of: character) else {
          word.append(character)
          isWord = true
          continue
        }
        let quoted = String(rest[..<end])
        word += character == "'" ? quoted : quoted.replacing("\\\\", with: "\\")
        isWord = true
        rest = rest[rest.index(after: end)...]
      case "\\":
        if let next = rest.popFirst() { word.append(next) } else { word.append(character) }
        isWord = true
      case _ where character.isWhitespace:
        if isWord { words.append(word) }
        (word, isWord) = ("", false)
      default:
        word.append(character)
        isWord = true
      }
    }
    if isWord { words.append(word) }
    return words
  }
}
