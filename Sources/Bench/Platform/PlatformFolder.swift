internal import Files
internal import FoundationEssentials
internal import Glibc
internal import Synchronization
internal import Threads

/// The data folder of a local platform. Names are relative to the folder and made by this program, never by a client.
///
/// Small files are written in groups. `put` and `remove` stage a change, which every reader sees at once.
/// `commit` brings all staged changes to disk by one frame of the journal and one sync, and then writes the
/// files themselves without a sync. The next start writes the journal's changes again; a checkpoint drops them
/// once the files are on disk. One thread at a time stages and commits a group.
final class PlatformFolder: Sendable {
  /// Size of the journal in bytes from which a new one is begun.
  private static let journalBytes = 8 << 20
  /// Maximum number of files that are synced one by one; for more files the whole file system is synced.
  private static let singleSyncs = 256
  private static let journal = "journal"
  /// Name of the previous journal while a checkpoint brings its files to disk.
  private static let olderJournal = "journal.older"

  let path: String
  private let lock: FileLock
  private let view = Mutex(View())
  private let writing: Mutex<Writing>

  private struct View {
    var staged: [PlatformChange] = []
    /// The latest change of each file, by the file's name, while the change is staged, being written, or only
    /// in the journal.
    var changes: [String: PlatformChange] = [:]
  }

  private struct Writing {
    var journal: OpenFile
    var bytes = 0
    /// Names of the files that only the journal has on disk for certain.
    var unsynced: Set<String> = []
    /// Changes that are in the journal and could not be written, by their names.
    var unwritten: [String: PlatformChange] = [:]
    var checkpoint: SystemThread?
    /// Whether the previous journal is still needed.
    var hasOlder = false
  }

  /// Makes the folder where it is missing, locks it against other platforms as long as this object exists, and
  /// writes the changes in the journal of a platform that was killed.
  init(path: String, subfolders: [String]) throws(LocalPlatformError) {
    self.path = path
    for folder in [path] + subfolders.map({ "\(path)/\($0)" }) { try Self.make(folder, named: folder) }
    let attempt: FileLock.Attempt
    do throws(FileError) {
      attempt = try FileLock.take(FilePath("\(path)/lock"), removesFile: false)
    } catch { throw .dataFolder(path: path, errno: error.errno) }
    guard case .taken(let lock) = attempt else { throw .dataFolderInUse(path: path) }
    self.lock = lock
    try Self.replay(in: path)
    do throws(FileError) {
      writing = Mutex(Writing(journal: try Self.newJournal(in: path)))
    } catch { throw .dataFolder(path: Self.journal, errno: error.errno) }
  }

  // MARK: - Reading

  /// Everything that a file holds; nil where there is no such file.
  func read(_ name: String) throws(LocalPlatformError) -> [UInt8]? {
    if let change = view.withLock({ $0.changes[name] }) { return change.contents }
    return try Self.read(name, in: path)
  }

  private static func read(_ name: String, in path: String, maxBytes: Int = PlatformLimits.file)
    throws(LocalPlatformError) -> [UInt8]?
  {
    do throws(FileError) {
      return [UInt8](try FilePath("\(path)/\(name)").contents(maxBytes: maxBytes))
    } catch {
      if error.errno == ENOENT { return nil }
      throw .dataFolder(path: name, errno: error.errno)
    }
  }

  /// Size of a file in bytes; nil where there is no such file.
  func size(of name: String) -> Int? {
    if let change = view.withLock({ $0.changes[name] }) { return change.contents?.count }
    return try? file(name).status().byteCount
  }

  /// The names in a folder in order, without the hidden ones and without changes that are only staged.
  func names(in folder: String) throws(LocalPlatformError) -> [String] {
    try named(folder) { () throws(FileError) in
      try Folder.names(in: file(folder)).map(\.text).filter { !$0.hasPrefix(".") }.sorted()
    }
  }

  // MARK: - Writing one file

  /// Replaces a file as a whole, or makes it. The file is on disk when this function returns.
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

  /// Opens a file for writing at any place, and makes it where it is missing. Nothing is synced.
  func opened(_ name: String) throws(LocalPlatformError) -> OpenFile {
    try named(name) { () throws(FileError) in
      try OpenFile(writing: file(name), .refusesLinks, making: .withinUmask(0o600))
    }
  }

  /// Reads the first bytes of a file in pieces.
  func forEachPiece(of name: String, count: Int, _ body: (UnsafeRawBufferPointer) -> Void)
    throws(LocalPlatformError)
  {
    let done = try named(name) { () throws(FileError) in
      try OpenFile(reading: file(name)).forEachPiece(at: 0, count: count) { piece in
        body(piece)
        return true
      }
    }
    guard done == count else { throw .damaged(path: name) }
  }

  /// Brings the names in a folder to disk.
  func syncFolder(_ name: String) throws(LocalPlatformError) {
    try named(name) { () throws(FileError) in try Folder.sync(file(name)) }
  }

  /// Renames a file; `syncFolder` brings the new name to disk.
  func move(_ name: String, to target: String) throws(LocalPlatformError) {
    try named(name) { () throws(FileError) in try file(name).rename(to: file(target)) }
  }

  /// Removes a file at once. No journal may hold a change of this file.
  func unlink(_ name: String) { try? file(name).removeFile() }

  // MARK: - Writing a group

  /// Stages a file's new contents.
  func put(_ bytes: [UInt8], to name: String) { stage(PlatformChange(name: name, contents: bytes)) }

  /// Stages the removal of a file.
  func remove(_ name: String) { stage(PlatformChange(name: name, contents: nil)) }

  private func stage(_ change: PlatformChange) {
    view.withLock { view in
      view.staged.append(change)
      view.changes[change.name] = change
    }
  }

  /// Brings all staged changes to disk, all of them or none. After an error nothing is staged any more.
  func commit() throws {
    let staged = view.withLock { view in
      defer { view.staged = [] }
      return view.staged
    }
    guard !staged.isEmpty else { return }
    try writing.withLock { writing in
      do {
        try append(PlatformJournal.frame(of: staged), &writing)
      } catch {
        forget(staged, writing.unwritten)
        throw error
      }
      for change in staged { writing.unwritten[change.name] = change }
      let written = writing.unwritten.values.filter { Self.apply($0, in: path) }
      for change in written {
        writing.unwritten[change.name] = nil
        writing.unsynced.insert(change.name)
      }
      forget(staged + written, writing.unwritten)
      if writing.bytes > Self.journalBytes { beginJournal(&writing) }
    }
  }

  /// Drops all staged changes.
  func abandon() {
    writing.withLock { writing in
      forget(
        view.withLock { view in
          defer { view.staged = [] }
          return view.staged
        }, writing.unwritten)
    }
  }

  private func forget(_ changes: [PlatformChange], _ unwritten: [String: PlatformChange]) {
    view.withLock { view in
      for change in changes { view.changes[change.name] = unwritten[change.name] }
    }
  }

  private func append(_ frame: [UInt8], _ writing: inout Writing) throws {
    do {
      try named(Self.journal) { () throws(FileError) in try writing.journal.write(frame, at: writing.bytes) }
      guard fdatasync(writing.journal.descriptor) == 0 else {
        throw LocalPlatformError.dataFolder(path: Self.journal, errno: errno)
      }
    } catch {
      // No reply acknowledges the requests of a failed frame, so the frame is removed before acknowledged
      // frames follow.
      _ = ftruncate(writing.journal.descriptor, off_t(writing.bytes))
      throw error
    }
    writing.bytes += frame.count
  }

  /// Makes one change to the folder without syncing it.
  /// - Returns: false where that failed.
  private static func apply(_ change: PlatformChange, in path: String) -> Bool {
    let file = FilePath("\(path)/\(change.name)")
    do throws(FileError) {
      guard let contents = change.contents else {
        try file.removeFile()
        return true
      }
      do throws(FileError) {
        try write(contents, file)
      } catch {
        guard error.errno == ENOENT else { throw error }
        try Folder.make(file.folder, permissions: .withinUmask(0o700))
        try write(contents, file)
      }
      return true
    } catch {
      return change.contents == nil && error.errno == ENOENT
    }
  }

  private static func write(_ contents: [UInt8], _ file: FilePath) throws(FileError) {
    let open = try OpenFile(
      writing: file, [.refusesLinks, .truncates], making: .withinUmask(0o600))
    try open.write(contents, at: 0)
    try open.close()
  }

  // MARK: - Checkpoints

  /// Brings every file to disk by itself and empties the journal. A journal that cannot be emptied stays for
  /// the next start.
  func checkpoint() {
    let running = writing.withLock { writing in
      defer { writing.checkpoint = nil }
      return writing.checkpoint
    }
    running?.join()
    writing.withLock { writing in
      guard writing.unwritten.isEmpty, !writing.hasOlder, writing.bytes > 0,
        (try? Self.sync(writing.unsynced, in: path)) != nil
      else { return }
      guard ftruncate(writing.journal.descriptor, 0) == 0 else { return }
      writing.bytes = 0
      writing.unsynced = []
    }
  }

  /// Begins a new journal, while a thread brings the files of the previous journal to disk. Where no new
  /// journal can be begun, the present journal continues to grow.
  private func beginJournal(_ writing: inout Writing) {
    guard !writing.hasOlder, writing.unwritten.isEmpty else { return }
    writing.checkpoint?.join()
    writing.checkpoint = nil
    let names = writing.unsynced
    do throws(FileError) {
      try file(Self.journal).rename(to: file(Self.olderJournal))
      writing.hasOlder = true
      writing.journal = try Self.newJournal(in: path)
    } catch {
      // The open journal stays in use under whichever name it has; the next start reads both names.
      return
    }
    writing.bytes = 0
    writing.unsynced = []
    writing.checkpoint = try? SystemThread { [self] in
      guard (try? Self.sync(names, in: path)) != nil else { return }
      unlink(Self.olderJournal)
      guard (try? syncFolder(".")) != nil else { return }
      self.writing.withLock { $0.hasOlder = false }
    }
  }

  private static func newJournal(in path: String) throws(FileError) -> OpenFile {
    let journal = try OpenFile(replacing: FilePath("\(path)/\(journal)"), permissions: .withinUmask(0o600))
    try Folder.sync(FilePath(path))
    return journal
  }

  /// Writes the changes of both journals and removes the journals.
  private static func replay(in path: String) throws(LocalPlatformError) {
    var latest: [String: PlatformChange] = [:]
    for journal in [olderJournal, journal] {
      guard let bytes = try read(journal, in: path, maxBytes: 1 << 30) else { continue }
      let reading = PlatformJournal.reading(bytes)
      guard !reading.isDamaged else { throw .damaged(path: journal) }
      for change in reading.changes { latest[change.name] = change }
    }
    for change in latest.values where try read(change.name, in: path) != change.contents {
      guard apply(change, in: path) else { throw .dataFolder(path: change.name, errno: EIO) }
    }
    do throws(FileError) {
      if !latest.isEmpty { try sync(Set(latest.keys), in: path) }
    } catch { throw .dataFolder(path: path, errno: error.errno) }
    // The older journal is removed first: alone it would set back the changes of the newer journal.
    for journal in [olderJournal, journal] { try? FilePath("\(path)/\(journal)").removeFile() }
  }

  private static func sync(_ names: Set<String>, in path: String) throws(FileError) {
    guard names.count <= singleSyncs else { return try Folder.syncFileSystem(of: FilePath(path)) }
    var folders: Set<FilePath> = []
    for name in names {
      let file = FilePath("\(path)/\(name)")
      // The parent of the file's folder is synced too, because the file's folder may be new.
      folders.formUnion([file.folder, file.folder.folder])
      do throws(FileError) {
        try OpenFile(reading: file).sync()
      } catch {
        guard error.errno == ENOENT else { throw error }
      }
    }
    for folder in folders where folder.kind == .folder { try Folder.sync(folder) }
  }

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
