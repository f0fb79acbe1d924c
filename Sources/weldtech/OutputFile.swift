import Fieldbook
import FoundationEssentials
import Glibc
import Records
import Terminal

/// A file that a command writes: a regular one is there whole or not at all, behind links too; a pipe or a device
/// gets the bytes as they come. What is not finished leaves nothing behind.
final class OutputFile {
  private let path: String
  private let descriptor: Int32
  /// Where a regular file is written until it is whole, and where it then belongs; nil for what is written directly.
  private let draft: (path: [CChar], target: [CChar])?
  private let isCancelled: () -> Bool
  private var isOpen = true

  /// Opens a place for writing; a folder that is missing is made. A named pipe is waited for until it has a reader.
  /// - Throws: `FileTrouble.unwritable`, `Cancelled`.
  init(_ path: String, isCancelled: @escaping () -> Bool) throws {
    self.path = path
    self.isCancelled = isCancelled
    let target = Self.target(of: path)
    var status = stat()
    let isThere = stat(path, &status) == 0
    if isThere, status.st_mode & S_IFMT == S_IFDIR { throw FileTrouble.unwritable(path: path, errno: EISDIR) }
    let isRegular = isThere && status.st_mode & S_IFMT == S_IFREG
    if let target, isRegular || !isThere {
      let draft = Self.terminated(target + Array(".part".utf8))
      // What is missing of a folder is made where its name is a text.
      if let folder = String(validating: Self.folder(of: target), as: UTF8.self) {
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      }
      let mode = isRegular ? status.st_mode & 0o777 : 0o644
      unlink(draft)
      let opened = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
      if opened >= 0 {
        descriptor = opened
        self.draft = (draft, Self.terminated(target))
        return
      }
      // A file that may be written in a folder that may not.
      guard isRegular, errno == EACCES || errno == EPERM || errno == EROFS else {
        throw FileTrouble.unwritable(path: path, errno: errno)
      }
    }
    draft = nil
    while true {
      let opened = open(path, O_WRONLY | O_CLOEXEC | (target == nil ? O_APPEND : isRegular ? O_TRUNC : 0))
      if opened >= 0 {
        descriptor = opened
        return
      }
      guard errno == EINTR else { throw FileTrouble.unwritable(path: path, errno: errno) }
      if isCancelled() { throw Cancelled() }
    }
  }

  deinit {
    if isOpen {
      close(descriptor)
      if let draft { unlink(draft.path) }
    }
  }

  /// The file behind a chain of links, where the last one may point at nothing; nil for one of this process's own open
  /// files, such as `/dev/stdout`.
  static func target(of path: String) -> [UInt8]? {
    var target = Array(absolutePath(path).utf8)
    // Linux follows 40 links, see path_resolution(7).
    for _ in 0..<40 {
      if target.starts(with: "/proc/".utf8) || target.starts(with: "/dev/fd/".utf8) { return nil }
      guard let link = PathNames.bytes(ofLink: terminated(target)) else { return target }
      let isAbsolute = link.first == UInt8(ascii: "/")
      target = isAbsolute ? link : folder(of: target) + [UInt8(ascii: "/")] + link
    }
    return target
  }

  /// The folder of an absolute path.
  private static func folder(of path: [UInt8]) -> [UInt8] {
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")), slash > 0 else { return Array("/".utf8) }
    return Array(path[..<slash])
  }

  /// The path as the system takes it.
  private static func terminated(_ path: [UInt8]) -> [CChar] { path.map { CChar(bitPattern: $0) } + [0] }

  // MARK: - Writing

  /// - Throws: `FileTrouble.unwritable`, `Cancelled`.
  func write(_ data: Data) throws {
    var written = 0
    while written < data.count {
      let count = data.withUnsafeBytes { bytes in
        Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count > 0 {
        written += count
      } else if errno == EINTR {
        if isCancelled() { throw Cancelled() }
      } else {
        throw FileTrouble.unwritable(path: path, errno: errno)
      }
    }
  }

  /// Puts the whole file in its place.
  /// - Parameter isSynced: it is to be on disk under its name when this returns.
  /// - Throws: `FileTrouble.unwritable`.
  func finish(isSynced: Bool = false) throws {
    // EINVAL and ENOTSUP: what cannot be synced has nothing to lose by it.
    func sync(_ descriptor: Int32) throws {
      guard !isSynced || fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
        throw FileTrouble.unwritable(path: path, errno: errno)
      }
    }
    try sync(descriptor)
    isOpen = false
    // Some file systems say only now that there was no room.
    guard close(descriptor) == 0 else {
      let number = errno
      if let draft { unlink(draft.path) }
      throw FileTrouble.unwritable(path: path, errno: number)
    }
    guard let draft else { return }
    guard rename(draft.path, draft.target) == 0 else {
      let number = errno
      unlink(draft.path)
      throw FileTrouble.unwritable(path: path, errno: number)
    }
    guard isSynced else { return }
    let target = draft.target.dropLast().map { UInt8(bitPattern: $0) }
    let folder = open(Self.terminated(Self.folder(of: target)), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw FileTrouble.unwritable(path: path, errno: errno) }
    defer { close(folder) }
    try sync(folder)
  }
}

extension Workplace {
  /// Opens what `--output` names, before the work that it is for.
  /// - Throws: `FileTrouble.unwritable`, `Cancelled`.
  func openOutput(_ path: String) throws -> OutputFile { try OutputFile(path, isCancelled: interruption) }

  /// Writes a file in one go. Below the home it is for its owner only; elsewhere it is an `OutputFile`.
  func write(_ data: Data, to path: String) throws {
    if isBelowHome(path) { return try HomeFile.write(data, to: path, below: home, isSynced: false) }
    let file = try openOutput(path)
    try file.write(data)
    try file.finish()
  }

  /// Like `write`, and on disk under its name when this returns: for what the record will say is there.
  func writeSynced(_ data: Data, to path: String) throws {
    if isBelowHome(path) { return try HomeFile.write(data, to: path, below: home) }
    let file = try openOutput(path)
    try file.write(data)
    try file.finish(isSynced: true)
  }
  private func isBelowHome(_ path: String) -> Bool { path.hasPrefix(home + "/") }
}
