import Cryptography
import Drawing
import Files
import FoundationEssentials

/// Makes many labels of one template, each read back before it counts. The same requests give the same files
/// whatever the number of threads.
public struct LabelBatch {
  /// Number of threads that labels may be made by, inclusive.
  public static let workers = 1...64
  /// Number of labels that one thread makes at a stretch and that are reported together.
  private static let labelsPerReport = 16
  /// Most stretches that are made before the first of them is reported, so that threads have work while a report is
  /// brought onto the disk.
  private static let maxAhead = 128
  /// One label of so many is read back dot by dot, the first of a batch among them.
  private static let fullScrutinyEvery = 100

  private let makers: [Maker]
  private let folder: String

  /// A label maker that one thread of a batch uses until it ends.
  private final class Maker: @unchecked Sendable {
    let maker: LabelMaker

    init(_ maker: LabelMaker) { self.maker = maker }
  }

  /// Prepares a maker for each thread.
  /// - Parameters:
  ///   - folder: The folder that labels go to, as `<code>.png` or `.svg`; it has to be there.
  ///   - workers: Number of threads, within `LabelBatch.workers`.
  /// - Throws: what `LabelMaker.init` throws.
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

  /// Makes the labels in order. What has been reported is in its file; a label that cannot be made or does not read
  /// stops the batch and is named, after all before it were reported, and leaves no file of a later one.
  /// - Parameters:
  ///   - isCancelled: Asked between reports; true ends the batch early.
  ///   - report: Gets the labels made since the last time, in order, on the caller's thread, while the next ones are
  ///     being made. An error that it throws ends the batch.
  /// - Returns: Number of labels that were made.
  /// - Throws: `label`, and what `report` throws.
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
