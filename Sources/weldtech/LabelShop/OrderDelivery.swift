import Cryptography
import Fieldbook
import Files
import FoundationEssentials
import Labels
import Records

/// Brings the labels of an order from their files into the stock. It knows which labels an earlier run has made
/// and which a printer has, and counts the others once the delivered files account for the whole request.
final class OrderDelivery {
  /// Number of labels that are counted in one transaction where all are on disk already.
  private static let labelsPerCount = 8_192
  /// The interval of full checks: of the files from an earlier run, one in this number is read by the decoder
  /// again. All of them are compared with their digests.
  private static let readEvery = 100
  /// Maximum size of a label's file, bytes, the same as for files of the fieldbook.
  private static let maxFileBytes = ContentFiles.maxFileBytes

  private let request: LabelShop.Request
  private let order: LabelOrder
  private let folder: String
  private let shop: LabelShop
  /// Labels that a printer has and that are not counted yet.
  private var waiting: [Fieldbook.CountedLabel] = []
  private var ledger: LabelFileLedger
  /// Positions in the request, from 0, of the labels that this run makes; nil where it makes all.
  private var missingPlaces: [Int]?

  init(of request: LabelShop.Request, order: LabelOrder, folder: String, shop: LabelShop) {
    self.request = request
    self.order = order
    self.folder = folder
    self.shop = shop
    ledger = LabelFileLedger(count: request.labels.count)
  }

  // MARK: - Making

  /// The labels whose files an earlier run did not leave complete.
  /// - Throws: `Cancelled`.
  func missing() throws -> LabelRequests {
    guard order.isUnchanged else { return request.labels }
    var places: [Int] = []
    for (place, label) in request.labels.enumerated() {
      if shop.isCancelled() { throw Cancelled() }
      if let digest = digest(of: label, isRead: place % Self.readEvery == 0) {
        ledger.note(digest, ofLabel: place)
      } else {
        places.append(place)
      }
    }
    missingPlaces = places
    return request.labels.only(places)
  }

  /// The digest of a file that an earlier run has made and counted; nil where the file is missing or has
  /// changed.
  private func digest(of label: LabelRequest, isRead: Bool) -> SHA256Digest? {
    guard let known = order.made[label.payload.code],
      let file = try? Self.contents("\(folder)/\(name(of: label))")
    else { return nil }
    let digest = SHA256Digest(of: file)
    guard digest.hex == known, !isRead || (try? LabelPicture.texts(in: file)) == [label.payload.text] else {
      return nil
    }
    return digest
  }

  /// Takes labels that are in their files and have been read back. Labels for a printer are handed to it,
  /// unless an earlier run did so, and counted as soon as the printer has them. The others count when the whole
  /// request is accounted for.
  func take(_ labels: [FiledLabel]) throws {
    for label in labels {
      if let digest = label.sha256 { ledger.note(digest, ofLabel: missingPlaces?[label.index] ?? label.index) }
    }
    guard let destination = request.destination else { return }
    for first in stride(from: 0, to: labels.count, by: destination.labelsAtOnce) {
      let part = labels[first..<min(first + destination.labelsAtOnce, labels.count)]
      let files = try part.filter { order.made[$0.request.payload.code] != $0.sha256?.hex }.map {
        try bytes($0)
      }
      let title = labels[first].request.payload.code.description
      if !files.isEmpty { try destination.take(files, title: title, draft: shop.printerDraft) }
      waiting += part.map { counted($0.request, sha256: $0.sha256) }
      try flush()
    }
  }

  private func bytes(_ label: FiledLabel) throws -> Data {
    let bytes = try Self.contents(label.file)
    guard SHA256Digest(of: bytes) == label.sha256 else {
      throw LabelError.notAccountedFor(LabelShortfall(missing: label.request.payload.code))
    }
    return bytes
  }

  // MARK: - Counting

  /// Opens every label's file anew, and counts the labels where the files account for the whole request and no
  /// printer was to get them.
  /// - Throws: `Cancelled`; `LabelError.notAccountedFor`, after which only labels that a printer has are
  ///   counted.
  func countFiles() throws {
    guard
      try ledger.check(
        request.labels, in: folder, format: request.settings.format, isCancelled: shop.isCancelled)
    else { throw Cancelled() }
    if request.destination == nil { try countAll { self.ledger.digest(ofLabel: $0) } }
  }

  /// Counts the whole request after its files of pages accounted for it, and stores the digests of the files.
  /// - Parameter files: The paths of all files of the order.
  func countPages(files: [String]) throws {
    var digests: [String: String] = [:]
    for file in files {
      do {
        digests[URL(filePath: file).lastPathComponent] = try SHA256Digest(ofFileAt: file).hex
      } catch CryptographyError.unreadable(let path, let errno) {
        throw FileFailure.unreadable(path: path, errno: errno)
      }
    }
    try shop.fieldbook.addFiles(digests, of: order)
    try countAll { _ in nil }
  }

  private func countAll(_ digest: (Int) -> SHA256Digest?) throws {
    try sync()
    for (place, label) in request.labels.enumerated() {
      waiting.append(counted(label, sha256: digest(place)))
      if waiting.count >= Self.labelsPerCount { try count() }
    }
    try count()
  }

  private func counted(_ label: LabelRequest, sha256: SHA256Digest?) -> Fieldbook.CountedLabel {
    .init(
      code: label.payload.code, payload: label.payload.text, sha256: sha256?.hex, texts: label.fields,
      file: sha256 == nil ? nil : name(of: label))
  }

  /// Name of a label's own file.
  private func name(of label: LabelRequest) -> String {
    "\(label.payload.code).\(request.settings.format.rawValue)"
  }

  /// Counts the labels that a printer has; a label counts only once it is on disk.
  func flush() throws {
    guard !waiting.isEmpty else { return }
    try sync()
    try count()
  }

  private func count() throws {
    try shop.fieldbook.count(waiting, in: order, at: shop.clock.now())
    waiting = []
  }

  private func sync() throws {
    do throws(FileError) {
      // One call brings all of the files and their names to disk.
      try Folder.syncFileSystem(of: FilePath(folder))
    } catch { throw FileFailure.unwritable(path: folder, errno: error.errno) }
  }

  /// Reads the file of one label.
  private static func contents(_ path: String) throws(FileFailure) -> Data {
    do throws(FileError) {
      return try FilePath(path).contents(maxBytes: maxFileBytes, .regularOnly)
    } catch { throw FileFailure(reading: error, atMost: maxFileBytes) }
  }
}
