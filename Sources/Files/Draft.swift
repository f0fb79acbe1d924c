public import FoundationEssentials
internal import Glibc

/// A file on its way to its name: written beside its place, looked at, and put in its place by renaming, so that under
/// the name is the old file or the whole new one. A draft that is not placed leaves nothing behind.
public final class Draft {
  public enum Naming: Hashable, Sendable {
    /// The name of the file with something after it. What has that name is removed first.
    case suffix(String)
    /// This path. What has that name is removed first.
    case file(FilePath)
    /// This path, a point and six characters that no other file there has.
    case unique(FilePath)
  }

  /// What is on disk, and so outlasts a cut in power, when a file has its name.
  public enum Durability: Hashable, Sendable {
    /// Nothing: the file can be made again.
    case unsynced
    /// The file's bytes and its name.
    case synced
    /// The file's bytes and its name, where the file system can sync at all.
    case syncedWherePossible
  }

  private let file: OpenFile
  private let target: FilePath
  private var isOver = false

  /// Opens an empty draft.
  /// - Parameter target: the name that it will have.
  /// - Throws: `FileError` of `create`.
  public init(of target: FilePath, named naming: Naming, permissions: FilePermissions) throws(FileError) {
    self.target = target
    switch naming {
    case .suffix(let suffix):
      file = try OpenFile(replacing: target.withSuffix(suffix), permissions: permissions)
    case .file(let path): file = try OpenFile(replacing: path, permissions: permissions)
    case .unique(let stem): file = try OpenFile(beside: stem, permissions: permissions)
    }
  }

  deinit { discard() }

  /// Where the draft lies until it is placed.
  public var path: FilePath { file.path }

  // MARK: - Filling

  /// Writes at the end of the draft.
  /// - Parameter isCancelled: asked when a signal interrupts the writing; true ends it with EINTR.
  /// - Throws: `FileError` of `write`.
  public func write(_ bytes: some ContiguousBytes, isCancelled: () -> Bool = { false }) throws(FileError) {
    try file.write(bytes, isCancelled: isCancelled)
  }

  /// Locks the draft, so that others can see that its writer is alive.
  /// - Throws: `FileError` of `lock`.
  public func lock() throws(FileError) { _ = try file.lock(waits: true) }

  /// What the draft holds, read from the file.
  /// - Parameter maxBytes: more than this is refused with EFBIG.
  /// - Throws: `FileError` of `read`.
  public func contents(maxBytes: Int) throws(FileError) -> Data {
    try file.rewind()
    return try file.contents(maxBytes: maxBytes)
  }

  // MARK: - Ending

  /// Gives the draft its name. Where that fails nothing of the draft is left.
  /// - Throws: `FileError` of `sync`, `write` or `rename`.
  public func place(_ durability: Durability) throws(FileError) {
    do throws(FileError) {
      if durability == .unsynced {
        // Some file systems say only now that there was no room.
        try file.close()
      } else {
        // Its lock, if it has one, is held until it has its name.
        try file.sync(isRequired: durability == .synced)
      }
      try path.rename(to: target)
    } catch {
      discard()
      throw error
    }
    isOver = true
    guard durability != .unsynced else { return }
    // What is synced has nothing left for its closing to report.
    try? file.close()
    try Folder.sync(target.folder)
  }

  /// Removes the draft; does nothing once it is placed.
  public func discard() {
    guard !isOver else { return }
    isOver = true
    try? file.close()
    try? path.removeFile()
  }
}
