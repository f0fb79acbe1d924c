import CPNG
import CPangoCairo
public import FoundationEssentials

/// A picture of dots that are ink or not: what a label printer puts down.
public struct DotImage: Hashable, Sendable {
  public let size: PixelSize
  private let rowBytes: Int
  /// 8 dots a byte, the leftmost in the highest bit, 1 for paper, as PNG has it for grey of 1 bit.
  private var bytes: [UInt8]

  /// All paper.
  public init(size: PixelSize) {
    self.size = size
    rowBytes = (size.widthPixels + 7) / 8
    bytes = [UInt8](repeating: 0xFF, count: rowBytes * size.heightPixels)
  }

  /// Draws a page at `dotsPerInch` and keeps as ink every dot that is covered by half or more.
  public init(size: PixelSize, dotsPerInch: Int, draw: (Canvas) -> Void) throws(DrawingError) {
    self.init(size: size)
    let surface: OpaquePointer = cairo_image_surface_create(
      CAIRO_FORMAT_A8, Int32(size.widthPixels), Int32(size.heightPixels))
    defer { cairo_surface_destroy(surface) }
    let status = cairo_surface_status(surface)
    guard status == CAIRO_STATUS_SUCCESS else { throw DrawingError(status) }
    let canvas = Canvas(
      surface: surface, unitsPerMillimetre: Double(dotsPerInch) / Length.millimetresPerInch,
      isInkOnly: true)
    draw(canvas)
    try canvas.check()
    cairo_surface_flush(surface)
    guard let coverage = cairo_image_surface_get_data(surface) else { throw .outOfMemory }
    let stride = Int(cairo_image_surface_get_stride(surface))
    for row in 0..<size.heightPixels {
      for column in 0..<size.widthPixels where coverage[row * stride + column] >= 128 {
        bytes[row * rowBytes + column >> 3] &= ~(0x80 >> UInt8(column & 7))
      }
    }
  }

  // MARK: - Dots

  /// Dots outside the picture are paper.
  public func isInk(column: Int, row: Int) -> Bool {
    guard (0..<size.widthPixels).contains(column), (0..<size.heightPixels).contains(row) else { return false }
    return bytes[row * rowBytes + column >> 3] & 0x80 >> UInt8(column & 7) == 0
  }

  /// Sets a rectangle of dots; what lies outside the picture is left out.
  public mutating func set(columns: Range<Int>, rows: Range<Int>, ink: Bool) {
    for row in rows.clamped(to: 0..<size.heightPixels) {
      for column in columns.clamped(to: 0..<size.widthPixels) {
        let mask: UInt8 = 0x80 >> UInt8(column & 7)
        if ink {
          bytes[row * rowBytes + column >> 3] &= ~mask
        } else {
          bytes[row * rowBytes + column >> 3] |= mask
        }
      }
    }
  }

  /// Puts down a symbol with its quiet zone, whole dots a module, the quiet zone's top left dot at
  /// `column`, `row`.
  public mutating func stamp(_ dots: SymbolDots, column: Int, row: Int) {
    set(columns: column..<column + dots.side, rows: row..<row + dots.side, ink: false)
    for block in dots.inkBlocks() {
      for run in block.columns {
        set(
          columns: column + run.lowerBound..<column + run.upperBound,
          rows: row + block.rows.lowerBound..<row + block.rows.upperBound, ink: true)
      }
    }
  }

  // MARK: - PNG

  /// A PNG of 1-bit grey; with its physical size where the resolution is known.
  public func png() throws(DrawingError) -> Data {
    let perMetre = size.dotsPerInch.map { UInt32((Double($0) / 0.0254).rounded()) } ?? 0
    var encoded: UnsafeMutablePointer<UInt8>?
    var length = 0
    let status = bytes.withUnsafeBufferPointer { pixels in
      wt_png_encode(
        pixels.baseAddress, rowBytes,
        wt_png_size(
          width: UInt32(size.widthPixels), height: UInt32(size.heightPixels), pixels_per_metre_x: perMetre,
          pixels_per_metre_y: perMetre), wt_png_layout_bit, 6, &encoded, &length)
    }
    try DrawingError.check(status)
    guard let encoded else { throw .outOfMemory }
    defer { wt_png_free(encoded) }
    return Data(bytes: encoded, count: length)
  }
}

extension DrawingError {
  static func check(_ status: wt_png_status) throws(DrawingError) {
    switch status {
    case wt_png_ok: return
    case wt_png_not_png: throw .png(.notPNG)
    case wt_png_truncated: throw .png(.truncated)
    case wt_png_too_large: throw .png(.tooLarge)
    case wt_png_no_memory: throw .outOfMemory
    default: throw .png(.corrupt)
    }
  }
}
