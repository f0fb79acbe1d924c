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
  /// Opens the path of `--output` before the work whose result it gets.
  /// - Throws: `FileFailure.unwritable`, `Cancelled`.
  func openOutput(_ path: String) throws -> CommandOutput { try CommandOutput(path, isCancelled: interruption) }

  /// Writes a whole file. Below the home the file is for its owner only; elsewhere it is a `CommandOutput`.
  func write(_ data: Data, to path: String) throws { try write(data, to: path, isSynced: false) }

  /// Writes a file like `write` and returns when it is on disk under its name, for files that a record will
  /// name.
  func writeSynced(_ data: Data, to path: String) throws { try write(data, to: path, isSynced: true) }

  /// Writes a picture, a page or a table to the path that an option names. It replaces only a file that begins as it does itself,
  /// and none of the home's.
  /// - Parameters:
  ///   - isPrivate: whether the file is for its owner only, because it has names and phones.
  ///   - isOwn: judges the first 64 KiB of a file that is there, where the first four bytes say too little.
  /// - Throws: the errors of `checkMayReplace`, `FileFailure.unwritable`, `Cancelled`.
  func writePaper(
    _ data: Data, to path: String, isPrivate: Bool = false, isOwn: ((_ beginning: Data) -> Bool)? = nil
  ) throws {
    try checkMayReplace(path) { beginning, _ in isOwn?(beginning) ?? beginning.starts(with: data.prefix(4)) }
    try write(data, to: path, isSynced: false, isPrivate: isPrivate)
  }

  /// Checks that an option's path may be written, so that a slip of the Tab key costs nobody another file: nothing is there, an
  /// empty file, what is no regular file, or a file that `isOwn` knows as one of the same kind; and it is none of the home's.
  /// - Parameter isOwn: judges by the first 64 KiB of the file that is there, and by its size in bytes.
  /// - Throws: `OutputTaken`, `FileFailure.unreadable`.
  func checkMayReplace(_ path: String, isOwn: (_ beginning: Data, _ byteCount: Int) throws -> Bool) throws {
    let target = FilePath(absolutePath(path))
    if isInHome(target) { throw OutputTaken(path: path) }
    guard let status = try? target.status(), status.kind == .regular, status.byteCount > 0 else { return }
    let beginning = try self.beginning(of: absolutePath(path), maxBytes: 64 << 10)
    guard try isOwn(beginning, status.byteCount) else { throw OutputTaken(path: path) }
  }

  /// Whether a file lies, or would lie, in the home, whose files keep their places. A link is as good as what it leads to, on the
  /// way as well as at the end.
  func isInHome(_ path: FilePath) -> Bool {
    let home = FilePath(absolutePath(home))
    let homes = [home, home.withoutLinks].compactMap(\.self)
    // What is not there yet will lie in the nearest folder that is.
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

/// The path of an output is that of another file, or lies in the folder of the records.
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
