import CPNG
import CTurboJPEG
import Drawing
import Foundation
import TestSupport
import Testing

/// Makes pictures with details in every block.
enum Picture {
  static func pixels(_ width: Int, _ height: Int) -> [UInt8] {
    var state: UInt32 = 1
    return (0..<width * height * 3).map { index in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(truncatingIfNeeded: index / 97 + index % width / 3) &+ UInt8(state >> 29)
    }
  }

  static func jpeg(
    _ width: Int = 640, _ height: Int = 480, progressive: Bool = false, subsampling: TJSAMP = TJSAMP_420
  ) throws -> Data {
    try jpeg(pixels(width, height), width, height, progressive: progressive, subsampling: subsampling)
  }

  /// - Parameter pixels: three bytes each, red, green, blue.
  static func jpeg(
    _ pixels: [UInt8], _ width: Int, _ height: Int, quality: Int32 = 85, progressive: Bool = false,
    subsampling: TJSAMP = TJSAMP_420
  ) throws -> Data {
    let handle = try #require(tjInitCompress())
    defer { tjDestroy(handle) }
    var bytes: UnsafeMutablePointer<UInt8>?
    var size: UInt = 0
    let result = tjCompress2(
      handle, pixels, Int32(width), 0, Int32(height), Int32(TJPF_RGB.rawValue), &bytes, &size,
      Int32(subsampling.rawValue), quality, progressive ? TJFLAG_PROGRESSIVE : 0)
    try #require(result == 0)
    defer { tjFree(bytes) }
    return Data(bytes: try #require(bytes), count: Int(size))
  }

  static func png(_ width: Int = 640, _ height: Int = 480) throws -> Data {
    try png(pixels(width, height), width, height)
  }

  /// - Parameter pixels: three bytes each, red, green, blue.
  static func png(_ pixels: [UInt8], _ width: Int, _ height: Int) throws -> Data {
    var rows: [UInt8] = []
    for row in 0..<height {
      rows.append(0)
      rows += pixels[row * width * 3..<(row + 1) * width * 3]
    }
    return try png(rows: rows, width, height, wt_png_layout_rgb)
  }

  /// Adam7's seven passes, which are pictures of their own: the first pixel and the distance to the next,
  /// across and down.
  static let passes = [
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
  ]

  /// - Parameter greys: the greys of the pixels, a byte each.
  static func interlacedPNG(_ greys: [UInt8], _ width: Int, _ height: Int) throws -> Data {
    var rows: [UInt8] = []
    for (left, top, across, down) in passes {
      for y in stride(from: top, to: height, by: down) {
        rows.append(0)
        for x in stride(from: left, to: width, by: across) { rows.append(greys[y * width + x]) }
      }
    }
    return try interlaced(rows: rows, width, height)
  }

  /// A picture of one grey, which may be large.
  static func interlacedPNG(of grey: UInt8, _ width: Int, _ height: Int) throws -> Data {
    var rows: [UInt8] = []
    for (left, top, across, down) in passes {
      let row = [0] + [UInt8](repeating: grey, count: (width - left + across - 1) / across)
      for _ in stride(from: top, to: height, by: down) { rows += row }
    }
    return try interlaced(rows: rows, width, height)
  }

  /// Changes the header of a plain picture to interlaced, because the writer makes no interlaced pictures.
  private static func interlaced(rows: [UInt8], _ width: Int, _ height: Int) throws -> Data {
    var png = try png(rows: rows, width, height, wt_png_layout_grey)
    png[28] = 1
    png.replaceSubrange(29..<33, with: PNGChunks.bigEndian(PNGChunks.checksum(png[12..<29])))
    return png
  }

  /// Writes a PNG from rows.
  /// - Parameter rows: the rows of pixels, each behind its filter byte.
  private static func png(rows: [UInt8], _ width: Int, _ height: Int, _ layout: wt_png_layout) throws -> Data {
    var bytes: UnsafeMutablePointer<UInt8>?
    var size = 0
    let packed = try #require(PDFWriter.pack(rows))
    let status = wt_png_frame(
      packed, packed.count,
      wt_png_size(width: UInt32(width), height: UInt32(height), pixels_per_metre_x: 0, pixels_per_metre_y: 0),
      layout, &bytes, &size)
    try #require(status == wt_png_ok)
    defer { wt_png_free(bytes) }
    return Data(bytes: try #require(bytes), count: size)
  }
}
