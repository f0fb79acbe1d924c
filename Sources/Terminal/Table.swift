/// A table that fits the width of the terminal, for which the least important columns are shortened first.
public struct Table {
  public struct Column: Sendable {
    let title: Text
    let alignment: DisplayWidth.Alignment
    /// The minimum width of the column, in columns of the terminal, while others can still be shortened.
    let minimum: Int
    /// The rank of the column: the column of the lowest rank is shortened first, and omitted where shortening
    /// is not enough.
    let importance: Int

    public init(
      _ title: Text, _ alignment: DisplayWidth.Alignment = .leading, minimum: Int = 6, importance: Int = 0
    ) {
      self.title = title
      self.alignment = alignment
      self.minimum = max(1, minimum)
      self.importance = importance
    }
  }

  public struct Cell: Sendable, ExpressibleByStringLiteral {
    let text: String
    let style: Style?

    /// Makes a cell. Control characters in `text` are made harmless.
    public init(_ text: String, _ style: Style? = nil) {
      self.text = DisplayWidth.printable(text)
      self.style = style
    }

    public init(stringLiteral text: String) { self.init(text) }
  }

  private let columns: [Column]
  private var rows: [[Cell]] = []

  public init(_ columns: [Column]) {
    self.columns = columns
  }

  public var isEmpty: Bool { rows.isEmpty }

  /// Adds a row. Missing cells are empty, and cells beyond the last column are dropped.
  public mutating func add(_ cells: [Cell]) {
    rows.append(columns.indices.map { cells.indices.contains($0) ? cells[$0] : Cell("") })
  }

  /// Lays the table out with its header and with a line break after each line. No line is wider than `width`
  /// columns; where `width` is nil, nothing is cut.
  public func render(in language: Language, width: Int?, styling: Styling = .plain) -> ScreenText {
    let titles = columns.map { $0.title[language] }
    var widths: [Int?] = columns.indices.map { index in
      rows.reduce(DisplayWidth.columns(of: titles[index])) { max($0, DisplayWidth.columns(of: $1[index].text)) }
    }
    if let width { fit(&widths, to: width) }
    let header = line(titles.map { Cell($0, .bold) }, widths, styling)
    return ([header] + rows.map { line($0, widths, styling) }).map { $0 + "\n" }.joined()
  }

  // MARK: - Private

  private static let gap = 2

  private static func total(_ widths: [Int?]) -> Int {
    let shown = widths.compactMap { $0 }
    return shown.reduce(0, +) + gap * max(0, shown.count - 1)
  }

  private func fit(_ widths: inout [Int?], to width: Int) {
    let order = columns.indices.sorted { columns[$0].importance < columns[$1].importance }
    while Self.total(widths) > width {
      let excess = Self.total(widths) - width
      if let index = order.first(where: { (widths[$0] ?? 0) > columns[$0].minimum }) {
        widths[index] = max(columns[index].minimum, (widths[index] ?? 0) - excess)
      } else if widths.count(where: { $0 != nil }) > 1, let index = order.first(where: { widths[$0] != nil }) {
        widths[index] = nil
      } else {
        widths = widths.map { $0.map { min($0, max(1, width)) } }
        return
      }
    }
  }

  private func line(_ cells: [Cell], _ widths: [Int?], _ styling: Styling) -> ScreenText {
    var line: ScreenText = ""
    // Spaces are written only in front of text, so that no line ends in spaces.
    var pending = 0
    for (index, cell) in cells.enumerated() {
      guard let width = widths[index] else { continue }
      let text = DisplayWidth.truncate(cell.text, to: width)
      let padding = width - DisplayWidth.columns(of: text)
      let isTrailing = columns[index].alignment == .trailing
      if isTrailing { pending += padding }
      if !text.isEmpty {
        line += ScreenText(String(repeating: " ", count: pending))
        pending = 0
        line += cell.style.map { styling(text, $0) } ?? ScreenText(text)
      }
      if !isTrailing { pending += padding }
      pending += Self.gap
    }
    return line
  }
}
