import Files
public import FoundationEssentials
import Glibc

/// Files of a home. They are readable by their owner only whatever the umask, are written as a whole or not at
/// all, and are never reached through a link, so that a home that came from elsewhere cannot lead to other
/// files.
public enum HomeFile {
  // MARK: - Writing

  /// Writes a file below `home`, in place of one of the same name, and makes its folder where it is missing.
  /// - Parameter isSynced: whether bytes and name are on disk when this returns.
  /// - Throws: `strangeEntry`, `home`.
  public static func write(_ bytes: Data, to path: String, below home: String, isSynced: Bool = true)
    throws(FieldbookError)
  {
    let target = FilePath(path)
    try makeFolder(target.folder.text, below: home)
    // A rename cannot replace a folder that has the file's name.
    if let kind = target.kind, kind != .regular, kind != .link { throw .strangeEntry(path: path) }
    let draft = try draft(of: target, beside: target)
    do throws(FileError) {
      try draft.write(bytes)
      try draft.place(isSynced ? .synced : .unsynced)
    } catch { throw FieldbookError(error) }
  }

  /// Opens an empty file for its owner only, which is later renamed to `target`.
  /// - Parameter stem: the path of the draft without the characters that make it unique.
  /// - Throws: `home` with the folder that takes no new file.
  static func draft(of target: FilePath, beside stem: FilePath) throws(FieldbookError) -> Draft {
    do throws(FileError) {
      return try Draft(of: target, named: .unique(stem), permissions: .exactly(0o600))
    } catch { throw .home(path: stem.folder.text, operation: .create, errno: error.errno) }
  }

  // MARK: - Folders

  /// Makes a folder below `home`, and the missing folders between.
  /// - Throws: `strangeEntry`, `home`.
  public static func makeFolder(_ path: String, below home: String) throws(FieldbookError) {
    guard path.hasPrefix(home + "/") else { return try makeHome(path) }
    try makeHome(home)
    var folder = FilePath(home)
    for name in path.utf8.dropFirst(home.utf8.count).split(separator: UInt8(ascii: "/")) {
      let name = FilePath(bytes: Array(name))
      if name == "." { continue }
      guard name != ".." else { throw .strangeEntry(path: path) }
      folder = folder.appending(name)
      try makeOne(folder)
    }
  }

  /// Makes a home and the missing folders above it, for its owner only. An existing home stays as it is, also
  /// behind a link.
  /// - Throws: `home`.
  static func makeHome(_ path: String) throws(FieldbookError) {
    do throws(FileError) {
      try Folder.make(FilePath(path), permissions: .exactly(0o700), isSynced: true)
    } catch {
      guard error.operation == .createDirectory, error.errno == EEXIST else { throw FieldbookError(error) }
      throw .home(path: error.path.text, operation: .createDirectory, errno: ENOTDIR)
    }
  }

  /// Makes one folder in a folder of the home. Anything else of that name, including a link to a folder, is
  /// refused.
  private static func makeOne(_ path: FilePath) throws(FieldbookError) {
    do throws(FileError) {
      try Folder.makeOne(path, permissions: .exactly(0o700), isSynced: true)
    } catch {
      guard error.operation == .createDirectory, error.errno == EEXIST else { throw FieldbookError(error) }
      guard path.kind == .folder else { throw .strangeEntry(path: path.text) }
    }
  }

  // MARK: - Reading

  /// Opens a file for reading, without waiting for a pipe and without following a link.
  /// - Returns: nil where no plain file has this name.
  /// - Throws: `home` where a plain file cannot be opened.
  static func open(_ path: String) throws(FieldbookError) -> OpenFile? {
    do throws(FileError) {
      return try OpenFile(reading: FilePath(path), [.regularOnly, .refusesLinks])
    } catch {
      // The errors mean, in this order: nothing of this name, a file in a folder's place, a link, a device
      // without a driver, a folder, a pipe.
      if [ENOENT, ENOTDIR, ELOOP, ENXIO, EISDIR, EINVAL].contains(error.errno) { return nil }
      throw FieldbookError(error)
    }
  }

  /// The bytes of a file below a home; nil where no plain file has this name, or the file is too large.
  /// - Parameter maxBytes: the size of the largest file that is read.
  public static func contents(of path: String, maxBytes: Int) -> Data? {
    try? open(path)?.contents(maxBytes: maxBytes)
  }

  // MARK: - What is there

  /// Names that this program uses directly below a home.
  private static let names = [
    "fieldbook.sqlite", "fieldbook.sqlite-wal", "fieldbook.sqlite-shm", "fieldbook.sqlite-journal", "files",
    "files/incoming", "locks", "documents", "uploads", "flash", "printing", "companion", "seal",
    "label-tags.csv",
  ]

  /// Checks that no name that this program uses in a home belongs to a link, a pipe or a device.
  /// - Throws: `strangeEntry`.
  static func refuseStrangers(in home: String) throws(FieldbookError) {
    for name in names {
      let path = "\(home)/\(name)"
      guard let kind = FilePath(path).kind, kind != .regular, kind != .folder else { continue }
      throw .strangeEntry(path: path)
    }
  }
}

extension FieldbookError {
  /// Makes the error of a failed call on a file or a folder of the home.
  init(_ error: FileError) {
    self = .home(path: error.path.text, operation: error.operation, errno: error.errno)
  }
}
