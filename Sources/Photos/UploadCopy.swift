import CJPEG
import CShrink
public import Drawing
public import FoundationEssentials

/// Makes the copies that are uploaded in place of photos. A copy is small and upright, has a watermark, names
/// its original, and holds nothing else that a camera or a program wrote. The same photo gives the same bytes
/// on one machine. An instance keeps the fonts that it has loaded, so one instance should serve many photos;
/// only one thread may use an instance at a time.
public final class UploadCopy {
  /// The maximum length of a copy's longer side, pixels; a smaller photo is not enlarged.
  public static let longerSidePixels = 1600
  /// The quality of the JPEG, 1 to 100 as libjpeg counts.
  public static let quality = 82
  /// The media type of every copy.
  public static let mediaType = "image/jpeg"

  private let typesetter = Typesetter()

  public init() {}

  /// The comment of a copy, which alone names the copy's original: `copy of sha256:` and the digest.
  public static func comment(original sha256: String) -> String { "copy of sha256:\(sha256)" }

  /// Makes the copy of a photo.
  /// - Parameter sha256: SHA-256 of the photo, lower-case hex.
  /// - Returns: a baseline JPEG.
  /// - Throws: `DrawingError.noGlyph` where no font has the watermark's characters, `outOfMemory`.
  public func jpeg(of photo: PreparedPhoto, watermark: Watermark, sha256: String) throws(DrawingError) -> Data {
    let orientation = Orientation(photo.facts.camera?.orientation ?? 1)
    let stored = photo.picture
    let (width, height) =
      orientation.isOnItsSide ? (stored.height, stored.width) : (stored.width, stored.height)
    let picture = CopyPicture(
      width: width, height: height,
      samples: orientation.upright(
        stored.samples, width: stored.width, height: stored.height, bytesPerPixel: CopyPicture.bytesPerPixel))
    let letters = try letters(watermark, width: width, height: height)
    let band = picture.band(letters, darkness: Self.darkness)
    return try Self.write(picture, band, comment: Self.comment(original: sha256))
  }

  // MARK: - Watermark

  /// The share of the picture that the band behind the letters hides, of 256: white letters stand out even from
  /// snow, and the picture can still be seen.
  private static let darkness = 174
  private static let dotsPerInch = 254
  private static let dotsPerMillimetre = 10.0
  private static let pointsPerDot = 72.0 / 254
  /// The height of letters as a share of the picture's longer side.
  private static let letterShare = 1.0 / 46
  /// The height from which letters are made smaller only where they would not fit, dots.
  private static let minLetterDots = 10.0
  /// The space around the lines as a share of the height of letters.
  private static let marginShare = 0.4

  /// Draws the lines of a watermark, as large as fits into the width and half of the height.
  private func letters(_ watermark: Watermark, width: Int, height: Int) throws(DrawingError) -> GreyImage {
    var dots = max(Self.minLetterDots, Double(max(width, height)) * Self.letterShare)
    var lines = set(
      [watermark.title, [watermark.time, watermark.place].compactMap(\.self).joined(separator: "　")], dots)
    func room() -> Double { Double(width) - 2 * dots * Self.marginShare }
    func widest() -> Double { lines.map(\.widthMillimetres).max().map { $0 * Self.dotsPerMillimetre } ?? 0 }
    if widest() > room(), let place = watermark.place {
      lines = set([watermark.title, watermark.time, place], dots)
    }
    while widest() > room() || tall(lines, dots) > Double(height) / 2, dots > 1 {
      dots = (dots * 0.95 * 4).rounded(.down) / 4
      lines = set(lines.map(\.string), dots)
    }
    let unknown = lines.reduce(0) { $0 + $1.block.unknownGlyphCount }
    guard unknown == 0 else { throw .noGlyph(count: unknown) }
    let margin = dots * Self.marginShare
    let size = try PixelSize(
      widthPixels: width, heightPixels: min(height, Int(tall(lines, dots).rounded(.up))), dotsPerInch: nil)
    return try GreyImage(size: size, dotsPerInch: Self.dotsPerInch) { canvas in
      var y = margin / Self.dotsPerMillimetre
      for line in lines {
        canvas.draw(line.block, x: margin / Self.dotsPerMillimetre, y: y)
        y += line.block.heightMillimetres
      }
    }
  }

  private struct Line {
    let string: String
    let block: TextBlock
    var widthMillimetres: Double { block.widthMillimetres }
  }

  private func set(_ lines: [String], _ dots: Double) -> [Line] {
    lines.enumerated().map { number, string in
      let style = TextStyle(sizePoints: dots * Self.pointsPerDot, weight: number == 0 ? .bold : .regular)
      return Line(string: string, block: typesetter.set(string, style: style))
    }
  }

  /// The height of a band in dots.
  private func tall(_ lines: [Line], _ dots: Double) -> Double {
    lines.reduce(0) { $0 + $1.block.heightMillimetres * Self.dotsPerMillimetre } + 2 * dots * Self.marginShare
  }

  // MARK: - JPEG

  private static func write(
    _ picture: CopyPicture, _ band: CopyPicture, comment: String
  ) throws(DrawingError) -> Data {
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    let isDone = picture.withShrunk { picture in
      band.withShrunk { wt_jpeg_write(&picture, &$0, Int32(quality), comment, &bytes, &count) == 1 }
    }
    guard isDone, let bytes else { throw .outOfMemory }
    return Data(bytesNoCopy: bytes, count: count, deallocator: .custom { bytes, _ in wt_jpeg_free(bytes) })
  }
}
