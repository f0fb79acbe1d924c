import Cryptography
import Fieldbook
import Files
import FoundationEssentials
import Labels
import Records

/// A batch as the stock of labels sees it: put down before the first label is made, counted once its files, opened anew,
/// account for the whole list, taken up again where it was cut off.
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
  /// Why labels that are there already are made again; nil makes only what never was.
  var reason: String?
  /// Whether a list that is made again may have labels that never were.
  var includesNew = false

  /// - Throws: `LabelsBusy`, `FieldbookError` where a label may not be made, and what `body` throws.
  func run(on workplace: Workplace, _ body: (Progress) throws -> Void) throws {
    let order = Fieldbook.LabelOrder(
      codes: orders.map(\.payload.code), sha256: digest, output: output, reason: reason,
      includesNew: includesNew)
    try workplace.printing(order, staysOpen: true) { run in
      let progress = Progress(run: run, job: self, draft: workplace.printerDraft)
      do { try body(progress) } catch {
        // What a printer has been handed is printed, whatever came after it.
        try progress.flush()
        throw error
      }
      try progress.flush()
    }
  }

  /// Of a label in a file of its own.
  private func name(of order: LabelBatch.Order) -> String { "\(order.payload.code).\(format.rawValue)" }

  /// SHA-256 of a file in lower-case hexadecimal digits, read in pieces.
  /// - Throws: `FileTrouble.unreadable`.
  static func digest(ofFile path: String) throws -> String {
    do {
      return try SHA256Digest(ofFileAt: path).hex
    } catch CryptographyError.unreadable(let path, let errno) {
      throw FileTrouble.unreadable(path: path, errno: errno)
    }
  }

  /// The labels of a batch on their way into the stock.
  final class Progress {
    /// Counted in one transaction, where all are on disk already.
    private static let labelsPerCount = 8_192
    /// Of files that an earlier run has made, every so many are read once more; all are compared with their digests.
    private static let readEvery = 100
    /// Bytes of the largest file that is taken for a label's, the same as the fieldbook keeps at most.
    private static let maxFileBytes = ContentFiles.largestFileBytes

    private let run: LabelRun
    private let job: LabelBatchJob
    private let draft: String
    /// With a printer, not counted yet.
    private var waiting: [Fieldbook.PrintedLabel] = []
    private var ledger: LabelFileLedger
    /// Places in the list of the labels that this run makes; nil is all.
    private var missing: [Int]?

    fileprivate init(run: LabelRun, job: LabelBatchJob, draft: String) {
      self.run = run
      self.job = job
      self.draft = draft
      ledger = LabelFileLedger(count: job.orders.count)
    }

    // MARK: - Making

    /// The orders whose files an earlier run did not leave behind whole.
    /// - Throws: `Cancelled`.
    func missing(isCancelled: () -> Bool) throws -> LabelOrders {
      guard run.job.isSameOrder else { return job.orders }
      var missing: [Int] = []
      for (index, order) in job.orders.enumerated() {
        if isCancelled() { throw Cancelled() }
        if let digest = digest(of: order, isRead: index % Self.readEvery == 0) {
          ledger.note(digest, ofLabel: index)
        } else {
          missing.append(index)
        }
      }
      self.missing = missing
      return job.orders.only(missing)
    }

    /// Of a file that an earlier run has made and counted; nil where it is not there as it was.
    private func digest(of order: LabelBatch.Order, isRead: Bool) -> SHA256Digest? {
      guard let known = run.job.made[order.payload.code],
        let file = try? Self.contents("\(job.folder)/\(job.name(of: order))")
      else { return nil }
      let digest = SHA256Digest(of: file)
      guard digest.hex == known, !isRead || (try? LabelPicture.texts(in: file)) == [order.payload.text] else {
        return nil
      }
      return digest
    }

    /// Labels that are in their files and have been read back. Those for a printer are handed to it, unless an earlier
    /// run did, and counted as soon as it has them; the others count when the whole list is accounted for.
    func take(_ labels: [LabelBatch.Made]) throws {
      for label in labels {
        if let digest = label.sha256 { ledger.note(digest, ofLabel: missing?[label.index] ?? label.index) }
      }
      guard let destination = job.destination else { return }
      for first in stride(from: 0, to: labels.count, by: destination.labelsAtOnce) {
        let part = labels[first..<min(first + destination.labelsAtOnce, labels.count)]
        let files = try part.filter { run.job.made[$0.order.payload.code] != $0.sha256?.hex }.map {
          try bytes($0)
        }
        let title = labels[first].order.payload.code.description
        if !files.isEmpty { try destination.take(files, title: title, draft: draft) }
        waiting += part.map { printed($0.order, sha256: $0.sha256) }
        try flush()
      }
    }

    // MARK: - Counting

    /// Opens every label's file anew and, where they account for the whole list, counts it.
    /// - Throws: `Cancelled`; `LabelError.notAccountedFor`, and then nothing was counted but what a printer has.
    func countFiles(isCancelled: () -> Bool) throws {
      guard
        try ledger.check(job.orders, in: job.folder, format: job.format, shouldStop: isCancelled)
      else { throw Cancelled() }
      if job.destination == nil { try countAll { self.ledger.digest(ofLabel: $0) } }
    }

    /// Counts the whole list, which was accounted for in files of pages.
    /// - Parameter files: what the order leaves behind, in its folder.
    func countPages(files: [String]) throws {
      var digests: [String: String] = [:]
      for file in files {
        digests[URL(filePath: file).lastPathComponent] = try LabelBatchJob.digest(ofFile: file)
      }
      try run.addFiles(digests)
      try countAll { _ in nil }
    }

    private func countAll(_ digest: (Int) -> SHA256Digest?) throws {
      try sync()
      for (index, order) in job.orders.enumerated() {
        waiting.append(printed(order, sha256: digest(index)))
        if waiting.count >= Self.labelsPerCount { try count() }
      }
      try count()
    }

    private func printed(_ order: LabelBatch.Order, sha256: SHA256Digest?) -> Fieldbook.PrintedLabel {
      .init(
        code: order.payload.code, payload: order.payload.text, sha256: sha256?.hex, texts: order.fields,
        file: sha256 == nil ? nil : job.name(of: order))
    }

    private func bytes(_ label: LabelBatch.Made) throws -> Data {
      let bytes = try Self.contents(label.file)
      guard SHA256Digest(of: bytes) == label.sha256 else {
        throw LabelError.notAccountedFor(LabelShortfall(missing: label.order.payload.code))
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
      do throws(FileError) {
        try Folder.syncFileSystem(of: FilePath(job.folder))
      } catch { throw FileTrouble.unwritable(path: job.folder, errno: error.errno) }
    }

    /// The file of one label.
    private static func contents(_ path: String) throws(FileTrouble) -> Data {
      do throws(FileError) {
        return try FilePath(path).contents(maxBytes: maxFileBytes, .regularOnly)
      } catch { throw FileTrouble(reading: error, atMost: maxFileBytes) }
    }
  }
}
