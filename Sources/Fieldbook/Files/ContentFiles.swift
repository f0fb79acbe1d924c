import Cryptography
public import FoundationEssentials
import Glibc
public import Records

/// Files named by the SHA-256 of their contents: `files/ab/abcdef…`. A file is whole and on disk before it has
/// its name, so nothing that is named is ever half there.
public struct ContentFiles: FileStore {
  /// The agreement with its fonts is under 2 MB, a photo is refused above 50.
  public static let largestFileBytes = 64 << 20

  private let root: String
  private let incoming: String

  /// - Parameter home: the fieldbook's directory.
  init(home: String) throws(FieldbookError) {
    root = home + "/files"
    incoming = root + "/incoming"
    try Directory.make(incoming)
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
    removeAbandoned()
    let folder = Directory.parent(of: target)
    try Directory.make(folder)
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
    let size = try size(of: sha256)
    guard size <= Self.largestFileBytes else { throw .fileDamaged(sha256: sha256) }
    let path = path(of: sha256)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .home(path: path, operation: .read, errno: errno) }
    defer { close(descriptor) }
    var bytes = Data(count: size)
    var filled = 0
    while filled < size {
      let count = bytes.withUnsafeMutableBytes {
        read(descriptor, $0.baseAddress.map { $0 + filled }, size - filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .home(path: path, operation: .read, errno: errno) }
      if count == 0 { break }
      filled += count
    }
    guard filled == size, SHA256Digest(of: bytes).hex == sha256 else { throw .fileDamaged(sha256: sha256) }
    return bytes
  }

  /// Bytes of a file that is there, by its directory entry: the contents are not read.
  /// - Throws: `FieldbookError.notADigest`, `fileMissing`, `home`.
  public func size(of sha256: String) throws(FieldbookError) -> Int {
    guard Hex.isLowerCase(sha256, byteCount: SHA256Digest.byteCount) else { throw .notADigest }
    let path = path(of: sha256)
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { throw .fileMissing(sha256: sha256) }
      throw .home(path: path, operation: .read, errno: errno)
    }
    return Int(status.st_size)
  }

  /// Where a file of this digest lies or would lie. What is no digest leads to a name that no file has.
  public func path(of sha256: String) -> String {
    guard Hex.isLowerCase(sha256, byteCount: SHA256Digest.byteCount) else { return root + "/none" }
    return "\(root)/\(sha256.prefix(2))/\(sha256)"
  }

  // MARK: - Writing

  /// A synced file of `bytes` among the incoming ones. Its lock says that its writer is alive.
  private func write(_ bytes: Data) throws(FieldbookError) -> String {
    var template = Array((incoming + "/XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw .home(path: incoming, operation: .create, errno: errno) }
    defer { close(descriptor) }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    do throws(FieldbookError) {
      try fill(descriptor, path: path, with: bytes)
    } catch {
      unlink(path)
      throw error
    }
    return path
  }

  private func fill(_ descriptor: Int32, path: String, with bytes: Data) throws(FieldbookError) {
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    guard flock(descriptor, LOCK_EX) == 0 else { throw .home(path: path, operation: .lock, errno: errno) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .home(path: path, operation: .write, errno: errno) }
      written += count
    }
    guard fsync(descriptor) == 0 else { throw .home(path: path, operation: .sync, errno: errno) }
  }

  /// Clears away what a killed process left half written.
  private func removeAbandoned() {
    guard let folder = opendir(incoming) else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard !name.hasPrefix(".") else { continue }
      let path = "\(incoming)/\(name)"
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var status = stat()
      // A file is locked right after it is made. An empty one may be in that moment: it is left alone.
      guard fstat(descriptor, &status) == 0, status.st_size > 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
    }
  }
}
