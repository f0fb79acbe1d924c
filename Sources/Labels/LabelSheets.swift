import Drawing
import FoundationEssentials
import Glibc
import Synchronization

/// Makes many labels as pages of PDF: real text, vector modules, spot colours; each label read back from its
/// page's operators, and pages from the finished file as poppler renders them. The same orders give the same
/// files whatever the number of threads.
public struct LabelSheets {
  /// Which pages are rendered by poppler and read again; the first of a file always is.
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

  /// Makes the files: `output` itself, or, where there are more pages than one file has, `-001` and so on before
  /// its extension. What has been reported is in a finished file that was read back; what cannot be made or does
  /// not read ends the batch, is named, and leaves no file with it in.
  /// - Parameters:
  ///   - progress: labels made so far, those of unfinished files included.
  ///   - report: the labels of each file when it is finished.
  /// - Returns: the files.
  @discardableResult
  public func run(
    _ orders: [LabelBatch.Order], output: String, title: String, shouldStop: () -> Bool = { false },
    progress: (Int) -> Void = { _ in }, report: ([LabelBatch.Made]) throws -> Void
  ) throws -> [String] {
    let total = layout.pageCount(labels: orders.count)
    var files: [String] = []
    for first in stride(from: 0, to: total, by: Self.mostPages) {
      let range = first..<min(first + Self.mostPages, total)
      let file = total > Self.mostPages ? Self.numbered(output, first / Self.mostPages + 1) : output
      let draft = file + ".part"
      do {
        guard
          let marks = try write(
            range, of: orders, to: draft, title: title, shouldStop: shouldStop, progress: progress)
        else {
          unlink(draft)
          return files
        }
        try verify(draft, marks, orders)
        guard rename(draft, file) == 0 else { throw LabelError.unwritable(file: file, errno: errno) }
        files.append(file)
        try report(
          marks.joined().map { mark in
            LabelBatch.Made(
              index: mark.order, order: orders[mark.order], file: file,
              moduleMillimetres: mark.moduleMillimetres,
              correction: mark.dots.symbol.correction.rawValue)
          })
      } catch {
        unlink(draft)
        throw error
      }
    }
    return files
  }

  private static func numbered(_ output: String, _ number: Int) -> String {
    let digits = String(number)
    let suffix = "-" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    return output.lowercased().hasSuffix(".pdf")
      ? String(output.dropLast(4)) + suffix + String(output.suffix(4)) : output + suffix
  }

  // MARK: - Pages

  /// - Returns: the marks of each page; nil where it was told to stop.
  private func write(
    _ range: Range<Int>, of orders: [LabelBatch.Order], to file: String, title: String, shouldStop: () -> Bool,
    progress: (Int) -> Void
  ) throws -> [[LabelPage.Mark]]? {
    let book = try PageBook(file: file, layout: layout, inks: inks, dotsPerInch: dotsPerInch, title: title)
    var marks: [[LabelPage.Mark]] = []
    let perRound = pages.count * max(1, 64 / layout.places.count)
    for first in stride(from: range.lowerBound, to: range.upperBound, by: perRound) {
      if shouldStop() { return nil }
      let numbers = first..<min(first + perRound, range.upperBound)
      for made in try make(Array(numbers), of: orders) {
        try book.add(made)
        marks.append(made.marks)
        if let last = made.marks.last { progress(last.order + 1) }
      }
    }
    // Whichever thread drew a label has the forms.
    guard let forms = pages.lazy.compactMap({ $0.page.forms }).first else { return marks }
    try book.finish(forms)
    return marks
  }

  private func make(_ numbers: [Int], of orders: [LabelBatch.Order]) throws -> [LabelPage.Made] {
    let outcomes = Outcomes<LabelPage.Made>(count: numbers.count)
    let (layout, pages) = (layout, pages)
    WorkerThreads(count: pages.count, pieces: numbers.count) { worker, piece in
      outcomes.take(piece) { () throws(LabelError) -> LabelPage.Made in
        try pages[worker].page.make(
          layout.labels(ofPage: numbers[piece], of: orders.count).map { ($0.label, orders[$0.label], $0.place) }
        )
      }
    }.wait()
    return try outcomes.all()
  }

  // MARK: - Reading back

  private func verify(_ file: String, _ marks: [[LabelPage.Mark]], _ orders: [LabelBatch.Order]) throws {
    let numbers = Array(stride(from: 0, to: marks.count, by: verification.every))
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(filePath: file), options: .alwaysMapped)
    } catch { throw LabelError.unwritable(file: file, errno: errno) }
    // A document of its own for each thread, which opens it when it takes its first page.
    let documents = (0..<pages.count).map { _ in Pages() }
    let outcomes = Outcomes<Bool>(count: numbers.count)
    let inks = inks
    WorkerThreads(count: pages.count, pieces: numbers.count) { worker, piece in
      outcomes.take(piece) { () throws(LabelError) -> Bool in
        let number = numbers[piece]
        try Self.verify(documents[worker].document(bytes), page: number, marks[number], orders, inks)
        return true
      }
    }.wait()
    _ = try outcomes.all()
  }

  /// One thread's.
  private final class Pages: @unchecked Sendable {
    private var opened: PDFPages?

    func document(_ bytes: Data) throws(LabelError) -> PDFPages {
      if let opened { return opened }
      do {
        let document = try PDFPages(bytes)
        opened = document
        return document
      } catch { throw .drawing(error) }
    }
  }

  private static func verify(
    _ document: PDFPages, page: Int, _ marks: [LabelPage.Mark], _ orders: [LabelBatch.Order], _ inks: LabelInks
  ) throws(LabelError) {
    guard let module = marks.map(\.moduleMillimetres).min() else { return }
    // Four pixels a module.
    let resolution = Int((4 * Length.millimetresPerInch / module).rounded(.up))
    let picture: GreyImage
    do {
      picture = try document.picture(ofPage: page, dotsPerInch: resolution, mostPixels: LabelReader.mostPixels)
    } catch { throw .drawing(error) }
    for mark in marks {
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
        let order = orders[mark.order]
        throw .label(code: order.payload.code, line: order.line, error)
      }
    }
  }
}

/// What threads bring back, by piece. The first that fails ends the taking of further ones.
final class Outcomes<Value: Sendable>: Sendable {
  private let byPiece: Mutex<[Result<Value, LabelError>?]>
  private let hasFailed = Atomic<Bool>(false)

  init(count: Int) { byPiece = Mutex(Array(repeating: nil, count: count)) }

  /// - Returns: whether to go on.
  func take(_ piece: Int, _ work: () throws(LabelError) -> Value) -> Bool {
    if hasFailed.load(ordering: .relaxed) { return false }
    let result: Result<Value, LabelError>
    do {
      result = .success(try work())
    } catch {
      hasFailed.store(true, ordering: .relaxed)
      result = .failure(error)
    }
    byPiece.withLock { $0[piece] = result }
    return true
  }

  /// In order; throws what the first that failed threw.
  func all() throws(LabelError) -> [Value] {
    var values: [Value] = []
    for result in byPiece.withLock({ $0 }) {
      if let result { values.append(try result.get()) }
    }
    return values
  }
}
