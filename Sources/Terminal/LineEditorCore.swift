/// Edits one line: it takes the bytes of a terminal and returns the line and its drawing. No terminal is
/// needed, so that every key can be tested.
public struct LineEditorCore {
  public enum State: Sendable, Equatable {
    case editing
    /// Enter was pressed.
    case accepted
    /// Ctrl-C was pressed.
    case cancelled
    /// Ctrl-D was pressed on an empty line.
    case ended
  }

  /// The maximum length of a line, bytes; further input is ignored.
  public static let maxBytes = 8192

  public private(set) var state = State.editing
  private let prompt: String
  private var before = ""
  private var after = ""
  private var scroll = 0
  private var decoder = KeyDecoder()
  private let completer: LineCompleter?
  private var candidates: [String] = []

  /// Makes an editor of one line.
  /// - Parameter completer: the function that completes the text before the cursor at Tab; nil ignores the key.
  public init(prompt: String, text: String = "", completer: LineCompleter? = nil) {
    self.completer = completer
    self.prompt = DisplayWidth.printable(prompt)
    before = String(DisplayWidth.printable(text).prefix(Self.maxBytes / 4))
  }

  /// The present text of the line.
  public var text: String { before + after }

  /// The number of characters left of the cursor.
  public var cursor: Int { before.count }

  // MARK: - Typing

  /// Processes one byte; does nothing once the line is accepted, cancelled or ended.
  public mutating func feed(_ byte: UInt8) {
    guard state == .editing, let key = decoder.feed(byte) else { return }
    switch key {
    case .scalar(let scalar): insert(scalar)
    case .enter: state = .accepted
    case .cancel: state = .cancelled
    case .deleteOrEnd:
      if text.isEmpty { state = .ended } else { deleteForward() }
    case .delete: deleteForward()
    case .backspace: _ = before.popLast()
    case .left: moveLeft()
    case .right: moveRight()
    case .home:
      after = text
      before = ""
    case .end:
      before = text
      after = ""
    case .wordLeft:
      while before.last?.isWhitespace == true { moveLeft() }
      while before.last?.isWhitespace == false { moveLeft() }
    case .wordRight:
      while after.first?.isWhitespace == true { moveRight() }
      while after.first?.isWhitespace == false { moveRight() }
    case .deleteWord:
      while before.last?.isWhitespace == true { before.removeLast() }
      while before.last?.isWhitespace == false { before.removeLast() }
    case .complete: complete()
    case .deleteToStart: before = ""
    case .deleteToEnd: after = ""
    }
  }

  /// Returns the candidates that the last Tab found, and clears them; empty where it found fewer than two.
  public mutating func takeCandidates() -> [String] {
    defer { candidates = [] }
    return candidates
  }

  // MARK: - Drawing

  /// Draws the line on a terminal of `columns` columns, from any column of its row, and places the cursor. A
  /// line that is too long shows the part around the cursor, with `…` in place of an omitted beginning.
  public mutating func draw(columns: Int) -> ScreenText {
    let columns = max(8, columns)
    let prompt = DisplayWidth.truncate(prompt, to: max(2, columns - 12))
    let promptColumns = DisplayWidth.columns(of: prompt)
    // The last column stays free: a cursor there would wrap on some terminals.
    let room = max(4, columns - promptColumns - 1)
    // The characters are drawn in their harmless form, since pasted text may contain marks of text direction.
    let characters = (Array(before) + Array(after)).map { DisplayWidth.printable(String($0)) }
    let widths = characters.map { DisplayWidth.columns(of: $0) }
    let cursor = min(before.count, characters.count)

    scroll = min(scroll, cursor)
    if widths.reduce(0, +) <= room { scroll = 0 }
    var left = widths[scroll..<cursor].reduce(0, +)
    while left + (scroll > 0 ? 1 : 0) > room, scroll < cursor {
      left -= widths[scroll]
      scroll += 1
    }
    var shown = scroll > 0 ? "…" : ""
    var used = DisplayWidth.columns(of: shown)
    let cursorColumn = promptColumns + used + left
    for index in scroll..<characters.count {
      used += widths[index]
      if used > room { break }
      shown += characters[index]
    }
    return .lineStart + ScreenText(prompt + shown) + .eraseToEnd + .lineStart + .right(cursorColumn)
  }

  // MARK: - Private

  private mutating func insert(_ scalar: Unicode.Scalar) {
    guard before.utf8.count + after.utf8.count < Self.maxBytes else { return }
    before.unicodeScalars.append(scalar)
  }

  private mutating func complete() {
    guard let completion = completer?(before) else { return }
    before = String(completion.text.prefix(Self.maxBytes / 4))
    candidates = completion.candidates
  }

  private mutating func deleteForward() {
    if !after.isEmpty { after.removeFirst() }
  }

  private mutating func moveLeft() {
    guard let character = before.popLast() else { return }
    after = String(character) + after
  }

  private mutating func moveRight() {
    guard !after.isEmpty else { return }
    before.append(after.removeFirst())
  }
}
