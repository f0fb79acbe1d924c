import Cryptography
import Files
import FoundationEssentials
import Glibc
public import Records

/// A folder, on a stick or on a disk of the company's, that takes objects as files. A file is written beside
/// the others under another name, brought to disk, renamed, and read back from the disk.
///
/// A mount point without its stick is an empty folder of the laptop's own disk. So the folder holds a marker,
/// which `setup` writes once: without it nothing is written.
public struct FolderStore: ObjectStore {
  /// The name of the marker in the folder.
  public static let markerName = "weldtech-deliveries.json"
  private static let marker = #"{"schema":"weldtech.deliveries/1"}"# + "\n"
  private static let maxMarkerBytes = 4096
  /// The folder of files that do not have their names yet. A pulled stick may leave some in it.
  private static let drafts: FilePath = ".drafts"
  private static let pageKeys = 1000

  private let root: FilePath

  /// - Parameter folder: the absolute path of the folder.
  public init(folder: String) { root = FilePath(folder) }

  // MARK: - The marker

  /// Makes the folder, whose parent folder has to be there, and writes its marker.
  /// - Throws: `destination`, `destinationMissing`.
  public func prepare() throws(SyncError) {
    do throws(FileError) {
      if try !isFolder(root) { try Folder.makeOne(root, permissions: .withinUmask(0o777), isSynced: true) }
      guard !isMarked else { return }
      try Folder.make(root.appending(Self.drafts), permissions: .withinUmask(0o777))
      let path = root.appending(FilePath(Self.markerName))
      let draft = try Draft(of: path, named: .unique(draftStem(path)), permissions: .withinUmask(0o600))
      try draft.write(Data(Self.marker.utf8))
      try draft.place(.synced)
    } catch { throw .destination(errno: error.errno) }
    guard isMarked else { throw .destinationMissing }
  }

  /// Whether the folder is there and holds the marker.
  public var isMarked: Bool {
    let marker = try? root.appending(FilePath(Self.markerName))
      .contents(maxBytes: Self.maxMarkerBytes, .regularOnly)
    return marker.map { String(decoding: $0, as: UTF8.self).contains(#""weldtech.deliveries/1""#) } ?? false
  }

  private func isFolder(_ path: FilePath) throws(FileError) -> Bool {
    do throws(FileError) {
      return try path.status().kind == .folder
    } catch {
      guard error.errno == ENOENT else { throw error }
      return false
    }
  }

  /// Runs work on the folder; a failure of a folder that has lost its marker meanwhile is that of a pulled stick.
  private func onFolder<Value>(_ work: () throws(FileError) -> Value) throws(SyncError) -> Value {
    guard isMarked else { throw .destinationMissing }
    do throws(FileError) {
      return try work()
    } catch {
      throw isMarked ? .destination(errno: error.errno) : .destinationMissing
    }
  }

  // MARK: - Writing

  public func put(_ bytes: [UInt8], at object: DeliveredObject) throws(SyncError) {
    guard SHA256Digest(of: bytes).hex == object.sha256.hex else { throw .contentsChanged }
    let path = path(object.key)
    let isThere = try onFolder { () throws(FileError) in
      try checkFolders(of: object.key)
      guard try digest(of: path) == object.sha256.hex else { return false }
      // Whoever wrote it may have lost power before its name was on disk.
      try Folder.sync(path.folder)
      return true
    }
    // A link or a pipe in the place of an object is replaced by it, and a folder cannot be.
    if path.kind == .folder { throw .occupied(key: object.key) }
    if !isThere { try onFolder { () throws(FileError) in try write(bytes, to: path, object.key) } }
    guard try onFolder({ () throws(FileError) in try digest(of: path) }) == object.sha256.hex else {
      throw .notAcknowledged(status: 200)
    }
    guard isMarked else {
      // The stick was pulled while the file was written, and what was written lies on the disk below its mount point.
      try? path.removeFile()
      throw .destinationMissing
    }
  }

  private func write(_ bytes: [UInt8], to path: FilePath, _ key: String) throws(FileError) {
    try makeFolders(of: key)
    let draft = try Draft(of: path, named: .unique(draftStem(path)), permissions: .withinUmask(0o600))
    try draft.write(bytes)
    try draft.place(.synced)
  }

  /// Makes the folders of a key one by one: the folder of the store itself is never made, since the stick would
  /// be missing.
  private func makeFolders(of key: String) throws(FileError) {
    try makeOne(root.appending(Self.drafts))
    var folder = root
    for name in key.utf8.split(separator: UInt8(ascii: "/")).dropLast() {
      folder = folder.appending(FilePath(bytes: Array(name)))
      try makeOne(folder)
    }
  }

  private func makeOne(_ folder: FilePath) throws(FileError) {
    do throws(FileError) {
      try Folder.makeOne(folder, permissions: .withinUmask(0o777), isSynced: true)
    } catch {
      guard error.operation == .createDirectory, error.errno == EEXIST, folder.kind == .folder else {
        throw error
      }
    }
  }

  /// Checks that the folders of a key that are there are folders of this stick: a link may lead to another
  /// disk, which stays behind when the stick is carried away.
  private func checkFolders(of key: String) throws(FileError) {
    var folder = root
    for name in key.utf8.split(separator: UInt8(ascii: "/")).dropLast() {
      folder = folder.appending(FilePath(bytes: Array(name)))
      switch folder.kind {
      case .folder: break
      case nil: return
      case .link?: throw FileError(folder, .read, ELOOP)
      case _?: throw FileError(folder, .read, ENOTDIR)
      }
    }
  }

  private func draftStem(_ path: FilePath) -> FilePath {
    root.appending(Self.drafts).appending(path.lastName)
  }

  // MARK: - Reading back

  public func has(_ object: DeliveredObject) throws(SyncError) -> Bool {
    try onFolder { () throws(FileError) in
      try checkFolders(of: object.key)
      return try digest(of: path(object.key))
    } == object.sha256.hex
  }

  public func size(of object: DeliveredObject) throws(SyncError) -> Int? {
    try onFolder { () throws(FileError) -> Int? in
      try checkFolders(of: object.key)
      do throws(FileError) {
        let status = try path(object.key).status(followsLinks: false)
        return status.kind == .regular ? status.byteCount : nil
      } catch {
        guard [ENOENT, ENOTDIR].contains(error.errno) else { throw error }
        return nil
      }
    }
  }

  /// The digest of a file as the disk gives it back; nil where there is no such file, or something else has its name.
  private func digest(of path: FilePath) throws(FileError) -> String? {
    let file: OpenFile
    do throws(FileError) {
      file = try OpenFile(reading: path, [.regularOnly, .refusesLinks])
    } catch {
      guard [ENOENT, ENOTDIR, ELOOP, EISDIR, EINVAL, ENXIO].contains(error.errno) else { throw error }
      return nil
    }
    file.dropCache()
    var hasher = SHA256Hasher()
    try file.forEachPiece { hasher.update($0) }
    return hasher.finish().hex
  }

  public func contents(of key: String, maxBytes: Int) throws(SyncError) -> [UInt8] {
    let parts = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard !parts.contains(where: { $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) })
    else { throw .destination(errno: ENOENT) }
    let contents = try onFolder { () throws(FileError) -> Data? in
      do throws(FileError) {
        return try path(key).contents(maxBytes: maxBytes, [.regularOnly, .refusesLinks])
      } catch {
        guard error.isTooLarge else { throw error }
        return nil
      }
    }
    guard let contents else { throw .answerTooLarge(limitBytes: maxBytes) }
    return [UInt8](contents)
  }

  // MARK: - Listing

  /// Lists the keys below a folder in the order of their parts, which is that of their bytes for all keys of
  /// `DeliveredObject`.
  public func keys(below folder: String, after: String?) throws(SyncError) -> [String] {
    let after = after.map { $0.utf8.split(separator: UInt8(ascii: "/")).map(Array.init) }
    return try onFolder { () throws(FileError) in
      var keys: [String] = []
      try list(Array(folder.utf8).split(separator: UInt8(ascii: "/")).map(Array.init), after, into: &keys)
      return keys
    }
  }

  private func list(
    _ parts: [[UInt8]], _ after: [[UInt8]]?, into keys: inout [String]
  ) throws(FileError) {
    let folder = parts.reduce(root) { $0.appending(FilePath(bytes: $1)) }
    let names: [FilePath]
    do throws(FileError) { names = try Folder.names(in: folder) } catch {
      guard error.errno == ENOENT else { throw error }
      return
    }
    // The part of the last key that lies in this folder, where the last key is below it.
    let isOnWay = after.map { $0.starts(with: parts) && $0.count > parts.count } ?? false
    let passed = isOnWay ? after?[parts.count] : nil
    for name in names.map(\.bytes).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      guard keys.count < Self.pageKeys else { return }
      if let passed, name.lexicographicallyPrecedes(passed) { continue }
      switch folder.appending(FilePath(bytes: name)).kind {
      case .folder: try list(parts + [name], name == passed ? after : nil, into: &keys)
      case .regular where name != passed:
        // A name that is no text cannot be asked for.
        let key = (parts + [name]).joined(separator: "/".utf8)
        if let text = String(validating: key, as: UTF8.self) { keys.append(text) }
      default: break
      }
    }
  }

  private func path(_ key: String) -> FilePath { root.appending(FilePath(key)) }
}
