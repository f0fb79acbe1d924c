import Glibc
import Synchronization

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
  }

  /// Threads, inclusive.
  public static let jobs = 1...64
  /// So many labels a thread are made between two reports.
  private static let labelsPerReport = 32
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

  /// Makes the labels in order. What has been reported is on disk; a label that cannot be made or does not read
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
    var orders = orders.makeIterator()
    var count = 0
    var isEnded = false
    var finished: Round?
    while true {
      var wanted: [Order] = []
      while !isEnded, wanted.count < makers.count * Self.labelsPerReport, let order = orders.next() {
        wanted.append(order)
      }
      let running = wanted.isEmpty ? nil : Round(first: count, orders: wanted, makers: makers, folder: folder)
      count += wanted.count
      do {
        if let finished { try finished.hand(to: report) }
      } catch {
        running?.discard()
        throw error
      }
      guard let running else { return count }
      running.wait()
      finished = running
      isEnded = shouldStop() || running.hasFailed
    }
  }

  /// The labels between two reports, being made by the threads.
  private final class Round {
    private enum Outcome: Sendable {
      case made(Made)
      case failed(LabelError)
    }

    private let outcomes: Outcomes
    private let threads: WorkerThreads

    private final class Outcomes: Sendable {
      let byPiece: Mutex<[Outcome?]>
      let hasFailed = Atomic<Bool>(false)

      init(count: Int) { byPiece = Mutex([Outcome?](repeating: nil, count: count)) }
    }

    init(first: Int, orders: [Order], makers: [Maker], folder: String) {
      let outcomes = Outcomes(count: orders.count)
      self.outcomes = outcomes
      threads = WorkerThreads(count: makers.count, pieces: orders.count) { worker, piece in
        if outcomes.hasFailed.load(ordering: .relaxed) { return false }
        let outcome: Outcome
        do throws(LabelError) {
          outcome = .made(
            try LabelBatch.make(orders[piece], index: first + piece, with: makers[worker].maker, folder: folder)
          )
        } catch {
          outcomes.hasFailed.store(true, ordering: .relaxed)
          outcome = .failed(error)
        }
        outcomes.byPiece.withLock { $0[piece] = outcome }
        return true
      }
    }

    var hasFailed: Bool { outcomes.hasFailed.load(ordering: .relaxed) }

    func wait() { threads.wait() }

    /// Reports what was made up to the first that failed, and takes away what was made after it.
    func hand(to report: ([Made]) throws -> Void) throws {
      let all = outcomes.byPiece.withLock { $0 }
      var made: [Made] = []
      for (piece, outcome) in all.enumerated() {
        switch outcome {
        case .made(let label): made.append(label)
        case .failed(let error):
          Self.remove(all[piece...])
          if !made.isEmpty { try report(made) }
          throw error
        case nil: break
        }
      }
      try report(made)
    }

    /// Ends early: nothing of it was reported, nothing of it stays.
    func discard() {
      outcomes.hasFailed.store(true, ordering: .relaxed)
      wait()
      Self.remove(outcomes.byPiece.withLock { $0 }[...])
    }

    private static func remove(_ outcomes: ArraySlice<Outcome?>) {
      for case .made(let label) in outcomes { unlink(label.file) }
    }
  }

  private static func make(_ order: Order, index: Int, with maker: LabelMaker, folder: String)
    throws(LabelError)
    -> Made
  {
    do {
      let label = try maker.make(
        fields: order.fields, payload: order.payload,
        scrutiny: index % fullScrutinyEvery == 0 ? .full : .thinned)
      let file = "\(folder)/\(order.payload.code).\(label.format.rawValue)"
      try LabelFile.write(label.bytes, to: file)
      return Made(
        index: index, order: order, file: file, moduleMillimetres: label.moduleMillimetres,
        correction: label.correction)
    } catch {
      throw .label(code: order.payload.code, line: order.line, error)
    }
  }
}
