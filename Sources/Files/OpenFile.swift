internal import CFiles
public import FoundationEssentials
internal import Glibc

/// An open file. The file is closed when the last reference to this object goes, or earlier by `close`.
public final class OpenFile {
  public let path: FilePath
  /// The descriptor of the open file; -1 once the file is closed.
  public private(set) var descriptor: Int32

  /// Makes the object of a file that is already open.
  /// - Parameter descriptor: the file's descriptor, which this object owns and closes.
  init(path: FilePath, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

  // MARK: - Opening to read

  public struct ReadingOptions: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Only a regular file is opened: a folder is refused with EISDIR, anything else with EINVAL. Opening does
    /// not wait for a pipe without a writer.
    public static let regularOnly = ReadingOptions(rawValue: 1)
    /// A link is refused with ELOOP.
    public static let refusesLinks = ReadingOptions(rawValue: 2)
    /// Reading does not wait: a pipe without a writer is empty, and a pipe whose writer is slow fails with
    /// EAGAIN.
    public static let withoutWaiting = ReadingOptions(rawValue: 4)
  }

  /// Opens a file, a pipe or a device for reading, and waits until a named pipe has a writer.
  /// - Throws: `FileError` of `read`; EINTR where a signal ended the wait.
  public init(reading path: FilePath, _ options: ReadingOptions = []) throws(FileError) {
    self.path = path
    var flags = O_RDONLY | O_CLOEXEC | O_NOCTTY
    // The flag changes nothing for a regular file, see open(2).
    if !options.isDisjoint(with: [.regularOnly, .withoutWaiting]) { flags |= O_NONBLOCK }
    if options.contains(.refusesLinks) { flags |= O_NOFOLLOW }
    descriptor = path.withCString { open($0, flags) }
    guard descriptor >= 0 else { throw FileError(path, .read, errno) }
    guard options.contains(.regularOnly) else { return }
    let kind = try status().kind
    guard kind == .regular else { throw FileError(path, .read, kind == .folder ? EISDIR : EINVAL) }
  }

  /// Opens standard input, whose path is shown as `-`. Closing this object leaves the process's own descriptor
  /// open.
  /// - Throws: `FileError` of `read`, EBADF where standard input is closed.
  public static func standardInput() throws(FileError) -> OpenFile {
    let descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
    guard descriptor >= 0 else { throw FileError("-", .read, errno) }
    return OpenFile(path: "-", descriptor: descriptor)
  }

  // MARK: - Opening to write

  public struct WritingOptions: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Every write goes to the end of the file.
    public static let appends = WritingOptions(rawValue: 1)
    /// The file's old contents are dropped.
    public static let truncates = WritingOptions(rawValue: 2)
    /// A link is refused with ELOOP.
    public static let refusesLinks = WritingOptions(rawValue: 4)
    /// Neither opening nor writing waits for a device that accepts nothing or for a pipe without a reader.
    public static let withoutWaiting = WritingOptions(rawValue: 8)
  }

  /// Opens a file, a pipe or a device for writing, and waits until a named pipe has a reader.
  /// - Parameters:
  ///   - permissions: the permissions of a new file; nil makes no file. An existing file gets them too where
  ///     they are `exactly`.
  ///   - isCancelled: a closure that is called when a signal interrupts the waiting; true ends it with EINTR.
  /// - Throws: `FileError` of `create`.
  public init(
    writing path: FilePath, _ options: WritingOptions = [], making permissions: FilePermissions? = nil,
    isCancelled: () -> Bool = { true }
  ) throws(FileError) {
    self.path = path
    var flags = O_WRONLY | O_CLOEXEC | O_NOCTTY
    if options.contains(.appends) { flags |= O_APPEND }
    if options.contains(.truncates) { flags |= O_TRUNC }
    if options.contains(.refusesLinks) { flags |= O_NOFOLLOW }
    if options.contains(.withoutWaiting) { flags |= O_NONBLOCK }
    if permissions != nil { flags |= O_CREAT }
    while true {
      descriptor = path.withCString { open($0, flags, permissions?.bits ?? 0) }
      if descriptor >= 0 { break }
      let failure = errno
      guard failure == EINTR, !isCancelled() else { throw FileError(path, .create, failure) }
    }
    applyPermissions(permissions)
  }

  /// Makes a new file, open for writing and reading. An existing entry of that name is removed first, because a
  /// killed run may have left it, or it may be a link to somewhere else.
  /// - Throws: `FileError` of `create`.
  public init(replacing path: FilePath, permissions: FilePermissions) throws(FileError) {
    self.path = path
    try? path.removeFile()
    descriptor = path.withCString {
      open($0, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, permissions.bits)
    }
    guard descriptor >= 0 else { throw FileError(path, .create, errno) }
    applyPermissions(permissions)
  }

  /// Makes a new file, open for writing and reading, whose name is `stem`, a point and six characters that make
  /// it unique.
  /// - Throws: `FileError` of `create`.
  public convenience init(beside stem: FilePath, permissions: FilePermissions) throws(FileError) {
    var template = stem.withSuffix(".XXXXXX").bytes.map { CChar(bitPattern: $0) } + [0]
    let descriptor = wt_make_unique_file(&template)
    guard descriptor >= 0 else { throw FileError(stem, .create, errno) }
    let path = FilePath(bytes: template.dropLast().map { UInt8(bitPattern: $0) })
    self.init(path: path, descriptor: descriptor)
    applyPermissions(permissions)
  }

  /// Makes a file without a name that holds `bytes`, positioned at its start. The file ends with the last
  /// process that has it open.
  /// - Parameter folder: a folder on the disk that stores the bytes.
  /// - Throws: `FileError` of `create` or `write`.
  public static func unnamed(holding bytes: some ContiguousBytes, in folder: FilePath) throws(FileError)
    -> OpenFile
  {
    let file = try OpenFile(beside: folder.appending("weldtech"), permissions: .exactly(0o600))
    try? file.path.removeFile()
    try file.write(bytes)
    try file.rewind()
    return file
  }

  /// Makes a file without a name, in memory, that holds `bytes`, positioned at its start. The file ends with the
  /// last process that has it open.
  /// - Throws: `FileError` of `create` or `write`.
  public static func inMemory(holding bytes: some ContiguousBytes) throws(FileError) -> OpenFile {
    let descriptor = wt_make_memory_file()
    guard descriptor >= 0 else { throw FileError("memory", .create, errno) }
    let file = OpenFile(path: "memory", descriptor: descriptor)
    try file.write(bytes)
    try file.rewind()
    return file
  }

  /// Sets exact permissions again on the open file. The umask may have removed bits that the owner needs, and
  /// an existing file may have bits that others must not have.
  private func applyPermissions(_ permissions: FilePermissions?) {
    if case .exactly(let bits)? = permissions { fchmod(descriptor, bits) }
  }

  // MARK: - The open file itself

  /// Reads the status of the open file.
  /// - Throws: `FileError` of `status`.
  public func status() throws(FileError) -> FileStatus {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(.status) }
    return FileStatus(status)
  }

  /// Moves to the start of the file.
  /// - Throws: `FileError` of `read`.
  public func rewind() throws(FileError) {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw failure(.read) }
  }

  /// Closes the file; later calls do nothing.
  /// - Throws: `FileError` of `write`, because some file systems report only now that there is no space left.
  public func close() throws(FileError) {
    guard descriptor >= 0 else { return }
    let result = Glibc.close(release())
    guard result == 0 else { throw failure(.write) }
  }

  /// Returns the descriptor to the caller, who has to close it.
  public func release() -> Int32 {
    defer { descriptor = -1 }
    return descriptor
  }

  /// Locks the file against every other open descriptor of it that takes this lock, see flock(2). The lock ends
  /// with the last copy of the descriptor.
  /// - Parameter waits: whether to wait for another holder.
  /// - Returns: false where another descriptor holds the lock.
  /// - Throws: `FileError` of `lock`.
  public func lock(waits: Bool) throws(FileError) -> Bool {
    while flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 {
      switch errno {
      case EINTR: continue
      case EWOULDBLOCK: return false
      default: throw failure(.lock)
      }
    }
    return true
  }

  func failure(_ operation: FileError.Operation) -> FileError { FileError(path, operation, errno) }
}
