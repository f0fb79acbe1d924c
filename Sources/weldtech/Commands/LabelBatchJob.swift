import CFiles
import Cryptography
import Fieldbook
import FoundationEssentials
import Glibc
import Labels
import Records

/// A batch as the stock of labels sees it: put down before the first label is made, counted as its files come to be
/// on disk, taken up again where it was cut off.
struct LabelBatchJob {
  let orders: LabelOrders
  /// Over all that makes the labels what they are.
  let digest: String
  /// The folder of labels, or the file of pages; absolute.
  let output: String
  /// Where the files lie; absolute.
  let folder: String
  /// Of labels in files of their own.
  let format: LabelFormat
  /// Where they go besides.
  var destination: LabelDestination?

  /// - Throws: `LabelsBusy`, `FieldbookError` where a label may not be made, and what `body` throws.
  func run(on workplace: Workplace, _ body: (Progress) throws -> Void) throws {
    let order = Fieldbook.LabelOrder(codes: orders.map(\.payload.code), sha256: digest, output: output)
    try workplace.printing(order, staysOpen: true) { run in
      let progress = Progress(run: run, job: self, draft: workplace.printerDraft)
      do { try body(progress) } catch {
        // What was reported is whole, whatever came after it.
        try progress.flush()
        throw error
      }
      try progress.flush()
    }
  }

  /// The labels of a batch on their way into the stock.
  final class Progress {
    /// Synced and counted together: a sync takes as long as making some dozens.
    private static let labelsPerSync = 512
    /// Counted in one transaction, where all are on disk already.
    private static let labelsPerCount = 8_192
    /// Of files that an earlier run has made, every so many are read once more; all are compared with their digests.
    private static let readEvery = 100

    private let run: LabelRun
    private let job: LabelBatchJob
    private let draft: String
    private var waiting: [Fieldbook.PrintedLabel] = []

    fileprivate init(run: LabelRun, job: LabelBatchJob, draft: String) {
      self.run = run
      self.job = job
      self.draft = draft
    }

    /// The orders whose files an earlier run did not leave behind whole.
    /// - Throws: `Cancelled`.
    func missing(isCancelled: () -> Bool) throws -> LabelOrders {
      guard run.job.isSameOrder else { return job.orders }
      var missing: [Int] = []
      for (index, order) in job.orders.enumerated() {
        if isCancelled() { throw Cancelled() }
        if !isThere(order, isRead: index % Self.readEvery == 0) { missing.append(index) }
      }
      return job.orders.only(missing)
    }

    private func isThere(_ order: LabelBatch.Order, isRead: Bool) -> Bool {
      guard let known = run.job.made[order.payload.code], let digest = known,
        let file = FileManager.default.contents(
          atPath: "\(job.folder)/\(order.payload.code).\(job.format.rawValue)"),
        SHA256Digest(of: file).hex == digest
      else { return false }
      return !isRead || (try? LabelPicture.texts(in: file)) == [order.payload.text]
    }

    /// Labels that are in their files and have been read back. Those for a printer are handed to it, unless an earlier
    /// run did, and counted as soon as it has them.
    func take(_ labels: [LabelBatch.Made]) throws {
      let atOnce = job.destination?.labelsAtOnce ?? max(1, labels.count)
      for first in stride(from: 0, to: labels.count, by: atOnce) {
        let part = labels[first..<min(first + atOnce, labels.count)]
        if let destination = job.destination {
          let files = try part.filter { run.job.made[$0.order.payload.code] != $0.sha256?.hex }.map {
            try bytes($0)
          }
          let title = labels[first].order.payload.code.description
          if !files.isEmpty { try destination.take(files, title: title, draft: draft) }
        }
        waiting += part.map { label in
          .init(code: label.order.payload.code, payload: label.order.payload.text, sha256: label.sha256?.hex)
        }
        if job.destination != nil || waiting.count >= Self.labelsPerSync { try flush() }
      }
    }

    /// All of them, in files that they share.
    func takeAll() throws {
      try sync()
      for order in job.orders {
        waiting.append(.init(code: order.payload.code, payload: order.payload.text, sha256: nil))
        if waiting.count >= Self.labelsPerCount { try count() }
      }
      try count()
    }

    private func bytes(_ label: LabelBatch.Made) throws -> Data {
      guard let bytes = FileManager.default.contents(atPath: label.file) else {
        throw FileTrouble.unreadable(path: label.file, errno: ENOENT)
      }
      return bytes
    }

    /// Only what is on disk is counted.
    fileprivate func flush() throws {
      guard !waiting.isEmpty else { return }
      try sync()
      try count()
    }

    private func count() throws {
      try run.count(waiting)
      waiting = []
    }

    private func sync() throws {
      let descriptor = open(job.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard descriptor >= 0 else { throw FileTrouble.unwritable(path: job.folder, errno: errno) }
      defer { close(descriptor) }
      // One call for all of the files and their names, see syncfs(2).
      guard wt_syncfs(descriptor) == 0 else { throw FileTrouble.unwritable(path: job.folder, errno: errno) }
    }
  }
}
