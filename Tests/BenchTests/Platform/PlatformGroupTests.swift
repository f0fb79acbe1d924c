import Bench
import Cryptography
import Foundation
import TestSupport
import Testing

/// Checks that requests come to disk in groups, by the journal.
@Suite struct PlatformGroupTests {
  /// Requests that are sent at once, each on a thread of its own.
  private final class Burst: Sendable {
    private let answers = Watched<[Int: RawHTTP.Answer?]>([:])

    func send(_ number: Int, _ request: @escaping @Sendable () throws -> RawHTTP.Answer?) {
      let answers = answers
      Thread {
        let answer = (try? request()) ?? nil
        answers.change { $0[number] = .some(answer) }
      }.start()
    }

    /// Waits for the answers of the first `count` requests.
    func all(_ count: Int) -> [RawHTTP.Answer?] {
      #expect(answers.wait { $0.count == count })
      let answers = answers.latest
      return (0..<count).map { answers[$0] ?? nil }
    }
  }

  private static func put(
    _ http: RawHTTP, _ record: [UInt8], id: String
  ) throws -> RawHTTP.Answer? {
    let digest = SHA256Digest(of: record)
    return try http.send(
      "PUT", "/v1/installations/\(id)",
      [
        "Idempotency-Key": "\"\(digest.hex)\"",
        "Content-Digest": "sha-256=:\(Data(digest.bytes).base64EncodedString()):",
      ], body: record)
  }

  private static func id(_ number: Int) -> String {
    "0190f000-0000-4000-8000-"
      + Hex.encode(withUnsafeBytes(of: UInt64(number).bigEndian) { Array($0.suffix(6)) })
  }

  private static func record(_ number: Int, remarks: String = "") -> [UInt8] {
    Array(
      """
      {"schema":"weldtech.installation/1","id":"\(id(number))","status":"refused","revision":1,\
      "openedAt":"2026-11-24T09:00:00+08:00","technician":{"name":"李某"},"owner":{"unitName":"某汽修厂 \(number)"},\
      "refusedReason":"不要","remarks":"\(remarks)"}
      """.utf8)
  }

  @Test func `64 records that come at once are acknowledged each by its own digest`() throws {
    let harness = try PlatformHarness()
    let http = harness.http
    // The requests wait for the same time, so that many of them are judged together.
    harness.platform.inject(.delay(milliseconds: 300), method: "PUT", times: 64)
    let burst = Burst()
    for number in 0..<64 {
      burst.send(number) { try Self.put(http, Self.record(number), id: Self.id(number)) }
    }
    for (number, answer) in burst.all(64).enumerated() {
      #expect(answer?.status == 201)
      #expect(answer?.json["id"] as? String == Self.id(number))
      #expect(answer?.json["sha256"] as? String == SHA256Digest(of: Self.record(number)).hex)
    }
    try harness.restart()
    #expect(harness.platform.installations().map(\.id) == (0..<64).map(Self.id))
    for number in 0..<64 {
      #expect(try harness.platform.record(Self.id(number)) == Data(Self.record(number)))
    }
  }

  @Test func `of records that come at once for one place only one is taken`() throws {
    let harness = try PlatformHarness()
    let http = harness.http
    harness.platform.inject(.delay(milliseconds: 300), method: "PUT", times: 16)
    let burst = Burst()
    for number in 0..<16 {
      burst.send(number) { try Self.put(http, Self.record(0, remarks: "\(number)"), id: Self.id(0)) }
    }
    let answers = burst.all(16)
    #expect(answers.count { $0?.status == 201 } == 1 && answers.count { $0?.status == 412 } == 15)
    let taken = try #require(answers.firstIndex { $0?.status == 201 })
    #expect(try harness.platform.record(Self.id(0)) == Data(Self.record(0, remarks: "\(taken)")))
  }

  @Test func `a request that is delayed keeps no other waiting, and ends with the platform`() throws {
    let harness = try PlatformHarness()
    let http = harness.http
    harness.platform.inject(.delay(milliseconds: 36_000_000), method: "PUT")
    let burst = Burst()
    burst.send(0) { try Self.put(http, Self.record(0), id: Self.id(0)) }
    var seen = 0
    while seen == 0 { seen = harness.platform.requests().count { $0.hasPrefix("PUT") } }
    #expect(try Self.put(http, Self.record(1), id: Self.id(1))?.status == 201)
    #expect(harness.platform.installations().map(\.id) == [Self.id(1)])
    try harness.restart()
    #expect(burst.all(1)[0] == nil)
    #expect(harness.platform.installations().map(\.id) == [Self.id(1)])
  }

  // MARK: - The journal

  /// Sends ten records, a key and two requests for code blocks to a platform, and returns the key's id.
  private func filled(_ harness: PlatformHarness) throws -> String {
    for number in 0..<10 {
      #expect(try Self.put(harness.http, Self.record(number), id: Self.id(number))?.status == 201)
    }
    let keyID = try harness.deliverKey(harness.bytes(32)).keyID
    for key in ["a", "b"] {
      let order: [String: Any] = ["region": "150621", "count": 10]
      #expect(try harness.json("POST", "/v1/code-blocks", ["Idempotency-Key": key], order)?.status == 201)
    }
    return keyID
  }

  private func check(_ copy: PlatformCopy, _ keyID: String) throws {
    #expect(copy.platform.installations().map(\.id) == (0..<10).map(Self.id))
    for number in 0..<10 {
      #expect(try copy.platform.record(Self.id(number)) == Data(Self.record(number)))
    }
    #expect(try copy.platform.keyIds() == [keyID])
    let body = Array(#"{"region":"150621","count":10}"#.utf8)
    #expect(try copy.http.send("POST", "/v1/code-blocks", ["Idempotency-Key": "b"], body: body)?.status == 200)
    let other = try copy.http.send("POST", "/v1/code-blocks", ["Idempotency-Key": "c"], body: body)
    #expect(other?.json["first"] as? String == "P0000K")
  }

  @Test func `what was acknowledged is there again when only the journal had come to disk`() throws {
    let harness = try PlatformHarness()
    let keyID = try filled(harness)
    let copy = try PlatformCopy(of: harness) { folder in
      for name in ["keys", "installations", "idempotency", "code-blocks.json"] {
        try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
      }
    }
    try check(copy, keyID)
  }

  @Test(arguments: [1, 20, 40, 41, 200])
  func `a frame that was cut off by a crash is passed over`(_ bytes: Int) throws {
    let harness = try PlatformHarness()
    let keyID = try filled(harness)
    let copy = try PlatformCopy(of: harness) { folder in
      let journal = URL(filePath: "\(folder)/journal")
      var contents = try Data(contentsOf: journal)
      contents += contents.prefix(bytes)
      try contents.write(to: journal)
    }
    try check(copy, keyID)
  }

  @Test func `a journal that is damaged before its end is refused`() throws {
    let harness = try PlatformHarness()
    _ = try filled(harness)
    #expect(throws: LocalPlatformError.damaged(path: "journal")) {
      try PlatformCopy(of: harness) { folder in
        let journal = URL(filePath: "\(folder)/journal")
        var contents = try Data(contentsOf: journal)
        contents[100] ^= 1
        try contents.write(to: journal)
      }
    }
  }

  @Test func `a journal that has grown makes way for another, and everything is there`() throws {
    let harness = try PlatformHarness()
    let remarks = String(repeating: "焊", count: 1_000_000)
    for number in 0..<8 {
      let record = Self.record(number, remarks: remarks)
      #expect(try Self.put(harness.http, record, id: Self.id(number))?.status == 201)
    }
    // Eight records of 3 MB each have passed. A journal takes at most three of them before a new one is begun.
    let journal = try Data(contentsOf: URL(filePath: harness.folder + "/journal"))
    #expect(journal.count < 16 << 20)
    try harness.restart()
    #expect(try Data(contentsOf: URL(filePath: harness.folder + "/journal")).isEmpty)
    #expect(!FileManager.default.fileExists(atPath: harness.folder + "/journal.older"))
    for number in 0..<8 {
      #expect(try harness.platform.record(Self.id(number)) == Data(Self.record(number, remarks: remarks)))
    }
  }
}
