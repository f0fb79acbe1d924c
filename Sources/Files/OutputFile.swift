public import FoundationEssentials
internal import Glibc

/// A file that somebody asked for by its path: a regular one is there whole or not at all, behind links too; a pipe or a
/// device gets the bytes as they come. What is not finished leaves no regular file behind.
public final class OutputFile {
  private enum Way {
    case draft(Draft)
    /// A pipe, a device, or a file in a folder in which none can be made.
    case direct(OpenFile)
  }

  private let way: Way
  private let isCancelled: () -> Bool

  /// Opens a place for writing; a folder that is missing is made. A named pipe is waited for until it has a reader.
  /// - Parameter isCancelled: asked when a signal interrupts waiting or writing; true ends it with EINTR.
  /// - Throws: `FileError`; EISDIR for a folder.
  public init(_ path: FilePath, isCancelled: @escaping () -> Bool = { false }) throws(FileError) {
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
            permissions: .withinUmask(isRegular ? status?.permissions ?? 0o644 : 0o644)))
        return
      } catch {
        // A file that may be written in a folder that may not.
        guard isRegular, [EACCES, EPERM, EROFS].contains(error.errno) else { throw error }
      }
    }
    way = .direct(
      try OpenFile(
        writing: path, target == nil ? .appends : isRegular ? .truncates : [], isCancelled: isCancelled))
  }

  /// - Throws: `FileError` of `write`.
  public func write(_ bytes: some ContiguousBytes) throws(FileError) {
    switch way {
    case .draft(let draft): try draft.write(bytes, isCancelled: isCancelled)
    case .direct(let file): try file.write(bytes, isCancelled: isCancelled)
    }
  }

  /// Puts the whole file in its place.
  /// - Parameter isSynced: whether it is on disk under its name when this returns.
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
