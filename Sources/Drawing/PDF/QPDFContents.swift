import CQPDF
import Glibc

/// The operators of the pages of a finished PDF file, as libqpdf reads them from disk. Only one thread may use
/// an object at a time.
public final class QPDFContents {
  private let document: OpaquePointer
  /// Number of pages of the whole file; a page that stands in it twice counts twice.
  public let count: Int

  /// Whether libqpdf is installed.
  public static var isAvailable: Bool { wt_qpdf_is_there() != 0 }

  /// Opens a file, which must not change as long as this object exists. A file that libqpdf could read only
  /// after repairing it counts as damaged.
  /// - Throws: `pdf`, `outOfMemory`.
  public init(file: String) throws(DrawingError) {
    var opened: OpaquePointer?
    let status = wt_qpdf_open(file, &opened)
    guard status == wt_qpdf_ok, let opened else { throw Self.error(status) }
    document = opened
    count = Int(wt_qpdf_page_count(opened))
  }

  deinit { wt_qpdf_close(document) }

  /// Hands over the unpacked operators of a page.
  /// - Parameter page: The number of the page in the file, from 0.
  /// - Throws: `pdf`, `outOfMemory`.
  public func withContent<Value>(ofPage page: Int, _ body: (UnsafeRawBufferPointer) -> Value)
    throws(DrawingError) -> Value
  {
    var bytes: UnsafeMutablePointer<UInt8>?
    var length = 0
    let status = wt_qpdf_page_content(document, Int32(clamping: page), &bytes, &length)
    guard status == wt_qpdf_ok else { throw Self.error(status) }
    defer { free(bytes) }
    return body(UnsafeRawBufferPointer(start: bytes, count: length))
  }

  private static func error(_ status: wt_qpdf_status) -> DrawingError {
    switch status {
    case wt_qpdf_no_library: .pdf(.noQPDF)
    case wt_qpdf_no_such_page: .pdf(.noSuchPage)
    case wt_qpdf_no_memory: .outOfMemory
    default: .pdf(.damaged)
    }
  }
}
