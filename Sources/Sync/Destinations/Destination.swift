import Cryptography
import FoundationEssentials
import Records

/// A place to which a run delivers. Each call returns only once the place has acknowledged exactly what was
/// sent. It makes one attempt where nothing else is said, and any number of threads may call at once.
protocol Destination: Sendable {
  /// Gets the certificate to which keys are sealed, as the place presents it; nil where it presents none.
  func presentedCertificate() throws(SyncError) -> Certificate?
  /// Delivers a module's key.
  func deliver(_ key: SealedKey) throws(SyncError)
  /// Delivers a file that the place does not have, by several attempts where need be.
  /// - Parameters:
  ///   - agreement: the agreement's file, where this file is its timestamp; else nil.
  ///   - contents: called when the place needs the bytes.
  /// - Throws: `SyncError`, and the errors of `contents` and of the upload memory.
  func deliver(
    _ file: PendingFile, timestampOf agreement: FileDigest?, by carriage: FileCarriage,
    contents: () throws -> [UInt8]
  ) throws
  /// Delivers one revision of a record, whose files and key the place has.
  func deliver(_ record: PendingRecord) throws(SyncError)
  /// Gets the place's own current revision of a record; nil where the place has none, or returns none.
  func installation(_ id: InstallationID) throws(SyncError) -> Data?
}

/// The services that the deliveries of all files of one run share.
struct FileCarriage {
  let memory: any UploadMemory
  let retry: Retry
  let pieceSize: PieceSize
  let onEvent: (SyncEvent) -> Void
}

extension PlatformClient: Destination {
  func presentedCertificate() throws(SyncError) -> Certificate? { try platformKey() }

  func deliver(
    _ file: PendingFile, timestampOf agreement: FileDigest?, by carriage: FileCarriage,
    contents: () throws -> [UInt8]
  ) throws {
    try FileDelivery(client: self, carriage: carriage).deliver(file, timestampOf: agreement, contents: contents)
  }
}
