public import Files

/// The reasons why an archive cannot be made or read.
public enum ArchiveError: Error, Hashable, Sendable {
  /// The output is a pipe, a device or a folder: an archive is written at several places and read again before
  /// it gets its name.
  case notAFile(path: String)
  /// A call of the operating system failed on the archive.
  case archive(FileError)
  /// A file of an installation failed while it was copied into the archive.
  case unreadable(entry: String, errno: Int32)
  /// A file of an installation changed while the archive was made.
  case changed(entry: String)
  /// libzip refused; the value is its own error code.
  case zip(Int32)
  case noMemory
  /// The caller ended the operation.
  case cancelled
  /// The archive is not what weldtech writes; the value is the first fault.
  case damaged(ArchiveFault)
  /// The finished archive, read back, is not what was to be written; the value is the first fault.
  case readBack(ArchiveFault)
  /// A part of an installation cannot be written as JSON.
  case unencodable(entry: String)
}
