import CPoppler
import Glibc
import PageMessages
import Threads

/// Draws the pages of one PDF by poppler, a program of its own. The document is open as
/// `PageDescriptor.document` from the start; requests and pictures pass through the socket on standard input. The
/// program ends when the socket is closed.
@main
enum PageProgram {
  static func main() {
    let isWatched = (try? SystemThread { endWithOtherEnd() })?.detach() != nil
    limitMemory()
    let socket = PageSocket(descriptor: PageDescriptor.socket)
    var document: OpaquePointer?
    allowTime()
    let opened = open(&document)
    let pageCount = document.map { Int64(wt_pdf_page_count($0)) } ?? 0
    guard isWatched, socket.send((opened.rawValue, pageCount, 0)), let document else { _exit(1) }
    while let (page, dotsPerInch, maxPixels) = socket.receive() {
      allowTime()
      guard draw(page, of: document, dotsPerInch: dotsPerInch, maxPixels: maxPixels, socket) else { break }
    }
    // The system takes back the document and what poppler keeps of it.
    _exit(0)
  }

  /// Ends the program as soon as the other end of the socket is gone, also while poppler works on a page that keeps it
  /// busy for ever.
  private static func endWithOtherEnd() -> Never {
    // poll(2) reports an end that was closed without being asked for it.
    var socket = pollfd(fd: PageDescriptor.socket, events: 0, revents: 0)
    while poll(&socket, 1, -1) < 1 {}
    _exit(0)
  }

  // MARK: - Limits

  /// The maximum address space, bytes. A page of 100 million pixels takes 0.6 GiB.
  private static let maxAddressBytes: rlim_t = 2 << 30
  /// The maximum time of a processor for opening the document and for each page, seconds. A page of 100 million
  /// pixels takes some 6 s.
  private static let maxSeconds = 60

  /// Ends the program where a document wants more memory than a laptop can spare.
  private static func limitMemory() {
    var limit = rlimit(rlim_cur: maxAddressBytes, rlim_max: maxAddressBytes)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  }

  /// Lets the system end the program after `maxSeconds` of a processor from now on (SIGPROF).
  private static func allowTime() {
    var limit = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: maxSeconds, tv_usec: 0))
    setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &limit, nil)
  }

  // MARK: - The document

  /// Maps the document and has poppler open it.
  private static func open(_ document: inout OpaquePointer?) -> PageResult {
    var status = stat()
    guard fstat(PageDescriptor.document, &status) == 0, status.st_size > 0 else { return .damaged }
    let count = Int(status.st_size)
    guard let bytes = mmap(nil, count, PROT_READ, MAP_PRIVATE, PageDescriptor.document, 0), bytes != MAP_FAILED
    else { return .noMemory }
    return result(wt_pdf_open(bytes, count, &document))
  }

  /// Draws a page and sends the answer.
  /// - Returns: false where the other end is gone.
  private static func draw(
    _ page: Int64, of document: OpaquePointer, dotsPerInch: Int64, maxPixels: Int64, _ socket: PageSocket
  ) -> Bool {
    var pixels: UnsafeMutablePointer<UInt8>?
    var (width, height): (UInt32, UInt32) = (0, 0)
    let status = wt_pdf_render(
      document, Int32(clamping: page), Double(dotsPerInch), UInt64(max(0, maxPixels)), &pixels, &width, &height)
    defer { free(pixels) }
    return socket.send((result(status).rawValue, Int64(width), Int64(height)))
      && socket.send(UnsafeRawBufferPointer(start: pixels, count: Int(width) * Int(height)))
  }

  private static func result(_ status: wt_pdf_status) -> PageResult {
    switch status {
    case wt_pdf_ok: .done
    case wt_pdf_no_library: .noLibrary
    case wt_pdf_no_such_page: .noSuchPage
    case wt_pdf_too_large: .tooLarge
    case wt_pdf_no_memory: .noMemory
    default: .damaged
    }
  }
}
