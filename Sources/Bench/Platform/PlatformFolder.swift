import Glibc

/// The data folder of a local platform. What a call has written is on disk when it returns, whole or not at
/// all; names are relative to the folder and made by this program, never by a client as they came.
final class PlatformFolder: Sendable {
  let path: String
  private let lock: Int32

  /// Makes the folder where it is missing and keeps others out of it until `close`.
  init(path: String, subfolders: [String]) throws(LocalPlatformError) {
    self.path = path
    for folder in [path] + subfolders.map({ "\(path)/\($0)" }) {
      guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
        throw .dataFolder(path: folder, errno: errno)
      }
    }
    lock = Glibc.open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw .dataFolder(path: path, errno: errno) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      Glibc.close(lock)
      throw .dataFolderInUse(path: path)
    }
  }

  deinit {
    // A child that is being started holds the descriptor, too, until it is another program.
    flock(lock, LOCK_UN)
    Glibc.close(lock)
  }

  // MARK: - Reading

  /// Nil where there is no such file.
  func read(_ name: String) throws(LocalPlatformError) -> [UInt8]? {
    let file = Glibc.open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw .dataFolder(path: name, errno: errno)
    }
    defer { Glibc.close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(file, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .dataFolder(path: name, errno: errno) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: piece.prefix(count))
    }
  }

  /// Bytes; nil where there is no such file.
  func size(of name: String) -> Int? {
    var status = stat()
    return stat("\(path)/\(name)", &status) == 0 ? Int(status.st_size) : nil
  }

  /// In order; hidden names are left out.
  func names(in folder: String) throws(LocalPlatformError) -> [String] {
    guard let directory = opendir("\(path)/\(folder)") else {
      throw .dataFolder(path: folder, errno: errno)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  // MARK: - Writing

  /// Replaces the file, or makes it.
  func write(_ bytes: [UInt8], to name: String) throws(LocalPlatformError) {
    let temporary = "\(path)/\(folder(of: name))/.\(lastPart(of: name)).new"
    unlink(temporary)
    let file = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .dataFolder(path: name, errno: errno) }
    defer { Glibc.close(file) }
    try write(bytes, to: file, at: 0, name: name)
    guard rename(temporary, "\(path)/\(name)") == 0 else { throw .dataFolder(path: name, errno: errno) }
    try syncFolder(of: name)
  }

  /// Writes at an offset of a file, which is made where it is missing.
  /// - Parameter isSynced: false leaves it to the next write to bring this one to disk.
  func write(_ bytes: [UInt8], to name: String, at offset: Int, isSynced: Bool = true)
    throws(LocalPlatformError)
  {
    let isNew = size(of: name) == nil
    let file = Glibc.open("\(path)/\(name)", O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .dataFolder(path: name, errno: errno) }
    defer { Glibc.close(file) }
    try write(bytes, to: file, at: offset, name: name, isSynced: isSynced)
    if isNew { try syncFolder(of: name) }
  }

  func move(_ name: String, to target: String) throws(LocalPlatformError) {
    guard rename("\(path)/\(name)", "\(path)/\(target)") == 0 else {
      throw .dataFolder(path: name, errno: errno)
    }
    try syncFolder(of: target)
  }

  func makeFolder(_ name: String) throws(LocalPlatformError) {
    guard mkdir("\(path)/\(name)", 0o700) == 0 || errno == EEXIST else {
      throw .dataFolder(path: name, errno: errno)
    }
    try syncFolder(of: name)
  }

  func remove(_ name: String) { unlink("\(path)/\(name)") }

  // MARK: - Descriptors

  private func write(_ bytes: [UInt8], to file: Int32, at offset: Int, name: String, isSynced: Bool = true)
    throws(LocalPlatformError)
  {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes {
        pwrite(file, $0.baseAddress, $0.count, off_t(offset + written))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .dataFolder(path: name, errno: errno) }
      written += count
    }
    guard !isSynced || fsync(file) == 0 else { throw .dataFolder(path: name, errno: errno) }
  }

  /// A new name is durable only with its folder.
  private func syncFolder(of name: String) throws(LocalPlatformError) {
    let directory = Glibc.open("\(path)/\(folder(of: name))", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw .dataFolder(path: name, errno: errno) }
    defer { Glibc.close(directory) }
    guard fsync(directory) == 0 else { throw .dataFolder(path: name, errno: errno) }
  }

  private func folder(of name: String) -> String {
    name.lastIndex(of: "/").map { String(name[..<$0]) } ?? "."
  }

  private func lastPart(of name: String) -> String {
    name.lastIndex(of: "/").map { String(name[name.index(after: $0)...]) } ?? name
  }
}
