import Cryptography
import FoundationEssentials
public import Records

/// Uploads files by tus 1.0.0: https://tus.io/protocols/resumable-upload
extension PlatformClient {
  static let filesPath = "/v1/files"

  /// The state of an upload.
  enum UploadState: Hashable {
    case at(offset: Int)
    /// The platform does not know the upload, or has forgotten it.
    case gone
  }

  /// Asks once what the platform's uploads offer. A server that does not know the request offers plain uploads.
  func uploadOffer() throws(SyncError) -> UploadOffer {
    if let known = offer.withLock({ $0 }) { return known }
    let response = try send("OPTIONS", Self.filesPath)
    var found = UploadOffer()
    switch response.status {
    case 200, 204: found = UploadOffer(response)
    case 401, 407, 408, 421, 425, 429, 500..., 300..<400: throw refusal(response)
    default: break
    }
    if response.isPage { throw .notThePlatform(status: response.status) }
    offer.withLock { $0 = found }
    return found
  }

  /// Asks whether the platform has the file. A positive answer names the file's digest in `Repr-Digest`;
  /// without the digest the file is sent.
  public func hasFile(_ sha256: FileDigest) throws(SyncError) -> Bool {
    let response = try send("HEAD", "\(Self.filesPath)/sha256/\(sha256)")
    switch response.status {
    case 200:
      guard !response.isPage else { throw .notThePlatform(status: 200) }
      let expected = Data(Hex.decode(sha256.hex) ?? []).base64EncodedString()
      guard let given = response.digest(in: "repr-digest") else { return false }
      guard given == expected else { throw .notAcknowledged(status: 200) }
      return true
    // Other tus servers have no such address, or take it for an upload's and demand a tus version (412).
    case 404, 405, 412, 501: return false
    default: throw refusal(response)
    }
  }

  /// Begins an upload.
  /// - Parameters:
  ///   - agreement: the agreement's file, where this upload is its timestamp; else nil.
  ///   - contents: the whole file, for a server that takes it with the request.
  ///   - offer: what the server's uploads offer.
  /// - Returns: the upload's absolute address, and the number of bytes that the server has of it.
  func createUpload(
    bytes: Int, sha256: FileDigest, filename: String, timestampOf agreement: FileDigest? = nil,
    with contents: [UInt8] = [], _ offer: UploadOffer = UploadOffer()
  ) throws(SyncError) -> (address: String, offset: Int) {
    let timestampOf = agreement.map { [("timestampOf", $0.hex)] } ?? []
    let metadata =
      ([("filename", filename), ("filetype", Self.mediaType(of: filename)), ("sha256", sha256.hex)]
      + timestampOf)
      .map { "\($0.0) \(Data($0.1.utf8).base64EncodedString())" }.joined(separator: ",")
    var headers = [
      (name: "Tus-Resumable", value: "1.0.0"), (name: "Upload-Length", value: String(bytes)),
      (name: "Upload-Metadata", value: metadata),
      (name: "Content-Type", value: contents.isEmpty ? "" : Self.pieceType),
    ]
    if !contents.isEmpty, offer.takesChecksums { headers += [Self.checksum(sha256.hex)].compactMap(\.self) }
    let response = try send("POST", Self.filesPath, headers: headers, body: contents)
    guard response.status == 201 else { throw refusal(response) }
    guard let location = response.headers["location"],
      let absolute = address.resolve(location, against: Self.filesPath)
    else { throw .notAcknowledged(status: 201) }
    // A server that says nothing has taken the upload without its contents.
    let speaksTus = response.headers["tus-resumable"] == "1.0.0"
    let offset = speaksTus ? response.headers["upload-offset"].flatMap(Int.init) ?? 0 : 0
    guard (0...contents.count).contains(offset) else { throw .notAcknowledged(status: 201) }
    return (absolute, offset)
  }

  private static let pieceType = "application/offset+octet-stream"

  /// The header by which a server checks a piece; nil where `sha256` is no digest.
  private static func checksum(_ sha256: String) -> (name: String, value: String)? {
    Hex.decode(sha256).map { ("Upload-Checksum", "sha256 \(Data($0).base64EncodedString())") }
  }

  /// The media type by a file's name, which some servers need before they say how far an upload is.
  private static func mediaType(of filename: String) -> String {
    switch String(decoding: filename.utf8.split(separator: UInt8(ascii: ".")).last ?? [], as: UTF8.self)
      .lowercased()
    {
    case "jpg", "jpeg": "image/jpeg"
    case "png": "image/png"
    case "pdf": "application/pdf"
    case "json": "application/json"
    case "tst": "application/timestamp-token"
    default: "application/octet-stream"
    }
  }

  func uploadState(_ upload: String, bytes: Int) throws(SyncError) -> UploadState {
    let response = try send("HEAD", upload, headers: [("Tus-Resumable", "1.0.0")])
    switch response.status {
    case 200, 204:
      guard response.headers["tus-resumable"] == "1.0.0",
        let offset = response.headers["upload-offset"].flatMap(Int.init)
      else {
        throw response.isPage
          ? .notThePlatform(status: response.status) : .notAcknowledged(status: response.status)
      }
      let length = response.headers["upload-length"].flatMap(Int.init) ?? bytes
      return length == bytes && (0...bytes).contains(offset) ? .at(offset: offset) : .gone
    // tus allows 403 for an upload that is no longer there; a firewall's page does not mean that.
    case 403 where !response.isPage: return .gone
    case 404, 410: return .gone
    default: throw refusal(response)
    }
  }

  enum AppendResult: Hashable {
    case accepted
    /// The platform has another number of bytes (409), or the piece or the whole file was damaged on the way
    /// (460), so `uploadState` has to be asked.
    case outOfStep
  }

  /// Appends bytes to an upload.
  /// - Parameter sha256: the digest of the bytes, lower-case hex, for a platform that checks pieces; nil for any other.
  func append(_ bytes: [UInt8], at offset: Int, to upload: String, sha256: String?) throws(SyncError)
    -> AppendResult
  {
    var headers = [
      (name: "Tus-Resumable", value: "1.0.0"), (name: "Upload-Offset", value: String(offset)),
      (name: "Content-Type", value: Self.pieceType),
    ]
    headers += [sha256.flatMap { Self.checksum($0) }].compactMap(\.self)
    let response = try send("PATCH", upload, headers: headers, body: bytes)
    switch response.status {
    case 204 where response.headers["tus-resumable"] == "1.0.0":
      guard response.headers["upload-offset"] == String(offset + bytes.count) else {
        throw .notAcknowledged(status: 204)
      }
      return .accepted
    case 404, 409, 410, 460: return .outOfStep
    default: throw refusal(response)
    }
  }
}

/// What a server's uploads offer beyond tus itself. https://tus.io/protocols/resumable-upload#extensions
struct UploadOffer: Hashable, Sendable {
  /// Whether the server checks each piece by a digest that is sent with the piece.
  var takesChecksums = false
  /// Whether the server takes bytes with the request that begins an upload.
  var takesContentsAtOnce = false

  init() {}

  init(_ response: HTTPResponse) {
    let list = { (name: String) in
      (response.headers[name] ?? "").utf8.split(separator: UInt8(ascii: ",")).map {
        String(decoding: $0.filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self).lowercased()
      }
    }
    let extensions = list("tus-extension")
    takesChecksums = extensions.contains("checksum") && list("tus-checksum-algorithm").contains("sha256")
    takesContentsAtOnce = extensions.contains("creation-with-upload")
  }
}
