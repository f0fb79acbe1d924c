import CPangoCairo
public import FoundationEssentials

/// A PDF in memory, page after page. The same drawing with the same metadata and fonts gives the same
/// bytes: nothing in it is taken from the clock.
public final class CairoPDFDocument {
  public struct Metadata: Hashable, Sendable {
    public var title: String
    public var author: String
    public var subject: String
    /// Date of creation and modification, RFC 3339 with offset, as in `2026-11-24T09:30:00+08:00`.
    public var date: String

    public init(title: String, author: String, subject: String, date: String) {
      self.title = title
      self.author = author
      self.subject = subject
      self.date = date
    }
  }

  public let canvas: Canvas
  private let surface: OpaquePointer
  /// The destination of the bytes, to which cairo keeps a pointer until the surface is finished.
  private let sink: Sink

  public init(pageWidthMillimetres: Double, pageHeightMillimetres: Double, metadata: Metadata)
    throws(DrawingError)
  {
    let sink = Sink()
    self.sink = sink
    surface = cairo_pdf_surface_create_for_stream(
      Sink.write, Unmanaged.passUnretained(sink).toOpaque(),
      Length.points(millimetres: pageWidthMillimetres), Length.points(millimetres: pageHeightMillimetres))
    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5)
    for (key, value) in [
      (CAIRO_PDF_METADATA_TITLE, metadata.title), (CAIRO_PDF_METADATA_AUTHOR, metadata.author),
      (CAIRO_PDF_METADATA_SUBJECT, metadata.subject), (CAIRO_PDF_METADATA_CREATOR, "weldtech"),
      (CAIRO_PDF_METADATA_CREATE_DATE, metadata.date), (CAIRO_PDF_METADATA_MOD_DATE, metadata.date),
    ] {
      cairo_pdf_surface_set_metadata(surface, key, value)
    }
    canvas = Canvas(surface: surface, unitsPerMillimetre: Length.points(millimetres: 1))
    let status = cairo_surface_status(surface)
    guard status == CAIRO_STATUS_SUCCESS else { throw DrawingError(status) }
  }

  deinit {
    GlyphLock.hold {
      cairo_surface_finish(surface)
      cairo_surface_destroy(surface)
    }
  }

  /// Ends the page; everything drawn afterwards is on the next page.
  public func endPage() { canvas.endPage() }

  /// Closes the document; nothing can be drawn afterwards.
  public func finish() throws(DrawingError) -> Data {
    try canvas.check()
    // Finishing the surface writes the subsets of the fonts.
    GlyphLock.hold { cairo_surface_finish(surface) }
    let status = cairo_surface_status(surface)
    guard status == CAIRO_STATUS_SUCCESS else { throw DrawingError(status) }
    return Self.withMarkedDates(sink.bytes)
  }

  /// cairo 1.16 omits the `D:` that ISO 32000-1 7.9.4 demands before a date. The two characters replace two
  /// spaces of the line's indentation, so that every offset in the file stays right.
  private static func withMarkedDates(_ pdf: Data) -> Data {
    var pdf = pdf
    for key in ["CreationDate", "ModDate"] {
      let written = Data("   /\(key) (2".utf8)
      // The information dictionary stands at the end, before the table of offsets.
      guard let place = pdf.suffix(1 << 16).firstRange(of: written) else { continue }
      pdf.replaceSubrange(place, with: Data(" /\(key) (D:2".utf8))
    }
    return pdf
  }

  private final class Sink {
    var bytes = Data()

    static let write: cairo_write_func_t = { closure, bytes, length in
      guard let closure, let bytes else { return CAIRO_STATUS_WRITE_ERROR }
      Unmanaged<Sink>.fromOpaque(closure).takeUnretainedValue().bytes
        .append(UnsafeBufferPointer(start: bytes, count: Int(length)))
      return CAIRO_STATUS_SUCCESS
    }
  }
}
