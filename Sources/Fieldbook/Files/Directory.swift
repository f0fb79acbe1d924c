import Glibc

/// Directories of the home, made for their owner only and synced, so that what is renamed into them stays.
enum Directory {
  /// Makes `path` and what is missing above it. One that is there will do.
  static func make(_ path: String) throws(FieldbookError) {
    if mkdir(path, 0o700) == 0 { return try settle(path) }
    switch errno {
    case EEXIST:
      var status = stat()
      guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw .home(path: path, operation: .createDirectory, errno: ENOTDIR)
      }
    case ENOENT where parent(of: path) != path:
      try make(parent(of: path))
      if mkdir(path, 0o700) == 0 { return try settle(path) }
      guard errno == EEXIST else { throw .home(path: path, operation: .createDirectory, errno: errno) }
    case let code: throw .home(path: path, operation: .createDirectory, errno: code)
    }
  }

  /// Makes one folder in a folder of the home. What has its name and is no folder, a link to one included, is refused.
  static func makeBelowHome(_ path: String) throws(FieldbookError) {
    if mkdir(path, 0o700) == 0 { return try settle(path) }
    let code = errno
    switch HomeFile.kind(of: path) {
    case S_IFDIR: return
    case nil: throw .home(path: path, operation: .createDirectory, errno: code)
    default: throw .strangeEntry(path: path)
    }
  }

  /// The umask may have taken away what the owner needs.
  private static func settle(_ path: String) throws(FieldbookError) {
    guard chmod(path, 0o700) == 0 else { throw .home(path: path, operation: .createDirectory, errno: errno) }
    try sync(parent(of: path))
  }

  /// Names of directory entries are on disk only after this, see fsync(2).
  static func sync(_ path: String) throws(FieldbookError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .home(path: path, operation: .sync, errno: errno) }
    defer { close(descriptor) }
    // EINVAL: a file system that cannot sync a directory, and so has nothing to lose by it.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw .home(path: path, operation: .sync, errno: errno)
    }
  }

  /// The name in a directory entry.
  static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
    withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
  }

  static func parent(of path: String) -> String {
    var rest = Substring(path)
    while rest.count > 1, rest.hasSuffix("/") { rest.removeLast() }
    guard let slash = rest.lastIndex(of: "/") else { return "." }
    return slash == rest.startIndex ? "/" : String(rest[..<slash])
  }
}
