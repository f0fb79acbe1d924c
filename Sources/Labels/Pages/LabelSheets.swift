import Drawing
import Files
import FoundationEssentials

/// Makes many labels as pages of PDF: real text, vector modules, spot colours. Each label is read back from its page's
/// operators, the finished files are opened anew and held against the list page by page, and some pages are read as
/// poppler renders them. The same orders give the same files whatever the number of threads.
public struct LabelSheets {
  /// Which pages are rendered by poppler and read again, which shows how well symbols print; the first of a file always
  /// is. Which labels the files hold is never sampled.
  public enum Verification: String, Hashable, Sendable, CaseIterable {
    /// One in twenty.
    case sample
    case pages

    var every: Int { self == .pages ? 1 : 20 }
  }

  /// More pages than this are several files: what a raster image processor takes at once, and so that no more
  /// than this is lost where one is bad.
  public static let mostPages = 250

  private let pages: [Page]
  private let layout: SheetLayout
  private let inks: LabelInks
  private let verification: Verification
  private let dotsPerInch: Int
  /// Opens a file of pages; a test may put one in its place that spoils its pages.
  var makeBook: BookMaker = PageBook.init(file:layout:inks:dotsPerInch:title:)

  typealias BookMaker = (
    _ file: String, _ layout: SheetLayout, _ inks: LabelInks, _ dotsPerInch: Int, _ title: String
  ) throws(LabelError) -> PageBook

  /// One thread's at a time.
  private final class Page: @unchecked Sendable {
    let page: LabelPage

    init(_ page: LabelPage) { self.page = page }
  }

  /// - Throws: what `LabelMaker.init` throws.
  public init(
    template: LabelTemplate, settings: LabelMaker.Settings, layout: SheetLayout, inks: LabelInks,
    verification: Verification, jobs: Int
  ) throws(LabelError) {
    let count = min(max(jobs, LabelBatch.jobs.lowerBound), LabelBatch.jobs.upperBound)
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

  /// So many pages are made at most before the first of them is written.
  private static let mostAhead = 32
  /// So many while a file is read back, which takes about as long as making them.
  private static let mostAheadOfReading = 128

  /// What happens while files are made, in this order for each file.
  public enum Event: Hashable, Sendable {
    /// Labels drawn and read back from their operators so far, those of unfinished files included.
    case made(labels: Int)
    /// A file stands in its place.
    case finished(file: String)
  }

  /// Files that were opened anew and hold every label of the list exactly once, in its order.
  public struct Delivery: Hashable, Sendable {
    public let files: [String]
    /// Number of labels found in them.
    public let labels: Int
    /// The first of them; nil where the list is empty.
    public let first: LabelBatch.Made?
  }

  /// Makes the files: `output` itself, or, where there are more pages than one file has, `-001` and so on before
  /// its extension. No label counts before all files are in their places and account for the whole list. What cannot be
  /// made or does not read ends the batch, is named, and leaves no file with it in.
  /// - Parameters:
  ///   - count: Number of orders.
  ///   - shouldStop: Asked before each page; true ends the batch, and no label of it counts.
  /// - Returns: nil where the batch was stopped.
  /// - Throws: `label`, `notAccountedFor`, `unwritable`, `drawing`.
  @discardableResult
  public func run(
    _ orders: some Sequence<LabelBatch.Order>, count: Int, output: String, title: String,
    shouldStop: () -> Bool = { false }, events: (Event) -> Void = { _ in }
  ) throws -> Delivery? {
    guard let some = orders.first(where: { _ in true }) else {
      return Delivery(files: [], labels: 0, first: nil)
    }
    // Said before the work, not after it.
    guard QPDFContents.isAvailable else { throw LabelError.drawing(.pdf(.noQPDF)) }
    let forms = try pages[0].page.forms(from: some)
    let pages = pages
    let crew = Crew<[LabelPage.Wanted], LabelPage.Made>(workers: pages.count) {
      (worker, labels) throws(LabelError) in
      try pages[worker].page.make(labels, forms: forms)
    }
    defer { _ = crew.end() }
    let total = layout.pageCount(labels: count)
    var wanted = wantedPages(of: orders, count: count).makeIterator()
    var ledger = PageLedger()
    var files: [String] = []
    var firstMark: LabelPage.Mark?
    var made = 0
    for first in stride(from: 0, to: total, by: Self.mostPages) {
      let file = total > Self.mostPages ? Self.numbered(output, first / Self.mostPages + 1) : output
      let book = try makeBook(file, layout, inks, dotsPerInch, title)
      // What is not in its place by then leaves nothing behind.
      defer { book.discard() }
      var samples: [Sample] = []
      for number in 0..<min(Self.mostPages, total - first) {
        if shouldStop() { return nil }
        _ = Self.give(&wanted, to: crew, ahead: Self.mostAhead)
        guard let outcome = crew.take() else { break }
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
      let isMore = Self.give(&wanted, to: crew, ahead: Self.mostAheadOfReading)
      try book.finish(forms)
      try verify(book.draftPath, samples, workers: isMore && verification == .sample ? 1 : pages.count)
      try book.place()
      files.append(file)
      events(.finished(file: file))
    }
    do {
      try ledger.account(for: files).check(against: orders)
    } catch {
      // Nobody may print what is not the list.
      for file in files { try? FilePath(file).removeFile() }
      throw error
    }
    return Delivery(files: files, labels: made, first: files.first.flatMap { firstMark?.made(in: $0) })
  }

  /// Keeps the crew in work. A function of its own: an iterator of an opaque type that a nested function captures
  /// starts again at each call (Swift 6.3.1).
  /// - Returns: false where the crew has been given the last page.
  private static func give(
    _ pages: inout some IteratorProtocol<[LabelPage.Wanted]>, to crew: Crew<[LabelPage.Wanted], LabelPage.Made>,
    ahead: Int
  ) -> Bool {
    while crew.inHand < ahead {
      guard let page = pages.next() else { return false }
      crew.give([page])
    }
    return true
  }

  /// The labels of each page in turn.
  private func wantedPages(of orders: some Sequence<LabelBatch.Order>, count: Int) -> some Sequence<
    [LabelPage.Wanted]
  > {
    let layout = layout
    return sequence(state: (page: 0, orders: orders.makeIterator())) { state in
      guard state.page < layout.pageCount(labels: count) else { return nil }
      var labels: [LabelPage.Wanted] = []
      for (index, place) in layout.labels(ofPage: state.page, of: count) {
        guard let order = state.orders.next() else { break }
        labels.append(LabelPage.Wanted(index: index, order: order, place: place))
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
    /// In its file, from 0.
    let page: Int
    let marks: [LabelPage.Mark]
  }

  /// - Parameter workers: one, where the others go on making pages; every document that is open takes its room.
  private func verify(_ file: String, _ samples: [Sample], workers: Int) throws {
    let bytes: Data
    do throws(FileError) {
      bytes = try OpenFile(reading: FilePath(file)).mapped()
    } catch { throw LabelError.unwritable(file: file, errno: error.errno) }
    // A document of its own for each thread, which opens it when it takes its first page.
    let documents = (0..<workers).map { _ in Pages() }
    let inks = inks
    let crew = Crew<Sample, Void>(workers: workers) {
      (worker, sample) throws(LabelError) in
      try Self.verify(documents[worker].document(bytes), sample, inks)
    }
    defer { _ = crew.end() }
    for sample in samples { crew.give([sample]) }
    while let outcome = crew.take() { if let error = outcome.error { throw error } }
  }

  /// One thread's.
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
    // Four pixels a module.
    let resolution = Int((4 * Length.millimetresPerInch / module).rounded(.up))
    let picture: GreyImage
    do {
      picture = try document.picture(
        ofPage: sample.page, dotsPerInch: resolution, mostPixels: LabelReader.mostPixels)
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
        throw .label(code: mark.order.payload.code, line: mark.order.line, error)
      }
    }
  }
}
