public import Cryptography
import FoundationEssentials
public import Records
import Threads

/// Delivers keys, files, timestamps and records to a store of objects. Each method returns once the store has
/// given the object back as it was sent; each may be called on several threads at once.
public struct ObjectDestination: Destination, Sendable {
  private let store: any ObjectStore
  /// The objects that this run has read back.
  private let verified = Monitor<Set<DeliveredObject>>([])

  public init(_ store: any ObjectStore) { self.store = store }

  // MARK: - What a place has of its own

  /// Returns nil, because a bucket or a folder presents no certificate.
  func presentedCertificate() throws(SyncError) -> Certificate? { nil }

  /// Returns nil, because a laptop reads no record back from a bucket or a folder. Whoever loads the objects
  /// reports records that differ.
  func installation(_ id: InstallationID) throws(SyncError) -> Data? { nil }

  // MARK: - Keys and files

  /// Delivers a module's key: the same document that a platform gets. The laptop may then erase the secret.
  /// - Throws: the errors of the store.
  func deliver(_ key: SealedKey) throws(SyncError) {
    guard let sha256 = FileDigest(SHA256Digest(of: key.body).hex) else { throw .library }
    try put([UInt8](key.body), at: .key(keyID: key.keyID, sha256: sha256))
  }

  func deliver(
    _ file: PendingFile, timestampOf agreement: FileDigest?, by carriage: FileCarriage,
    contents: () throws -> [UInt8]
  ) throws {
    let isSent =
      if let agreement {
        try deliver(file, timestampOf: agreement, contents: contents)
      } else {
        try deliver(file, contents: contents)
      }
    carriage.onEvent(isSent ? .fileDelivered(sha256: file.sha256) : .fileSkipped(sha256: file.sha256))
  }

  /// Delivers a file, unless the store has it.
  /// - Parameter contents: called when the store needs the bytes.
  /// - Returns: whether the file was sent; false where the store had it.
  /// - Throws: `SyncError`, and the errors of `contents`.
  @discardableResult
  public func deliver(_ file: PendingFile, contents: () throws -> [UInt8]) throws -> Bool {
    try deliver(.file(file.sha256), bytes: file.bytes, contents)
  }

  /// Delivers the timestamp of an agreement, unless the store has it.
  /// - Parameters:
  ///   - agreement: the file of the agreement.
  ///   - contents: called when the store needs the bytes.
  /// - Returns: whether the timestamp was sent.
  @discardableResult
  public func deliver(
    _ file: PendingFile, timestampOf agreement: FileDigest, contents: () throws -> [UInt8]
  ) throws -> Bool {
    try deliver(.timestamp(agreement: agreement, sha256: file.sha256), bytes: file.bytes, contents)
  }

  private func deliver(_ object: DeliveredObject, bytes: Int, _ contents: () throws -> [UInt8]) throws -> Bool {
    // An object that the store lists with another size is not this one, so it need not be read.
    if try store.size(of: object) == bytes, try store.has(object) {
      verified.withLock { _ = $0.insert(object) }
      return false
    }
    try put(contents(), at: object)
    return true
  }

  private func put(_ bytes: [UInt8], at object: DeliveredObject) throws(SyncError) {
    try store.put(bytes, at: object)
    verified.withLock { _ = $0.insert(object) }
  }

  // MARK: - Records

  /// Delivers one revision of a record, after the store was seen to have all files and the key that the record names.
  /// - Throws: `incomplete` with what is missing, before anything is written; the errors of the store.
  public func deliver(_ record: PendingRecord) throws(SyncError) {
    let missing = try missing(of: record)
    guard missing.files.isEmpty, missing.keys.isEmpty else {
      throw .incomplete(files: missing.files, keys: missing.keys)
    }
    let bytes = [UInt8](record.body)
    guard let sha256 = FileDigest(SHA256Digest(of: bytes).hex), sha256.hex == record.sha256 else {
      throw .contentsChanged
    }
    try put(bytes, at: .record(record.id, revision: record.revision, sha256: sha256))
  }

  /// What the store lacks of a record. An object that this run has read back is there. An object that an
  /// earlier run has read back is there if its size is right. The originals of photos follow their record, so
  /// they do not count.
  private func missing(of record: PendingRecord) throws(SyncError) -> (files: [FileDigest], keys: [String]) {
    let known = verified.withLock { $0 }
    var files: [FileDigest] = []
    for file in record.files + record.acknowledgedFiles where !known.contains(.file(file.sha256)) {
      if try store.size(of: .file(file.sha256)) != file.bytes { files.append(file.sha256) }
    }
    guard let names = try? JSONReader.decode(NamedKey.self, from: record.body) else { throw .contentsChanged }
    guard let keyID = names.module?.keyID, try !hasKey(keyID, known) else { return (files, []) }
    return (files, [keyID])
  }

  private func hasKey(_ keyID: String, _ known: Set<DeliveredObject>) throws(SyncError) -> Bool {
    func isOfKey(_ object: DeliveredObject) -> Bool {
      if case .key(keyID, _) = object { return true }
      return false
    }
    if known.contains(where: isOfKey) { return true }
    let keys: [String]
    do { keys = try store.keys(below: "keys/\(keyID)", after: nil) } catch {
      throw error as? SyncError ?? .interrupted
    }
    return keys.contains { DeliveredObject(key: $0).map(isOfKey) ?? false }
  }
}

/// The key that a record's module holds, as the record names it.
private struct NamedKey: Decodable {
  struct Module: Decodable {
    let keyID: String?

    private enum CodingKeys: String, CodingKey { case keyID = "keyId" }
  }

  let module: Module?
}
