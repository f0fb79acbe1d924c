internal import CFiles
internal import Glibc

/// Makes, lists, syncs and removes folders.
public enum Folder {
  // MARK: - Making

  /// Makes a folder and the missing folders above it. An existing folder is accepted, also behind a link.
  /// - Parameters:
  ///   - permissions: the permissions of every new folder; an existing folder keeps its own.
  ///   - isSynced: whether each name is on disk when this returns.
  /// - Throws: `FileError` of `createDirectory` with the path that could not be made, EEXIST where something else has
  ///   the name; of `sync`.
  public static func make(_ path: FilePath, permissions: FilePermissions, isSynced: Bool = false)
    throws(FileError)
  {
    do throws(FileError) {
      return try makeOne(path, permissions: permissions, isSynced: isSynced)
    } catch {
      guard error.operation == .createDirectory else { throw error }
      switch error.errno {
      case EEXIST:
        let kind: FileStatus.Kind
        do throws(FileError) {
          kind = try path.status().kind
        } catch let unfollowed {
          // The link leads nowhere or round in a circle.
          throw FileError(path, .createDirectory, unfollowed.errno)
        }
        guard kind == .folder else { throw error }
        return
      case ENOENT where path.folder != path: break
      default: throw error
      }
    }
    try make(path.folder, permissions: permissions, isSynced: isSynced)
    do throws(FileError) {
      try makeOne(path, permissions: permissions, isSynced: isSynced)
    } catch {
      // Another process may have made the folder meanwhile.
      guard error.operation == .createDirectory, error.errno == EEXIST else { throw error }
    }
  }

  /// Makes one folder in an existing folder.
  /// - Throws: `FileError` of `createDirectory`, EEXIST where the name is taken, also by a folder; `FileError`
  ///   of `sync`.
  public static func makeOne(_ path: FilePath, permissions: FilePermissions, isSynced: Bool = false)
    throws(FileError)
  {
    guard path.withCString({ mkdir($0, permissions.bits) }) == 0 else {
      throw FileError(path, .createDirectory, errno)
    }
    // The umask may have removed bits that the owner needs.
    if case .exactly(let bits) = permissions, path.withCString({ chmod($0, bits) }) != 0 {
      throw FileError(path, .createDirectory, errno)
    }
    if isSynced { try sync(path.folder) }
  }

  // MARK: - Listing

  /// The names in a folder without `.` and `..`, in no order.
  /// - Throws: `FileError` of `list`.
  public static func names(in path: FilePath) throws(FileError) -> [FilePath] {
    guard let folder = path.withCString({ opendir($0) }) else { throw FileError(path, .list, errno) }
    defer { closedir(folder) }
    return try names(in: folder, path)
  }

  /// Calls `body` with each name in a folder without `.` and `..`, in no order.
  /// - Parameter body: a closure that gets a name's bytes; false ends the listing.
  /// - Throws: `FileError` of `list`.
  public static func forEachName(in path: FilePath, _ body: (Slice<UnsafeRawBufferPointer>) -> Bool)
    throws(FileError)
  {
    guard let folder = path.withCString({ opendir($0) }) else { throw FileError(path, .list, errno) }
    defer { closedir(folder) }
    while true {
      errno = 0
      guard let entry = readdir(folder) else {
        guard errno == 0 else { throw FileError(path, .list, errno) }
        return
      }
      let goesOn = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        let name = bytes.prefix { $0 != 0 }
        return name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) || body(name)
      }
      guard goesOn else { return }
    }
  }

  private static func names(in folder: OpaquePointer, _ path: FilePath) throws(FileError) -> [FilePath] {
    var names: [FilePath] = []
    while true {
      // readdir(3) distinguishes its end from a failure by errno alone.
      errno = 0
      guard let entry = readdir(folder) else {
        guard errno == 0 else { throw FileError(path, .list, errno) }
        return names
      }
      let name = withUnsafeBytes(of: entry.pointee.d_name) { FilePath(bytes: Array($0.prefix { $0 != 0 })) }
      if name != ".", name != ".." { names.append(name) }
    }
  }

  // MARK: - Syncing

  /// Brings the names in a folder to disk, which syncing a file does not do, see fsync(2).
  /// - Throws: `FileError` of `sync`.
  public static func sync(_ path: FilePath) throws(FileError) {
    try opened(path, .sync).sync(isRequired: false)
  }

  /// Brings everything that was written to the file system of a folder to disk, in one call for any number of
  /// files.
  /// - Throws: `FileError` of `sync`.
  public static func syncFileSystem(of path: FilePath) throws(FileError) {
    let folder = try opened(path, .sync)
    guard wt_syncfs(folder.descriptor) == 0 else { throw folder.failure(.sync) }
  }

  // MARK: - Removing

  /// Removes a folder with all that is in it, or a file. Links in it are removed and never followed, also where
  /// somebody replaces a folder by a link meanwhile.
  /// - Throws: `FileError` of `remove` or `list`; what was removed before stays removed.
  public static func removeTree(_ path: FilePath) throws(FileError) {
    do throws(FileError) {
      return try path.removeFile()
    } catch {
      guard error.errno == EISDIR else { throw error }
    }
    try empty(try opened(path, .remove))
    guard path.withCString({ rmdir($0) }) == 0 else { throw FileError(path, .remove, errno) }
  }

  private static func empty(_ folder: OpenFile) throws(FileError) {
    // closedir(3) also closes the descriptor of the list, which is therefore a copy of the folder's.
    guard let list = fdopendir(fcntl(folder.descriptor, F_DUPFD_CLOEXEC, 0)) else {
      throw folder.failure(.list)
    }
    defer { closedir(list) }
    for name in try names(in: list, folder.path) {
      let path = folder.path.appending(name)
      if name.withCString({ unlinkat(folder.descriptor, $0, 0) }) == 0 { continue }
      guard errno == EISDIR else { throw FileError(path, .remove, errno) }
      let inner = name.withCString {
        openat(folder.descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      }
      guard inner >= 0 else { throw FileError(path, .remove, errno) }
      try empty(OpenFile(path: path, descriptor: inner))
      guard name.withCString({ unlinkat(folder.descriptor, $0, Int32(AT_REMOVEDIR)) }) == 0 else {
        throw FileError(path, .remove, errno)
      }
    }
  }

  private static func opened(_ path: FilePath, _ operation: FileError.Operation) throws(FileError) -> OpenFile {
    let links = operation == .remove ? O_NOFOLLOW : 0
    let descriptor = path.withCString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC | links) }
    guard descriptor >= 0 else { throw FileError(path, operation, errno) }
    return OpenFile(path: path, descriptor: descriptor)
  }
}
