import CPangoCairo

/// Draws pages by cairo and measures how far ink covers each dot.
enum InkCoverage {
  /// Draws the part of a page whose top left dot is at `column`, `row`, and passes its rows to `take` from the
  /// top.
  /// - Parameter take: receives the number of each row and the coverage of its dots, 0 for paper to 255 for
  ///   ink.
  /// - Throws: `cairo`, `outOfMemory`.
  static func draw(
    _ size: PixelSize, column: Int = 0, row: Int = 0, dotsPerInch: Int, draw: (Canvas) -> Void,
    take: (Int, UnsafeBufferPointer<UInt8>) -> Void
  ) throws(DrawingError) {
    let surface: OpaquePointer = cairo_image_surface_create(
      CAIRO_FORMAT_A8, Int32(size.widthPixels), Int32(size.heightPixels))
    defer { cairo_surface_destroy(surface) }
    let status = cairo_surface_status(surface)
    guard status == CAIRO_STATUS_SUCCESS else { throw DrawingError(status) }
    cairo_surface_set_device_offset(surface, -Double(column), -Double(row))
    let canvas = Canvas(
      surface: surface, unitsPerMillimetre: Double(dotsPerInch) / Length.millimetresPerInch, isInkOnly: true)
    draw(canvas)
    try canvas.check()
    cairo_surface_flush(surface)
    guard let coverage = cairo_image_surface_get_data(surface) else { throw .outOfMemory }
    let stride = Int(cairo_image_surface_get_stride(surface))
    for line in 0..<size.heightPixels {
      take(line, UnsafeBufferPointer(start: coverage + line * stride, count: size.widthPixels))
    }
  }
}

extension GreyImage {
  /// Draws a page at `dotsPerInch`; the edges of shapes and letters are greys between ink, 0, and paper, 255.
  /// - Throws: `cairo`, `outOfMemory`.
  public init(size: PixelSize, dotsPerInch: Int, draw: (Canvas) -> Void) throws(DrawingError) {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(size.widthPixels * size.heightPixels)
    try InkCoverage.draw(size, dotsPerInch: dotsPerInch, draw: draw) { _, coverage in
      pixels.append(contentsOf: coverage.lazy.map { 255 - $0 })
    }
    self.init(
      widthPixels: size.widthPixels, heightPixels: size.heightPixels, pixelsPerMetre: nil, pixels: pixels)
  }
}
