import Cryptography
import Files
public import FoundationEssentials
import Glibc
public import Records

/// Files named by the SHA-256 of their contents: `files/ab/abcdef…`. A file gets its name only when it is
/// complete and on disk, so that no named file is ever incomplete.
public struct ContentFiles: FileStore {
  /// The size of the largest file that is stored, bytes. An agreement with its fonts is under 2 MB, and a photo
  /// above 50 MB is refused.
  public static let maxFileBytes = 64 << 20

  private let home: String
  private let root: String
  private let incoming: String

  /// - Parameter home: the fieldbook's directory.
  init(home: String) {
    self.home = home
    root = home + "/files"
    incoming = root + "/incoming"
  }

  // MARK: - Keeping

  /// Stores a file; a file that is stored already stays unchanged.
  /// - Returns: its SHA-256, in lower-case hexadecimal digits.
  /// - Throws: `FieldbookError.fileTooLarge`, `strangeEntry`, `home`.
  public func store(_ bytes: Data) throws(FieldbookError) -> String {
    guard bytes.count <= Self.maxFileBytes else {
      throw .fileTooLarge(bytes: bytes.count, largest: Self.maxFileBytes)
    }
    let sha256 = SHA256Digest(of: bytes).hex
    // A file that was damaged since it was stored is replaced.
    if let kept = try? contents(of: sha256), kept == bytes { return sha256 }
    try HomeFile.makeFolder(incoming, below: home)
    removeAbandoned()
    let target = FilePath(path(of: sha256))
    try HomeFile.makeFolder(target.folder.text, below: home)
    if target.kind == .folder { throw .strangeEntry(path: target.text) }
    let draft = try HomeFile.draft(of: target, beside: FilePath(incoming + "/file"))
    do throws(FileError) {
      // The lock shows that the writer is alive until the file has its name.
      try draft.lock()
      try draft.write(bytes)
      try draft.place(.synced)
    } catch { throw FieldbookError(error) }
    return sha256
  }

  /// Removes a file that nothing names. It does nothing where the file does not exist.
  func remove(_ sha256: String) { try? FilePath(path(of: sha256)).removeFile() }

  // MARK: - Reading

  /// The bytes of the file with this digest.
  /// - Throws: `FieldbookError.notADigest`, `fileMissing`, `fileDamaged`, `home`.
  public func contents(of sha256: String) throws(FieldbookError) -> Data {
    let bytes = try unjudgedContents(of: sha256)
    guard SHA256Digest(of: bytes).hex == sha256 else { throw .fileDamaged(sha256: sha256) }
    return bytes
  }

  public func judgedContents(of sha256: FileDigest) throws(FieldbookError) -> Data {
    try unjudgedContents(of: sha256.hex)
  }

  private func unjudgedContents(of sha256: String) throws(FieldbookError) -> Data {
    let file = try open(sha256)
    do throws(FileError) {
      return try file.contents(maxBytes: Self.maxFileBytes)
    } catch { throw error.isTooLarge ? .fileDamaged(sha256: sha256) : FieldbookError(error) }
  }

  /// Reads a file in pieces and compares its digest.
  /// - Throws: `FieldbookError.notADigest`, `fileMissing`, `fileDamaged`, `home`.
  public func verify(_ sha256: String) throws(FieldbookError) {
    guard try size(of: sha256) <= Self.maxFileBytes else { throw .fileDamaged(sha256: sha256) }
    let file = try open(sha256)
    var hasher = SHA256Hasher()
    do throws(FileError) {
      try file.forEachPiece { hasher.update($0) }
    } catch { throw FieldbookError(error) }
    guard hasher.finish().hex == sha256 else { throw .fileDamaged(sha256: sha256) }
  }

  /// The size of a file in bytes by its directory entry; the contents are not read.
  /// - Throws: `FieldbookError.notADigest`, `fileMissing`, `fileDamaged` where no plain file has the name,
  ///   `home`.
  public func size(of sha256: String) throws(FieldbookError) -> Int {
    guard Hex.isLowerCase(sha256, byteCount: SHA256Digest.byteCount) else { throw .notADigest }
    let status: FileStatus
    do throws(FileError) {
      status = try FilePath(path(of: sha256)).status(followsLinks: false)
    } catch {
      if error.errno == ENOENT { throw .fileMissing(sha256: sha256) }
      throw .home(path: error.path.text, operation: .read, errno: error.errno)
    }
    guard status.kind == .regular else { throw .fileDamaged(sha256: sha256) }
    return status.byteCount
  }

  // MARK: - Before delivery

  /// Finds a fault that keeps a file from being delivered.
  /// - Returns: nil where the file has the bytes that were stored.
  /// - Throws: `FieldbookError.home`.
  public func fault(of file: PendingFile) throws(FieldbookError) -> EvidenceFault? {
    let sha256 = file.sha256.hex
    do throws(FieldbookError) {
      guard try size(of: sha256) == file.bytes else { return .fileDamaged(name: file.filename, sha256: sha256) }
      try verify(sha256)
      return nil
    } catch {
      switch error {
      case .fileMissing: return .fileMissing(name: file.filename, sha256: sha256)
      case .fileDamaged: return .fileDamaged(name: file.filename, sha256: sha256)
      default: throw error
      }
    }
  }

  /// Whether any file is stored here.
  var holdsAnything: Bool {
    let root = FilePath(root)
    for folder in (try? Folder.names(in: root)) ?? [] where folder.bytes.count == 2 {
      let names = (try? Folder.names(in: root.appending(folder))) ?? []
      if names.contains(where: { Hex.isLowerCase($0.text, byteCount: SHA256Digest.byteCount) }) { return true }
    }
    return false
  }

  private func open(_ sha256: String) throws(FieldbookError) -> OpenFile {
    _ = try size(of: sha256)
    let path = path(of: sha256)
    // A link in the place of a folder may lead to files of the same names that belong to somebody else.
    guard FilePath(path).folder.kind == .folder, let file = try HomeFile.open(path) else {
      throw .fileDamaged(sha256: sha256)
    }
    return file
  }

  /// The path of the file with this digest, whether or not it exists. A text that is no digest gives a path
  /// that no file has.
  public func path(of sha256: String) -> String {
    guard Hex.isLowerCase(sha256, byteCount: SHA256Digest.byteCount) else { return root + "/none" }
    return "\(root)/\(sha256.prefix(2))/\(sha256)"
  }

  // MARK: - Private helpers

  /// Removes drafts that a killed process has left.
  private func removeAbandoned() {
    let incoming = FilePath(incoming)
    for name in (try? Folder.names(in: incoming)) ?? [] where name.bytes.first != UInt8(ascii: ".") {
      let path = incoming.appending(name)
      // A draft is locked right after it is made. An empty draft may not be locked yet, and is left alone.
      guard let file = try? HomeFile.open(path.text), (try? file.status().byteCount) ?? 0 > 0,
        (try? file.lock(waits: false)) == true
      else { continue }
      try? path.removeFile()
    }
  }
}
