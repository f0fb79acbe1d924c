internal import Glibc

/// A call of the operating system that failed on a file or a folder.
public struct FileError: Error, Hashable, Sendable {
  /// The operation that failed. The raw values are words that messages are made of.
  public enum Operation: String, Hashable, Sendable {
    /// Opening a file to read it, or reading it.
    case read
    /// Making a file, or opening one to write to it.
    case create
    /// Writing to an open file, or closing it afterwards.
    case write
    /// Writing a file's bytes or a folder's names through to the disk.
    case sync
    case rename
    case lock
    case createDirectory
    /// Listing the names in a folder.
    case list
    case remove
    /// Making a link.
    case link
    /// Reading the status of an entry.
    case status
  }

  public let path: FilePath
  public let operation: Operation
  /// The system's error number, as errno(3) lists them. EFBIG in an error of `read` says that the file is
  /// longer than the caller allows; read(2) itself never returns it.
  public let errno: Int32

  public init(_ path: FilePath, _ operation: Operation, _ errno: Int32) {
    self.path = path
    self.operation = operation
    self.errno = errno
  }

  /// Whether the file is longer than the caller allows.
  public var isTooLarge: Bool { operation == .read && errno == EFBIG }
}
