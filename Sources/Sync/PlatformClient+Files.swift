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
    case 404: return false
    default: throw refusal(response)
    }
  }

  /// Begins an upload.
  /// - Parameter agreement: the file that the upload is the timestamp of; nil where it is none.
  /// - Returns: the upload's absolute address.
  func createUpload(bytes: Int, sha256: FileDigest, filename: String, timestampOf agreement: FileDigest? = nil)
    throws(SyncError) -> String
  {
    let timestampOf = agreement.map { [("timestampOf", $0.hex)] } ?? []
    let metadata = ([("filename", filename), ("sha256", sha256.hex)] + timestampOf)
      .map { "\($0.0) \(Data($0.1.utf8).base64EncodedString())" }.joined(separator: ",")
    let response = try send(
      "POST", Self.filesPath,
      headers: [
        ("Tus-Resumable", "1.0.0"), ("Upload-Length", String(bytes)), ("Upload-Metadata", metadata),
        ("Content-Type", ""),
      ])
    guard response.status == 201 else { throw refusal(response) }
    guard let location = response.headers["location"],
      let absolute = address.resolve(location, against: Self.filesPath)
    else { throw .notAcknowledged(status: 201) }
    return absolute
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

  func append(_ piece: ArraySlice<UInt8>, at offset: Int, to upload: String) throws(SyncError) -> AppendResult {
    let piece = Array(piece)
    let response = try send(
      "PATCH", upload,
      headers: [
        ("Tus-Resumable", "1.0.0"), ("Upload-Offset", String(offset)),
        ("Content-Type", "application/offset+octet-stream"),
        ("Upload-Checksum", "sha256 \(Data(SHA256Digest(of: piece).bytes).base64EncodedString())"),
      ], body: piece)
    switch response.status {
    case 204 where response.headers["tus-resumable"] == "1.0.0":
      guard response.headers["upload-offset"] == String(offset + piece.count) else {
        throw .notAcknowledged(status: 204)
      }
      return .accepted
    case 404, 409, 410, 460: return .outOfStep
    default: throw refusal(response)
    }
  }
}
