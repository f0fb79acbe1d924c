internal import CFiles
public import FoundationEssentials
internal import Glibc

/// A file that is open. It is closed when nobody holds it any more, or earlier by `close`.
public final class OpenFile {
  public let path: FilePath
  /// The system's number of the open file; -1 once it is closed.
  public private(set) var descriptor: Int32

  /// - Parameter descriptor: becomes this object's, which closes it.
  init(path: FilePath, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

  // MARK: - Opening to read

  public struct ReadingOptions: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Nothing but a regular file is opened: a folder is refused with EISDIR, anything else with EINVAL. A pipe that
    /// nobody writes to is not waited for.
    public static let regularOnly = ReadingOptions(rawValue: 1)
    /// A link is refused with ELOOP.
    public static let refusesLinks = ReadingOptions(rawValue: 2)
    /// A pipe that nobody writes to is empty, and one whose writer is slow fails with EAGAIN.
    public static let withoutWaiting = ReadingOptions(rawValue: 4)
  }

  /// Opens a file, a pipe or a device to read it. A named pipe is waited for until it has a writer.
  /// - Throws: `FileError` of `read`; EINTR where a signal came while a pipe was waited for.
  public init(reading path: FilePath, _ options: ReadingOptions = []) throws(FileError) {
    self.path = path
    var flags = O_RDONLY | O_CLOEXEC | O_NOCTTY
    // It changes nothing for a regular file, see open(2).
    if !options.isDisjoint(with: [.regularOnly, .withoutWaiting]) { flags |= O_NONBLOCK }
    if options.contains(.refusesLinks) { flags |= O_NOFOLLOW }
    descriptor = path.withCString { open($0, flags) }
    guard descriptor >= 0 else { throw FileError(path, .read, errno) }
    guard options.contains(.regularOnly) else { return }
    let kind = try status().kind
    guard kind == .regular else { throw FileError(path, .read, kind == .folder ? EISDIR : EINVAL) }
  }

  /// Standard input, called `-`. Closing it leaves the process's own open.
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
    /// What the file holds is dropped.
    public static let truncates = WritingOptions(rawValue: 2)
    /// A link is refused with ELOOP.
    public static let refusesLinks = WritingOptions(rawValue: 4)
    /// Neither opening nor writing waits for a device that takes nothing, or for a pipe that nobody reads.
    public static let withoutWaiting = WritingOptions(rawValue: 8)
  }

  /// Opens a file, a pipe or a device to write to it. A named pipe is waited for until it has a reader.
  /// - Parameters:
  ///   - permissions: of the file, which is then made where it is missing; nil makes none. A file that is there gets them
  ///     too where they are to hold whatever the umask.
  ///   - isCancelled: asked when a signal interrupts the waiting; true ends it with EINTR.
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

  /// Makes a new file, open to be written and read back. What has its name is removed first: it was left by a killed
  /// run, or is a link that would lead elsewhere.
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

  /// Makes a new file whose name is `stem`, a point and six characters that no other file there has, open to be written
  /// and read back.
  /// - Throws: `FileError` of `create`.
  public convenience init(beside stem: FilePath, permissions: FilePermissions) throws(FileError) {
    var template = stem.withSuffix(".XXXXXX").bytes.map { CChar(bitPattern: $0) } + [0]
    let descriptor = wt_make_unique_file(&template)
    guard descriptor >= 0 else { throw FileError(stem, .create, errno) }
    let path = FilePath(bytes: template.dropLast().map { UInt8(bitPattern: $0) })
    self.init(path: path, descriptor: descriptor)
    applyPermissions(permissions)
  }

  /// A new file without a name, which ends with the last process that has it open, at its start and holding `bytes`.
  /// - Parameter folder: where its bytes take their room.
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

  /// The umask may have taken away what the owner needs, or left what others shall not have.
  private func applyPermissions(_ permissions: FilePermissions?) {
    if case .exactly(let bits)? = permissions { fchmod(descriptor, bits) }
  }

  // MARK: - The open file itself

  /// - Throws: `FileError` of `status`.
  public func status() throws(FileError) -> FileStatus {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(.status) }
    return FileStatus(status)
  }

  /// Goes back to the file's start.
  /// - Throws: `FileError` of `read`.
  public func rewind() throws(FileError) {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw failure(.read) }
  }

  /// Closes the file; later calls do nothing.
  /// - Throws: `FileError` of `write`: some file systems say only now that there was no room.
  public func close() throws(FileError) {
    guard descriptor >= 0 else { return }
    let result = Glibc.close(release())
    guard result == 0 else { throw failure(.write) }
  }

  /// Hands the descriptor on to a caller who closes it.
  public func release() -> Int32 {
    defer { descriptor = -1 }
    return descriptor
  }

  /// Locks the file against every other opening of it that is locked in this way, see flock(2). The lock ends with the
  /// last copy of the descriptor.
  /// - Parameter waits: whether to wait for another holder.
  /// - Returns: false where another holds it.
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
