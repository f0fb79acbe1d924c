extension DisplayWidth {
  /// Breaks `text` into lines of at most `width` columns. Words stay whole where they fit a line; Chinese
  /// breaks between any two characters, but never before closing or after opening punctuation. Line breaks in
  /// the text are kept, and spaces at a break are removed. A width below 2 counts as 2.
  public static func wrap(_ text: String, to width: Int) -> [String] {
    let width = max(2, width)
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .flatMap { wrapParagraph($0, to: width) }
  }

  /// Whether a line may end between these two characters without a space: at least one is two columns wide, as
  /// Chinese is, neither is a space, and neither is punctuation that must stay with the other.
  public static func mayBreak(between before: Character, and after: Character) -> Bool {
    guard columns(of: before) == 2 || columns(of: after) == 2, before != " ", after != " " else { return false }
    return !closing.contains(after) && !opening.contains(before)
  }

  // MARK: - Private

  /// A run of characters that must not be broken, with the spaces before it.
  private struct Piece {
    var spaces = 0
    var text = ""
    var columns = 0
  }

  private static func wrapParagraph(_ paragraph: Substring, to width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var used = 0
    for piece in pieces(of: paragraph) {
      if used + piece.spaces + piece.columns <= width {
        line += String(repeating: " ", count: piece.spaces) + piece.text
        used += piece.spaces + piece.columns
        continue
      }
      if !line.isEmpty { lines.append(line) }
      var rest = Substring(piece.text)
      while columns(of: rest) > width {
        let part = prefix(rest, columns: width)
        // A cluster wider than the line cannot be broken and gets a line of its own.
        let taken = part.isEmpty ? String(rest.prefix(1)) : part
        lines.append(taken)
        rest = rest.dropFirst(taken.count)
      }
      line = String(rest)
      used = columns(of: line)
    }
    if !line.isEmpty || lines.isEmpty { lines.append(line) }
    return lines
  }

  private static func pieces(of paragraph: Substring) -> [Piece] {
    var pieces: [Piece] = []
    var piece = Piece()
    var previous: Character?
    for character in paragraph {
      if character == " " || character == "\t" {
        if !piece.text.isEmpty {
          pieces.append(piece)
          piece = Piece()
        }
        piece.spaces += 1
        previous = nil
        continue
      }
      if let before = previous, mayBreak(between: before, and: character) {
        pieces.append(piece)
        piece = Piece()
      }
      piece.text.append(character)
      piece.columns += columns(of: character)
      previous = character
    }
    if !piece.text.isEmpty { pieces.append(piece) }
    return pieces
  }

  private static let closing = Set<Character>("，。、；：？！）》〉」』】〕〗”’…—～·％℃,.;:?!)]}>%/")
  private static let opening = Set<Character>("（《〈「『【〔〖“‘￥([{<$#/")
}
