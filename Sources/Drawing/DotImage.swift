import CPNG
import CPangoCairo
public import FoundationEssentials

/// A picture of dots that are ink or not: what a label printer puts down.
public struct DotImage: Hashable, Sendable {
  public let size: PixelSize
  fileprivate let rowBytes: Int
  /// 8 dots a byte, the leftmost in the highest bit, 1 for paper, as PNG has it for grey of 1 bit.
  fileprivate var bytes: [UInt8]

  /// All paper.
  public init(size: PixelSize) {
    self.size = size
    rowBytes = (size.widthPixels + 7) / 8
    bytes = [UInt8](repeating: 0xFF, count: rowBytes * size.heightPixels)
  }

  /// Draws a page at `dotsPerInch` and keeps as ink every dot that is covered by half or more.
  public init(size: PixelSize, dotsPerInch: Int, draw: (Canvas) -> Void) throws(DrawingError) {
    try self.init(size: size, column: 0, row: 0, dotsPerInch: dotsPerInch, draw: draw)
  }

  /// Draws the part of a page whose top left dot is at `column`, `row`.
  init(size: PixelSize, column: Int, row: Int, dotsPerInch: Int, draw: (Canvas) -> Void) throws(DrawingError) {
    self.init(size: size)
    let surface: OpaquePointer = cairo_image_surface_create(
      CAIRO_FORMAT_A8, Int32(size.widthPixels), Int32(size.heightPixels))
    defer { cairo_surface_destroy(surface) }
    let status = cairo_surface_status(surface)
    guard status == CAIRO_STATUS_SUCCESS else { throw DrawingError(status) }
    cairo_surface_set_device_offset(surface, -Double(column), -Double(row))
    let canvas = Canvas(
      surface: surface, unitsPerMillimetre: Double(dotsPerInch) / Length.millimetresPerInch,
      isInkOnly: true)
    draw(canvas)
    try canvas.check()
    cairo_surface_flush(surface)
    guard let coverage = cairo_image_surface_get_data(surface) else { throw .outOfMemory }
    let stride = Int(cairo_image_surface_get_stride(surface))
    for line in 0..<size.heightPixels {
      take(UnsafeBufferPointer(start: coverage + line * stride, count: size.widthPixels), row: line)
    }
  }

  /// Sets ink where a row's coverage is half or more; eight dots without any are passed over at once.
  private mutating func take(_ coverage: UnsafeBufferPointer<UInt8>, row: Int) {
    let raw = UnsafeRawBufferPointer(coverage)
    bytes.withUnsafeMutableBufferPointer { bytes in
      for place in 0..<rowBytes {
        let first = place * 8
        let count = min(8, coverage.count - first)
        if count == 8, raw.loadUnaligned(fromByteOffset: first, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
          continue
        }
        var paper: UInt8 = 0xFF
        for dot in 0..<count where coverage[first + dot] >= 128 { paper &= ~(0x80 >> UInt8(dot)) }
        bytes[row * rowBytes + place] = paper
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
    let columns = columns.clamped(to: 0..<size.widthPixels)
    guard !columns.isEmpty else { return }
    let (first, last) = (columns.lowerBound >> 3, (columns.upperBound - 1) >> 3)
    let head = UInt8(0xFF) >> UInt8(columns.lowerBound & 7)
    let tail = UInt8(0xFF) << UInt8(7 - (columns.upperBound - 1) & 7)
    bytes.withUnsafeMutableBufferPointer { bytes in
      for row in rows.clamped(to: 0..<size.heightPixels) {
        for place in first...last {
          let mask = (place == first ? head : 0xFF) & (place == last ? tail : 0xFF)
          if ink {
            bytes[row * rowBytes + place] &= ~mask
          } else {
            bytes[row * rowBytes + place] |= mask
          }
        }
      }
    }
  }

  /// Turns ink into paper and paper into ink.
  public mutating func invert() {
    for place in bytes.indices { bytes[place] = ~bytes[place] }
    // Nothing beyond the right edge is ink.
    let spare = rowBytes * 8 - size.widthPixels
    guard spare > 0 else { return }
    for row in 0..<size.heightPixels { bytes[(row + 1) * rowBytes - 1] |= UInt8(1 << spare - 1) }
  }

  /// Takes away all ink where `other`, of the same size, has none.
  public mutating func clip(to other: DotImage) {
    for (place, piece) in zip(bytes.indices, other.bytes) { bytes[place] |= piece }
  }

  /// Puts down the ink of a piece, or takes it away.
  public mutating func lay(_ patch: DotPatch) {
    let firstByte = patch.column >> 3
    let rows = (patch.row..<patch.row + patch.dots.size.heightPixels).clamped(to: 0..<size.heightPixels)
    let count = min(patch.dots.rowBytes, rowBytes - firstByte)
    guard count > 0 else { return }
    bytes.withUnsafeMutableBufferPointer { bytes in
      patch.dots.bytes.withUnsafeBufferPointer { piece in
        for row in rows {
          let from = (row - patch.row) * patch.dots.rowBytes
          let into = row * rowBytes + firstByte
          for place in 0..<count {
            if patch.isReversed {
              bytes[into + place] |= ~piece[from + place]
            } else {
              bytes[into + place] &= piece[from + place]
            }
          }
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

  /// Whether every dot of a symbol and its quiet zone is as it was encoded; one that reaches beyond the
  /// picture is not.
  public func shows(_ dots: SymbolDots, column: Int, row: Int) -> Bool {
    guard column >= 0, row >= 0, column + dots.side <= size.widthPixels, row + dots.side <= size.heightPixels
    else { return false }
    let first = column >> 3
    let count = (column + dots.side - 1) >> 3 - first + 1
    // Rows of the symbol, as they have to be from the byte that its left edge stands in; between blocks
    // there is no ink.
    var wanted = [UInt8](repeating: 0xFF, count: count)
    func agree(_ rows: Range<Int>) -> Bool {
      bytes.withUnsafeBufferPointer { bytes in
        rows.allSatisfy { line in
          let start = (row + line) * rowBytes + first
          for place in 0..<count {
            var mask: UInt8 = 0xFF
            if place == 0 { mask &= 0xFF >> UInt8(column & 7) }
            if place == count - 1 { mask &= 0xFF << UInt8(7 - (column + dots.side - 1) & 7) }
            if (bytes[start + place] ^ wanted[place]) & mask != 0 { return false }
          }
          return true
        }
      }
    }
    var next = 0
    for block in dots.inkBlocks() {
      for place in 0..<count { wanted[place] = 0xFF }
      guard agree(next..<block.rows.lowerBound) else { return false }
      for run in block.columns {
        for dot in run {
          let place = column & 7 + dot
          wanted[place >> 3] &= ~(0x80 >> UInt8(place & 7))
        }
      }
      guard agree(block.rows) else { return false }
      next = block.rows.upperBound
    }
    for place in 0..<count { wanted[place] = 0xFF }
    return agree(next..<dots.side)
  }

  /// Every so many dots one, as grey, so that a module of `dotsPerModule` becomes 3 pixels; `column` and
  /// `row` are where a module begins.
  public func thinned(dotsPerModule: Int, column: Int, row: Int) -> GreyImage {
    let step = max(1, Double(dotsPerModule) / 3)
    func places(_ start: Int, _ count: Int) -> [Int] {
      let phase = (Double(start) / step).rounded(.down)
      let first = Double(start) - phase * step + step / 2
      return (0..<max(0, Int(((Double(count) - first) / step).rounded(.up)))).map {
        Int(first + Double($0) * step)
      }.filter { (0..<count).contains($0) }
    }
    let columns = places(column, size.widthPixels)
    let rows = places(row, size.heightPixels)
    let pixels = [UInt8](unsafeUninitializedCapacity: columns.count * rows.count) { pixels, count in
      bytes.withUnsafeBufferPointer { bytes in
        for line in rows {
          for dot in columns {
            pixels[count] = bytes[line * rowBytes + dot >> 3] & 0x80 >> UInt8(dot & 7) == 0 ? 0 : 255
            count += 1
          }
        }
      }
    }
    return GreyImage(widthPixels: columns.count, heightPixels: rows.count, pixelsPerMetre: nil, pixels: pixels)
  }

  // MARK: - PNG

  /// A PNG of 1-bit grey; with its physical size where the resolution is known.
  /// - Parameter level: libdeflate's, 1 to 9. The first is twice as fast as the sixth, for 8 % more bytes.
  public func png(level: Int = 6) throws(DrawingError) -> Data {
    let perMetre = size.dotsPerInch.map { UInt32((Double($0) / 0.0254).rounded()) } ?? 0
    var encoded: UnsafeMutablePointer<UInt8>?
    var length = 0
    let status = bytes.withUnsafeBufferPointer { pixels in
      wt_png_encode(
        pixels.baseAddress, rowBytes,
        wt_png_size(
          width: UInt32(size.widthPixels), height: UInt32(size.heightPixels), pixels_per_metre_x: perMetre,
          pixels_per_metre_y: perMetre), wt_png_layout_bit, Int32(level), &encoded, &length)
    }
    try DrawingError.check(status)
    guard let encoded else { throw .outOfMemory }
    defer { wt_png_free(encoded) }
    return Data(bytes: encoded, count: length)
  }

  /// Decodes a PNG of 1-bit grey, as `png` writes it.
  /// - Returns: nil for a PNG of another kind.
  public init?(png: Data, mostPixels: Int = PixelSize.mostPixels) throws(DrawingError) {
    var decoded: UnsafeMutablePointer<UInt8>?
    var found = wt_png_size()
    let status = png.withUnsafeBytes { bytes in
      wt_png_decode_bits(
        bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, UInt64(max(0, mostPixels)), &decoded, &found)
    }
    if status == wt_png_other_layout { return nil }
    try DrawingError.check(status)
    guard let decoded else { throw .outOfMemory }
    defer { wt_png_free(decoded) }
    let isSquare = found.pixels_per_metre_x == found.pixels_per_metre_y && found.pixels_per_metre_x > 0
    size = try PixelSize(
      widthPixels: Int(found.width), heightPixels: Int(found.height),
      dotsPerInch: isSquare ? Int((Double(found.pixels_per_metre_x) * 0.0254).rounded()) : nil)
    rowBytes = (size.widthPixels + 7) / 8
    bytes = Array(UnsafeBufferPointer(start: decoded, count: rowBytes * size.heightPixels))
  }
}

/// A piece of a picture, drawn on its own and put down as often as it is wanted.
public struct DotPatch: Hashable, Sendable {
  /// Of its top left dot; the column is the first of a byte.
  let column: Int
  let row: Int
  let dots: DotImage
  /// Its ink is taken away from what it is put down on.
  let isReversed: Bool

  /// Draws what stands in `box`, millimetres on a page of `size`.
  /// - Returns: nil where the box lies outside the page.
  public init?(
    box: Rectangle, of size: PixelSize, dotsPerInch: Int, isReversed: Bool, draw: (Canvas) -> Void
  ) throws(DrawingError) {
    let dotsPerMillimetre = Double(dotsPerInch) / Length.millimetresPerInch
    func range(_ from: Double, _ to: Double, within count: Int) -> Range<Int> {
      let first = Int(max(0, (from * dotsPerMillimetre).rounded(.down) - 1))
      let end = Int(min(Double(count), max(0, (to * dotsPerMillimetre).rounded(.up) + 1)))
      return first..<max(first, end)
    }
    let columns = range(box.x, box.right, within: size.widthPixels)
    let rows = range(box.y, box.bottom, within: size.heightPixels)
    guard !columns.isEmpty, !rows.isEmpty else { return nil }
    column = columns.lowerBound & ~7
    row = rows.lowerBound
    self.isReversed = isReversed
    dots = try DotImage(
      size: PixelSize(
        widthPixels: columns.upperBound - column, heightPixels: rows.count, dotsPerInch: dotsPerInch),
      column: column, row: row, dotsPerInch: dotsPerInch, draw: draw)
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
