import Drawing
import Files
import FoundationEssentials

/// Makes many labels as pages of PDF: real text, vector modules, spot colours. Each label is read back from its
/// page's operators, the finished files are opened anew and compared with the list page by page, and some pages
/// are read as poppler renders them. The same requests give the same files whatever the number of threads.
public struct LabelSheets {
  /// Choice of the pages that poppler renders and the decoder reads again, to show how well symbols print. The
  /// first page of a file is always among them. Whether the files hold the right labels is checked on all pages
  /// in any case.
  public enum Verification: String, Hashable, Sendable, CaseIterable {
    /// Reads one page in twenty again.
    case sample
    /// Reads all pages again.
    case pages

    var every: Int { self == .pages ? 1 : 20 }
  }

  /// Maximum number of pages in one file, so that a raster image processor can take a whole file, and a bad
  /// file costs no more than these pages.
  public static let maxPages = 250

  private let pages: [Page]
  private let layout: SheetLayout
  private let inks: LabelInks
  private let verification: Verification
  private let dotsPerInch: Int
  /// Opens a file of pages; a test may replace the function by one that damages its pages.
  var makeBook: BookMaker = PageBook.init(file:layout:inks:dotsPerInch:title:)

  typealias BookMaker = (
    _ file: String, _ layout: SheetLayout, _ inks: LabelInks, _ dotsPerInch: Int, _ title: String
  ) throws(LabelError) -> PageBook

  /// A page maker that only one thread uses at a time.
  private final class Page: @unchecked Sendable {
    let page: LabelPage

    init(_ page: LabelPage) { self.page = page }
  }

  /// - Throws: the errors of `LabelMaker.init`.
  public init(
    template: LabelTemplate, settings: LabelMaker.Settings, layout: SheetLayout, inks: LabelInks,
    verification: Verification, workers: Int
  ) throws(LabelError) {
    let count = min(max(workers, LabelBatch.workers.lowerBound), LabelBatch.workers.upperBound)
    var pages: [Page] = []
    for _ in 0..<count {
      pages.append(
        Page(
          LabelPage(maker: try LabelMaker(template: template, settings: settings), layout: layout, inks: inks)))
    }
    self.pages = pages
    self.layout = layout
    self.inks = inks
    self.verification = verification
    dotsPerInch = pages[0].page.maker.dotsPerInch
  }

  // MARK: - Making

  /// Maximum number of pages that are made before the first of them is written.
  private static let maxAhead = 32
  /// Maximum number of pages that are made while a file is read back, which takes about as long as making them.
  private static let maxAheadOfReading = 128

  /// An event while files are made; the events of each file come in this order.
  public enum Event: Hashable, Sendable {
    /// Number of labels drawn and read back from their operators so far, including those of unfinished files.
    case made(labels: Int)
    /// A file is in its place.
    case finished(file: String)
  }

  /// Files that were opened anew and hold every label of the list exactly once, in the list's order.
  public struct Delivery: Hashable, Sendable {
    public let files: [String]
    /// Number of labels found in the files.
    public let labels: Int
    /// The first label in the files; nil where the list is empty.
    public let first: FiledLabel?
  }

  /// Makes the files. A single file is `output` itself; several files have `-001` and so on before the
  /// extension. No label counts before all files are in their places and account for the whole list. A label
  /// that cannot be made or read ends the batch and is named; no file that contains it is left.
  /// - Parameters:
  ///   - count: Number of requests.
  ///   - isCancelled: Called before each page is taken and after each page is read back; true ends the batch, and none of its labels counts.
  /// - Returns: nil where the batch was stopped.
  /// - Throws: `label`, `notAccountedFor`, `unwritable`, `drawing`.
  @discardableResult
  public func run(
    _ requests: some Sequence<LabelRequest>, count: Int, output: String, title: String,
    isCancelled: () -> Bool = { false }, events: (Event) -> Void = { _ in }
  ) throws -> Delivery? {
    guard let some = requests.first(where: { _ in true }) else {
      return Delivery(files: [], labels: 0, first: nil)
    }
    // A missing library or program is reported before the work and not after it.
    guard QPDFContents.isAvailable else { throw LabelError.drawing(.pdf(.noQPDF)) }
    do { try PopplerPages.checkProgram() } catch { throw LabelError.drawing(error) }
    let forms = try pages[0].page.forms(from: some)
    let pages = pages
    let pool = OrderedWorkerPool<[LabelPage.Placement], LabelPage.Drawn>(workers: pages.count) {
      (worker, labels) throws(LabelError) in
      try pages[worker].page.make(labels, forms: forms)
    }
    defer { _ = pool.end() }
    let total = layout.pageCount(labels: count)
    var placements = placements(of: requests, count: count).makeIterator()
    var ledger = PageLedger()
    var files: [String] = []
    var firstMark: LabelPage.Mark?
    var made = 0
    for first in stride(from: 0, to: total, by: Self.maxPages) {
      let file = total > Self.maxPages ? Self.numbered(output, first / Self.maxPages + 1) : output
      let book = try makeBook(file, layout, inks, dotsPerInch, title)
      // A book that is not in its place at the end of this scope leaves no file behind.
      defer { book.discard() }
      var samples: [Sample] = []
      for number in 0..<min(Self.maxPages, total - first) {
        if isCancelled() { return nil }
        _ = Self.submit(&placements, to: pool, ahead: Self.maxAhead)
        guard let outcome = pool.next() else { break }
        if let error = outcome.error { throw error }
        for page in outcome.values {
          ledger.add(page)
          try book.add(page)
          if number.isMultiple(of: verification.every) {
            samples.append(Sample(page: number, marks: page.marks))
          }
          firstMark = firstMark ?? page.marks.first
          made += page.marks.count
        }
        events(.made(labels: made))
      }
      let isMore = Self.submit(&placements, to: pool, ahead: Self.maxAheadOfReading)
      try book.finish(forms)
      let readers = isMore && verification == .sample ? 1 : pages.count
      guard try verify(book.draftPath, samples, workers: readers, isCancelled) else { return nil }
      try book.place()
      files.append(file)
      events(.finished(file: file))
    }
    do {
      try ledger.account(for: files, threads: pages.count).check(against: requests)
    } catch {
      // Files that do not match the list are removed, so that nobody prints them.
      for file in files { try? FilePath(file).removeFile() }
      throw error
    }
    return Delivery(files: files, labels: made, first: files.first.flatMap { firstMark?.filed(in: $0) })
  }

  /// Submits pages until `ahead` of them are pending. The code is a function of its own, because an iterator of
  /// an opaque type that a nested function captures starts again at each call (Swift 6.3.1).
  /// - Returns: false where the last page has been submitted.
  private static func submit(
    _ pages: inout some IteratorProtocol<[LabelPage.Placement]>,
    to pool: OrderedWorkerPool<[LabelPage.Placement], LabelPage.Drawn>,
    ahead: Int
  ) -> Bool {
    while pool.pendingCount < ahead {
      guard let page = pages.next() else { return false }
      pool.submit([page])
    }
    return true
  }

  /// The labels of each page in turn.
  private func placements(of requests: some Sequence<LabelRequest>, count: Int) -> some Sequence<
    [LabelPage.Placement]
  > {
    let layout = layout
    return sequence(state: (page: 0, requests: requests.makeIterator())) { state in
      guard state.page < layout.pageCount(labels: count) else { return nil }
      var labels: [LabelPage.Placement] = []
      for (index, place) in layout.labels(ofPage: state.page, of: count) {
        guard let request = state.requests.next() else { break }
        labels.append(LabelPage.Placement(index: index, request: request, place: place))
      }
      state.page += 1
      return labels
    }
  }

  private static func numbered(_ output: String, _ number: Int) -> String {
    let digits = String(number)
    let suffix = "-" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    return output.lowercased().hasSuffix(".pdf")
      ? String(output.dropLast(4)) + suffix + String(output.suffix(4)) : output + suffix
  }

  // MARK: - Reading back

  /// A page that is read from the finished file.
  private struct Sample: Sendable {
    /// Number of the page in its file, from 0.
    let page: Int
    let marks: [LabelPage.Mark]
  }

  /// Has poppler render sampled pages of a file, and reads their symbols.
  /// - Parameter workers: Number of threads; one while other threads are making pages, since every open
  ///   document takes memory.
  /// - Returns: false where the batch was stopped.
  private func verify(_ file: String, _ samples: [Sample], workers: Int, _ isCancelled: () -> Bool) throws
    -> Bool
  {
    let bytes: Data
    do throws(FileError) {
      bytes = try OpenFile(reading: FilePath(file)).mapped()
    } catch { throw LabelError.unwritable(file: file, errno: error.errno) }
    // Each thread has a document of its own and opens it when it takes its first page.
    let documents = (0..<workers).map { _ in Pages() }
    let inks = inks
    let pool = OrderedWorkerPool<Sample, Void>(workers: workers) {
      (worker, sample) throws(LabelError) in
      try Self.verify(documents[worker].document(bytes), sample, inks)
    }
    defer { _ = pool.end() }
    for sample in samples { pool.submit([sample]) }
    while let outcome = pool.next() {
      if let error = outcome.error { throw error }
      if isCancelled() { return false }
    }
    return true
  }

  /// A document that one thread opens when it takes its first page.
  private final class Pages: @unchecked Sendable {
    private var opened: PopplerPages?

    func document(_ bytes: Data) throws(LabelError) -> PopplerPages {
      if let opened { return opened }
      do {
        let document = try PopplerPages(bytes)
        opened = document
        return document
      } catch { throw .drawing(error) }
    }
  }

  private static func verify(_ document: PopplerPages, _ sample: Sample, _ inks: LabelInks) throws(LabelError) {
    guard let module = sample.marks.map(\.moduleMillimetres).min() else { return }
    // The resolution gives four pixels for each module.
    let resolution = Int((4 * Length.millimetresPerInch / module).rounded(.up))
    let picture: GreyImage
    do {
      picture = try document.picture(
        ofPage: sample.page, dotsPerInch: resolution, maxPixels: LabelReader.maxPixels)
    } catch { throw .drawing(error) }
    for mark in sample.marks {
      let scale = Double(resolution) / 72
      func pixels(_ from: Double, _ to: Double) -> Range<Int> {
        Int((from * scale).rounded())..<Int((to * scale).rounded())
      }
      do throws(LabelError) {
        guard
          let part = picture.part(
            columns: pixels(mark.box.x, mark.box.right), rows: pixels(mark.box.y, mark.box.bottom))
        else { throw LabelError.unreadable(.otherSize) }
        try LabelPage.check(part, shows: mark.dots.symbol, inks: inks)
      } catch {
        throw .label(code: mark.request.payload.code, line: mark.request.line, error)
      }
    }
  }
}
