import Cryptography
import Fieldbook
import FoundationEssentials
import Labels
import Records

/// Makes labels. The label shop lets the stock record a request as one order, makes the labels, compares the
/// delivered files with the request, hands labels to a printer, and counts them.
struct LabelShop {
  /// The functions by which the rest of the program writes files.
  struct Files {
    /// A function that writes a whole file.
    var write: (_ bytes: Data, _ path: String) throws -> Void
    /// A function that writes a whole file and returns when it is on disk.
    var writeSynced: (_ bytes: Data, _ path: String) throws -> Void
    /// A function that makes a folder where it is missing, and returns its absolute path.
    var makeFolder: (_ path: String) throws -> String
  }

  /// An event while a request is fulfilled, in this order; there is none where the request was fulfilled
  /// before.
  enum Event: Hashable {
    case began(labels: Int)
    /// The number of labels made so far, including those of earlier runs.
    case made(labels: Int)
  }

  /// The result of a request.
  struct Outcome: Hashable {
    /// Number of labels that exist now.
    var labels: Int
    /// Number of `labels` that an earlier run had made.
    var resumed: Int
    /// The time at which an earlier run had finished all labels; nil where this run made some.
    var finishedAt: Timestamp?
    /// Number of files that were compared with those of the earlier run.
    var comparedFiles = 0
  }

  let fieldbook: Fieldbook
  let clock: any Clock
  let files: Files
  /// Path of a temporary file for handing labels to a printer.
  let printerDraft: String
  /// Whether the user has asked to stop; checked between labels.
  let isCancelled: () -> Bool

  // MARK: - A request

  /// Makes the labels of a request, continues an interrupted order, or finds that the order is complete.
  /// - Parameter onEvent: A function that gets the events, on the caller's thread.
  /// - Throws: `BatchFilesChanged` where the order was complete and its files have changed since; `LabelsBusy`,
  ///   `FieldbookError` where a label may not be made, `LabelError`, `FileFailure`, `Cancelled`.
  func fulfil(_ request: Request, onEvent: (Event) -> Void = { _ in }) throws -> Outcome {
    let digest = RequestDigest.of(request)
    if request.reason == nil, let finished = try finishedOrder(of: request, digest: digest) {
      return try compare(finished, with: request)
    }
    onEvent(.began(labels: request.labels.count))
    let folder = try files.makeFolder(request.folder)
    let stockRequest = Fieldbook.StockRequest(
      codes: request.labels.map(\.payload.code), digest: digest, formerDigest: request.formerDigest,
      output: request.output, reason: request.reason, includesNew: request.includesNew)
    return try withOrder(stockRequest, staysOpen: true) { order in
      let delivery = OrderDelivery(of: request, order: order, folder: folder, shop: self)
      do {
        let outcome =
          switch request.form {
          case .files: try makeFiles(of: request, folder: folder, delivery, onEvent)
          case .pages(let pages): try makePages(pages, of: request, delivery, onEvent)
          }
        try delivery.flush()
        return outcome
      } catch {
        // Labels that a printer has been given count as printed, whatever happens afterwards.
        try delivery.flush()
        throw error
      }
    }
  }

  private func makeFiles(
    of request: Request, folder: String, _ delivery: OrderDelivery, _ onEvent: (Event) -> Void
  ) throws -> Outcome {
    let missing = try delivery.missing()
    var outcome = Outcome(
      labels: request.labels.count - missing.count, resumed: request.labels.count - missing.count)
    onEvent(.made(labels: outcome.labels))
    let batch = try LabelBatch(
      template: request.template, settings: request.settings, folder: folder, workers: request.workers)
    try batch.run(missing, isCancelled: isCancelled) { labels in
      try delivery.take(labels)
      outcome.labels += labels.count
      outcome.resumed += labels.count(where: \.wasThere)
      onEvent(.made(labels: outcome.labels))
    }
    guard outcome.labels == request.labels.count else { throw Cancelled() }
    try delivery.countFiles()
    return outcome
  }

  private func makePages(
    _ pages: Pages, of request: Request, _ delivery: OrderDelivery, _ onEvent: (Event) -> Void
  ) throws -> Outcome {
    let paths = try deliver(pages, of: request) { onEvent(.made(labels: $0)) }
    try delivery.countPages(files: paths)
    return Outcome(labels: request.labels.count, resumed: 0)
  }

  // MARK: - An order

  /// Lets the stock record an order, makes its labels by `body`, and closes the order. Labels that `body` did
  /// not count are then as if they had not been ordered. If the program is killed, the same request continues
  /// the order later.
  /// - Parameter staysOpen: Whether a failed order can be continued with the same output, even after a
  ///   correction of the request.
  /// - Throws: `LabelsBusy`, `FieldbookError` where a label may not be made, and the errors of `body`.
  func withOrder<Result>(
    _ request: Fieldbook.StockRequest, staysOpen: Bool = false, _ body: (LabelOrder) throws -> Result
  ) throws -> Result {
    guard let lock = try fieldbook.lock(.labels) else { throw LabelsBusy() }
    defer { lock.release() }
    let order = try fieldbook.beginOrder(request, at: clock.now())
    let result: Result
    do {
      result = try body(order)
    } catch {
      if staysOpen {
        try fieldbook.leaveOrder(order)
      } else {
        try fieldbook.endOrder(order, at: clock.now())
      }
      throw error
    }
    try fieldbook.endOrder(order, at: clock.now())
    return result
  }

  // MARK: - What is done already

  private func finishedOrder(of request: Request, digest: String) throws -> Fieldbook.FinishedOrder? {
    for digest in [digest, request.formerDigest].compactMap({ $0 }) {
      if let order = try fieldbook.finishedOrder(output: request.output, digest: digest) { return order }
    }
    return nil
  }

  private func compare(_ finished: Fieldbook.FinishedOrder, with request: Request) throws -> Outcome {
    let folder = request.folder
    var (missing, changed): ([String], [String]) = ([], [])
    for (name, sha256) in finished.files.sorted(by: { $0.key < $1.key }) {
      if isCancelled() { throw Cancelled() }
      if let found = try? SHA256Digest(ofFileAt: "\(folder)/\(name)") {
        if found.hex != sha256 { changed.append(name) }
      } else {
        missing.append(name)
      }
    }
    guard missing.isEmpty, changed.isEmpty else {
      throw BatchFilesChanged(folder: folder, missing: missing, changed: changed)
    }
    return Outcome(
      labels: request.labels.count, resumed: request.labels.count, finishedAt: finished.endedAt,
      comparedFiles: finished.files.count)
  }
}

/// The error that another order of labels is being made on this laptop.
struct LabelsBusy: Error {}

/// The error that an order was completed before and its files have changed since.
struct BatchFilesChanged: Error {
  let folder: String
  /// Names of files that no longer exist.
  let missing: [String]
  /// Names of files that hold other bytes.
  let changed: [String]
}
