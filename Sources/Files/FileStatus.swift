internal import Glibc

/// The system's information on a file, read without its contents.
public struct FileStatus: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case regular, folder, link, pipe, socket, characterDevice, blockDevice, other
  }

  public let kind: Kind
  /// Size in bytes; meaningful for regular files only.
  public let byteCount: Int
  /// The nine permission bits, 0 to 0o777.
  public let permissions: UInt32
  public let ownerID: UInt32
  /// Time at which the contents were last written, in seconds since 1970 UTC.
  public let modifiedSeconds: Int64
  /// An identity that two names share exactly where they name the same file.
  let identity: Identity

  struct Identity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
  }

  /// Whether other users may read, write or enter.
  public var isOpenToOthers: Bool { permissions & 0o077 != 0 }

  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .folder
      case S_IFLNK: .link
      case S_IFIFO: .pipe
      case S_IFSOCK: .socket
      case S_IFCHR: .characterDevice
      case S_IFBLK: .blockDevice
      default: .other
      }
    byteCount = Int(status.st_size)
    permissions = status.st_mode & 0o777
    ownerID = status.st_uid
    modifiedSeconds = Int64(status.st_mtim.tv_sec)
    identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }
}

extension FilePath {
  /// Reads the status of the entry of this name.
  /// - Parameter followsLinks: whether the status of a link is that of its target.
  /// - Throws: `FileError` of `status`; ENOENT where nothing has this name.
  public func status(followsLinks: Bool = true) throws(FileError) -> FileStatus {
    var status = stat()
    let result = withCString { followsLinks ? stat($0, &status) : lstat($0, &status) }
    guard result == 0 else { throw FileError(self, .status, errno) }
    return FileStatus(status)
  }

  /// The kind of the entry of this name, without following a link; nil where there is none or the system does
  /// not say.
  public var kind: FileStatus.Kind? { try? status(followsLinks: false).kind }
}
