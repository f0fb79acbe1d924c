public import FoundationEssentials
import Glibc

/// Files of a home: for their owner only whatever the umask, whole or not at all, and never through a link, so that
/// a home that came from elsewhere leads nowhere else.
public enum HomeFile {
  // MARK: - Writing

  /// Writes a file below `home`, over one of the same name, in a folder that is made where it is missing.
  /// - Parameter isSynced: whether bytes and name are on disk when this returns.
  /// - Throws: `strangeEntry`, `home`.
  public static func write(_ bytes: Data, to path: String, below home: String, isSynced: Bool = true)
    throws(FieldbookError)
  {
    try makeFolder(Directory.parent(of: path), below: home)
    // A folder under the file's name is nothing that a rename could replace.
    if let kind = kind(of: path), kind != S_IFREG, kind != S_IFLNK { throw .strangeEntry(path: path) }
    let (draft, descriptor) = try draft(for: path)
    do throws(FieldbookError) {
      defer { close(descriptor) }
      try fill(descriptor, path: draft, with: bytes, isSynced: isSynced)
    } catch {
      unlink(draft)
      throw error
    }
    guard rename(draft, path) == 0 else {
      let code = errno
      unlink(draft)
      throw .home(path: path, operation: .rename, errno: code)
    }
    if isSynced { try Directory.sync(Directory.parent(of: path)) }
  }

  /// Makes a folder below `home`, and what is missing between.
  /// - Throws: `strangeEntry`, `home`.
  public static func makeFolder(_ path: String, below home: String) throws(FieldbookError) {
    guard path.hasPrefix(home + "/") else { return try Directory.make(path) }
    var folder = home
    try Directory.make(folder)
    for name in path.dropFirst(home.count).split(separator: "/") where name != "." {
      guard name != ".." else { throw .strangeEntry(path: path) }
      folder += "/" + name
      try Directory.makeBelowHome(folder)
    }
  }

  /// An empty file beside `path`, locked for nobody and readable by nobody else.
  static func draft(for path: String) throws(FieldbookError) -> (path: String, descriptor: Int32) {
    var template = Array((path + ".XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw .home(path: Directory.parent(of: path), operation: .create, errno: errno)
    }
    // The umask may have taken away what the owner needs.
    fchmod(descriptor, 0o600)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return (String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self), descriptor)
  }

  static func fill(_ descriptor: Int32, path: String, with bytes: Data, isSynced: Bool)
    throws(FieldbookError)
  {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .home(path: path, operation: .write, errno: errno) }
      written += count
    }
    guard !isSynced || fsync(descriptor) == 0 else { throw .home(path: path, operation: .sync, errno: errno) }
  }

  // MARK: - Reading

  /// Opens a file for reading. A pipe under its name does not hang us, a link is not followed.
  /// - Returns: its descriptor and its size in bytes; nil where no plain file has this name.
  /// - Throws: `home` where a plain file cannot be opened.
  static func open(_ path: String) throws(FieldbookError) -> (descriptor: Int32, size: Int)? {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
    guard descriptor >= 0 else {
      if [ENOENT, ENOTDIR, ELOOP, ENXIO].contains(errno) { return nil }
      throw .home(path: path, operation: .read, errno: errno)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      return nil
    }
    return (descriptor, Int(status.st_size))
  }

  /// The bytes of a file below a home; nil where there is no plain file of this name, or one that is too large.
  /// - Parameter maxBytes: a larger file is not read.
  public static func contents(of path: String, maxBytes: Int) -> Data? {
    guard let file = try? open(path) else { return nil }
    defer { close(file.descriptor) }
    guard file.size <= maxBytes else { return nil }
    return try? read(file.descriptor, path: path, bytes: file.size)
  }

  /// As many bytes as there are, up to `bytes`.
  static func read(_ descriptor: Int32, path: String, bytes count: Int) throws(FieldbookError) -> Data {
    var bytes = Data(count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress.map { $0 + filled }, count - filled)
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw .home(path: path, operation: .read, errno: errno) }
      if got == 0 { break }
      filled += got
    }
    return filled == count ? bytes : bytes.prefix(filled)
  }

  // MARK: - What is there

  /// Names that this program writes directly below a home.
  private static let names = [
    "fieldbook.sqlite", "fieldbook.sqlite-wal", "fieldbook.sqlite-shm", "fieldbook.sqlite-journal", "files",
    "files/incoming", "locks", "documents", "uploads", "flash", "printing", "label-tags.csv",
  ]

  /// - Throws: `strangeEntry` where one of our names is a link, a pipe or a device.
  static func refuseStrangers(in home: String) throws(FieldbookError) {
    for name in names {
      guard let kind = kind(of: "\(home)/\(name)"), kind != S_IFREG, kind != S_IFDIR else { continue }
      throw .strangeEntry(path: "\(home)/\(name)")
    }
  }

  /// The type bits of an entry's mode, of a link itself; nil where nothing has this name.
  static func kind(of path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }
}
