import CPangoCairo
import CRsvg
public import FoundationEssentials
import Synchronization

/// An SVG drawing that librsvg renders: shapes, groups and plain gradients, see `SVGScreening`. Two drawings
/// are equal where their files are equal.
public struct SVGImage: Hashable, Sendable {
  public let bytes: Data
  /// Width that the file itself states.
  public let widthMillimetres: Double
  /// Height that the file itself states.
  public let heightMillimetres: Double
  private let parsed: Parsed

  /// Screens a file and has librsvg parse it once.
  /// - Parameter isOurs: Whether `SVGDrawing` made the file, which may then have any length.
  /// - Throws: `svg`, `outOfMemory`.
  public init(_ svg: Data, isOurs: Bool = false) throws(DrawingError) {
    try SVGScreening.check([UInt8](svg), maxBytes: isOurs ? svg.count : SVGScreening.maxBytes)
    parsed = try Parsed(svg)
    guard let (width, height) = parsed.size else { throw .svg(.noSize) }
    bytes = svg
    // CSS counts 96 pixels to an inch.
    widthMillimetres = width * Length.millimetresPerInch / 96
    heightMillimetres = height * Length.millimetresPerInch / 96
  }

  /// Draws the file on white, as large as fits into width and height, which need not be whole pixels, and in
  /// their middle.
  /// - Throws: `svg`, `outOfMemory`, `impossibleSize`.
  public func picture(widthPixels: Double, heightPixels: Double) throws(DrawingError) -> GreyImage {
    guard widthPixels.isFinite, heightPixels.isFinite, widthPixels < Double(PixelSize.maxSide),
      heightPixels < Double(PixelSize.maxSide)
    else { throw .impossibleSize(widthPixels: PixelSize.maxSide, heightPixels: PixelSize.maxSide) }
    let size = try PixelSize(
      widthPixels: Int((widthPixels - 1e-6).rounded(.up)),
      heightPixels: Int((heightPixels - 1e-6).rounded(.up)),
      dotsPerInch: nil)
    let surface: OpaquePointer = cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, Int32(size.widthPixels), Int32(size.heightPixels))
    defer { cairo_surface_destroy(surface) }
    let status = cairo_surface_status(surface)
    guard status == CAIRO_STATUS_SUCCESS else { throw DrawingError(status) }
    let context = cairo_create(surface)
    defer { cairo_destroy(context) }
    cairo_set_source_rgb(context, 1, 1, 1)
    cairo_paint(context)
    guard parsed.draw(on: context, width: widthPixels, height: heightPixels) else { throw .svg(.damaged) }
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

  public static func == (first: SVGImage, second: SVGImage) -> Bool { first.bytes == second.bytes }

  public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }

  /// A drawing as librsvg holds it. Callers of librsvg have to make sure that no two threads use a drawing at
  /// once.
  private final class Parsed: Sendable {
    private struct Handle: @unchecked Sendable {
      let pointer: OpaquePointer
    }

    private let handle: Mutex<Handle>

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
      handle = Mutex(Handle(pointer: opened))
    }

    deinit { handle.withLock { wt_svg_close($0.pointer) } }

    /// Width and height in pixels of 1/96 inch; nil where the drawing does not give them.
    var size: (width: Double, height: Double)? {
      var (width, height) = (0.0, 0.0)
      let isSaid = handle.withLock { wt_svg_size($0.pointer, &width, &height) != 0 }
      return isSaid && width.isFinite && height.isFinite ? (width, height) : nil
    }

    func draw(on context: OpaquePointer?, width: Double, height: Double) -> Bool {
      handle.withLock { wt_svg_draw($0.pointer, context, width, height) == wt_svg_ok }
    }
  }
}
