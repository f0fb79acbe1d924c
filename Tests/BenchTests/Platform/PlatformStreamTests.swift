import Bench
import Cryptography
import Foundation
import TestSupport
import Testing

/// Checks bodies that are larger than any buffer and go to the disk while they come.
@Suite struct PlatformStreamTests {
  /// Three MB, more than a connection's memory.
  private let contents = SplitMix64.bytes(3_000_000, seed: 3)
  private var sha256: String { SHA256Digest(of: contents).hex }

  private func checksum(_ piece: [UInt8]) -> [String: String] {
    ["Upload-Checksum": "sha256 \(Data(SHA256Digest(of: piece).bytes).base64EncodedString())"]
  }

  @Test(arguments: [false, true])
  func `an upload that is cut at many places goes on with the right bytes`(isRestarted: Bool) throws {
    let harness = try PlatformHarness()
    let upload = try harness.createUpload(contents)
    var random = SplitMix64(seed: 11)
    var offset = 0
    for number in 0..<12 {
      let rest = Array(contents[offset...])
      let count = 1 + random.next(below: 500_000)
      let isChecked = number % 3 == 2
      harness.platform.inject(.cut(afterBytes: count), method: "PATCH")
      #expect(try harness.append(rest, at: offset, to: upload, isChecked ? checksum(rest) : [:]) == nil)
      let expected = isChecked ? offset : offset + min(count, rest.count)
      // The piece that would complete the file counts only once it is judged.
      let stands = try #require(try harness.offset(of: upload))
      #expect(stands == expected || (expected == contents.count && stands < expected), "\(number), seed 11")
      if isRestarted {
        try harness.restart()
        #expect(try harness.offset(of: upload) == stands)
      }
      offset = stands
      guard offset < contents.count - 500_001 else { break }
    }
    #expect(offset > 0)
    #expect(try harness.append(Array(contents[offset...]), at: offset, to: upload)?.status == 204)
    #expect(try harness.platform.file(sha256) == Data(contents))
  }

  @Test func `a large piece with a wrong checksum leaves the offset and the bytes before it as they were`()
    throws
  {
    let harness = try PlatformHarness()
    let upload = try harness.createUpload(contents)
    #expect(try harness.append(Array(contents[..<700_000]), at: 0, to: upload)?.status == 204)
    let piece = Array(contents[700_000..<2_500_000])
    var spoilt = piece
    spoilt[1_700_000] ^= 1
    for _ in 0..<2 {
      let answer = try harness.append(spoilt, at: 700_000, to: upload, checksum(piece))
      #expect(answer?.status == 460 && answer?.errorCode == "upload.checksumMismatch")
      #expect(try harness.offset(of: upload) == 700_000)
      try harness.restart()
      #expect(try harness.offset(of: upload) == 700_000)
    }
    #expect(try harness.append(piece, at: 700_000, to: upload, checksum(piece))?.status == 204)
    #expect(try harness.offset(of: upload) == 2_500_000)
    let rest = Array(contents[2_500_000...])
    #expect(try harness.append(rest, at: 2_500_000, to: upload, checksum(rest))?.status == 204)
    #expect(try harness.platform.file(sha256) == Data(contents))
  }

  @Test func `bytes of a piece that nobody had checked when the platform was killed do not count`() throws {
    let harness = try PlatformHarness()
    let upload = try harness.createUpload(contents)
    let piece = Array(contents[..<1_000_000])
    #expect(try harness.append(piece, at: 0, to: upload, checksum(piece))?.status == 204)
    harness.platform.inject(.cut(afterBytes: 900_000), method: "PATCH")
    let next = Array(contents[1_000_000...])
    #expect(try harness.append(next, at: 1_000_000, to: upload, checksum(next)) == nil)
    let id = try #require(upload.split(separator: "/").last)
    let part = "\(harness.folder)/uploads/\(id).part"
    let size = try FileManager.default.attributesOfItem(atPath: part)[.size] as? Int
    #expect((size ?? 0) > 1_000_000, "the test needs bytes that do not count")
    let copy = try PlatformCopy(of: harness)
    #expect(try copy.http.send("HEAD", upload, PlatformHarness.tus)?.headers["upload-offset"] == "1000000")
    #expect(try harness.append(next, at: 1_000_000, to: upload, checksum(next))?.status == 204)
    #expect(try harness.platform.file(sha256) == Data(contents))
  }

  @Test func `an upload that an older platform had begun goes on where its part ends`() throws {
    let harness = try PlatformHarness()
    let id = String(repeating: "0a", count: 16)
    let document = #"{"bytes":3000000,"filename":"a.jpg","sha256":"\#(sha256)"}"#
    try Data(document.utf8).write(to: URL(filePath: "\(harness.folder)/uploads/\(id).json"))
    try Data(contents[..<1_234_567]).write(to: URL(filePath: "\(harness.folder)/uploads/\(id).part"))
    let upload = "/v1/files/\(id)"
    let state = try harness.http.send("HEAD", upload, PlatformHarness.tus)
    #expect(state?.headers["upload-offset"] == "1234567")
    #expect(state?.headers["upload-metadata"]?.hasPrefix("filename YS5qcGc=,sha256 ") == true)
    #expect(try harness.append(Array(contents[1_234_567...]), at: 1_234_567, to: upload)?.status == 204)
    #expect(try harness.platform.file(sha256) == Data(contents))
  }

  @Test func `a connection that comes later has the upload, and the one before it adds nothing more`() throws {
    let harness = try PlatformHarness()
    let upload = try harness.createUpload(contents)
    // The first connection announces the whole file, sends a part, and then stays open and silent.
    let silent = try harness.http.begin(
      "PATCH", upload,
      PlatformHarness.tus.merging([
        "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream",
      ]) { $1 }, body: Array(contents[..<100_000]), length: contents.count)
    defer { silent.end() }
    var offset = 0
    while offset < 100_000 { offset = try #require(try harness.offset(of: upload)) }
    #expect(try harness.append(Array(contents[offset...]), at: offset, to: upload)?.status == 204)
    silent.send(Array(contents[100_000...]))
    #expect(try silent.answer()?.errorCode ?? "upload.offset" == "upload.offset")
    #expect(try harness.platform.file(sha256) == Data(contents))
  }

  // MARK: - Creation with upload

  private func create(
    _ harness: PlatformHarness, _ body: [UInt8], more: [String: String] = [:], length: Int? = nil
  ) throws -> RawHTTP.Answer? {
    let pairs = [("filename", "a.jpg"), ("filetype", "image/jpeg"), ("sha256", sha256)]
    let metadata = pairs.map { "\($0.0) \(Data($0.1.utf8).base64EncodedString())" }.joined(separator: ",")
    return try harness.http.send(
      "POST", "/v1/files",
      PlatformHarness.tus.merging([
        "Upload-Length": "\(contents.count)", "Upload-Metadata": metadata,
        "Content-Type": "application/offset+octet-stream",
      ]) { $1 }.merging(more) { $1 }, body: body, length: length)
  }

  @Test func `the request that begins an upload may bring the file or a part of it`() throws {
    let harness = try PlatformHarness()
    let begun = try #require(try create(harness, Array(contents[..<2_000_000])))
    #expect(begun.status == 201 && begun.headers["upload-offset"] == "2000000")
    let upload = try #require(begun.headers["location"])
    let state = try harness.http.send("HEAD", upload, PlatformHarness.tus)
    #expect(state?.headers["upload-offset"] == "2000000")
    #expect(state?.headers["upload-metadata"]?.contains("filetype aW1hZ2UvanBlZw==") == true)
    #expect(try harness.append(Array(contents[2_000_000...]), at: 2_000_000, to: upload)?.status == 204)
    #expect(try harness.platform.file(sha256) == Data(contents))

    let other = try PlatformHarness()
    let whole = try #require(try create(other, contents, more: checksum(contents)))
    #expect(whole.status == 201 && whole.headers["upload-offset"] == "3000000")
    #expect(try other.offset(of: #require(whole.headers["location"])) == 3_000_000)
    #expect(try other.platform.file(sha256) == Data(contents))
  }

  @Test func `a body that is refused or cut begins no upload and leaves nothing behind`() throws {
    let harness = try PlatformHarness()
    var spoilt = contents
    spoilt[2_999_999] ^= 1
    #expect(try create(harness, spoilt, more: checksum(contents))?.errorCode == "upload.checksumMismatch")
    #expect(try create(harness, spoilt)?.errorCode == "upload.digestMismatch")
    #expect(try create(harness, contents + [0])?.errorCode == "upload.length")
    #expect(try create(harness, contents, more: ["Upload-Checksum": "md5 AAAA"])?.status == 400)
    harness.platform.inject(.cut(afterBytes: 1_000_000), method: "POST")
    #expect(try create(harness, contents) == nil)
    #expect(!harness.platform.hasFile(sha256))
    try harness.restart()
    #expect(try FileManager.default.contentsOfDirectory(atPath: harness.folder + "/uploads") == [])
  }
}
