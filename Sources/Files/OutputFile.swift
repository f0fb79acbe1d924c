public import FoundationEssentials
internal import Glibc

/// A file that the user names by its path. A regular file, also behind links, is written as a whole or not at
/// all, unless its folder takes no new files; a pipe or a device gets the bytes as they come. An unfinished
/// output leaves no new regular file behind.
public final class OutputFile {
  private enum Way {
    case draft(Draft)
    /// A pipe, a device, or a file in a folder that takes no new files.
    case direct(OpenFile)
  }

  private let way: Way
  private let isCancelled: () -> Bool

  /// Opens a path for writing, makes a missing folder, and waits until a named pipe has a reader.
  /// - Parameters:
  ///   - isPrivate: whether the file is for its owner only, whatever the umask and the permissions of an
  ///     existing file.
  ///   - isCancelled: a closure that is called when a signal interrupts waiting or writing; true ends it with
  ///     EINTR.
  /// - Throws: `FileError`; EISDIR for a folder.
  public init(
    _ path: FilePath, isPrivate: Bool = false, isCancelled: @escaping () -> Bool = { false }
  ) throws(FileError) {
    self.isCancelled = isCancelled
    let target = path.endOfLinks
    let status = try? path.status()
    if status?.kind == .folder { throw FileError(path, .create, EISDIR) }
    let isRegular = status?.kind == .regular
    if let target, isRegular || status == nil {
      try? Folder.make(target.folder, permissions: .withinUmask(0o777))
      do throws(FileError) {
        way = .draft(
          try Draft(
            of: target, named: .suffix(".part"),
            permissions: isPrivate
              ? .exactly(0o600) : .withinUmask(isRegular ? status?.permissions ?? 0o644 : 0o644)))
        return
      } catch {
        // The file may be writable although its folder is not.
        guard isRegular, [EACCES, EPERM, EROFS].contains(error.errno) else { throw error }
      }
    }
    way = .direct(
      try OpenFile(
        writing: path, target == nil ? .appends : isRegular ? .truncates : [], isCancelled: isCancelled))
  }

  /// Writes all of the bytes.
  /// - Throws: `FileError` of `write`.
  public func write(_ bytes: some ContiguousBytes) throws(FileError) {
    switch way {
    case .draft(let draft): try draft.write(bytes, isCancelled: isCancelled)
    case .direct(let file): try file.write(bytes, isCancelled: isCancelled)
    }
  }

  /// Puts the complete file in its place.
  /// - Parameter isSynced: whether the file is on disk under its name when this returns.
  /// - Throws: `FileError`.
  public func finish(isSynced: Bool = false) throws(FileError) {
    switch way {
    case .draft(let draft): try draft.place(isSynced ? .syncedWherePossible : .unsynced)
    case .direct(let file):
      if isSynced { try file.sync(isRequired: false) }
      try file.close()
    }
  }
}
