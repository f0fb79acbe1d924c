import Drawing
import FoundationEssentials
import Terminal

/// The QR symbol of an address, as a terminal and a file show it.
struct PhoneSymbol {
  /// The minimum width of a window in which the symbol is shown, columns.
  static let minColumns = 37
  /// The width of the quiet zone in a terminal, modules. Phones need at least two modules, and the standard's
  /// four would not leave room for the address in a window of 24 lines.
  private static let quietModules = 2

  private let symbol: QRSymbol

  /// Makes the symbol of an address.
  /// - Throws: `DrawingError.symbolTooLong`.
  init(_ address: String) throws(DrawingError) {
    symbol = try QRSymbol(address, atLeast: .low)
  }

  /// The lines of the symbol for a window of this width; nil where it is too narrow.
  func lines(columns: Int) -> [ScreenText]? {
    let quiet = Self.quietModules
    let side = symbol.moduleCount + 2 * quiet
    guard columns >= max(side, Self.minColumns) else { return nil }
    return BlockPicture(columns: side, rows: side) { [symbol] column, row in
      symbol.isDark(column: column - quiet, row: row - quiet)
    }.lines
  }

  /// A PNG of the symbol with its quiet zone.
  /// - Throws: `DrawingError`.
  func png() throws(DrawingError) -> Data {
    let dots = SymbolDots(symbol, dotsPerModule: 10)
    var image = DotImage(size: try PixelSize(widthPixels: dots.side, heightPixels: dots.side, dotsPerInch: nil))
    for row in 0..<symbol.moduleCount {
      for run in symbol.darkRuns(row: row) {
        image.set(
          columns: (run.lowerBound + QRSymbol.quietModules)
            * dots.dotsPerModule..<(run.upperBound + QRSymbol.quietModules) * dots.dotsPerModule,
          rows: (row + QRSymbol.quietModules) * dots.dotsPerModule..<(row + QRSymbol.quietModules + 1)
            * dots.dotsPerModule, ink: true)
      }
    }
    return try image.png()
  }
}
