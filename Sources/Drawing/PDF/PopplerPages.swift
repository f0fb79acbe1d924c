import CPoppler
public import FoundationEssentials
import Glibc

/// The pages of a PDF as pictures rendered by poppler. Only one thread may use an object at a time.
public final class PopplerPages {
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private let document: OpaquePointer
  public let count: Int

  /// Opens a document.
  /// - Throws: `pdf`, `outOfMemory`.
  public init(_ pdf: Data) throws(DrawingError) {
    // poppler reads from these bytes until the document is closed.
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: pdf.count)
    _ = bytes.initialize(from: pdf)
    var opened: OpaquePointer?
    let status = wt_pdf_open(bytes.baseAddress, bytes.count, &opened)
    guard status == wt_pdf_ok, let opened else {
      bytes.deallocate()
      throw Self.error(status)
    }
    self.bytes = bytes
    document = opened
    count = Int(wt_pdf_page_count(opened))
  }

  deinit {
    GlyphLock.hold { wt_pdf_close(document) }
    bytes.deallocate()
  }

  /// Renders a page.
  /// - Parameters:
  ///   - page: number of the page, from 0.
  ///   - maxPixels: a larger picture is refused before it is made.
  /// - Throws: `pdf`, `outOfMemory`.
  public func picture(ofPage page: Int, dotsPerInch: Int, maxPixels: Int) throws(DrawingError) -> GreyImage {
    var pixels: UnsafeMutablePointer<UInt8>?
    var (width, height): (UInt32, UInt32) = (0, 0)
    // poppler renders through cairo, whose glyph cache needs the lock.
    let status = GlyphLock.hold {
      wt_pdf_render(
        document, Int32(clamping: page), Double(dotsPerInch), UInt64(max(0, maxPixels)), &pixels, &width,
        &height
      )
    }
    guard status == wt_pdf_ok, let pixels else { throw Self.error(status) }
    defer { free(pixels) }
    return GreyImage(
      widthPixels: Int(width), heightPixels: Int(height),
      pixelsPerMetre: Int((Double(dotsPerInch) / 0.0254).rounded()),
      pixels: Array(UnsafeBufferPointer(start: pixels, count: Int(width) * Int(height))))
  }

  private static func error(_ status: wt_pdf_status) -> DrawingError {
    switch status {
    case wt_pdf_no_library: .pdf(.noPoppler)
    case wt_pdf_no_such_page: .pdf(.noSuchPage)
    case wt_pdf_too_large: .pdf(.tooLarge)
    case wt_pdf_no_memory: .outOfMemory
    default: .pdf(.damaged)
    }
  }
}
