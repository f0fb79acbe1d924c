import Drawing

/// A ruled table whose rows grow with their text: a value wraps and never leaves its cell.
struct Table {
  struct Cell {
    enum Role { case key, value, small, head }

    let text: String
    let width: Double
    var role = Role.value
    var alignment = TextAlignment.left
  }

  static let padding = 1.5
  static let linePadding = 0.75
  private static let keyWidth = 27.0
  private static let ruleWidth = 0.15
  private static let rule = Canvas.Colour.grey(0.55)
  private static let shade = Canvas.Colour.grey(0.94)
  /// The maximum number of characters of a fact's value in one row; a longer value continues in further rows,
  /// so that no row is higher than a page.
  private static let maxValueCharacters = 900

  let flow: PageFlow
  /// The factor by which the default text size is multiplied, above 0 and up to 1.
  var scale = 1.0

  // MARK: - Kinds of rows

  /// Places named values in rows, two in a row where both are short.
  func facts(_ facts: [Fact]) {
    var rest = facts[...]
    while let fact = rest.popFirst() {
      let half = PageFlow.width / 2
      if !fact.isWide, let next = rest.first, !next.isWide {
        rest.removeFirst()
        row([
          Cell(text: fact.name, width: Self.keyWidth, role: .key),
          Cell(text: fact.value, width: half - Self.keyWidth),
          Cell(text: next.name, width: Self.keyWidth, role: .key),
          Cell(text: next.value, width: half - Self.keyWidth),
        ])
      } else {
        var name = fact.name
        for part in Self.parts(of: fact.value) {
          row([
            Cell(text: name, width: Self.keyWidth, role: .key),
            Cell(text: part, width: PageFlow.width - Self.keyWidth),
          ])
          name = "\(fact.name)（续）"
        }
      }
    }
  }

  /// Places a line that spans the whole width and names the rows below it.
  func band(_ text: String, with following: Double) {
    row([Cell(text: text, width: PageFlow.width, role: .head)], with: following)
  }

  /// Places columns under a heading that is repeated on every page.
  func columns(
    _ columns: [(title: String, width: Double, alignment: TextAlignment)], rows: [[String]],
    role: Cell.Role = .value
  ) {
    let head = columns.map { Cell(text: $0.title, width: $0.width, role: .head, alignment: $0.alignment) }
    row(head, with: 12)
    for texts in rows {
      let cells = zip(texts, columns).map {
        Cell(text: $0, width: $1.width, role: role, alignment: $1.alignment)
      }
      if !flow.fits(height(of: set(cells))) { row(head, with: 12) }
      row(cells)
    }
  }

  // MARK: - Rows

  private func row(_ cells: [Cell], with following: Double = 0) {
    let blocks = set(cells)
    let height = height(of: blocks)
    flow.place(height: height, with: following) { canvas, top in
      var left = PageFlow.left
      for (cell, block) in zip(cells, blocks) {
        let box = Rectangle(x: left, y: top, width: cell.width, height: height)
        if cell.role == .key || cell.role == .head { canvas.fill(Path(box), colour: Self.shade) }
        canvas.stroke(Path(box), widthMillimetres: Self.ruleWidth, colour: Self.rule)
        canvas.draw(block, x: left + Self.padding, y: top + (height - block.heightMillimetres) / 2)
        left += cell.width
      }
    }
  }

  private func set(_ cells: [Cell]) -> [TextBlock] {
    cells.map { cell in
      flow.set(
        Self.oneLine(cell.text), style: style(cell.role), width: cell.width - 2 * Self.padding,
        alignment: cell.alignment)
    }
  }

  private func height(of blocks: [TextBlock]) -> Double {
    (blocks.map(\.heightMillimetres).max() ?? 0) + 2 * Self.linePadding
  }

  private func style(_ role: Cell.Role) -> TextStyle {
    switch role {
    case .key: TextStyle(sizePoints: 8.5 * scale)
    case .value: TextStyle(sizePoints: 9.5 * scale)
    case .small: TextStyle(sizePoints: 7.5 * scale)
    case .head: TextStyle(sizePoints: 9 * scale, weight: .bold)
    }
  }

  /// The text on one line; `—` stands for an empty one, since the owner signs an empty cell too.
  static func oneLine(_ text: String) -> String {
    text.isEmpty ? "—" : String(text.map { $0.isNewline ? " " : $0 })
  }

  private static func parts(of text: String) -> [String] {
    var parts: [String] = []
    var rest = Substring(text)
    repeat {
      parts.append(String(rest.prefix(maxValueCharacters)))
      rest = rest.dropFirst(maxValueCharacters)
    } while !rest.isEmpty
    return parts
  }
}

/// A named value of the record.
public struct Fact: Hashable, Sendable {
  public let name: String
  public let value: String
  /// Whether the value takes a row of its own.
  let isWide: Bool

  init(_ name: String, _ value: String?, isWide: Bool = false) {
    self.name = name
    self.value = value ?? ""
    // A narrow cell holds about 17 Chinese characters a line, so 40 characters take up to three lines.
    self.isWide = isWide || self.value.count > 40
  }
}
