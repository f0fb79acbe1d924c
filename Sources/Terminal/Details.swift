/// Labels and values under headings, as `show` prints one record.
public struct Details {
  private enum Line {
    case heading(Text)
    case row(Text, String, Style?)
  }

  private var lines: [Line] = []

  public init() {}

  /// Adds a heading for the rows that follow; a heading without rows is omitted.
  public mutating func heading(_ text: Text) {
    lines.append(.heading(text))
  }

  /// Adds a row; a row without a value is omitted. Control characters are made harmless, and line breaks are
  /// kept.
  public mutating func row(_ label: Text, _ value: String?, _ style: Style? = nil) {
    guard let value, !value.isEmpty else { return }
    lines.append(.row(label, value, style))
  }

  /// Adds a row whose value is in both languages.
  public mutating func row(_ label: Text, _ value: Text, in language: Language, _ style: Style? = nil) {
    row(label, value[language], style)
  }

  /// Lays the rows out with aligned labels. Values are wrapped so that lines fit `width` columns, but never to
  /// fewer than 10 columns of value; where `width` is nil, nothing is wrapped.
  public func render(in language: Language, width: Int?, styling: Styling = .plain) -> ScreenText {
    let labelWidth = lines.reduce(0) { widest, line in
      guard case .row(let label, _, _) = line else { return widest }
      return max(widest, DisplayWidth.columns(of: label[language]))
    }
    let margin = labelWidth + 4
    var text: ScreenText = ""
    var heading: Text?
    for line in lines {
      switch line {
      case .heading(let title): heading = title
      case .row(let label, let value, let style):
        if let title = heading {
          text += (text.isEmpty ? ScreenText("") : "\n") + styling(title[language], .bold) + "\n"
          heading = nil
        }
        let parts = value.split(separator: "\n", omittingEmptySubsequences: false)
          .map { DisplayWidth.printable(String($0)) }
          .flatMap { part in width.map { DisplayWidth.wrap(part, to: max(10, $0 - margin)) } ?? [part] }
        for (index, part) in parts.enumerated() {
          let left =
            index == 0
            ? "  " + DisplayWidth.pad(label[language], to: labelWidth) + "  "
            : String(repeating: " ", count: margin)
          text += ScreenText(left) + (style.map { styling(part, $0) } ?? ScreenText(part)) + "\n"
        }
      }
    }
    return text
  }
}
