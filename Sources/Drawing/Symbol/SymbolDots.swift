/// A symbol in whole printer dots with its quiet zone, compensated for print gain. Ink spreads at every edge of
/// a dark module, so as many dots as the ink spreads are omitted there, and the printed module has the width
/// that the standard demands. Nothing is omitted between two dark modules that touch.
public struct SymbolDots: Hashable, Sendable {
  public let symbol: QRSymbol
  public let dotsPerModule: Int
  /// Number of dots that are omitted at every edge of dark areas.
  public let gainDots: Int

  /// The maximum gain: a fifth of a module, and at least one dot, which leaves half of a module of 4 dots. With
  /// a larger gain decoders cannot read the file itself, before any ink has spread.
  public static func maxGainDots(dotsPerModule: Int) -> Int { max(1, dotsPerModule / 5) }

  /// A gain above the maximum is taken as the maximum.
  public init(_ symbol: QRSymbol, dotsPerModule: Int, gainDots: Int = 0) {
    self.symbol = symbol
    self.dotsPerModule = max(1, dotsPerModule)
    self.gainDots = min(max(0, gainDots), Self.maxGainDots(dotsPerModule: self.dotsPerModule))
  }

  /// Number of dots along one side, quiet zone included.
  public var side: Int { symbol.moduleCountWithQuietZone * dotsPerModule }

  /// Whether a dot is ink; column and row count from the quiet zone's top left.
  public func isInk(column: Int, row: Int) -> Bool {
    if gainDots == 0 { return isDark(column: column, row: row) }
    // A dot is ink where no light module is in its neighbourhood. The neighbourhood spans at most two modules
    // in each direction, so its four corners meet all of them.
    for x in [column - gainDots, column + gainDots] {
      for y in [row - gainDots, row + gainDots] where !isDark(column: x, row: y) { return false }
    }
    return true
  }

  private func isDark(column: Int, row: Int) -> Bool {
    guard (0..<side).contains(column), (0..<side).contains(row) else { return false }
    return symbol.isDark(
      column: column / dotsPerModule - QRSymbol.quietModules, row: row / dotsPerModule - QRSymbol.quietModules)
  }

  /// The ink as rectangles whose unit is a dot, from the quiet zone's top left.
  public var inkRectangles: [Rectangle] {
    inkBlocks().flatMap { block in
      block.columns.map {
        Rectangle(
          x: Double($0.lowerBound), y: Double(block.rows.lowerBound), width: Double($0.count),
          height: Double(block.rows.count))
      }
    }
  }

  /// The ink in blocks of equal rows, from the top: the rows of each block, and the ranges of columns that are
  /// ink in them.
  func inkBlocks() -> [(rows: Range<Int>, columns: [Range<Int>])] {
    var blocks: [(rows: Range<Int>, columns: [Range<Int>])] = []
    let quiet = QRSymbol.quietModules * dotsPerModule
    for line in 0..<symbol.moduleCount {
      let top = quiet + line * dotsPerModule
      let inner = top + gainDots
      let outer = top + dotsPerModule - gainDots
      let bottom = top + dotsPerModule
      // Within `gainDots` of a neighbouring line of modules, a dot stays only where both lines are dark.
      for (rows, neighbour) in [(top..<inner, line - 1), (inner..<outer, line), (outer..<bottom, line + 1)]
      where !rows.isEmpty {
        let columns = darkRuns(of: line, and: neighbour).map { run in
          quiet + run.lowerBound * dotsPerModule + gainDots..<quiet + run.upperBound * dotsPerModule - gainDots
        }
        if !columns.isEmpty { blocks.append((rows, columns)) }
      }
    }
    return blocks
  }

  /// All rows of the symbol and its quiet zone as bytes of eight dots, 1 for paper, in bands of equal rows from
  /// the top.
  /// - Parameter phase: number of paper dots before the first dot of a row, 0 to 7; the last byte is filled up
  ///   with paper, too.
  func bands(phase: Int) -> [(rows: Range<Int>, bytes: [UInt8])] {
    let paper = [UInt8](repeating: 0xFF, count: (phase + side + 7) / 8)
    var bands: [(rows: Range<Int>, bytes: [UInt8])] = []
    var next = 0
    for block in inkBlocks() {
      if next < block.rows.lowerBound { bands.append((next..<block.rows.lowerBound, paper)) }
      var bytes = paper
      for run in block.columns {
        let (first, last) = (phase + run.lowerBound, phase + run.upperBound - 1)
        let (head, tail) = (UInt8(0xFF) >> UInt8(first & 7), UInt8(0xFF) << UInt8(7 - last & 7))
        if first >> 3 == last >> 3 {
          bytes[first >> 3] &= ~(head & tail)
        } else {
          bytes[first >> 3] &= ~head
          for place in first >> 3 + 1..<last >> 3 { bytes[place] = 0 }
          bytes[last >> 3] &= ~tail
        }
      }
      bands.append((block.rows, bytes))
      next = block.rows.upperBound
    }
    if next < side { bands.append((next..<side, paper)) }
    return bands
  }

  /// The ranges of modules that are dark in both lines of modules.
  private func darkRuns(of line: Int, and other: Int) -> [Range<Int>] {
    if line == other { return symbol.darkRuns(row: line) }
    return symbol.darkRuns(row: line).flatMap { run in
      symbol.darkRuns(row: other).map { $0.clamped(to: run) }.filter { !$0.isEmpty }
    }
  }
}
