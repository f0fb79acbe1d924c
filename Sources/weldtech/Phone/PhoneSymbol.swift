import Drawing
import FoundationEssentials
import Terminal

/// The QR symbol of an address, as a terminal and a file show it.
struct PhoneSymbol {
  /// The minimum width of a window in which the symbol is shown, columns.
  static let minColumns = 37
  /// The minimum width of the quiet zone, modules. The standard's four are taken where the window has room.
  private static let minQuietModules = 2

  private let symbol: QRSymbol

  /// - Throws: `DrawingError.symbolTooLong`.
  init(_ address: String) throws(DrawingError) {
    symbol = try QRSymbol(address, atLeast: .low)
  }

  /// The lines of the symbol for a window of this width; nil where it is too narrow.
  func lines(columns: Int) -> [ScreenText]? {
    let quiet = min(QRSymbol.quietModules, (columns - symbol.moduleCount) / 2)
    guard columns >= Self.minColumns, quiet >= Self.minQuietModules else { return nil }
    let side = symbol.moduleCount + 2 * quiet
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
