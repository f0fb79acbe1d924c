internal import Glibc

/// A call of the operating system that failed on a file or a folder.
public struct FileError: Error, Hashable, Sendable {
  /// What was being done. The raw values are words that messages are made of.
  public enum Operation: String, Hashable, Sendable {
    /// Opening a file to read it, or reading it.
    case read
    /// Making a file, or opening one to write to it.
    case create
    /// Writing to an open file, or closing it afterwards.
    case write
    /// Bringing a file's bytes or a folder's names to disk.
    case sync
    case rename
    case lock
    case createDirectory
    /// Listing the names in a folder.
    case list
    case remove
    /// Making a link.
    case link
    /// Asking what kind of thing has a name.
    case status
  }

  public let path: FilePath
  public let operation: Operation
  /// The system's number, as errno(3) lists them. EFBIG in an error of `read` says that there is more to be read than the
  /// caller allowed; read(2) itself never answers it.
  public let errno: Int32

  public init(_ path: FilePath, _ operation: Operation, _ errno: Int32) {
    self.path = path
    self.operation = operation
    self.errno = errno
  }

  /// Whether there is more to be read than the caller allowed.
  public var isTooLarge: Bool { operation == .read && errno == EFBIG }
}
