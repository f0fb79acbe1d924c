import Dispatch
import Files
import Foundation
import Glibc
import TestSupport

/// A temporary folder whose entries may have names that are not UTF-8.
final class Scratch: Sendable {
  private let folder = TemporaryFolder()
  let path: FilePath

  init() throws {
    path = FilePath(folder.path)
    guard chmod(folder.path, 0o700) == 0 else { throw POSIXError(.EIO) }
  }

  func file(_ name: FilePath) -> FilePath { path.appending(name) }

  /// Writes a file by other means than the tested ones.
  func put(_ text: String, _ name: FilePath, permissions: mode_t = 0o644) throws -> FilePath {
    let path = file(name)
    let descriptor = open(path.bytes.map { CChar(bitPattern: $0) } + [0], O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0, write(descriptor, text, text.utf8.count) == text.utf8.count,
      fchmod(descriptor, permissions) == 0, close(descriptor) == 0
    else { throw POSIXError(.EIO) }
    return path
  }

  /// The first 1 MiB of a file, read by other means than the tested ones; nil where the file cannot be read.
  func text(_ name: FilePath) -> String? {
    let descriptor = open(file(name).bytes.map { CChar(bitPattern: $0) } + [0], O_RDONLY | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = read(descriptor, &bytes, bytes.count)
    return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// The names in the folder, sorted, as Foundation lists them; `unlisted` alone where the folder cannot be
  /// listed.
  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path.text)) ?? ["unlisted"]).sorted()
  }

  func mode(_ name: FilePath) -> mode_t? {
    var status = stat()
    return lstat(file(name).bytes.map { CChar(bitPattern: $0) } + [0], &status) == 0
      ? status.st_mode & 0o7777 : nil
  }
}

/// Runs `body`, and returns the file error that it throws; nil where it throws none, or an error of another
/// type.
func failure(_ body: () throws -> Void) -> FileError? {
  do {
    try body()
    return nil
  } catch { return error as? FileError }
}

/// Work on a thread of its own; the work may block for any time.
final class Companion<Value: Sendable>: @unchecked Sendable {
  private let done = DispatchSemaphore(value: 0)
  /// The result is written before `done` is signalled and read after it.
  private var result: Result<Value, any Error>?

  init(_ body: @escaping @Sendable () throws -> Value) {
    Thread.detachNewThread { [self] in
      result = Result { try body() }
      done.signal()
    }
  }

  /// Waits for the end of the work; may be called only once.
  func value() throws -> Value? {
    done.wait()
    return try result?.get()
  }
}
