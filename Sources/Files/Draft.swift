public import FoundationEssentials
internal import Glibc

/// A file that is written beside its destination, checked, and then renamed, so that the name always leads to
/// the old file or to the complete new one. A draft that is not placed leaves nothing behind.
public final class Draft {
  public enum Naming: Hashable, Sendable {
    /// The draft has the name of the file with this suffix. An existing file of that name is removed first.
    case suffix(String)
    /// The draft has this path. An existing file of that name is removed first.
    case file(FilePath)
    /// The draft has this path, a point and six characters that make it unique.
    case unique(FilePath)
  }

  /// The part of a file that is certainly on disk, and so survives a power cut, when the file has its name.
  public enum Durability: Hashable, Sendable {
    /// Nothing is on disk for certain, since the file can be made again.
    case unsynced
    /// The file's bytes and its name are on disk.
    case synced
    /// The file's bytes and its name are on disk where the file system can sync at all.
    case syncedWherePossible
  }

  private let file: OpenFile
  private let target: FilePath
  private var isOver = false

  /// Opens an empty draft.
  /// - Parameter target: the path that the draft will be renamed to.
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

  /// The path of the draft until it is placed.
  public var path: FilePath { file.path }

  /// The file descriptor of the open draft, for a library that writes into it by itself.
  public var descriptor: Int32 { file.descriptor }

  // MARK: - Filling

  /// Writes at the end of the draft.
  /// - Parameter isCancelled: a closure that is called when a signal interrupts the writing; true ends it with
  ///   EINTR.
  /// - Throws: `FileError` of `write`.
  public func write(_ bytes: some ContiguousBytes, isCancelled: () -> Bool = { false }) throws(FileError) {
    try file.write(bytes, isCancelled: isCancelled)
  }

  /// Locks the draft, so that others can see that its writer is alive.
  /// - Throws: `FileError` of `lock`.
  public func lock() throws(FileError) { _ = try file.lock(waits: true) }

  /// Reads the contents of the draft back from the file.
  /// - Parameter maxBytes: the maximum size in bytes; a longer file is refused with EFBIG.
  /// - Throws: `FileError` of `read`.
  public func contents(maxBytes: Int) throws(FileError) -> Data {
    try file.rewind()
    return try file.contents(maxBytes: maxBytes)
  }

  // MARK: - Ending

  /// Renames the draft to its destination. Where that fails the draft is removed.
  /// - Throws: `FileError` of `sync`, `write` or `rename`.
  public func place(_ durability: Durability) throws(FileError) {
    do throws(FileError) {
      if durability == .unsynced {
        // Some file systems report only now that there is no space left.
        try file.close()
      } else {
        // A lock on the draft is held until the draft has its final name.
        try file.sync(isRequired: durability == .synced)
      }
      try path.rename(to: target)
    } catch {
      discard()
      throw error
    }
    isOver = true
    guard durability != .unsynced else { return }
    // After a sync, closing the file has nothing left to report.
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
