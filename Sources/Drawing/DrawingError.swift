/// An error in making a page or reading one.
public enum DrawingError: Error, Hashable, Sendable {
  /// cairo failed; `status` is its `cairo_status_t`.
  case cairo(status: UInt32)
  case outOfMemory
  /// A width or height in dots is zero or more than `PixelSize.maxSide`, or the picture has more dots than
  /// `PixelSize.maxPixels`.
  case impossibleSize(widthPixels: Int, heightPixels: Int)
  /// The text needs `neededMillimetres` even at the smallest size allowed, which is more than
  /// `givenMillimetres`.
  case textTooLarge(axis: Axis, neededMillimetres: Double, givenMillimetres: Double, sizePoints: Double)
  /// No installed font has `count` of the text's characters.
  case noGlyph(count: Int)
  /// A text of `bytes` UTF-8 bytes is more than a QR symbol holds at the level asked for.
  case symbolTooLong(bytes: Int)
  case png(PNGFault)
  case jpeg(JPEGFault)
  case pdf(PDFFault)
  /// A PDF does not have exactly one place for a seal in the form of `SealablePDF`, or the contents of the
  /// place have a fault; `offset` is that of the faulty byte, from 0.
  case sealedPDF(offset: Int, SealablePDF.Fault)
  case svg(SVGFault)

  public enum Axis: String, Hashable, Sendable { case width, height }

  public enum PNGFault: Hashable, Sendable {
    case notPNG, truncated, corrupt, tooLarge
  }

  public enum JPEGFault: Hashable, Sendable {
    case notJPEG, corrupt, tooLarge
    /// The picture is CMYK, which cameras do not write.
    case colours
  }

  public enum PDFFault: Hashable, Sendable {
    /// poppler is not installed.
    case noPoppler
    /// The program that draws pages by poppler, `weldtech-pages`, is missing or does not start.
    case noPageProgram(errno: Int32)
    /// `weldtech-pages` ended before it had answered: a page takes more time or memory than it may, poppler failed
    /// on it, or somebody ended the program.
    case pageProgramEnded
    /// libqpdf is not installed.
    case noQPDF
    case damaged, noSuchPage, tooLarge
  }

  public enum SVGFault: Hashable, Sendable {
    /// librsvg is not installed.
    case noLibrary
    case notSVG, damaged, tooLarge
    /// The drawing has neither width and height nor a `viewBox`.
    case noSize
    /// The drawing has an element, attribute or spelling that is not supported here.
    case feature(String)
  }
}
