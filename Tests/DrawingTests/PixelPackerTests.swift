import CLibDeflate
import TestSupport
import Testing

@testable import Drawing

/// Checks the output of igzip with libdeflate, which checks every code and the checksum.
@Suite struct PixelPackerTests {
  private func unpacked(_ packed: [UInt8], count: Int) -> [UInt8]? {
    let inflater = libdeflate_alloc_decompressor()
    defer { libdeflate_free_decompressor(inflater) }
    var rows = [UInt8](repeating: 0, count: count)
    var (taken, length) = (0, 0)
    let result = libdeflate_zlib_decompress_ex(
      inflater, packed, packed.count, &rows, count, &taken, &length)
    return result == LIBDEFLATE_SUCCESS && taken == packed.count && length == count ? rows : nil
  }

  private func pack(_ rows: [UInt8], by packer: PixelPacker) throws -> [UInt8] {
    try rows.withUnsafeBufferPointer { Array(try packer.pack($0)) }
  }

  @Test func `rows of any length, from one tone to noise, come back as they were`() throws {
    let seed: UInt64 = 20_261_129
    var random = SplitMix64(seed: seed)
    let packer = try PixelPacker()
    for count in [1, 2, 9, 179, 4_097, 65_535, 65_536, 169_155, 1_000_000] {
      for noise in [0, 1, 20, 255] {
        var rows = [UInt8](repeating: 0xFF, count: count)
        for _ in 0..<rows.count * noise / 255 {
          rows[random.next(below: count)] = UInt8(random.next(below: 256))
        }
        let packed = try pack(rows, by: packer)
        #expect(unpacked(packed, count: count) == rows, "\(count) bytes, noise \(noise), seed \(seed)")
      }
    }
  }

  @Test func `the same rows give the same bytes, whatever was packed before them`() throws {
    let seed: UInt64 = 20_261_130
    var random = SplitMix64(seed: seed)
    var rows: [UInt8] = []
    for row in 0..<945 {
      rows.append(0)
      for column in 0..<178 { rows.append((column * 7 + row / 20) % 3 == 0 ? 0 : 255) }
    }
    let first = try pack(rows, by: PixelPacker())
    let packer = try PixelPacker()
    for _ in 0..<20 {
      var other: [UInt8] = []
      for _ in 0...random.next(below: 200_000) { other.append(UInt8(random.next(below: 256))) }
      _ = try pack(other, by: packer)
      #expect(try pack(rows, by: packer) == first, "seed \(seed)")
    }
  }

  @Test func `what repeats the row above costs little`() throws {
    let row = (0..<179).map { UInt8(truncatingIfNeeded: $0 * 89) }
    let rows = Array(repeating: row, count: 945).flatMap { $0 }
    #expect(try pack(rows, by: PixelPacker()).count < 4_000)
  }
}
