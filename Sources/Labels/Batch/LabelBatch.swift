public import Cryptography
import Drawing
import Files
import FoundationEssentials

/// Makes many labels of one template, each read back before it counts. The same orders give the same files
/// whatever the number of threads.
public struct LabelBatch {
  /// A label wanted.
  public struct Order: Hashable, Sendable {
    /// Of the list it stands in; for errors.
    public let line: Int
    public let payload: LabelPayload
    public let fields: [String: String]

    public init(line: Int, payload: LabelPayload, fields: [String: String]) {
      self.line = line
      self.payload = payload
      self.fields = fields
    }
  }

  /// A label that is in its file and was read back from the bytes written there.
  public struct Made: Hashable, Sendable {
    /// Of its order, from 0.
    public let index: Int
    public let order: Order
    public let file: String
    /// Of the symbol.
    public let moduleMillimetres: Double
    /// L, M, Q or H.
    public let correction: String
    /// Of the file, where the label has one of its own.
    public let sha256: SHA256Digest?
    /// Whether an earlier run had left the very same file behind, which was read back instead of being written.
    public var wasThere = false
  }

  /// Threads, inclusive.
  public static let jobs = 1...64
  /// So many labels are made by one thread at a stretch, and reported together.
  private static let labelsPerReport = 16
  /// So many stretches are made at most before the first of them is reported: threads have work while a report is
  /// brought onto the disk.
  private static let mostAhead = 128
  /// Every so many labels one is read back dot by dot; the first of them is.
  private static let fullScrutinyEvery = 100

  private let makers: [Maker]
  private let folder: String

  /// One thread's; the threads of a batch take one each and give it back by ending.
  private final class Maker: @unchecked Sendable {
    let maker: LabelMaker

    init(_ maker: LabelMaker) { self.maker = maker }
  }

  /// - Parameters:
  ///   - folder: where the labels go, `<code>.png` or `.svg` each; it is there.
  ///   - jobs: threads.
  /// - Throws: what `LabelMaker.init` throws.
  public init(template: LabelTemplate, settings: LabelMaker.Settings, folder: String, jobs: Int)
    throws(LabelError)
  {
    let count = min(max(jobs, Self.jobs.lowerBound), Self.jobs.upperBound)
    var makers: [Maker] = []
    for _ in 0..<count { makers.append(Maker(try LabelMaker(template: template, settings: settings))) }
    self.makers = makers
    self.folder = folder
  }

  // MARK: - Making

  /// Makes the labels in order. What has been reported is in its file; a label that cannot be made or does not read
  /// stops the batch and is named, after all before it were reported, and leaves no file of a later one.
  /// - Parameters:
  ///   - shouldStop: asked between reports; true ends the batch early.
  ///   - report: gets the labels made since the last time, in order, on the caller's thread; the next ones are
  ///     being made meanwhile. What it throws ends the batch.
  /// - Returns: how many were made.
  /// - Throws: `label`, and what `report` throws.
  @discardableResult
  public func run(
    _ orders: some Sequence<Order>, shouldStop: () -> Bool = { false }, report: ([Made]) throws -> Void
  ) throws -> Int {
    let (makers, folder) = (makers, folder)
    let crew = Crew<(index: Int, order: Order), Made>(workers: makers.count) {
      (worker, item) throws(LabelError) in
      try Self.make(item.order, index: item.index, with: makers[worker].maker, folder: folder)
    }
    defer {
      for outcome in crew.end() { for label in outcome.values { try? FilePath(label.file).removeFile() } }
    }
    var orders = orders.enumerated().makeIterator()
    var isEnded = false
    var count = 0
    while true {
      while !isEnded, crew.inHand < Self.mostAhead {
        var stretch: [(index: Int, order: Order)] = []
        while stretch.count < Self.labelsPerReport, let (index, order) = orders.next() {
          stretch.append((index, order))
        }
        isEnded = stretch.count < Self.labelsPerReport
        if !stretch.isEmpty { crew.give(stretch) }
      }
      guard let made = crew.take() else { return count }
      count += made.values.count
      if !made.values.isEmpty { try report(made.values) }
      if let error = made.error { throw error }
      if shouldStop() {
        isEnded = true
        crew.stop()
      }
    }
  }

  private static func make(_ order: Order, index: Int, with maker: LabelMaker, folder: String)
    throws(LabelError)
    -> Made
  {
    do {
      let (bytes, place) = try maker.draw(fields: order.fields, payload: order.payload)
      let file = LabelFile.path(of: order.payload.code, in: folder, format: maker.format)
      func readBack(_ written: Data) throws(LabelError) -> SHA256Digest {
        _ = try maker.verify(
          written, place: place, scrutiny: index % fullScrutinyEvery == 0 ? .full : .thinned)
        return SHA256Digest(of: written)
      }
      let wasThere = LabelFile.holds(bytes, file)
      let digest: SHA256Digest
      if wasThere {
        digest = try readBack(bytes)
      } else {
        digest = try LabelFile.write(bytes, to: file) { (written) throws(LabelError) in try readBack(written) }
      }
      return Made(
        index: index, order: order, file: file,
        moduleMillimetres: Length.millimetres(
          dots: place.dots.dotsPerModule, dotsPerInch: maker.dotsPerInch),
        correction: place.dots.symbol.correction.rawValue, sha256: digest, wasThere: wasThere)
    } catch {
      throw .label(code: order.payload.code, line: order.line, error)
    }
  }
}
