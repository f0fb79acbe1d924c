import CLibDeflate
import CPNG
public import FoundationEssentials

/// A picture of dots that are ink or not, as a label printer prints them.
public struct DotImage: Hashable, Sendable {
  public let size: PixelSize
  fileprivate let rowBytes: Int
  /// The dots, 8 in a byte, the leftmost in the highest bit, 1 for paper, as in a PNG of 1-bit grey.
  fileprivate var bytes: [UInt8]

  /// Makes a picture without ink.
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
    var image = DotImage(size: size)
    try InkCoverage.draw(size, column: column, row: row, dotsPerInch: dotsPerInch, draw: draw) {
      image.take($1, row: $0)
    }
    self = image
  }

  /// Sets ink where a row's coverage is half or more.
  private mutating func take(_ coverage: UnsafeBufferPointer<UInt8>, row: Int) {
    let raw = UnsafeRawBufferPointer(coverage)
    bytes.withUnsafeMutableBufferPointer { bytes in
      for place in 0..<coverage.count / 8 {
        let covered =
          raw.loadUnaligned(fromByteOffset: place * 8, as: UInt64.self).bigEndian & 0x8080_8080_8080_8080
        if covered == 0 { continue }
        // The product gathers the highest bits of eight bytes in its highest byte, the first byte's bit
        // highest.
        bytes[row * rowBytes + place] = ~UInt8(((covered >> 7) &* 0x0102_0408_1020_4080) >> 56)
      }
      for dot in coverage.count & ~7..<coverage.count where coverage[dot] >= 128 {
        bytes[row * rowBytes + dot >> 3] &= ~(0x80 >> UInt8(dot & 7))
      }
    }
  }

  // MARK: - Dots

  /// Whether a dot is ink; dots outside the picture are paper.
  public func isInk(column: Int, row: Int) -> Bool {
    guard (0..<size.widthPixels).contains(column), (0..<size.heightPixels).contains(row) else { return false }
    return bytes[row * rowBytes + column >> 3] & 0x80 >> UInt8(column & 7) == 0
  }

  /// Sets a rectangle of dots and ignores what lies outside the picture.
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
    // Bits beyond the right edge are never ink.
    let spare = rowBytes * 8 - size.widthPixels
    guard spare > 0 else { return }
    for row in 0..<size.heightPixels { bytes[(row + 1) * rowBytes - 1] |= UInt8(1 << spare - 1) }
  }

  /// Removes all ink where `other`, a picture of the same size, has none.
  public mutating func clip(to other: DotImage) {
    for (place, piece) in zip(bytes.indices, other.bytes) { bytes[place] |= piece }
  }

  /// Adds the ink of a part to the picture, or removes it where `patch.isReversed`.
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
          if patch.isReversed {
            for place in 0..<count { bytes[into + place] |= ~piece[from + place] }
          } else {
            for place in 0..<count { bytes[into + place] &= piece[from + place] }
          }
        }
      }
    }
  }

  /// Draws a symbol with its quiet zone in whole dots per module; the top left dot of the quiet zone is at
  /// `column`, `row`.
  public mutating func stamp(_ dots: SymbolDots, column: Int, row: Int) {
    guard holds(dots, column: column, row: row) else {
      stampPart(of: dots, column: column, row: row)
      return
    }
    let edges = Edges(column: column, count: dots.side)
    bytes.withUnsafeMutableBufferPointer { bytes in
      for band in dots.bands(phase: column & 7) {
        for line in band.rows {
          let start = (row + line) * rowBytes + column >> 3
          let (head, tail) = (bytes[start], bytes[start + edges.last])
          _ = band.bytes.withUnsafeBufferPointer {
            UnsafeMutableBufferPointer(rebasing: bytes[start...start + edges.last]).update(fromContentsOf: $0)
          }
          bytes[start] = head & ~edges.head | bytes[start] & edges.head
          bytes[start + edges.last] = tail & ~edges.tail | bytes[start + edges.last] & edges.tail
        }
      }
    }
  }

  /// Draws the part of a symbol that lies within the picture.
  private mutating func stampPart(of dots: SymbolDots, column: Int, row: Int) {
    set(columns: column..<column + dots.side, rows: row..<row + dots.side, ink: false)
    for block in dots.inkBlocks() {
      for run in block.columns {
        set(
          columns: column + run.lowerBound..<column + run.upperBound,
          rows: row + block.rows.lowerBound..<row + block.rows.upperBound, ink: true)
      }
    }
  }

  /// The bits of a row's first and last byte that belong to a range of dots.
  private struct Edges {
    /// Number of the range's last byte, counted from 0 at the range's first byte.
    let last: Int
    let head: UInt8
    let tail: UInt8

    init(column: Int, count: Int) {
      last = (column + count - 1) >> 3 - column >> 3
      let (first, end) = (UInt8(0xFF) >> UInt8(column & 7), UInt8(0xFF) << UInt8(7 - (column + count - 1) & 7))
      head = last == 0 ? first & end : first
      tail = last == 0 ? head : end
    }
  }

  private func holds(_ dots: SymbolDots, column: Int, row: Int) -> Bool {
    column >= 0 && row >= 0 && column + dots.side <= size.widthPixels && row + dots.side <= size.heightPixels
  }

  /// Whether every dot of a symbol and its quiet zone is as it was encoded; a symbol that reaches beyond the
  /// picture is not.
  public func shows(_ dots: SymbolDots, column: Int, row: Int) -> Bool {
    guard holds(dots, column: column, row: row) else { return false }
    let edges = Edges(column: column, count: dots.side)
    return bytes.withUnsafeBufferPointer { bytes in
      dots.bands(phase: column & 7).allSatisfy { band in
        band.bytes.withUnsafeBufferPointer { wanted in
          band.rows.allSatisfy { line in
            let start = (row + line) * rowBytes + column >> 3
            var other = (bytes[start] ^ wanted[0]) & edges.head
            other |= (bytes[start + edges.last] ^ wanted[edges.last]) & edges.tail
            if edges.last > 1 { for place in 1..<edges.last { other |= bytes[start + place] ^ wanted[place] } }
            return other == 0
          }
        }
      }
    }
  }

  /// A symbol and its quiet zone as grey, three pixels for each module; dots outside the picture are paper.
  public func thinned(_ dots: SymbolDots, column: Int, row: Int) -> GreyImage {
    let count = dots.symbol.moduleCountWithQuietZone * 3
    let places = (0..<count).map { (2 * $0 + 1) * dots.dotsPerModule / 6 }
    let columns = places.map { column + $0 }
    let isInside = holds(dots, column: column, row: row)
    let pixels = [UInt8](unsafeUninitializedCapacity: count * count) { pixels, filled in
      bytes.withUnsafeBufferPointer { bytes in
        for line in places {
          let start = (row + line) * rowBytes
          for dot in columns {
            let isInk =
              isInside
              ? bytes[start + dot >> 3] & 0x80 >> UInt8(dot & 7) == 0 : self.isInk(column: dot, row: row + line)
            pixels[filled] = isInk ? 0 : 255
            filled += 1
          }
        }
      }
    }
    return GreyImage(widthPixels: count, heightPixels: count, pixelsPerMetre: nil, pixels: pixels)
  }

  // MARK: - PNG

  /// Writes a PNG of 1-bit grey, with the physical size where the resolution is known.
  /// - Parameter packer: The packer that one thread uses for all of its pictures; nil makes one for this picture.
  /// - Throws: `outOfMemory`.
  public func png(by packer: PixelPacker? = nil) throws(DrawingError) -> Data {
    let packer = if let packer { packer } else { try PixelPacker() }
    let rows = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: size.heightPixels * (1 + rowBytes))
    defer { rows.deallocate() }
    bytes.withUnsafeBufferPointer { bytes in
      for row in 0..<size.heightPixels {
        let start = row * (1 + rowBytes)
        rows[start] = Self.noFilter
        _ = UnsafeMutableBufferPointer(rebasing: rows[start + 1..<start + 1 + rowBytes]).update(
          fromContentsOf: bytes[row * rowBytes..<(row + 1) * rowBytes])
      }
    }
    return try Self.framed(packer.pack(UnsafeBufferPointer(rows)), size: size)
  }

  /// The filter byte in front of a row that is stored unfiltered (PNG 9.2).
  private static let noFilter: UInt8 = 0

  /// The file that libpng writes around packed rows.
  private static func framed(_ packed: UnsafeBufferPointer<UInt8>, size: PixelSize) throws(DrawingError) -> Data
  {
    let perMetre = size.dotsPerInch.map { UInt32((Double($0) / 0.0254).rounded()) } ?? 0
    var file: UnsafeMutablePointer<UInt8>?
    var length = 0
    let status = wt_png_frame(
      packed.baseAddress, packed.count,
      wt_png_size(
        width: UInt32(size.widthPixels), height: UInt32(size.heightPixels), pixels_per_metre_x: perMetre,
        pixels_per_metre_y: perMetre), wt_png_layout_bit, &file, &length)
    try DrawingError.check(status)
    guard let file else { throw .outOfMemory }
    return Data(bytesNoCopy: file, count: length, deallocator: .custom { file, _ in wt_png_free(file) })
  }

  /// Number of bytes of a file of `png` before its packed rows: signature, header, the size of a dot and the
  /// head of the rows' chunk.
  private static func headBytes(of size: PixelSize) -> Int { 8 + 25 + (size.dotsPerInch == nil ? 0 : 21) + 8 }
  /// Number of bytes of a file of `png` behind its packed rows: their checksum and the chunk that ends the
  /// file.
  private static let tailBytes = 4 + 12

  /// Unpacks a file that `png` wrote for a picture of this size. libdeflate unpacks the rows and checks zlib's
  /// checksum; all other bytes must equal those that libpng writes.
  /// - Returns: nil for any other file, including a damaged one.
  /// - Throws: `outOfMemory`.
  public init?(ownPNG png: Data, size: PixelSize) throws(DrawingError) {
    let head = Self.headBytes(of: size)
    let rowBytes = (size.widthPixels + 7) / 8
    guard png.count > head + Self.tailBytes else { return nil }
    guard let inflater = libdeflate_alloc_decompressor() else { throw .outOfMemory }
    defer { libdeflate_free_decompressor(inflater) }
    let rows = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: size.heightPixels * (1 + rowBytes))
    defer { rows.deallocate() }
    let packed = [UInt8](png.dropFirst(head).dropLast(Self.tailBytes))
    let isOwn = try packed.withUnsafeBufferPointer { (packed) throws(DrawingError) in
      guard try Self.framed(packed, size: size) == png else { return false }
      var taken = 0
      // The number of unpacked bytes is known, so fewer or more of them are an error.
      let result = libdeflate_zlib_decompress_ex(
        inflater, packed.baseAddress, packed.count, rows.baseAddress, rows.count, &taken, nil)
      return result == LIBDEFLATE_SUCCESS && taken == packed.count
    }
    guard isOwn else { return nil }
    var bytes = [UInt8](repeating: 0, count: rowBytes * size.heightPixels)
    for row in 0..<size.heightPixels {
      let start = row * (1 + rowBytes)
      guard rows[start] == Self.noFilter else { return nil }
      _ = bytes.withUnsafeMutableBufferPointer {
        UnsafeMutableBufferPointer(rebasing: $0[row * rowBytes..<(row + 1) * rowBytes]).update(
          fromContentsOf: rows[start + 1..<start + 1 + rowBytes])
      }
    }
    self.size = size
    self.rowBytes = rowBytes
    self.bytes = bytes
  }

  /// Decodes a PNG of 1-bit grey that is not interlaced, by libpng.
  /// - Parameter maxPixels: A larger picture is refused before its pixels are read.
  /// - Returns: nil for a PNG of another kind.
  /// - Throws: `png`, `outOfMemory`, `impossibleSize`.
  public init?(png: Data, maxPixels: Int = PixelSize.maxPixels) throws(DrawingError) {
    var decoded: UnsafeMutablePointer<UInt8>?
    var found = wt_png_size()
    let most = UInt64(max(0, maxPixels))
    let status = png.withUnsafeBytes {
      wt_png_decode_bits($0.bindMemory(to: UInt8.self).baseAddress, $0.count, most, &decoded, &found)
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

/// A part of a picture that is drawn once and then put into any number of pictures.
public struct DotPatch: Hashable, Sendable {
  /// Column of the part's top left dot, which is the first dot of a byte.
  let column: Int
  let row: Int
  let dots: DotImage
  /// Whether the ink of the part is removed from the picture instead of added.
  let isReversed: Bool

  /// Draws the part of a page of `size` that lies in `box`, millimetres.
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
