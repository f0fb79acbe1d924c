/// A prefix code as deflate has it (RFC 1951 3.2): of literals and lengths, or of distances.
struct DeflateCode {
  struct Code {
    /// The first bit of the code in the lowest.
    var bits: UInt32 = 0
    var length: UInt8 = 0

    /// Together at most 28 bits.
    func followed(by extra: Extra) -> Code {
      Code(bits: bits | extra.value << UInt32(length), length: length + UInt8(extra.bits))
    }
  }

  /// A symbol, and what stands in the bits behind its code.
  struct Extra {
    let symbol: Int
    let value: UInt32
    let bits: Int
  }

  static let symbols = 286
  static let distances = 30
  /// The symbol that ends a block.
  static let end = 256

  let codes: [Code]

  subscript(symbol: Int) -> Code { codes[symbol] }

  /// The code that makes the whole shortest; where it has to be longer than `longest`, nearly so.
  init(counts: [Int], longest: Int) {
    var counts = counts
    var lengths = Self.lengths(counts)
    while lengths.contains(where: { $0 > longest }) {
      // Rare ones come nearer to the others; in the end all are alike.
      counts = counts.map { ($0 + 1) / 2 }
      lengths = Self.lengths(counts)
    }
    codes = Self.codes(lengths)
  }

  func bits(of counts: [Int]) -> Int { zip(codes, counts).reduce(0) { $0 + Int($1.0.length) * $1.1 } }

  // MARK: - Making a code

  /// Huffman's: the two rarest become one, again and again.
  private static func lengths(_ counts: [Int]) -> [Int] {
    var lengths = [Int](repeating: 0, count: counts.count)
    let leaves = counts.indices.filter { counts[$0] > 0 }.sorted { (counts[$0], $0) < (counts[$1], $1) }
    guard leaves.count > 1 else {
      for leaf in leaves { lengths[leaf] = 1 }
      return lengths
    }
    // Leaves first, then what they become, which comes out in order by itself.
    var weights = leaves.map { counts[$0] }
    var parents = [Int](repeating: 0, count: 2 * leaves.count - 1)
    var (leaf, inner) = (0, leaves.count)
    func takeRarest() -> Int {
      if leaf < leaves.count, inner >= weights.count || weights[leaf] <= weights[inner] {
        leaf += 1
        return leaf - 1
      }
      inner += 1
      return inner - 1
    }
    while weights.count < parents.count {
      let (first, second) = (takeRarest(), takeRarest())
      parents[first] = weights.count
      parents[second] = weights.count
      weights.append(weights[first] + weights[second])
    }
    var depths = [Int](repeating: 0, count: parents.count)
    for node in (0..<parents.count - 1).reversed() { depths[node] = depths[parents[node]] + 1 }
    for (index, symbol) in leaves.enumerated() { lengths[symbol] = depths[index] }
    return lengths
  }

  /// By RFC 1951 3.2.2: shorter codes first, of one length by symbol.
  private static func codes(_ lengths: [Int]) -> [Code] {
    var next = [Int](repeating: 0, count: 17)
    for length in lengths where length > 0 { next[length + 1] += 1 }
    var first = 0
    for length in 1..<17 {
      first = (first + next[length]) << 1
      next[length] = first
    }
    return lengths.map { length in
      guard length > 0 else { return Code() }
      // The first bit of a code is its highest; deflate wants it lowest.
      let bits = (0..<length).reduce(0) { $0 | (next[length] >> $1 & 1) << (length - 1 - $1) }
      next[length] += 1
      return Code(bits: UInt32(bits), length: UInt8(length))
    }
  }

  // MARK: - Writing a code

  /// Both codes' lengths, run by run, by a code of their own (RFC 1951 3.2.7).
  static func write(_ symbols: DeflateCode, _ distances: DeflateCode, into output: inout BitWriter) {
    let symbolLengths = trimmed(symbols, least: 257)
    let distanceLengths = trimmed(distances, least: 1)
    let runs = runs(of: symbolLengths + distanceLengths)
    var counts = [Int](repeating: 0, count: 19)
    for run in runs { counts[run.symbol] += 1 }
    let code = DeflateCode(counts: counts, longest: 7)
    let written = (order.lastIndex { code[$0].length > 0 } ?? 3) + 1
    output.put(UInt32(symbolLengths.count - 257), bits: 5)
    output.put(UInt32(distanceLengths.count - 1), bits: 5)
    output.put(UInt32(max(4, written) - 4), bits: 4)
    for symbol in order.prefix(max(4, written)) { output.put(UInt32(code[symbol].length), bits: 3) }
    for run in runs {
      output.put(code[run.symbol])
      output.put(run.value, bits: run.bits)
    }
  }

  private static func trimmed(_ code: DeflateCode, least: Int) -> [UInt8] {
    let used = (code.codes.lastIndex { $0.length > 0 } ?? 0) + 1
    return code.codes.prefix(max(least, used)).map(\.length)
  }

  private static func runs(of lengths: [UInt8]) -> [Extra] {
    var runs: [Extra] = []
    var place = 0
    while place < lengths.count {
      let length = lengths[place]
      let count = lengths[place...].prefix { $0 == length }.count
      if length == 0, count >= 3 {
        let taken = min(count, 138)
        runs.append(
          taken > 10
            ? Extra(symbol: 18, value: UInt32(taken - 11), bits: 7)
            : Extra(symbol: 17, value: UInt32(taken - 3), bits: 3))
        place += taken
      } else if length > 0, count >= 4 {
        // The first of them stands for itself.
        let taken = min(count - 1, 6)
        runs.append(Extra(symbol: Int(length), value: 0, bits: 0))
        runs.append(Extra(symbol: 16, value: UInt32(taken - 3), bits: 2))
        place += taken + 1
      } else {
        runs.append(Extra(symbol: Int(length), value: 0, bits: 0))
        place += 1
      }
    }
    return runs
  }

  // MARK: - Tables

  /// - Parameter distance: 1 to 32,768.
  static func distance(_ distance: Int) -> Extra {
    if distance <= 2 { return Extra(symbol: distance - 1, value: 0, bits: 0) }
    // Two symbols for each power of two.
    let power = Int.bitWidth - 1 - (distance - 1).leadingZeroBitCount
    let half = (distance - 1) >> (power - 1) & 1
    return Extra(
      symbol: 2 * power + half, value: UInt32((distance - 1) & (1 << (power - 1) - 1)), bits: power - 1)
  }

  /// Of a match, by its length, 3 to 258; the first three stand for nothing.
  static let lengths: [Extra] = (0...258).map { length in
    if length < 3 { return Extra(symbol: 0, value: 0, bits: 0) }
    if length == 258 { return Extra(symbol: 285, value: 0, bits: 0) }
    if length <= 10 { return Extra(symbol: 254 + length, value: 0, bits: 0) }
    // Four symbols for each power of two.
    let power = Int.bitWidth - 1 - (length - 3).leadingZeroBitCount
    let quarter = (length - 3) >> (power - 2) & 3
    return Extra(
      symbol: 257 + 4 * (power - 1) + quarter, value: UInt32((length - 3) & (1 << (power - 2) - 1)),
      bits: power - 2)
  }

  /// In which the lengths of the code for lengths are written.
  private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
}
