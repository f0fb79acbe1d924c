import CPNG
public import FoundationEssentials

extension GreyImage {
  /// Writes a PNG of 8-bit grey, with the physical size where the resolution is known.
  /// - Throws: `impossibleSize`, `outOfMemory`.
  public func png() throws(DrawingError) -> Data {
    _ = try PixelSize(widthPixels: widthPixels, heightPixels: heightPixels, dotsPerInch: nil)
    let rowBytes = 1 + widthPixels
    let rows = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: heightPixels * rowBytes)
    defer { rows.deallocate() }
    pixels.withUnsafeBufferPointer { pixels in
      for row in 0..<heightPixels {
        // Rows of scanned and drawn paper pack well enough without a filter (PNG 9.2, type 0).
        rows[row * rowBytes] = 0
        _ = UnsafeMutableBufferPointer(rebasing: rows[row * rowBytes + 1..<(row + 1) * rowBytes]).update(
          fromContentsOf: pixels[row * widthPixels..<(row + 1) * widthPixels])
      }
    }
    // The packed rows lie in the packer's buffer.
    let packer = try PixelPacker()
    defer { withExtendedLifetime(packer) {} }
    let packed = try packer.pack(UnsafeBufferPointer(rows))
    let perMetre = UInt32(clamping: pixelsPerMetre ?? 0)
    var file: UnsafeMutablePointer<UInt8>?
    var length = 0
    try DrawingError.check(
      wt_png_frame(
        packed.baseAddress, packed.count,
        wt_png_size(
          width: UInt32(widthPixels), height: UInt32(heightPixels), pixels_per_metre_x: perMetre,
          pixels_per_metre_y: perMetre), wt_png_layout_grey, &file, &length))
    guard let file else { throw .outOfMemory }
    defer { wt_png_free(file) }
    return Data(bytes: file, count: length)
  }
}
