import Cryptography
import Foundation
import Testing

/// Checks the timestamps of files, each of which comes by an upload of its own.
@Suite struct PlatformTimestampTests {
  private let token = (0..<700).map { UInt8(truncatingIfNeeded: $0 &* 13) }
  private let agreement = String(repeating: "ab", count: 32)

  private func metadata(timestampOf: String) -> String {
    [("filename", "agreement.tst"), ("sha256", SHA256Digest(of: token).hex), ("timestampOf", timestampOf)]
      .map { "\($0.0) \(Data($0.1.utf8).base64EncodedString())" }.joined(separator: ",")
  }

  private func create(_ harness: PlatformHarness, timestampOf: String) throws -> RawHTTP.Answer? {
    try harness.http.send(
      "POST", "/v1/files",
      [
        "Tus-Resumable": "1.0.0", "Upload-Length": "\(token.count)",
        "Upload-Metadata": metadata(timestampOf: timestampOf),
      ])
  }

  @Test func `a timestamp is given back by the file that it is of, once it is whole`() throws {
    let harness = try PlatformHarness()
    let path = "/v1/files/sha256/\(agreement)/timestamp"
    #expect(try harness.http.send("GET", path)?.errorCode == "file.noTimestamp")
    let upload = try #require(try create(harness, timestampOf: agreement)?.headers["location"])
    let state = try harness.http.send("HEAD", upload, PlatformHarness.tus)
    #expect(state?.headers["upload-metadata"] == metadata(timestampOf: agreement))
    _ = try harness.append(Array(token[..<300]), at: 0, to: upload)
    #expect(try harness.http.send("GET", path)?.status == 404)
    #expect(try harness.append(Array(token[300...]), at: 300, to: upload)?.status == 204)
    let answer = try #require(try harness.http.send("GET", path))
    #expect(answer.status == 200 && answer.headers["content-type"] == "application/timestamp-token")
    #expect(answer.body == token)
    let restarted = try harness.http.send("POST", path)
    #expect(restarted?.status == 405 && restarted?.headers["allow"] == "GET")
  }

  @Test(arguments: ["", "abc", String(repeating: "AB", count: 32), "../../../platform-key.pem"])
  func `a timestamp of what is no digest is refused`(_ digest: String) throws {
    let harness = try PlatformHarness()
    #expect(try create(harness, timestampOf: digest)?.errorCode == "upload.metadata")
    let upper = String(repeating: "AB", count: 32)
    #expect(try harness.http.send("GET", "/v1/files/sha256/\(upper)/timestamp")?.errorCode == "file.digest")
  }
}
