import Drawing

/// The layout of a symbol by ISO/IEC 18004, 7.7.3 and tables 9 and E.1: the codeword of each module, and the
/// block of error correction of each codeword. Versions 1 to 10 are supported; labels have symbols of versions
/// 3 to 6.
struct SymbolLayout {
  /// Codeword of each module, row by row; nil for modules of finders, timing, alignment, format and version and
  /// for left-over bits.
  let codewords: [Int?]
  /// Block of each codeword.
  let blocks: [Int]
  /// Number of correction codewords in one block; half as many codewords may be wrong.
  let correctionCodewordsPerBlock: Int

  /// The layout of a symbol of some size and level; nil for versions above 10.
  init?(moduleCount: Int, correction: QRSymbol.Correction) {
    let version = (moduleCount - 17) / 4
    guard moduleCount == 17 + 4 * version, (1...Self.codewordCounts.count).contains(version) else { return nil }
    let total = Self.codewordCounts[version - 1]
    let table = Self.blockTables[correction] ?? []
    guard version <= table.count else { return nil }
    let (blockCount, perBlock) = table[version - 1]
    correctionCodewordsPerBlock = perBlock
    blocks = Self.blocks(total: total, blockCount: blockCount, correctionPerBlock: perBlock)
    codewords = Self.codewords(moduleCount: moduleCount, version: version, total: total)
  }

  // MARK: - Codewords

  private static func blocks(total: Int, blockCount: Int, correctionPerBlock: Int) -> [Int] {
    let shortBlocks = blockCount - total % blockCount
    let shortData = total / blockCount - correctionPerBlock
    var blocks: [Int] = []
    // Codewords are interleaved: first the data codewords of all blocks in turn, then their correction
    // codewords.
    for index in 0...shortData {
      for block in 0..<blockCount where index < shortData || block >= shortBlocks { blocks.append(block) }
    }
    for _ in 0..<correctionPerBlock { blocks += 0..<blockCount }
    return blocks
  }

  /// The codeword of each module. The modules are read two columns at a time from the right, upwards and
  /// downwards in turn, without the timing column.
  private static func codewords(moduleCount: Int, version: Int, total: Int) -> [Int?] {
    let isFunction = functionModules(moduleCount: moduleCount, version: version)
    var codewords = [Int?](repeating: nil, count: moduleCount * moduleCount)
    var bit = 0
    var right = moduleCount - 1
    var isUpward = true
    while right > 0 {
      if right == 6 { right = 5 }
      for step in 0..<moduleCount {
        let row = isUpward ? moduleCount - 1 - step : step
        for column in [right, right - 1] where !isFunction[row * moduleCount + column] {
          if bit / 8 < total { codewords[row * moduleCount + column] = bit / 8 }
          bit += 1
        }
      }
      right -= 2
      isUpward.toggle()
    }
    return codewords
  }

  private static func functionModules(moduleCount: Int, version: Int) -> [Bool] {
    var isFunction = [Bool](repeating: false, count: moduleCount * moduleCount)
    func mark(columns: ClosedRange<Int>, rows: ClosedRange<Int>) {
      for row in rows { for column in columns { isFunction[row * moduleCount + column] = true } }
    }
    let last = moduleCount - 1
    // These areas hold the finders, their separators and the format information.
    mark(columns: 0...8, rows: 0...8)
    mark(columns: last - 7...last, rows: 0...8)
    mark(columns: 0...8, rows: last - 7...last)
    mark(columns: 6...6, rows: 0...last)
    mark(columns: 0...last, rows: 6...6)
    let centres = alignmentCentres[version - 1]
    for column in centres {
      for row in centres {
        let isFinder =
          (column == 6 && row == 6) || (column == 6 && row == last - 6) || (column == last - 6 && row == 6)
        if !isFinder { mark(columns: column - 2...column + 2, rows: row - 2...row + 2) }
      }
    }
    if version >= 7 {
      mark(columns: last - 10...last - 8, rows: 0...5)
      mark(columns: 0...5, rows: last - 10...last - 8)
    }
    return isFunction
  }

  // MARK: - Tables, by version from 1

  private static let codewordCounts = [26, 44, 70, 100, 134, 172, 196, 242, 292, 346]

  private static let alignmentCentres: [[Int]] = [
    [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50],
  ]

  /// Number of blocks, and of correction codewords in each.
  private static let blockTables: [QRSymbol.Correction: [(Int, Int)]] = [
    .low: [(1, 7), (1, 10), (1, 15), (1, 20), (1, 26), (2, 18), (2, 20), (2, 24), (2, 30), (4, 18)],
    .medium: [(1, 10), (1, 16), (1, 26), (2, 18), (2, 24), (4, 16), (4, 18), (4, 22), (5, 22), (5, 26)],
    .quartile: [(1, 13), (1, 22), (2, 18), (2, 26), (4, 18), (4, 24), (6, 18), (6, 22), (8, 20), (8, 24)],
    .high: [(1, 17), (1, 28), (2, 22), (4, 16), (4, 22), (4, 28), (5, 26), (6, 26), (8, 24), (8, 28)],
  ]
}
