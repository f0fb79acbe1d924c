import CPNG
public import FoundationEssentials

/// A picture of 8-bit grey, 0 black, row after row without gaps.
public struct GreyImage: Hashable, Sendable {
  public let widthPixels: Int
  public let heightPixels: Int
  /// Resolution in pixels per metre as the file gives it; nil where the file gives none. A file of 600 dots per
  /// inch has 23,622.
  public let pixelsPerMetre: Int?
  public let pixels: [UInt8]

  /// Decodes any PNG: colour as grey, transparent parts over white.
  /// - Parameter maxPixels: a larger picture is refused before its pixels are read.
  public init(png: Data, maxPixels: Int = PixelSize.maxPixels) throws(DrawingError) {
    var decoded: UnsafeMutablePointer<UInt8>?
    var size = wt_png_size()
    let status = png.withUnsafeBytes { bytes in
      wt_png_decode_grey(
        bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, UInt64(max(0, maxPixels)), &decoded, &size)
    }
    try DrawingError.check(status)
    guard let decoded else { throw .outOfMemory }
    defer { wt_png_free(decoded) }
    widthPixels = Int(size.width)
    heightPixels = Int(size.height)
    let isSquare = size.pixels_per_metre_x == size.pixels_per_metre_y && size.pixels_per_metre_x > 0
    pixelsPerMetre = isSquare ? Int(size.pixels_per_metre_x) : nil
    pixels = Array(UnsafeBufferPointer(start: decoded, count: widthPixels * heightPixels))
  }

  /// Width or height in millimetres; nil where the file has no resolution.
  public func millimetres(pixels count: Int) -> Double? {
    pixelsPerMetre.map { Double(count) * 1000 / Double($0) }
  }
}
