import Cryptography
public import FoundationEssentials
import Glibc
public import Records

/// Files named by the SHA-256 of their contents: `files/ab/abcdef…`. A file is whole and on disk before it has
/// its name, so nothing that is named is ever half there.
public struct ContentFiles: FileStore {
  /// The agreement with its fonts is under 2 MB, a photo is refused above 50.
  public static let largestFileBytes = 64 << 20

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

  /// - Throws: `FieldbookError.fileTooLarge`, `home`.
  public func store(_ bytes: Data) throws(FieldbookError) -> String {
    guard bytes.count <= Self.largestFileBytes else {
      throw .fileTooLarge(bytes: bytes.count, largest: Self.largestFileBytes)
    }
    let sha256 = SHA256Digest(of: bytes).hex
    let target = path(of: sha256)
    // One that was damaged since is replaced.
    if let kept = try? contents(of: sha256), kept == bytes { return sha256 }
    try HomeFile.makeFolder(incoming, below: home)
    removeAbandoned()
    let folder = Directory.parent(of: target)
    try HomeFile.makeFolder(folder, below: home)
    if HomeFile.kind(of: target) == S_IFDIR { throw .strangeEntry(path: target) }
    let temporary = try write(bytes)
    guard rename(temporary, target) == 0 else {
      let code = errno
      unlink(temporary)
      throw .home(path: target, operation: .rename, errno: code)
    }
    try Directory.sync(folder)
    return sha256
  }

  // MARK: - Reading

  /// - Throws: `FieldbookError.notADigest`, `fileMissing`, `fileDamaged`, `home`.
  public func contents(of sha256: String) throws(FieldbookError) -> Data {
    let (descriptor, size) = try open(sha256)
    defer { close(descriptor) }
    guard size <= Self.largestFileBytes else { throw .fileDamaged(sha256: sha256) }
    let bytes = try HomeFile.read(descriptor, path: path(of: sha256), bytes: size)
    guard bytes.count == size, SHA256Digest(of: bytes).hex == sha256 else {
      throw .fileDamaged(sha256: sha256)
    }
    return bytes
  }

  /// Reads a file in pieces and compares its digest.
  /// - Throws: `FieldbookError.notADigest`, `fileMissing`, `fileDamaged`, `home`.
  public func verify(_ sha256: String) throws(FieldbookError) {
    let (descriptor, size) = try open(sha256)
    defer { close(descriptor) }
    guard size <= Self.largestFileBytes else { throw .fileDamaged(sha256: sha256) }
    var hasher = SHA256Hasher()
    var left = size
    while left > 0 {
      let piece = try HomeFile.read(descriptor, path: path(of: sha256), bytes: min(left, 1 << 18))
      if piece.isEmpty { break }
      hasher.update(piece)
      left -= piece.count
    }
    guard hasher.finish().hex == sha256 else { throw .fileDamaged(sha256: sha256) }
  }

  /// Bytes of a file that is there, by its directory entry: the contents are not read.
  /// - Throws: `FieldbookError.notADigest`, `fileMissing`, `fileDamaged` where no plain file has the name, `home`.
  public func size(of sha256: String) throws(FieldbookError) -> Int {
    guard Hex.isLowerCase(sha256, byteCount: SHA256Digest.byteCount) else { throw .notADigest }
    let path = path(of: sha256)
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { throw .fileMissing(sha256: sha256) }
      throw .home(path: path, operation: .read, errno: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .fileDamaged(sha256: sha256) }
    return Int(status.st_size)
  }

  /// Whether any file is kept here.
  var holdsAnything: Bool {
    guard let folder = opendir(root) else { return false }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = Directory.name(of: entry)
      guard name.utf8.count == 2, !name.hasPrefix("."), let inner = opendir("\(root)/\(name)") else { continue }
      defer { closedir(inner) }
      while let file = readdir(inner) {
        if Hex.isLowerCase(Directory.name(of: file), byteCount: SHA256Digest.byteCount) { return true }
      }
    }
    return false
  }

  private func open(_ sha256: String) throws(FieldbookError) -> (descriptor: Int32, size: Int) {
    _ = try size(of: sha256)
    let path = path(of: sha256)
    // A folder that is a link may lead to files of the same names that are somebody else's.
    guard HomeFile.kind(of: Directory.parent(of: path)) == S_IFDIR else { throw .fileDamaged(sha256: sha256) }
    guard let file = try HomeFile.open(path) else { throw .fileDamaged(sha256: sha256) }
    return file
  }

  /// Where a file of this digest lies or would lie. What is no digest leads to a name that no file has.
  public func path(of sha256: String) -> String {
    guard Hex.isLowerCase(sha256, byteCount: SHA256Digest.byteCount) else { return root + "/none" }
    return "\(root)/\(sha256.prefix(2))/\(sha256)"
  }

  // MARK: - Writing

  /// A synced file of `bytes` among the incoming ones. Its lock says that its writer is alive.
  private func write(_ bytes: Data) throws(FieldbookError) -> String {
    let (path, descriptor) = try HomeFile.draft(for: incoming + "/file")
    defer { close(descriptor) }
    do throws(FieldbookError) {
      guard flock(descriptor, LOCK_EX) == 0 else { throw .home(path: path, operation: .lock, errno: errno) }
      try HomeFile.fill(descriptor, path: path, with: bytes, isSynced: true)
    } catch {
      unlink(path)
      throw error
    }
    return path
  }

  /// Clears away what a killed process left half written.
  private func removeAbandoned() {
    guard let folder = opendir(incoming) else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = Directory.name(of: entry)
      guard !name.hasPrefix(".") else { continue }
      let path = "\(incoming)/\(name)"
      guard let file = try? HomeFile.open(path) else { continue }
      defer { close(file.descriptor) }
      // A file is locked right after it is made. An empty one may be in that moment: it is left alone.
      guard file.size > 0 else { continue }
      if flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
    }
  }
}
