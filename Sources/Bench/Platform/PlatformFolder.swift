internal import Files
internal import FoundationEssentials
internal import Glibc

/// The data folder of a local platform. A file is on disk, whole or not at all, when the call that writes it
/// returns. Names are relative to the folder and made by this program, never by a client.
final class PlatformFolder: Sendable {
  let path: String
  private let lock: FileLock

  /// Makes the folder where it is missing and keeps other platforms out of it as long as this object exists.
  init(path: String, subfolders: [String]) throws(LocalPlatformError) {
    self.path = path
    for folder in [path] + subfolders.map({ "\(path)/\($0)" }) { try Self.make(folder, named: folder) }
    let attempt: FileLock.Attempt
    do throws(FileError) {
      attempt = try FileLock.take(FilePath("\(path)/lock"), removesFile: false)
    } catch { throw .dataFolder(path: path, errno: error.errno) }
    guard case .taken(let lock) = attempt else { throw .dataFolderInUse(path: path) }
    self.lock = lock
  }

  // MARK: - Reading

  /// Everything that a file holds; nil where there is no such file.
  func read(_ name: String) throws(LocalPlatformError) -> [UInt8]? {
    do throws(FileError) {
      return [UInt8](try file(name).contents(maxBytes: PlatformLimits.file))
    } catch {
      if error.errno == ENOENT { return nil }
      throw .dataFolder(path: name, errno: error.errno)
    }
  }

  /// Size of a file in bytes; nil where there is no such file.
  func size(of name: String) -> Int? { try? file(name).status().byteCount }

  /// The names in a folder in order, without the hidden ones.
  func names(in folder: String) throws(LocalPlatformError) -> [String] {
    try named(folder) { () throws(FileError) in
      try Folder.names(in: file(folder)).map(\.text).filter { !$0.hasPrefix(".") }.sorted()
    }
  }

  // MARK: - Writing

  /// Replaces a file, or makes it.
  func write(_ bytes: [UInt8], to name: String) throws(LocalPlatformError) {
    try named(name) { () throws(FileError) in
      let target = file(name)
      let hidden = FilePath(".\(target.lastName.text).new")
      let draft = try Draft(
        of: target, named: .file(target.folder.appending(hidden)), permissions: .withinUmask(0o600))
      try draft.write(bytes)
      try draft.place(.synced)
    }
  }

  /// Writes at an offset of a file and makes the file where it is missing.
  /// - Parameter isSynced: whether the bytes are on disk afterwards; false leaves that to the next write.
  func write(_ bytes: [UInt8], to name: String, at offset: Int, isSynced: Bool = true)
    throws(LocalPlatformError)
  {
    let isNew = size(of: name) == nil
    try named(name) { () throws(FileError) in
      let file = try OpenFile(writing: file(name), .refusesLinks, making: .withinUmask(0o600))
      try file.write(bytes, at: offset)
      if isSynced { try file.sync() }
      if isNew { try Folder.sync(file.path.folder) }
    }
  }

  func move(_ name: String, to target: String) throws(LocalPlatformError) {
    try named(name) { () throws(FileError) in try file(name).rename(to: file(target)) }
    try named(target) { () throws(FileError) in try Folder.sync(file(target).folder) }
  }

  func makeFolder(_ name: String) throws(LocalPlatformError) {
    try Self.make("\(path)/\(name)", named: name)
    try named(name) { () throws(FileError) in try Folder.sync(file(name).folder) }
  }

  func remove(_ name: String) { try? file(name).removeFile() }

  // MARK: - Private helpers

  private func file(_ name: String) -> FilePath { FilePath("\(path)/\(name)") }

  /// Makes a folder for its owner only, unless it exists already.
  private static func make(_ folder: String, named name: String) throws(LocalPlatformError) {
    do throws(FileError) {
      try Folder.makeOne(FilePath(folder), permissions: .withinUmask(0o700))
    } catch {
      guard error.errno == EEXIST else { throw .dataFolder(path: name, errno: error.errno) }
    }
  }

  /// Turns errors of `body` into errors of the file or folder that was asked for.
  private func named<Result>(_ name: String, _ body: () throws(FileError) -> Result) throws(LocalPlatformError)
    -> Result
  {
    do throws(FileError) { return try body() } catch { throw .dataFolder(path: name, errno: error.errno) }
  }
}
