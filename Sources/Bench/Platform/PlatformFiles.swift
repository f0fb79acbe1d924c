import Cryptography
import Files
import FoundationEssentials
internal import Glibc
import Records
import Synchronization

/// Receives files by tus 1.0.0 (https://tus.io/protocols/resumable-upload) with its extensions creation,
/// creation-with-upload and checksum.
///
/// A whole upload with the right digest moves from `uploads/<id>.part` to `files/<sha256>`, so that an upload
/// is complete exactly when its part is gone and its file is there. `timestamps/<sha256 of a file>` names the
/// file that is the timestamp of this file. The changes of a group of requests are on disk after `sync`, the
/// folder's `commit` and `place`, in this order.
final class PlatformFiles: Sendable {
  static let version = "1.0.0"
  static let mediaType = "application/offset+octet-stream"

  private let folder: PlatformFolder
  private let random: @Sendable (Int) -> [UInt8]
  /// The uploads that requests have used since the platform's start, by their ids.
  private let uploads = Mutex<[String: PlatformUpload]>([:])
  private let group = Mutex(Group())

  /// The changes that have to be brought to disk for a group of requests.
  private struct Group {
    var kept: [(upload: PlatformUpload, offset: Int, transfer: PlatformTransfer?)] = []
    var whole: [PlatformUpload] = []
    var discarded: [PlatformUpload] = []
  }

  init(folder: PlatformFolder, random: @escaping @Sendable (Int) -> [UInt8]) throws(LocalPlatformError) {
    self.folder = folder
    self.random = random
    // A platform that was killed may leave parts of uploads whose ids no client has received.
    let names = Set(try folder.names(in: "uploads"))
    for name in names where name.hasSuffix(".part") && !names.contains(name.dropLast(5) + ".json") {
      folder.unlink("uploads/\(name)")
    }
  }

  func has(_ sha256: String) -> Bool {
    Hex.isLowerCase(sha256, byteCount: 32) && folder.size(of: "files/\(sha256)") != nil
  }

  func contents(of sha256: String) throws -> [UInt8]? {
    has(sha256) ? try folder.read("files/\(sha256)") : nil
  }

  // MARK: - By digest

  func presence(of sha256: String) -> PlatformReply {
    guard Hex.isLowerCase(sha256, byteCount: 32), let digest = Hex.decode(sha256) else { return .empty(400) }
    guard has(sha256) else { return .empty(404) }
    return .empty(200, ["Repr-Digest": "sha-256=:\(Data(digest).base64EncodedString()):"])
  }

  /// The reply with the timestamp of a file.
  func timestamp(of sha256: String) throws -> PlatformReply {
    guard Hex.isLowerCase(sha256, byteCount: 32) else {
      throw PlatformReply.error(400, "file.digest", "a digest is 64 digits of lower-case hex")
    }
    guard let name = try folder.read("timestamps/\(sha256)"),
      let token = try contents(of: String(decoding: name, as: UTF8.self))
    else { throw PlatformReply.error(404, "file.noTimestamp", "there is no timestamp of this file") }
    return .bytes(200, token, mediaType: "application/timestamp-token")
  }

  // MARK: - Bodies

  /// Returns the transfer that takes a request's body as it comes; nil where the body is no upload, or where
  /// the request is refused. `create` and `append` then give the reason.
  func transfer(for request: PlatformRequest) -> PlatformTransfer? {
    let segments = request.segments
    guard segments.count >= 2, segments[0] == "v1", segments[1] == "files", request.takesBytes else {
      return nil
    }
    switch (request.method, segments.count) {
    case ("POST", 2): return try? creation(by: request)
    case ("PATCH", 3): return try? continuation(by: request, id: segments[2])
    default: return nil
    }
  }

  private func creation(by request: PlatformRequest) throws -> PlatformTransfer? {
    let checksum = try request.uploadChecksum()
    let upload = PlatformUpload(id: newID(), facts: try request.newUpload(), offset: 0, isNamed: false)
    return try transfer(of: upload, from: 0, request, checksum, isCreation: true)
  }

  private func continuation(by request: PlatformRequest, id: String) throws -> PlatformTransfer? {
    try request.checkTusVersion()
    let checksum = try request.uploadChecksum()
    guard let upload = try upload(id), let field = request.headers["upload-offset"], let offset = Int(field),
      field == String(offset)
    else { return nil }
    return try transfer(of: upload, from: offset, request, checksum, isCreation: false)
  }

  private func transfer(
    of upload: PlatformUpload, from offset: Int, _ request: PlatformRequest,
    _ checksum: PlatformTransfer.Checksum?, isCreation: Bool
  ) throws -> PlatformTransfer? {
    // No transfer begins for a body that is announced as too long.
    let announced = request.headers["content-length"].flatMap { Int($0) } ?? 0
    guard announced <= upload.facts.bytes - offset else { return nil }
    guard let begun = try upload.begin(at: offset, in: folder) else { return nil }
    return PlatformTransfer(
      upload, number: begun.number, from: offset, digest: begun.digest, file: try folder.opened(upload.part),
      checksum: checksum, isCreation: isCreation)
  }

  /// Ends a transfer whose body will not be judged. Where the request was to begin the upload, the part is
  /// removed.
  func leave(_ transfer: PlatformTransfer) {
    transfer.leave()
    if transfer.isCreation { folder.unlink(transfer.upload.part) }
  }

  // MARK: - tus

  func options() -> PlatformReply {
    .empty(
      204,
      [
        "Tus-Resumable": Self.version, "Tus-Version": Self.version,
        "Tus-Max-Size": String(PlatformLimits.file),
        "Tus-Extension": "creation,creation-with-upload,checksum",
        "Tus-Checksum-Algorithm": "sha1,sha256",
      ])
  }

  func create(_ request: PlatformRequest, _ transfer: PlatformTransfer?) throws -> PlatformReply {
    let facts = try request.newUpload()
    if request.takesBytes, facts.bytes > 0 {
      _ = try request.uploadChecksum()
      guard let transfer else {
        guard request.receivedBytes <= facts.bytes else { throw Self.tooLong }
        throw LocalPlatformError.dataFolder(path: "uploads", errno: EIO)
      }
      do {
        let offset = try taken(transfer)
        return created(transfer.upload, offset: offset)
      } catch {
        folder.unlink(transfer.upload.part)
        throw error
      }
    }
    if request.takesBytes, request.receivedBytes > 0 { throw Self.tooLong }
    let upload = PlatformUpload(id: newID(), facts: facts, offset: 0, isNamed: false)
    folder.put(try upload.document(offset: 0), to: upload.description)
    if facts.bytes == 0 {
      guard facts.sha256 == SHA256Digest(of: [UInt8]()).hex else {
        folder.remove(upload.description)
        throw Self.digestMismatch
      }
      name(upload)
      folder.put([], to: "files/\(facts.sha256)")
    } else {
      uploads.withLock { $0[upload.id] = upload }
    }
    return created(upload, offset: 0)
  }

  private func created(_ upload: PlatformUpload, offset: Int) -> PlatformReply {
    tus(201, ["Location": "/v1/files/\(upload.id)", "Upload-Offset": String(offset)])
  }

  func offset(_ request: PlatformRequest, id: String) throws -> PlatformReply {
    try request.checkTusVersion()
    guard let upload = try upload(id) else { throw Self.gone }
    let offset = upload.offset
    // An offset that a client is told comes to disk first, so that no client is told a smaller offset
    // afterwards.
    if upload.isAhead {
      folder.put(try upload.document(offset: offset), to: upload.description)
      group.withLock { $0.kept.append((upload, offset, nil)) }
    }
    return tus(
      200,
      [
        "Upload-Offset": String(offset), "Upload-Length": String(upload.facts.bytes),
        "Upload-Metadata": upload.facts.field, "Cache-Control": "no-store",
      ])
  }

  func append(_ request: PlatformRequest, id: String, _ transfer: PlatformTransfer?) throws -> PlatformReply {
    try request.checkTusVersion()
    guard request.takesBytes else {
      throw PlatformReply.error(415, "upload.mediaType", "PATCH takes \(Self.mediaType)")
    }
    _ = try request.uploadChecksum()
    if let transfer { return tus(204, ["Upload-Offset": String(try taken(transfer))]) }
    guard let upload = try upload(id) else { throw Self.gone }
    let offset = upload.offset
    guard request.headers["upload-offset"] == String(offset) else { throw Self.elsewhere(offset) }
    guard request.receivedBytes <= upload.facts.bytes - offset else { throw Self.tooLong }
    // A whole upload with no further bytes is acknowledged. Any other body came while another request wrote to
    // the upload.
    guard offset == upload.facts.bytes, request.receivedBytes == 0 else { throw Self.elsewhere(offset) }
    return tus(204, ["Upload-Offset": String(offset)])
  }

  /// Judges the body of a transfer.
  /// - Returns: the new offset, which may be acknowledged once the group is on disk.
  private func taken(_ transfer: PlatformTransfer) throws -> Int {
    let upload = transfer.upload
    switch transfer.end() {
    case .longerThanAnnounced: throw Self.tooLong
    case .overtaken: throw Self.elsewhere(upload.offset)
    case .unwritten: throw LocalPlatformError.dataFolder(path: upload.part, errno: EIO)
    case .checksumMismatch:
      throw PlatformReply.error(460, "upload.checksumMismatch", "the piece was damaged on its way")
    case .taken(let offset):
      if offset == upload.facts.bytes, try upload.sha256(in: folder) != upload.facts.sha256 {
        discard(upload)
        throw Self.digestMismatch
      }
      // The file proves that an upload is whole. The description keeps the earlier offset until the file
      // exists, so that a client sends the last piece again after a crash.
      let told = offset == upload.facts.bytes ? upload.keptOffset : offset
      folder.put(try upload.document(offset: told), to: upload.description)
      if transfer.isCreation { uploads.withLock { $0[upload.id] = upload } }
      group.withLock {
        $0.kept.append((upload, offset, transfer))
        if offset == upload.facts.bytes { $0.whole.append(upload) }
      }
      if offset == upload.facts.bytes { name(upload) }
      return offset
    }
  }

  /// Stages the name of this upload's file as the timestamp of another file. The name is on disk before the
  /// file, because a client never sends a file again that the platform has.
  private func name(_ upload: PlatformUpload) {
    if let timestampOf = upload.facts.timestampOf {
      folder.put(Array(upload.facts.sha256.utf8), to: "timestamps/\(timestampOf)")
    }
  }

  private func discard(_ upload: PlatformUpload) {
    folder.remove(upload.description)
    uploads.withLock { $0[upload.id] = nil }
    group.withLock { $0.discarded.append(upload) }
  }

  // MARK: - A group on disk

  /// Brings to disk the bytes of all parts whose offsets are in the group's replies.
  func sync() throws {
    let kept = group.withLock { $0.kept }
    for (upload, _, transfer) in kept {
      let file = try transfer?.file ?? folder.opened(upload.part)
      guard fdatasync(file.descriptor) == 0 else {
        throw LocalPlatformError.dataFolder(path: upload.part, errno: errno)
      }
    }
    // The name of a whole upload's part need not be on disk, since the part is renamed at once.
    if kept.contains(where: { !$0.upload.isNamed && $0.offset < $0.upload.facts.bytes }) {
      try folder.syncFolder("uploads")
    }
  }

  /// Records the new offsets as kept, removes the parts of discarded uploads, and makes files of the whole
  /// uploads.
  func place() throws {
    let group = group.withLock { group in
      defer { group = Group() }
      return group
    }
    for (upload, offset, _) in group.kept where offset < upload.facts.bytes { upload.keep(offset) }
    for upload in group.discarded { folder.unlink(upload.part) }
    guard !group.whole.isEmpty else { return }
    do {
      for upload in group.whole { try folder.move(upload.part, to: "files/\(upload.facts.sha256)") }
      try folder.syncFolder("files")
    } catch {
      abandon(group)
      throw error
    }
    uploads.withLock { uploads in for upload in group.whole { uploads[upload.id] = nil } }
  }

  /// Drops the group's changes after a disk error.
  func abandon() {
    abandon(
      group.withLock { group in
        defer { group = Group() }
        return group
      })
  }

  /// Drops uploads from memory. They are read from the folder when a request uses them next.
  private func abandon(_ group: Group) {
    for upload in group.kept.map(\.upload) + group.whole + group.discarded {
      upload.fallBack()
      uploads.withLock { $0[upload.id] = nil }
    }
  }

  /// Stages the offsets of all uploads that have bytes after the kept offset, before the platform ends in
  /// order.
  func keepAll() throws {
    for upload in uploads.withLock({ Array($0.values) }) where upload.isAhead {
      let offset = upload.offset
      folder.put(try upload.document(offset: offset), to: upload.description)
      group.withLock { $0.kept.append((upload, offset, nil)) }
    }
  }

  // MARK: - Uploads

  private func newID() -> String { Hex.encode(random(16)) }

  /// Finds an upload; nil where there is none of this id.
  private func upload(_ id: String) throws -> PlatformUpload? {
    guard Hex.isLowerCase(id, byteCount: 16) else { return nil }
    if let known = uploads.withLock({ $0[id] }) { return known }
    let name = "uploads/\(id).json"
    guard let bytes = try folder.read(name) else { return nil }
    guard let facts = try? JSONReader.decode(PlatformUpload.Facts.self, from: bytes) else {
      throw LocalPlatformError.damaged(path: name)
    }
    let partBytes = folder.size(of: "uploads/\(id).part")
    guard let partBytes else {
      if has(facts.sha256) { return PlatformUpload(id: id, facts: facts, offset: facts.bytes, isNamed: true) }
      guard facts.offset == 0 else { return nil }
      return registered(PlatformUpload(id: id, facts: facts, offset: 0, isNamed: false))
    }
    // An older platform that was killed may leave a whole part without a file. Such a file is uploaded again
    // from its beginning.
    let offset = min(facts.offset ?? partBytes, partBytes)
    let rest = offset == facts.bytes ? 0 : offset
    return registered(PlatformUpload(id: id, facts: facts, offset: rest, isNamed: true))
  }

  private func registered(_ upload: PlatformUpload) -> PlatformUpload {
    uploads.withLock { uploads in
      let known = uploads[upload.id] ?? upload
      uploads[upload.id] = known
      return known
    }
  }

  // MARK: - Replies

  private static let gone = PlatformReply.error(404, "upload.unknown", "there is no such upload")
  private static let tooLong = PlatformReply.error(400, "upload.length", "more than Upload-Length")
  private static let digestMismatch = PlatformReply.error(
    460, "upload.digestMismatch", "the file is not what its sha256 says; start again")

  private static func elsewhere(_ offset: Int) -> PlatformReply {
    .error(409, "upload.offset", "the upload stands at \(offset)")
  }

  private func tus(_ status: Int, _ headers: [String: String]) -> PlatformReply {
    .empty(status, headers.merging(["Tus-Resumable": Self.version]) { own, _ in own })
  }
}
