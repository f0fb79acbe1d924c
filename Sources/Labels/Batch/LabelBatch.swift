import Cryptography
import Drawing
import Files
import FoundationEssentials

/// Makes many labels of one template and reads each back before it counts. The same requests give the same
/// files whatever the number of threads.
public struct LabelBatch {
  /// Numbers of threads that may make labels, inclusive.
  public static let workers = 1...64
  /// Number of labels that one thread makes as one piece of work and that are reported together.
  private static let labelsPerReport = 16
  /// Maximum number of pieces that are made before the first of them is reported, so that threads have work
  /// while a report is written to disk.
  private static let maxAhead = 128
  /// Interval of full checks: one of this number of labels is read back dot by dot, beginning with the first of
  /// a batch.
  private static let fullScrutinyEvery = 100

  private let makers: [Maker]
  private let folder: String

  /// A label maker that one thread of a batch uses to its end.
  private final class Maker: @unchecked Sendable {
    let maker: LabelMaker

    init(_ maker: LabelMaker) { self.maker = maker }
  }

  /// Prepares a maker for each thread.
  /// - Parameters:
  ///   - folder: The existing folder of the labels, which are called `<code>.png` or `.svg`.
  ///   - workers: Number of threads, within `LabelBatch.workers`.
  /// - Throws: the errors of `LabelMaker.init`.
  public init(template: LabelTemplate, settings: LabelMaker.Settings, folder: String, workers: Int)
    throws(LabelError)
  {
    let count = min(max(workers, Self.workers.lowerBound), Self.workers.upperBound)
    var makers: [Maker] = []
    for _ in 0..<count { makers.append(Maker(try LabelMaker(template: template, settings: settings))) }
    self.makers = makers
    self.folder = folder
  }

  // MARK: - Making

  /// Makes the labels in order. A label is reported when it is in its file. A label that cannot be made or read
  /// stops the batch and is named, after all labels before it were reported; no file of a later label is left.
  /// - Parameters:
  ///   - isCancelled: Called between reports; true ends the batch early.
  ///   - onEvent: Receives the labels made since its last call, in order, on the caller's thread, while the
  ///     next ones are being made. An error that the closure throws ends the batch.
  /// - Returns: Number of labels that were made.
  /// - Throws: `label`, and the errors of `onEvent`.
  @discardableResult
  public func run(
    _ requests: some Sequence<LabelRequest>, isCancelled: () -> Bool = { false },
    onEvent: ([FiledLabel]) throws -> Void
  ) throws -> Int {
    let (makers, folder) = (makers, folder)
    let pool = OrderedWorkerPool<(index: Int, request: LabelRequest), FiledLabel>(workers: makers.count) {
      (worker, item) throws(LabelError) in
      try Self.make(item.request, index: item.index, with: makers[worker].maker, folder: folder)
    }
    defer {
      for outcome in pool.end() { for label in outcome.values { try? FilePath(label.file).removeFile() } }
    }
    var requests = requests.enumerated().makeIterator()
    var isEnded = false
    var count = 0
    while true {
      while !isEnded, pool.pendingCount < Self.maxAhead {
        var stretch: [(index: Int, request: LabelRequest)] = []
        while stretch.count < Self.labelsPerReport, let (index, request) = requests.next() {
          stretch.append((index, request))
        }
        isEnded = stretch.count < Self.labelsPerReport
        if !stretch.isEmpty { pool.submit(stretch) }
      }
      guard let made = pool.next() else { return count }
      count += made.values.count
      if !made.values.isEmpty { try onEvent(made.values) }
      if let error = made.error { throw error }
      if isCancelled() {
        isEnded = true
        pool.stop()
      }
    }
  }

  private static func make(_ request: LabelRequest, index: Int, with maker: LabelMaker, folder: String)
    throws(LabelError)
    -> FiledLabel
  {
    do {
      let (bytes, place) = try maker.draw(fields: request.fields, payload: request.payload)
      let file = LabelFile.path(of: request.payload.code, in: folder, format: maker.format)
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
      return FiledLabel(
        index: index, request: request, file: file,
        moduleMillimetres: Length.millimetres(
          dots: place.dots.dotsPerModule, dotsPerInch: maker.dotsPerInch),
        correction: place.dots.symbol.correction.rawValue, sha256: digest, wasThere: wasThere)
    } catch {
      throw .label(code: request.payload.code, line: request.line, error)
    }
  }
}
