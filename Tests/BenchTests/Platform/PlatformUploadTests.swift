import Cryptography
import Foundation
import Testing

@Suite struct PlatformUploadTests {
  private let contents = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
  private var sha256: String { SHA256Digest(of: contents).hex }

  @Test func `says what it can when asked by options`() throws {
    let harness = try PlatformHarness()
    let answer = try #require(try harness.http.send("OPTIONS", "/v1/files"))
    #expect(answer.status == 204)
    #expect(answer.headers["tus-version"] == "1.0.0")
    #expect(answer.headers["tus-extension"] == "creation,creation-with-upload,checksum")
    #expect(answer.headers["tus-checksum-algorithm"] == "sha1,sha256")
  }

  @Test func `keeps a file when all pieces have come`() throws {
    let harness = try PlatformHarness()
    let upload = try harness.createUpload(contents)
    #expect(try harness.http.send("HEAD", "/v1/files/sha256/\(sha256)")?.status == 404)
    let sha1 = Data(TransferChecksum.sha1(Array(contents[..<400]))).base64EncodedString()
    #expect(
      try harness.append(Array(contents[..<400]), at: 0, to: upload, ["Upload-Checksum": "sha1 \(sha1)"])?
        .status == 204)
    #expect(try harness.offset(of: upload) == 400)
    let rest = Array(contents[400...])
    let sum = Data(SHA256Digest(of: rest).bytes).base64EncodedString()
    let last = try harness.append(rest, at: 400, to: upload, ["Upload-Checksum": "sha256 \(sum)"])
    #expect(last?.status == 204)
    #expect(last?.headers["upload-offset"] == "1000")
    #expect(try harness.http.send("HEAD", "/v1/files/sha256/\(sha256)")?.status == 200)
    #expect(try harness.platform.file(sha256) == Data(contents))
    #expect(try harness.offset(of: upload) == 1000)
    #expect(try harness.append([], at: 1000, to: upload)?.status == 204)
  }

  @Test func `takes an empty file`() throws {
    let harness = try PlatformHarness()
    _ = try harness.createUpload([])
    #expect(harness.platform.hasFile(SHA256Digest(of: [UInt8]()).hex))
  }

  @Test func `keeps its offset when a piece is wrong`() throws {
    let harness = try PlatformHarness()
    let upload = try harness.createUpload(contents)
    #expect(try harness.append(Array(contents[..<300]), at: 0, to: upload)?.status == 204)
    let wrong = Data(SHA256Digest(of: [UInt8]()).bytes).base64EncodedString()
    let piece = Array(contents[300..<500])
    for (answer, status) in [
      (try harness.append(piece, at: 0, to: upload), 409),
      (try harness.append(piece, at: 301, to: upload), 409),
      (try harness.append(piece, at: 300, to: upload, ["Upload-Checksum": "sha256 \(wrong)"]), 460),
      (try harness.append(piece, at: 300, to: upload, ["Upload-Checksum": "sha1 \(wrong)"]), 460),
      (try harness.append(piece, at: 300, to: upload, ["Upload-Checksum": "md5 \(wrong)"]), 400),
      (try harness.append(piece, at: 300, to: upload, ["Upload-Checksum": "sha256"]), 400),
      (try harness.append(piece, at: 300, to: upload, ["Tus-Resumable": "0.2.2"]), 412),
      (try harness.append(piece, at: 300, to: upload, ["Content-Type": "text/plain"]), 415),
      (try harness.append(contents, at: 300, to: upload), 400),
    ] {
      #expect(answer?.status == status)
      #expect(try harness.offset(of: upload) == 300)
    }
  }

  @Test func `throws the upload away when the whole is not what was announced`() throws {
    let harness = try PlatformHarness()
    let announced = SHA256Digest(of: [1, 2, 3] as [UInt8]).hex
    let upload = try harness.createUpload(contents, sha256: announced)
    let answer = try harness.append(contents, at: 0, to: upload)
    #expect(answer?.status == 460)
    #expect(answer?.errorCode == "upload.digestMismatch")
    #expect(try harness.http.send("HEAD", upload, PlatformHarness.tus)?.status == 404)
    #expect(!harness.platform.hasFile(announced) && !harness.platform.hasFile(sha256))
  }

  @Test(arguments: [0, 1, 250, 999])
  func `keeps what came of a cut piece unless a checksum vouched for all of it`(_ cutAt: Int) throws {
    let harness = try PlatformHarness()
    let upload = try harness.createUpload(contents)
    let sum = Data(SHA256Digest(of: contents).bytes).base64EncodedString()
    _ = try harness.append(
      Array(contents[..<cutAt]), at: 0, to: upload, ["Upload-Checksum": "sha256 \(sum)"], length: 1000)
    #expect(try finalOffset(harness, upload, 0) == 0)
    _ = try harness.append(Array(contents[..<cutAt]), at: 0, to: upload, length: 1000)
    #expect(try finalOffset(harness, upload, cutAt) == cutAt)
    #expect(try harness.append(Array(contents[cutAt...]), at: cutAt, to: upload)?.status == 204)
    #expect(try harness.platform.file(sha256) == Data(contents))
  }

  /// Asks for the offset until it is `expected`, at most 10,000 times more, and returns the latest offset. The
  /// end of a connection that the test cuts can reach the platform's thread after the next requests, and each
  /// request waits for that thread.
  private func finalOffset(_ harness: PlatformHarness, _ upload: String, _ expected: Int) throws -> Int? {
    var offset = try harness.offset(of: upload)
    for _ in 0..<10_000 where offset != expected { offset = try harness.offset(of: upload) }
    return offset
  }

  @Test func `refuses an upload when its headers are not in order`() throws {
    let harness = try PlatformHarness()
    let metadata = "filename YQ==,sha256 \(Data(sha256.utf8).base64EncodedString())"
    for (headers, status) in [
      (["Tus-Resumable": "1.0.0", "Upload-Metadata": metadata], 400),
      (["Tus-Resumable": "1.0.0", "Upload-Length": "-1", "Upload-Metadata": metadata], 400),
      (["Tus-Resumable": "1.0.0", "Upload-Length": "99999999999999999999", "Upload-Metadata": metadata], 400),
      (["Tus-Resumable": "1.0.0", "Upload-Length": "67108865", "Upload-Metadata": metadata], 413),
      (["Tus-Resumable": "1.0.0", "Upload-Length": "5"], 400),
      (["Tus-Resumable": "1.0.0", "Upload-Length": "5", "Upload-Metadata": "filename YQ=="], 400),
      (
        ["Tus-Resumable": "1.0.0", "Upload-Length": "5", "Upload-Metadata": "sha256 Li4vLi4v,filename YQ=="],
        400
      ),
      (["Upload-Length": "5", "Upload-Metadata": metadata], 412),
    ] {
      #expect(try harness.http.send("POST", "/v1/files", headers)?.status == status)
    }
    for path in ["/v1/files/..%2F..%2Fplatform-key.pem", "/v1/files/0123", "/v1/files/sha256/..%2f..%2flock"] {
      #expect(try harness.http.send("HEAD", path, PlatformHarness.tus)?.status == 404)
    }
  }
}
