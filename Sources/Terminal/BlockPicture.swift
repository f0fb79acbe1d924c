/// A picture of dark and light squares in a terminal, two squares in a character.
///
/// Both colours are set explicitly, black 16 and white 231 of the 256 colours, which no theme changes, because
/// many readers cannot read a symbol that is light on dark. `▀` has the upper square as its foreground and the
/// lower one as its background.
public struct BlockPicture {
  private let columns: Int
  private let rows: Int
  private let isDark: (_ column: Int, _ row: Int) -> Bool

  /// - Parameter isDark: a function that returns whether a square is dark; columns and rows count from 0 at the
  ///   top left.
  public init(columns: Int, rows: Int, isDark: @escaping (_ column: Int, _ row: Int) -> Bool) {
    self.columns = columns
    self.rows = rows
    self.isDark = isDark
  }

  /// The lines from the top, each `columns` wide, with the colours reset at its end.
  public var lines: [ScreenText] {
    stride(from: 0, to: rows, by: 2).map { row in
      let squares = (0..<columns).map { column in
        // A picture with an odd number of rows ends with a light half.
        (upper: isDark(column, row), lower: row + 1 < rows && isDark(column, row + 1))
      }
      return ScreenText.blocks(squares)
    }
  }
}

extension ScreenText {
  private static let dark = 16
  private static let light = 231

  /// A line of half blocks. Its colours are written only where they differ from those of the block before.
  fileprivate static func blocks(_ squares: [(upper: Bool, lower: Bool)]) -> ScreenText {
    var line = ""
    var last: (upper: Bool, lower: Bool)?
    for square in squares {
      if last.map({ $0 != square }) ?? true {
        line += "\u{1B}[38;5;\(square.upper ? dark : light);48;5;\(square.lower ? dark : light)m"
      }
      line += "\u{2580}"
      last = square
    }
    return ScreenText(trusted: line + "\u{1B}[0m")
  }
}
