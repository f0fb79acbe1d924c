import Cryptography
import FoundationEssentials
import Records

/// The fields of tus in the headers of a request.
extension PlatformRequest {
  /// Whether the body is bytes of an upload.
  var takesBytes: Bool { headers["content-type"] == PlatformFiles.mediaType }

  func checkTusVersion() throws {
    guard headers["tus-resumable"] == PlatformFiles.version else {
      var reply = PlatformReply.error(412, "upload.version", "Tus-Resumable is 1.0.0 here")
      reply.headers["Tus-Version"] = PlatformFiles.version
      throw reply
    }
  }

  /// The upload that a request begins.
  /// - Throws: the reply to a request that begins none.
  func newUpload() throws -> PlatformUpload.Facts {
    try checkTusVersion()
    guard let text = headers["upload-length"], let bytes = Int(text), bytes >= 0 else {
      throw PlatformReply.error(400, "upload.length", "Upload-Length is missing or not a number")
    }
    guard bytes <= PlatformLimits.file else {
      throw PlatformReply.error(413, "upload.tooLarge", "more than Tus-Max-Size")
    }
    let field = headers["upload-metadata"] ?? ""
    let metadata = Self.metadata(field)
    guard let sha256 = metadata["sha256"], Hex.isLowerCase(sha256, byteCount: 32),
      let filename = metadata["filename"]
    else {
      throw PlatformReply.error(400, "upload.metadata", "Upload-Metadata needs filename and sha256")
    }
    let timestampOf = metadata["timestampOf"]
    if let timestampOf, !Hex.isLowerCase(timestampOf, byteCount: 32) {
      throw PlatformReply.error(400, "upload.metadata", "timestampOf is 64 digits of lower-case hex")
    }
    return PlatformUpload.Facts(
      bytes: bytes, sha256: sha256, filename: filename, timestampOf: timestampOf, metadata: field, offset: 0)
  }

  /// Reads `key base64, key base64, …`; a value may be missing.
  private static func metadata(_ field: String) -> [String: String] {
    var metadata: [String: String] = [:]
    for pair in Array(field.utf8).split(separator: UInt8(ascii: ",")) {
      let words = pair.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
      guard let key = words.first, words.count <= 2 else { continue }
      let value = words.count > 1 ? Data(base64Encoded: words[1]) : Data()
      if let value { metadata[key] = String(decoding: value, as: UTF8.self) }
    }
    return metadata
  }

  /// The checksum of the body in `Upload-Checksum`; nil where the field is missing.
  /// - Throws: the reply to a malformed field.
  func uploadChecksum() throws -> PlatformTransfer.Checksum? {
    guard let field = headers["upload-checksum"] else { return nil }
    let words = Array(field.utf8).split(separator: UInt8(ascii: " ")).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard words.count == 2, let digest = Data(base64Encoded: words[1]) else {
      throw PlatformReply.error(400, "upload.checksum", "Upload-Checksum is an algorithm and base64")
    }
    guard let algorithm = PlatformDigest.Algorithm(rawValue: words[0]) else {
      throw PlatformReply.error(400, "upload.checksum", "the algorithms are sha1 and sha256")
    }
    return PlatformTransfer.Checksum(algorithm: algorithm, digest: [UInt8](digest))
  }
}

extension PlatformUpload.Facts {
  /// The metadata in the form of `Upload-Metadata`: the client's own field where it is known, else made from
  /// the facts.
  var field: String {
    if let metadata { return metadata }
    let pairs =
      [("filename", filename), ("sha256", sha256)] + (timestampOf.map { [("timestampOf", $0)] } ?? [])
    return pairs.map { "\($0) \(Data($1.utf8).base64EncodedString())" }.joined(separator: ",")
  }
}
