/// An error between a page and its bytes.
public enum DrawingError: Error, Hashable, Sendable {
  /// cairo gave up; `status` is its `cairo_status_t`.
  case cairo(status: UInt32)
  case outOfMemory
  /// Dots wide and high, of which one is zero or more than `PixelSize.maxSide`, or more than
  /// `PixelSize.maxPixels` together.
  case impossibleSize(widthPixels: Int, heightPixels: Int)
  /// Even at the smallest size allowed, `neededMillimetres` are more than `givenMillimetres`.
  case textTooLarge(axis: Axis, neededMillimetres: Double, givenMillimetres: Double, sizePoints: Double)
  /// No installed font has some of the text's characters.
  case noGlyph(count: Int)
  /// A text of `bytes` UTF-8 bytes is more than a QR symbol holds at the level asked for.
  case symbolTooLong(bytes: Int)
  case png(PNGFault)
  case jpeg(JPEGFault)
  case pdf(PDFFault)
  case svg(SVGFault)

  public enum Axis: String, Hashable, Sendable { case width, height }

  public enum PNGFault: Hashable, Sendable {
    case notPNG, truncated, corrupt, tooLarge
  }

  public enum JPEGFault: Hashable, Sendable {
    case notJPEG, corrupt, tooLarge
    /// CMYK, which cameras do not write.
    case colours
  }

  public enum PDFFault: Hashable, Sendable {
    /// poppler is not installed.
    case noPoppler
    /// libqpdf is not installed.
    case noQPDF
    case damaged, noSuchPage, tooLarge
  }

  public enum SVGFault: Hashable, Sendable {
    /// librsvg is not installed.
    case noLibrary
    case notSVG, damaged, tooLarge
    /// Width and height are missing, and a `viewBox` too.
    case noSize
    /// An element, attribute or spelling that is not drawn here.
    case feature(String)
  }
}
