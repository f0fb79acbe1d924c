import CPNG
import CShrink
import Foundation
import TestSupport
import Testing

@testable import Drawing

/// Small pictures written by hand with zlib, each for one property of the decoder.
private enum Picture {
  /// The picture is 16-bit RGBA, 2 × 1: opaque red, transparent black.
  static let transparent =
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABEAYAAACksqPJAAAAEUlEQVR42mP4/58BCCAkCAAAMd8D/YG8M7UAAAAASUVORK5CYII="
  /// The picture has a 2-bit palette, 4 × 1: black, white, transparent black, mid grey.
  static let palette =
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABAgMAAACEUudeAAAADFBMVEUAAAD///8AAACAgID/1XfgAAAABHRSTlP//wD//gy7CwAAAApJREFUeNpjkAYAAB0AHCN8j6wAAAAASUVORK5CYII="
  /// The picture is interlaced 8-bit grey, 8 × 8, and each pixel has its own number as its value.
  static let interlaced =
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAAGWY9HBAAAAVklEQVR42gXBhwJCAAAFwGfPZIXs7JZVKTL+/6/cAaARZyBZJAVU3bTQ9u8BBMVw0IyTjUual+heny94QZTkg3KEc3Y9PwgjVNfb/fGsG/zG6T8v67YD7mMH4SRfbo8AAAAASUVORK5CYII="
  /// The picture is 70,000 pixels wide.
  static let wide = "iVBORw0KGgoAAAANSUhEUgABEXAAAAACAQAAAABcrDJIAAAACElEQVR42gMAAAAAAW/dyZEAAAAASUVORK5CYII="
  /// The picture is 60,000 × 60,000 pixels in 8 bytes.
  static let bomb = "iVBORw0KGgoAAAANSUhEUgAA6mAAAOpgCAAAAACluSqeAAAACElEQVR42gMAAAAAAW/dyZEAAAAASUVORK5CYII="
  /// The compressed data end after 20 of 72 bytes; the file itself is complete.
  static let short =
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAC0lEQVR4nGNgwAQAABQAAX3+Hu4AAAAASUVORK5CYII="

  static func bytes(_ base64: String) -> Data { Data(base64Encoded: base64)! }
}

/// The small picture that a check makes, of which the longer side has eight pixels at most.
private func check(_ png: Data) -> (status: wt_png_status, greys: [UInt8]) {
  var small = wt_shrunk()
  let status = png.withUnsafeBytes {
    wt_png_shrink($0.bindMemory(to: UInt8.self).baseAddress, $0.count, 1_000_000, 1_000_000, 8, 8, &small, nil)
  }
  defer { wt_shrunk_free(small.samples) }
  return (
    status,
    small.samples.map { Array(UnsafeBufferPointer(start: $0, count: Int(small.width * small.height))) } ?? []
  )
}

private func chequered(width: Int, height: Int) throws -> DotImage {
  var image = DotImage(size: try PixelSize(widthPixels: width, heightPixels: height, dotsPerInch: 600))
  for row in 0..<height {
    for column in 0..<width where (row + column / 3) % 2 == 0 {
      image.set(columns: column..<column + 1, rows: row..<row + 1, ink: true)
    }
  }
  return image
}

@Suite struct PNGTests {
  @Test func `dots come back as they were together with their physical size`() throws {
    for width in [1, 7, 8, 9, 64, 1417] {
      let image = try chequered(width: width, height: 5)
      let read = try GreyImage(png: try image.png())
      #expect(read.widthPixels == width && read.heightPixels == 5)
      #expect(read.pixelsPerMetre == 23_622)
      for row in 0..<5 {
        for column in 0..<width {
          #expect((read.pixels[row * width + column] == 0) == image.isInk(column: column, row: row))
        }
      }
    }
  }

  private func dots(_ png: Data, size: PixelSize? = nil) -> [Bool]? {
    guard let image = try? size.flatMap({ try DotImage(ownPNG: png, size: $0) }) ?? DotImage(png: png) else {
      return nil
    }
    return (0..<image.size.heightPixels).flatMap { row in
      (0..<image.size.widthPixels).map { image.isInk(column: $0, row: row) }
    }
  }

  @Test func `both ways of decoding dots agree about every file that is cut or changed`() throws {
    let image = try chequered(width: 37, height: 12)
    let png = try image.png()
    let whole = try #require(dots(png))
    #expect(try DotImage(ownPNG: png, size: image.size) == image)
    // The pictures have other widths, heights and resolutions, with the same number of bytes in their rows.
    for (width, height, dotsPerInch) in [(36, 12, 600), (12, 30, 600), (37, 12, 300), (37, 12, nil)] {
      let other = try PixelSize(widthPixels: width, heightPixels: height, dotsPerInch: dotsPerInch)
      #expect(try DotImage(ownPNG: png, size: other) == nil)
    }
    // The rows have a filter, which this program does not write, so that libpng reads the file.
    let filtered = try #require(PDFWriter.pack((0..<12).flatMap { _ in [2] + [UInt8](repeating: 0, count: 5) }))
    var framed: UnsafeMutablePointer<UInt8>?
    var length = 0
    let size = wt_png_size(width: 37, height: 12, pixels_per_metre_x: 0, pixels_per_metre_y: 0)
    try #require(
      wt_png_frame(filtered, filtered.count, size, wt_png_layout_bit, &framed, &length) == wt_png_ok)
    let other = Data(bytes: try #require(framed), count: length)
    wt_png_free(framed)
    #expect(dots(other) == [Bool](repeating: true, count: 37 * 12))
    let unsized = try PixelSize(widthPixels: 37, heightPixels: 12, dotsPerInch: nil)
    #expect(try DotImage(ownPNG: other, size: unsized) == nil)
    for place in png.indices {
      var changed = png
      changed[place] ^= 0x10
      // Every change is noticed: a file that is not refused has other dots or another size.
      #expect(dots(changed, size: image.size) == nil, "byte \(place)")
      #expect(dots(png.prefix(place), size: image.size) == nil, "cut at \(place)")
    }
    #expect(dots(png + [0], size: image.size).map { $0 == whole } ?? true)
  }

  @Test func `colours are encoded and decode as grey`() throws {
    var encoded: UnsafeMutablePointer<UInt8>?
    var length = 0
    let row = try #require(PDFWriter.pack([0] + [0, 0, 0, 255, 255, 255, 255, 0, 0]))
    let size = wt_png_size(width: 3, height: 1, pixels_per_metre_x: 0, pixels_per_metre_y: 0)
    #expect(wt_png_frame(row, row.count, size, wt_png_layout_rgb, &encoded, &length) == wt_png_ok)
    let bytes = try #require(encoded)
    defer { wt_png_free(bytes) }
    let read = try GreyImage(png: Data(bytes: bytes, count: length))
    #expect(read.pixelsPerMetre == nil)
    #expect(read.pixels[0] == 0 && read.pixels[1] == 255)
    #expect((40..<130).contains(read.pixels[2]))
  }

  @Test func `arguments out of range are refused and nothing is encoded`() {
    var encoded: UnsafeMutablePointer<UInt8>?
    var length = 0
    func status(_ width: UInt32, _ height: UInt32, packed: Int = 4) -> wt_png_status {
      let size = wt_png_size(width: width, height: height, pixels_per_metre_x: 0, pixels_per_metre_y: 0)
      return wt_png_frame([0, 0, 0, 0], packed, size, wt_png_layout_grey, &encoded, &length)
    }
    #expect(status(0, 1) == wt_png_bad_argument)
    #expect(status(4, 0) == wt_png_bad_argument)
    #expect(status(4, 1, packed: 0) == wt_png_bad_argument)
    #expect(status(65_501, 1) == wt_png_too_large)
    #expect(encoded == nil && length == 0)
  }

  @Test func `transparent parts are white`() throws {
    let sixteen = try GreyImage(png: Picture.bytes(Picture.transparent))
    #expect((40..<130).contains(sixteen.pixels[0]) && sixteen.pixels[1] == 255)
    #expect(try GreyImage(png: Picture.bytes(Picture.palette)).pixels == [0, 255, 255, 128])
  }

  @Test func `interlaced pictures are decoded whole`() throws {
    let png = Picture.bytes(Picture.interlaced)
    #expect(try GreyImage(png: png).pixels == Array(0..<64))
    #expect(check(png) == (wt_png_ok, Array(0..<64)))
  }

  @Test func `pictures are refused before their pixels where they are too large`() throws {
    #expect(check(Picture.bytes(Picture.wide)).status == wt_png_too_large)
    #expect(check(Picture.bytes(Picture.bomb)).status == wt_png_too_large)
    #expect(throws: DrawingError.png(.tooLarge)) { try GreyImage(png: Picture.bytes(Picture.bomb)) }
    let interlaced = Picture.bytes(Picture.interlaced)
    #expect(throws: DrawingError.png(.tooLarge)) { try GreyImage(png: interlaced, maxPixels: 63) }
  }

  @Test func `a picture whose data ends early is corrupt even if the file is whole`() {
    #expect(check(Picture.bytes(Picture.short)).status == wt_png_corrupt)
  }

  @Test func `a picture made small has the means of its areas`() throws {
    // Twelve pixels become eight: each three pixels in a row become two, to both of which the middle one counts
    // by half.
    var image = DotImage(size: try PixelSize(widthPixels: 12, heightPixels: 3, dotsPerInch: 600))
    image.set(columns: 1..<2, rows: 0..<3, ink: true)
    image.set(columns: 6..<8, rows: 0..<3, ink: true)
    let row: [UInt8] = [170, 170, 255, 255, 0, 170, 255, 255]
    #expect(check(try image.png()) == (wt_png_ok, row + row))
  }

  @Test func `other files are no PNG`() {
    for bytes in ["", "GIF89a", "\u{FF}\u{D8}", "PNG"] {
      #expect(check(Data(bytes.utf8)).status == wt_png_not_png)
    }
  }

  @Test func `a file that is cut anywhere is truncated`() throws {
    let png = try chequered(width: 40, height: 30).png()
    for length in 8..<png.count {
      #expect(check(png.prefix(length)).status == wt_png_truncated, "\(length)")
      #expect(throws: DrawingError.png(.truncated)) { try GreyImage(png: png.prefix(length)) }
    }
    #expect(check(png).status == wt_png_ok)
  }

  @Test func `a file with any bit turned is found`() throws {
    let png = try chequered(width: 20, height: 10).png()
    for position in png.indices {
      for bit in 0..<8 {
        var damaged = png
        damaged[position] ^= 1 << UInt8(bit)
        #expect(check(damaged).status != wt_png_ok, "byte \(position), bit \(bit)")
      }
    }
  }

  @Test func `no bytes make the decoder trap`() throws {
    var random = SplitMix64(seed: 7)
    let seeds = [Picture.transparent, Picture.palette, Picture.interlaced].map(Picture.bytes)
    for _ in 0..<6_000 {
      var bytes = seeds[Int(random.next() % 3)]
      for _ in 0...Int(random.next() % 8) {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      _ = check(bytes)
      _ = try? GreyImage(png: bytes, maxPixels: 1_000_000)
    }
  }
}
