import Cryptography
import Files
import FoundationEssentials
import Glibc
import Records
import Synchronization

/// The files that a phone sends, in a folder of the task. An upload is `ID.json`, its announcement, beside
/// `ID.part`, the bytes that have arrived, which becomes `ID` when it is complete.
final class UploadStore: Sendable {
  /// The announcement of a file, which the page sends before the file.
  struct Announcement: Codable, Hashable {
    var shot: String
    var bytes: Int
    /// SHA-256 of the file, lower-case hex.
    var sha256: String
    /// The file's modification time on the phone, milliseconds since 1970; some browsers give fractions.
    var modified: Double?
  }

  /// An upload as the state shows it.
  struct Progress: Encodable, Hashable {
    let upload: String
    let shot: String
    let offset: Int
    let bytes: Int
  }

  enum AppendResult: Hashable {
    /// The piece is on disk; the progress has the offset behind the piece.
    case kept(Progress)
    /// The piece does not begin at the upload's end; `offset` is the right offset.
    case elsewhere(offset: Int)
    case tooLong
    /// The file is complete, but does not have the announced digest; the upload is removed.
    case otherDigest
    case unknown
  }

  private struct Upload {
    let announcement: Announcement
    /// The number of bytes that are on disk.
    var offset: Int
    var isComplete = false
    /// The position of the upload's last piece, or of its announcement, in the order of all pieces and
    /// announcements.
    var lastTouched: Int
  }

  private struct State {
    var uploads: [String: Upload] = [:]
    var touches = 0
    /// Whether the folder is about to be removed, so that no upload is accepted any more.
    var isEnded = false
  }

  private let folder: FilePath
  private let state: Mutex<State>
  private let random: @Sendable (Int) throws -> [UInt8]

  // MARK: - Opening

  /// Creates the folder, or continues with the uploads in it.
  init(_ folder: FilePath, random: @escaping @Sendable (Int) throws -> [UInt8]) throws(FileError) {
    self.folder = folder
    self.random = random
    try Folder.make(folder, permissions: .exactly(0o700), isSynced: true)
    var state = State()
    var known: Set<FilePath> = []
    for name in try Folder.names(in: folder) {
      let text = name.text
      guard text.hasSuffix(".json"), let id = RandomToken(String(text.dropLast(5)))?.text,
        let upload = Self.open(id, in: folder)
      else { continue }
      state.uploads[id] = upload
      known.formUnion([FilePath(id), FilePath(id + ".json"), FilePath(id + ".part")])
    }
    // Other files were left by a kill while an upload was announced or dropped.
    for name in try Folder.names(in: folder) where !known.contains(name) {
      try? folder.appending(name).removeFile()
    }
    self.state = Mutex(state)
  }

  /// Opens an upload in the folder; nil where the announcement is damaged, there are no bytes or too many, or
  /// the complete bytes are not the announced ones.
  private static func open(_ id: String, in folder: FilePath) -> Upload? {
    guard let bytes = try? path(id + ".json", in: folder).contents(maxBytes: 64 << 10, .regularOnly),
      let announcement = try? JSONReader.decode(Announcement.self, from: bytes)
    else { return nil }
    let complete = path(id, in: folder)
    if let status = try? complete.status(followsLinks: false), status.kind == .regular {
      guard status.byteCount == announcement.bytes else { return nil }
      return Upload(announcement: announcement, offset: status.byteCount, isComplete: true, lastTouched: 0)
    }
    let part = path(id + ".part", in: folder)
    guard let status = try? part.status(followsLinks: false), status.kind == .regular,
      status.byteCount <= announcement.bytes
    else { return nil }
    var upload = Upload(announcement: announcement, offset: status.byteCount, lastTouched: 0)
    // All bytes are there without the final name, so a kill came between the last piece and the renaming.
    if upload.offset == announcement.bytes {
      guard (try? Self.complete(id, &upload, in: folder)) == true else { return nil }
    }
    return upload
  }

  // MARK: - Receiving

  /// Opens an upload, or finds the one that was announced before with the same shot, length and digest.
  /// - Returns: nil where all uploads together would be too large.
  /// - Throws: `CompanionError.random`, `FileError`.
  func announce(_ announcement: Announcement) throws -> (progress: Progress, isNew: Bool)? {
    try state.withLock { state in
      guard !state.isEnded else { throw FileError(folder, .create, ENOENT) }
      let same = state.uploads.first { entry in
        let other = entry.value.announcement
        return other.shot == announcement.shot && other.sha256 == announcement.sha256
          && other.bytes == announcement.bytes
      }
      if let same { return (Self.progress(same.key, same.value), false) }
      let total = state.uploads.values.reduce(announcement.bytes) { $0 + $1.announcement.bytes }
      guard total <= CompanionLimits.maxBytesOfAllUploads else { return nil }
      let unfinished = state.uploads.filter { !$0.value.isComplete }
      if unfinished.count >= CompanionLimits.maxUnfinishedUploads,
        let oldest = unfinished.min(by: { $0.value.lastTouched < $1.value.lastTouched })
      {
        remove(oldest.key, from: &state)
      }

      let id = try RandomToken(random: random).text
      let part = try OpenFile(replacing: path(id + ".part"), permissions: .exactly(0o600))
      try part.close()
      do {
        let draft = try Draft(
          of: path(id + ".json"), named: .suffix(".new"), permissions: .exactly(0o600))
        try draft.write(RecordCoding.encode(announcement))
        try draft.place(.syncedWherePossible)
      } catch {
        try? path(id + ".part").removeFile()
        throw error
      }
      state.touches += 1
      let upload = Upload(announcement: announcement, offset: 0, lastTouched: state.touches)
      state.uploads[id] = upload
      return (Self.progress(id, upload), true)
    }
  }

  /// Writes a piece to disk, and after the last piece compares the digest of the file.
  /// - Throws: `FileError`; the piece is then not acknowledged, and may be sent again.
  func append(_ piece: Data, to id: String, at offset: Int) throws(FileError) -> AppendResult {
    let result: Result<AppendResult, FileError> = state.withLock { state in
      do throws(FileError) { return .success(try append(piece, to: id, at: offset, &state)) } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func append(_ piece: Data, to id: String, at offset: Int, _ state: inout State) throws(FileError)
    -> AppendResult
  {
    guard var upload = state.uploads[id] else { return .unknown }
    guard offset == upload.offset, !upload.isComplete else { return .elsewhere(offset: upload.offset) }
    guard piece.count <= upload.announcement.bytes - offset else { return .tooLong }
    let file = try OpenFile(writing: path(id + ".part"), .refusesLinks)
    try file.write(piece, at: offset)
    try file.sync(isRequired: false)
    try file.close()
    state.touches += 1
    upload.offset += piece.count
    upload.lastTouched = state.touches
    if upload.offset == upload.announcement.bytes {
      guard try Self.complete(id, &upload, in: folder) else {
        remove(id, from: &state)
        return .otherDigest
      }
    }
    state.uploads[id] = upload
    return .kept(Self.progress(id, upload))
  }

  /// Checks the digest of a complete file, and gives the file its final name.
  /// - Returns: false where the file does not have the announced digest.
  private static func complete(_ id: String, _ upload: inout Upload, in folder: FilePath) throws(FileError)
    -> Bool
  {
    let part = path(id + ".part", in: folder)
    // The digest is computed from the disk, not from the bytes that came over the network.
    let digest: SHA256Digest
    do { digest = try SHA256Digest(ofFileAt: part.text) } catch { throw FileError(part, .read, EIO) }
    guard digest.hex == upload.announcement.sha256 else { return false }
    let file = try OpenFile(writing: part, .refusesLinks)
    if let modified = upload.announcement.modified, isPlausible(modified, try file.status()) {
      try file.setModified(milliseconds: Int64(modified))
    }
    try file.sync(isRequired: false)
    try file.close()
    try part.rename(to: path(id, in: folder))
    try Folder.sync(folder)
    upload.isComplete = true
    return true
  }

  /// Whether a phone's time may be that of a photo: after 2000, and at most a day later than this laptop's
  /// clock, by which the file has just been written.
  private static func isPlausible(_ milliseconds: Double, _ status: FileStatus) -> Bool {
    milliseconds >= 946_684_800_000 && milliseconds / 1000 <= Double(status.modifiedSeconds + 86_400)
  }

  // MARK: - Looking

  func offset(of id: String) -> Int? { state.withLock { $0.uploads[id]?.offset } }

  /// The progress of all uploads, in the order of shots and ids.
  var progress: [Progress] {
    state.withLock { state in
      state.uploads.map { Self.progress($0.key, $0.value) }.sorted {
        ($0.shot, $0.upload) < ($1.shot, $1.upload)
      }
    }
  }

  /// The upload with this id; nil where there is none, or it is not complete.
  func complete(_ id: String) -> CompanionUpload? {
    state.withLock { state in
      guard let upload = state.uploads[id], upload.isComplete else { return nil }
      return CompanionUpload(
        id: id, shot: upload.announcement.shot, path: path(id).text, sha256: upload.announcement.sha256)
    }
  }

  // MARK: - Removing

  /// Forgets all uploads, and accepts none any more.
  func end() {
    state.withLock { state in
      state.isEnded = true
      state.uploads = [:]
    }
  }

  func drop(_ id: String) { state.withLock { remove(id, from: &$0) } }

  private func remove(_ id: String, from state: inout State) {
    guard state.uploads.removeValue(forKey: id) != nil else { return }
    // The announcement is removed first, so that a kill leaves no announcement without bytes.
    for suffix in [".json", ".part", ""] { try? path(id + suffix).removeFile() }
  }

  // MARK: - Names

  private func path(_ name: String) -> FilePath { Self.path(name, in: folder) }
  private static func path(_ name: String, in folder: FilePath) -> FilePath {
    folder.appending(FilePath(name))
  }

  private static func progress(_ id: String, _ upload: Upload) -> Progress {
    Progress(
      upload: id, shot: upload.announcement.shot, offset: upload.offset, bytes: upload.announcement.bytes)
  }
}
