import Cryptography
import FoundationEssentials
import Records

/// The files, taken by tus 1.0.0 (https://tus.io/protocols/resumable-upload), extensions creation and checksum.
///
/// An upload is `uploads/<id>.json` and `uploads/<id>.part`, whose size is the offset. A whole upload with the
/// right digest moves to `files/<sha256>`, so that an upload is complete exactly when its part is gone and its
/// file is there. A file that is the timestamp of another is named by `timestamps/<sha256 of the other>`.
struct PlatformFiles: Sendable {
  private static let version = "1.0.0"

  private struct Upload: Codable {
    let bytes: Int
    let sha256: String
    let filename: String
    /// SHA-256 of the file that this one is the timestamp of; nil where it is none.
    let timestampOf: String?

    /// The metadata as tus writes them.
    var metadata: String {
      let pairs =
        [("filename", filename), ("sha256", sha256)] + (timestampOf.map { [("timestampOf", $0)] } ?? [])
      return pairs.map { "\($0) \(Data($1.utf8).base64EncodedString())" }.joined(separator: ",")
    }
  }

  private let folder: PlatformFolder
  private let random: @Sendable (Int) -> [UInt8]

  init(folder: PlatformFolder, random: @escaping @Sendable (Int) -> [UInt8]) {
    self.folder = folder
    self.random = random
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

  /// The timestamp of a file.
  func timestamp(of sha256: String) throws -> PlatformReply {
    guard Hex.isLowerCase(sha256, byteCount: 32) else {
      throw PlatformReply.error(400, "file.digest", "a digest is 64 digits of lower-case hex")
    }
    guard let name = try folder.read("timestamps/\(sha256)"),
      let token = try contents(of: String(decoding: name, as: UTF8.self))
    else { throw PlatformReply.error(404, "file.noTimestamp", "there is no timestamp of this file") }
    return .bytes(200, token, mediaType: "application/timestamp-token")
  }

  // MARK: - tus

  func options() -> PlatformReply {
    .empty(
      204,
      [
        "Tus-Resumable": Self.version, "Tus-Version": Self.version,
        "Tus-Max-Size": String(PlatformLimits.file), "Tus-Extension": "creation,checksum",
        "Tus-Checksum-Algorithm": "sha1,sha256",
      ])
  }

  func create(_ request: PlatformRequest) throws -> PlatformReply {
    try checkVersion(request)
    guard let text = request.headers["upload-length"], let bytes = Int(text), bytes >= 0 else {
      throw PlatformReply.error(400, "upload.length", "Upload-Length is missing or not a number")
    }
    guard bytes <= PlatformLimits.file else {
      throw PlatformReply.error(413, "upload.tooLarge", "more than Tus-Max-Size")
    }
    let metadata = metadata(request.headers["upload-metadata"] ?? "")
    guard let sha256 = metadata["sha256"], Hex.isLowerCase(sha256, byteCount: 32),
      let filename = metadata["filename"]
    else {
      throw PlatformReply.error(400, "upload.metadata", "Upload-Metadata needs filename and sha256")
    }
    let timestampOf = metadata["timestampOf"]
    if let timestampOf, !Hex.isLowerCase(timestampOf, byteCount: 32) {
      throw PlatformReply.error(400, "upload.metadata", "timestampOf is 64 digits of lower-case hex")
    }
    let id = Hex.encode(random(16))
    let upload = Upload(bytes: bytes, sha256: sha256, filename: filename, timestampOf: timestampOf)
    try folder.write([], to: "uploads/\(id).part", at: 0)
    try folder.write([UInt8](RecordCoding.encode(upload)), to: "uploads/\(id).json")
    if bytes == 0 { try finish(upload, id) }
    return tus(201, ["Location": "/v1/files/\(id)", "Upload-Offset": "0"])
  }

  func offset(_ request: PlatformRequest, id: String) throws -> PlatformReply {
    try checkVersion(request)
    let (upload, offset) = try upload(id)
    return tus(
      200,
      [
        "Upload-Offset": String(offset), "Upload-Length": String(upload.bytes),
        "Upload-Metadata": upload.metadata, "Cache-Control": "no-store",
      ])
  }

  func append(_ request: PlatformRequest, id: String) throws -> PlatformReply {
    try checkVersion(request)
    guard request.headers["content-type"] == "application/offset+octet-stream" else {
      throw PlatformReply.error(415, "upload.mediaType", "PATCH takes application/offset+octet-stream")
    }
    let (upload, offset) = try upload(id)
    guard offset >= request.keptBytes,
      request.headers["upload-offset"] == String(offset - request.keptBytes)
    else {
      throw PlatformReply.error(409, "upload.offset", "the upload stands at \(offset)")
    }
    guard request.body.count <= upload.bytes - offset else {
      throw PlatformReply.error(400, "upload.length", "more than Upload-Length")
    }
    if let checksum = request.headers["upload-checksum"] { try check(checksum, of: request.body) }
    if offset < upload.bytes {
      try folder.write(request.body, to: part(id), at: offset)
      if offset + request.body.count == upload.bytes { try finish(upload, id) }
    }
    return tus(204, ["Upload-Offset": String(offset + request.body.count)])
  }

  /// Takes a piece of a PATCH as it comes, so that a cut loses little; an upload with a checksum is kept only
  /// as a whole. Nothing is acknowledged here, and `append` handles the piece that completes the file.
  func keep(_ request: inout PlatformRequest, id: String) throws {
    guard request.headers["tus-resumable"] == Self.version, request.headers["upload-checksum"] == nil,
      request.headers["content-type"] == "application/offset+octet-stream"
    else { return }
    let (upload, offset) = try upload(id)
    guard offset >= request.keptBytes, request.headers["upload-offset"] == String(offset - request.keptBytes),
      offset + request.body.count < upload.bytes
    else { return }
    try folder.write(request.body, to: part(id), at: offset, isSynced: false)
    request.keptBytes += request.body.count
    request.body = []
  }

  // MARK: - Pieces of tus

  private func tus(_ status: Int, _ headers: [String: String]) -> PlatformReply {
    .empty(status, headers.merging(["Tus-Resumable": Self.version]) { own, _ in own })
  }

  private func checkVersion(_ request: PlatformRequest) throws {
    guard request.headers["tus-resumable"] == Self.version else {
      var reply = PlatformReply.error(412, "upload.version", "Tus-Resumable is 1.0.0 here")
      reply.headers["Tus-Version"] = Self.version
      throw reply
    }
  }

  /// Reads `key base64, key base64, …`; a value may be missing.
  private func metadata(_ field: String) -> [String: String] {
    var metadata: [String: String] = [:]
    for pair in Array(field.utf8).split(separator: UInt8(ascii: ",")) {
      let words = pair.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
      guard let key = words.first, words.count <= 2 else { continue }
      let value = words.count > 1 ? Data(base64Encoded: words[1]) : Data()
      if let value { metadata[key] = String(decoding: value, as: UTF8.self) }
    }
    return metadata
  }

  private func check(_ checksum: String, of body: [UInt8]) throws {
    let words = Array(checksum.utf8).split(separator: UInt8(ascii: " ")).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard words.count == 2, let expected = Data(base64Encoded: words[1]) else {
      throw PlatformReply.error(400, "upload.checksum", "Upload-Checksum is an algorithm and base64")
    }
    let actual: [UInt8]
    switch words[0] {
    case "sha256": actual = SHA256Digest(of: body).bytes
    case "sha1": actual = TransferChecksum.sha1(body)
    default: throw PlatformReply.error(400, "upload.checksum", "the algorithms are sha1 and sha256")
    }
    guard [UInt8](expected) == actual else {
      throw PlatformReply.error(460, "upload.checksumMismatch", "the piece was damaged on its way")
    }
  }

  // MARK: - On disk

  private func part(_ id: String) -> String { "uploads/\(id).part" }

  private func upload(_ id: String) throws -> (Upload, offset: Int) {
    let gone = PlatformReply.error(404, "upload.unknown", "there is no such upload")
    guard Hex.isLowerCase(id, byteCount: 16), let bytes = try folder.read("uploads/\(id).json") else {
      throw gone
    }
    guard let upload = try? JSONReader.decode(Upload.self, from: bytes) else {
      throw LocalPlatformError.damaged(path: "uploads/\(id).json")
    }
    if let offset = folder.size(of: part(id)) { return (upload, offset) }
    guard has(upload.sha256) else { throw gone }
    return (upload, upload.bytes)
  }

  /// Turns a whole upload into a file, or deletes it where its digest differs from the announced one.
  private func finish(_ upload: Upload, _ id: String) throws {
    guard let contents = try folder.read(part(id)), SHA256Digest(of: contents).hex == upload.sha256 else {
      folder.remove(part(id))
      folder.remove("uploads/\(id).json")
      throw PlatformReply.error(
        460, "upload.digestMismatch", "the file is not what its sha256 says; start again")
    }
    // The name is written first: a file that is there is never sent again.
    if let timestampOf = upload.timestampOf {
      try folder.write(Array(upload.sha256.utf8), to: "timestamps/\(timestampOf)")
    }
    try folder.move(part(id), to: "files/\(upload.sha256)")
  }
}
