import Fieldbook
import Files
import FoundationEssentials
import Glibc

/// What a command writes where `--output` says, whose errors name the path as it was typed.
struct CommandOutput {
  private let path: String
  private let file: OutputFile

  /// Opens a place for writing; a folder that is missing is made. A named pipe is waited for until it has a reader.
  /// - Throws: `FileFailure.unwritable`, `Cancelled`.
  init(_ path: String, isCancelled: @escaping () -> Bool) throws {
    self.path = path
    file = try Self.named(path) { () throws(FileError) in
      try OutputFile(FilePath(path), isCancelled: isCancelled)
    }
  }

  /// - Throws: `FileFailure.unwritable`, `Cancelled`.
  func write(_ data: Data) throws {
    try Self.named(path) { () throws(FileError) in try file.write(data) }
  }

  /// Puts the whole file in its place.
  /// - Parameter isSynced: whether it is on disk under its name when this returns.
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
  /// Opens what `--output` names, before the work that it is for.
  /// - Throws: `FileFailure.unwritable`, `Cancelled`.
  func openOutput(_ path: String) throws -> CommandOutput { try CommandOutput(path, isCancelled: interruption) }

  /// Writes a file in one go. Below the home it is for its owner only; elsewhere it is a `CommandOutput`.
  func write(_ data: Data, to path: String) throws { try write(data, to: path, isSynced: false) }

  /// Like `write`, and on disk under its name when this returns: for what the record will say is there.
  func writeSynced(_ data: Data, to path: String) throws { try write(data, to: path, isSynced: true) }

  private func write(_ data: Data, to path: String, isSynced: Bool) throws {
    if path.hasPrefix(home + "/") {
      return try HomeFile.write(data, to: path, below: home, isSynced: isSynced)
    }
    let output = try openOutput(path)
    try output.write(data)
    try output.finish(isSynced: isSynced)
  }
}
