import CLibDeflate
import Testing

@testable import Drawing

/// Unpacked by libdeflate, which checks every code and the sum over all.
@Suite struct RowPackerTests {
  private func unpacked(_ packed: [UInt8], count: Int) -> [UInt8]? {
    let inflater = libdeflate_alloc_decompressor()
    defer { libdeflate_free_decompressor(inflater) }
    var rows = [UInt8](repeating: 0, count: count)
    var (taken, length) = (0, 0)
    let result = libdeflate_zlib_decompress_ex(
      inflater, packed, packed.count, &rows, count, &taken, &length)
    return result == LIBDEFLATE_SUCCESS && taken == packed.count && length == count ? rows : nil
  }

  private func pack(_ rows: [UInt8], rowBytes: Int) -> [UInt8] {
    rows.withUnsafeBufferPointer { RowPacker.pack($0, rowBytes: rowBytes) }
  }

  @Test(arguments: [1, 2, 3, 4, 9, 179, 260, 4_097, 32_768])
  func `rows of any length come back as they were`(rowBytes: Int) {
    var random = SystemRandomNumberGenerator()
    for height in [1, 2, 3, 40] {
      for noise in [0, 1, 20, 255] {
        var rows = [UInt8](repeating: 0xFF, count: rowBytes * height)
        for _ in 0..<rows.count * noise / 255 {
          rows[Int.random(in: rows.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        #expect(unpacked(pack(rows, rowBytes: rowBytes), count: rows.count) == rows)
      }
    }
  }

  @Test func `stretches of every length up to several matches come back`() {
    for length in Array(1...520) + [774, 775, 776, 777, 1_032] {
      let rows = [1, 2] + [UInt8](repeating: 7, count: length) + [3]
      #expect(unpacked(pack(rows, rowBytes: 32_000), count: rows.count) == rows)
      let twice = (0..<length).map { UInt8(truncatingIfNeeded: $0 * $0 % 251) } + [9]
      #expect(unpacked(pack(twice + twice, rowBytes: twice.count), count: 2 * twice.count) == twice + twice)
    }
  }

  @Test func `counts that grow as Fibonacci's still give codes that are short enough`() {
    var counts = [1, 1]
    while counts.count < 40 { counts.append(counts[counts.count - 1] + counts[counts.count - 2]) }
    for longest in [7, 15] {
      let code = DeflateCode(counts: longest == 7 ? Array(counts.prefix(19)) : counts, longest: longest)
      let lengths = (0..<(longest == 7 ? 19 : 40)).map { Int(code[$0].length) }
      #expect(lengths.allSatisfy { (1...longest).contains($0) })
      // Kraft: all of the room is used, and no more.
      #expect(lengths.reduce(0) { $0 + 1 << (longest - $1) } == 1 << longest)
    }
  }

  @Test func `what repeats the row above costs next to nothing`() {
    let row = (0..<179).map { UInt8(truncatingIfNeeded: $0 * 89) }
    let rows = Array(repeating: row, count: 945).flatMap { $0 }
    #expect(pack(rows, rowBytes: 179).count < 1_000)
  }
}
