import CLibDeflate

/// Packs the rows of a picture of dots by zlib's format (RFC 1950 and 1951). Most rows of a label are those above
/// them, so only two things are looked for: what stands in the row above, and runs of one byte. That takes a part
/// of the time of a packer that looks for everything, and fewer bytes, and the same rows give the same bytes on any
/// machine (docs/decisions/0016-rows-of-labels-are-packed-by-us.md).
enum RowPacker {
  /// A byte, or a match: its length, and whether it is a run.
  private typealias Token = UInt32

  private static let isMatch: Token = 1 << 31
  private static let isRun: Token = 1 << 30
  /// Of matches, inclusive.
  private static let lengths = 3...258

  /// - Parameters:
  ///   - rows: all of the rows, without gaps.
  ///   - rowBytes: of one of them, 1 to 32,768.
  static func pack(_ rows: UnsafeBufferPointer<UInt8>, rowBytes: Int) -> [UInt8] {
    write(
      tokens(of: rows, rowBytes: rowBytes), above: DeflateCode.distance(rowBytes),
      adler: libdeflate_adler32(1, rows.baseAddress, rows.count))
  }

  // MARK: - What is repeated

  private static func tokens(of rows: UnsafeBufferPointer<UInt8>, rowBytes: Int) -> [Token] {
    var tokens: [Token] = []
    tokens.reserveCapacity(rows.count / 12)
    var place = 0
    while place < rows.count {
      var length = place >= rowBytes ? match(rows, at: place, distance: rowBytes) : 0
      var run: Token = 0
      // What is long in the row above is not looked for elsewhere.
      if length < 16, place > 0, rows[place] == rows[place - 1] {
        let count = match(rows, at: place, distance: 1)
        if count > length { (length, run) = (count, isRun) }
      }
      guard length >= lengths.lowerBound else {
        tokens.append(Token(rows[place]))
        place += 1
        continue
      }
      place += length
      while length > 0 {
        var part = min(length, lengths.upperBound)
        // What is left over has to be a match, too.
        if length > part, length - part < lengths.lowerBound { part = length - lengths.lowerBound }
        tokens.append(isMatch | run | Token(part))
        length -= part
      }
    }
    return tokens
  }

  /// How many bytes from `place` on are those `distance` before them.
  private static func match(_ rows: UnsafeBufferPointer<UInt8>, at place: Int, distance: Int) -> Int {
    let raw = UnsafeRawBufferPointer(rows)
    let most = rows.count - place
    var length = 0
    while length + 8 <= most {
      let here = raw.loadUnaligned(fromByteOffset: place + length, as: UInt64.self)
      let there = raw.loadUnaligned(fromByteOffset: place + length - distance, as: UInt64.self)
      if here != there { return length + (here.littleEndian ^ there.littleEndian).trailingZeroBitCount / 8 }
      length += 8
    }
    while length < most, rows[place + length] == rows[place + length - distance] { length += 1 }
    return length
  }

  // MARK: - Writing

  /// One block with codes of its own.
  private static func write(_ tokens: [Token], above: DeflateCode.Extra, adler: UInt32) -> [UInt8] {
    let table = DeflateCode.lengths
    var symbolCounts = [Int](repeating: 0, count: DeflateCode.symbols)
    symbolCounts[DeflateCode.end] = 1
    var (runs, matches) = (0, 0)
    for token in tokens {
      if token & isMatch == 0 {
        symbolCounts[Int(token)] += 1
      } else {
        symbolCounts[table[Int(token & 0x1FF)].symbol] += 1
        if token & isRun == 0 { matches += 1 } else { runs += 1 }
      }
    }
    var distanceCounts = [Int](repeating: 0, count: DeflateCode.distances)
    // A block has one code of a distance at least (RFC 1951 3.2.7).
    distanceCounts[0] = max(runs, matches == 0 ? 1 : 0)
    distanceCounts[above.symbol] += matches
    let symbols = DeflateCode(counts: symbolCounts, longest: 15)
    let distances = DeflateCode(counts: distanceCounts, longest: 15)
    let codes = symbols.codes
    let run = distances[0]
    let rowAbove = distances[above.symbol].followed(by: above)
    // Length and what follows it are put down at once.
    let lengths = table.map { symbols[$0.symbol].followed(by: $0) }

    var output = BitWriter(capacity: 1_024 + symbols.bits(of: symbolCounts) / 8 + (runs + matches) * 6)
    // Window of 32 KiB, fastest (RFC 1950 2.2); the last block, of codes of its own.
    output.put(0x0178, bits: 16)
    output.put(0b101, bits: 3)
    DeflateCode.write(symbols, distances, into: &output)
    for token in tokens {
      if token & isMatch == 0 {
        output.put(codes[Int(token)])
      } else {
        output.put(lengths[Int(token & 0x1FF)])
        output.put(token & isRun == 0 ? rowAbove : run)
      }
    }
    output.put(symbols[DeflateCode.end])
    return output.finish(trailer: adler)
  }
}

/// Bits from the lowest on, as deflate has them.
struct BitWriter {
  private var words: [UInt32]
  private var used = 0
  private var waiting: UInt64 = 0
  private var count = 0

  /// - Parameter bytes: at least as many as will be put down.
  init(capacity bytes: Int) { words = [UInt32](repeating: 0, count: bytes / 4 + 1) }

  /// At most 32.
  mutating func put(_ value: UInt32, bits: Int) {
    waiting |= UInt64(value) << UInt64(truncatingIfNeeded: count)
    count += bits
    guard count >= 32 else { return }
    words[used] = UInt32(truncatingIfNeeded: waiting).littleEndian
    used += 1
    waiting >>= 32
    count -= 32
  }

  mutating func put(_ code: DeflateCode.Code) { put(code.bits, bits: Int(code.length)) }

  /// Fills the last byte and adds four, the highest first.
  mutating func finish(trailer: UInt32) -> [UInt8] {
    var bytes = words.withUnsafeBytes { [UInt8]($0.prefix(used * 4)) }
    while count > 0 {
      bytes.append(UInt8(truncatingIfNeeded: waiting))
      waiting >>= 8
      count -= 8
    }
    withUnsafeBytes(of: trailer.bigEndian) { bytes.append(contentsOf: $0) }
    return bytes
  }
}
