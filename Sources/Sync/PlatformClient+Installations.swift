import Cryptography
public import FoundationEssentials
public import Records

/// A record in the platform's list.
public struct RemoteInstallation: Hashable, Sendable, Codable {
  public let id: InstallationID
  public let code: LabelCode?
  public let status: String
  public let revision: Int
  /// SHA-256 of the record's bytes, lower-case hex.
  public let sha256: String
}

extension PlatformClient {
  /// The size of the largest record that is read, bytes.
  static let recordLimit = 4_194_304

  /// Sends one revision. Returns only where the platform has named id, revision and digest of exactly these
  /// bytes.
  /// - Throws: `conflict`, `incomplete`, and the errors of every call.
  public func deliver(_ record: PendingRecord) throws(SyncError) {
    let body = [UInt8](record.body)
    let digest = SHA256Digest(of: body)
    var headers = [
      (name: "Content-Type", value: "application/json"),
      (name: "Content-Digest", value: "sha-256=:\(Data(digest.bytes).base64EncodedString()):"),
      (name: "Idempotency-Key", value: "\"\(record.id)-\(record.revision)-\(digest.hex.prefix(16))\""),
    ]
    if record.revision > 1, let previous = record.previousSha256 {
      headers.append((name: "If-Match", value: "\"\(previous)\""))
    }
    let response = try send(
      "PUT", "/v1/installations/\(record.id)", headers: headers, body: body, answerLimit: Self.recordLimit)
    switch response.status {
    case 412: throw response.isPage ? .notThePlatform(status: 412) : .conflict
    case 409:
      if let missing = problem(response)?.missing {
        throw .incomplete(files: (missing.files ?? []).compactMap { FileDigest($0) }, keys: missing.keys ?? [])
      }
    default: break
    }
    let answer = try accepted(response, as: RecordAcknowledgement.self)
    guard answer.id == record.id.text, answer.revision == record.revision, answer.sha256 == digest.hex else {
      throw .notAcknowledged(status: response.status)
    }
  }

  /// Gets the current record's bytes; nil where the platform has none.
  public func installation(_ id: InstallationID) throws(SyncError) -> Data? {
    let response = try send("GET", "/v1/installations/\(id)", answerLimit: Self.recordLimit)
    if response.status == 404, problem(response) != nil { return nil }
    guard response.status == 200 else { throw refusal(response) }
    guard !response.isPage else { throw .notThePlatform(status: 200) }
    return Data(response.body)
  }

  /// Gets the installations that carry a code, void ones included.
  public func installations(code: LabelCode) throws(SyncError) -> [RemoteInstallation] {
    let response = try send("GET", "/v1/installations?code=\(code)", answerLimit: Self.recordLimit)
    return try accepted(response, as: InstallationList.self).installations
  }

  /// Requests a block of serials for this laptop. The same `idempotencyKey` gives the same block again, so
  /// callers keep the key until the block is stored.
  public func fetchCodeBlock(region: String, count: Int, idempotencyKey: String) throws(SyncError) -> CodeBlock
  {
    let response = try sendJSON(
      "POST", "/v1/code-blocks", headers: [("Idempotency-Key", "\"\(idempotencyKey)\"")],
      CodeBlockOrder(region: region, count: count))
    let answer = try accepted(response, as: CodeBlockAnswer.self)
    guard answer.region == region, (1...count).contains(answer.count), let first = CodeSerial(answer.first),
      let block = CodeBlock(region: region, first: first, count: answer.count)
    else { throw .notAcknowledged(status: response.status) }
    return block
  }
}

private struct RecordAcknowledgement: Decodable {
  let id: String
  let revision: Int
  let sha256: String
}

private struct InstallationList: Decodable {
  let installations: [RemoteInstallation]
}

private struct CodeBlockOrder: Encodable {
  let region: String
  let count: Int
}

private struct CodeBlockAnswer: Decodable {
  let region: String
  let first: String
  let count: Int
}
