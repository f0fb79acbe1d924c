import CPangoCairo
import CRsvg
public import FoundationEssentials

/// A drawing in SVG, drawn by librsvg: shapes, groups and plain gradients, see `SVGScreening`.
public struct SVGImage: Hashable, Sendable {
  public let bytes: Data
  /// As the drawing says itself.
  public let widthMillimetres: Double
  public let heightMillimetres: Double

  /// - Parameter isOurs: made by `SVGDrawing`, and then of any length.
  /// - Throws: `svg`, `outOfMemory`.
  public init(_ svg: Data, isOurs: Bool = false) throws(DrawingError) {
    try SVGScreening.check([UInt8](svg), mostBytes: isOurs ? svg.count : SVGScreening.mostBytes)
    let drawing = try Opened(svg)
    var (width, height) = (0.0, 0.0)
    guard wt_svg_size(drawing.handle, &width, &height) != 0, width.isFinite, height.isFinite else {
      throw .svg(.noSize)
    }
    bytes = svg
    // CSS has 96 pixels an inch.
    widthMillimetres = width * Length.millimetresPerInch / 96
    heightMillimetres = height * Length.millimetresPerInch / 96
  }

  /// On white, as large as fits into width and height, which need not be whole pixels, and in their middle.
  /// - Throws: `svg`, `outOfMemory`, `impossibleSize`.
  public func picture(widthPixels: Double, heightPixels: Double) throws(DrawingError) -> GreyImage {
    guard widthPixels.isFinite, heightPixels.isFinite, widthPixels < Double(PixelSize.longestSide),
      heightPixels < Double(PixelSize.longestSide)
    else { throw .impossibleSize(widthPixels: PixelSize.longestSide, heightPixels: PixelSize.longestSide) }
    let size = try PixelSize(
      widthPixels: Int((widthPixels - 1e-6).rounded(.up)),
      heightPixels: Int((heightPixels - 1e-6).rounded(.up)),
      dotsPerInch: nil)
    let drawing = try Opened(bytes)
    let surface: OpaquePointer = cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, Int32(size.widthPixels), Int32(size.heightPixels))
    defer { cairo_surface_destroy(surface) }
    let status = cairo_surface_status(surface)
    guard status == CAIRO_STATUS_SUCCESS else { throw DrawingError(status) }
    let context = cairo_create(surface)
    defer { cairo_destroy(context) }
    cairo_set_source_rgb(context, 1, 1, 1)
    cairo_paint(context)
    guard wt_svg_draw(drawing.handle, context, widthPixels, heightPixels) == wt_svg_ok else {
      throw .svg(.damaged)
    }
    cairo_surface_flush(surface)
    guard let data = cairo_image_surface_get_data(surface) else { throw .outOfMemory }
    let stride = Int(cairo_image_surface_get_stride(surface))
    var pixels = [UInt8](repeating: 255, count: size.widthPixels * size.heightPixels)
    for row in 0..<size.heightPixels {
      let line = UnsafeRawBufferPointer(start: data + row * stride, count: size.widthPixels * 4)
      for column in 0..<size.widthPixels {
        let colour = line.loadUnaligned(fromByteOffset: column * 4, as: UInt32.self)
        let luma = (colour >> 16 & 255) * 77 + (colour >> 8 & 255) * 150 + (colour & 255) * 29
        pixels[row * size.widthPixels + column] = UInt8(truncatingIfNeeded: luma >> 8)
      }
    }
    return GreyImage(
      widthPixels: size.widthPixels, heightPixels: size.heightPixels, pixelsPerMetre: nil, pixels: pixels)
  }

  /// Of one thread; librsvg keeps the drawing parsed.
  private final class Opened {
    let handle: OpaquePointer

    init(_ svg: Data) throws(DrawingError) {
      var opened: OpaquePointer?
      let status = svg.withUnsafeBytes {
        wt_svg_open($0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count, &opened)
      }
      switch status {
      case wt_svg_ok: break
      case wt_svg_no_library: throw .svg(.noLibrary)
      case wt_svg_no_memory: throw .outOfMemory
      default: throw .svg(.damaged)
      }
      guard let opened else { throw .outOfMemory }
      handle = opened
    }

    deinit { wt_svg_close(handle) }
  }
}
