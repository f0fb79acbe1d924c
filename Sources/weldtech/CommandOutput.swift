import Fieldbook
import Files
import FoundationEssentials
import Glibc
import Terminal

/// The output of a command to the path of `--output`; errors name the path as it was typed.
struct CommandOutput {
  private let path: String
  private let file: OutputFile

  /// Opens a path for writing, makes a missing folder, and waits until a named pipe has a reader.
  /// - Throws: `FileFailure.unwritable`, `Cancelled`.
  init(_ path: String, isPrivate: Bool = false, isCancelled: @escaping () -> Bool) throws {
    self.path = path
    file = try Self.named(path) { () throws(FileError) in
      try OutputFile(FilePath(path), isPrivate: isPrivate, isCancelled: isCancelled)
    }
  }

  /// - Throws: `FileFailure.unwritable`, `Cancelled`.
  func write(_ data: Data) throws {
    try Self.named(path) { () throws(FileError) in try file.write(data) }
  }

  /// Puts the complete file in its place.
  /// - Parameter isSynced: whether the file is on disk under its name when this returns.
  /// - Throws: `FileFailure.unwritable`.
  func finish(isSynced: Bool = false) throws {
    try Self.named(path) { () throws(FileError) in try file.finish(isSynced: isSynced) }
  }

  private static func named<Result>(_ path: String, _ body: () throws(FileError) -> Result) throws -> Result {
    do throws(FileError) { return try body() } catch {
      if error.errno == EINTR { throw Cancelled() }
      throw FileFailure.unwritable(path: path, errno: error.errno)
    }
  }
}

extension Workplace {
  /// Opens the path of `--output`, before the work whose result is written to it.
  /// - Throws: `FileFailure.unwritable`, `Cancelled`.
  func openOutput(_ path: String) throws -> CommandOutput { try CommandOutput(path, isCancelled: interruption) }

  /// Writes a whole file. Below the home only the owner may read the file; elsewhere the file is written as a
  /// `CommandOutput`.
  func write(_ data: Data, to path: String) throws { try write(data, to: path, isSynced: false) }

  /// Writes a file like `write` and returns when it is on disk under its name, for files that a record will
  /// name.
  func writeSynced(_ data: Data, to path: String) throws { try write(data, to: path, isSynced: true) }

  /// Writes a picture, a page or a table to the path that an option names. This replaces only a file that
  /// begins with the same four bytes, or that `isOwn` accepts, and no file of the home.
  /// - Parameters:
  ///   - isPrivate: whether the file is for its owner only, because it has names and phones.
  ///   - isOwn: a function that returns whether an existing file may be replaced, by its first 64 KiB; nil
  ///     compares the first four bytes.
  /// - Throws: the errors of `checkMayReplace`, `FileFailure.unwritable`, `Cancelled`.
  func writePaper(
    _ data: Data, to path: String, isPrivate: Bool = false, isOwn: ((_ beginning: Data) -> Bool)? = nil
  ) throws {
    try checkMayReplace(path) { beginning, _ in isOwn?(beginning) ?? beginning.starts(with: data.prefix(4)) }
    try write(data, to: path, isSynced: false, isPrivate: isPrivate)
  }

  /// Checks that an option's path may be written, so that a slip of the Tab key does not replace another file.
  /// The path must lie outside the home, and there must be nothing, an empty file, no regular file, or a file
  /// that `isOwn` accepts as one of the same kind.
  /// - Parameter isOwn: a function that returns whether an existing file may be replaced, by its first 64 KiB
  ///   and its size in bytes.
  /// - Throws: `OutputTaken`, `FileFailure.unreadable`.
  func checkMayReplace(_ path: String, isOwn: (_ beginning: Data, _ byteCount: Int) throws -> Bool) throws {
    let target = FilePath(absolutePath(path))
    if isInHome(target) { throw OutputTaken(path: path) }
    guard let status = try? target.status(), status.kind == .regular, status.byteCount > 0 else { return }
    let beginning = try self.beginning(of: absolutePath(path), maxBytes: 64 << 10)
    guard try isOwn(beginning, status.byteCount) else { throw OutputTaken(path: path) }
  }

  /// Whether a file lies, or would lie, in the home, whose files must not be replaced. Links are followed, in
  /// the folders of the path as well as at its end.
  func isInHome(_ path: FilePath) -> Bool {
    let home = FilePath(absolutePath(home))
    let homes = [home, home.withoutLinks].compactMap(\.self)
    // A file that does not exist yet will lie in the nearest folder that exists.
    var folder = (path.endOfLinks ?? path).folder
    while folder.withoutLinks == nil, folder.folder != folder { folder = folder.folder }
    let places = [path, path.withoutLinks, path.endOfLinks, folder.withoutLinks?.appending("x")]
    return places.compactMap(\.self).contains { place in
      homes.contains { place.text.hasPrefix($0.text + "/") }
    }
  }

  private func write(_ data: Data, to path: String, isSynced: Bool, isPrivate: Bool = false) throws {
    if path.hasPrefix(home + "/") {
      return try HomeFile.write(data, to: path, below: home, isSynced: isSynced)
    }
    let output = try CommandOutput(path, isPrivate: isPrivate, isCancelled: interruption)
    try output.write(data)
    try output.finish(isSynced: isSynced)
  }
}

/// The error that the path of an output is that of another file, or lies in the folder of the records.
struct OutputTaken: Error {
  let path: String
}

extension OutputTaken: Explained {
  var failure: Failure {
    Failure(
      code: "output.taken",
      message: Text(
        zh: "\(path) 是别的文件，或在记录的目录里，没有写",
        en: "\(path) is another file, or in the records' folder; nothing was written"),
      hint: Text(zh: "换一个文件名", en: "choose another name"), exit: .badData)
  }
}
