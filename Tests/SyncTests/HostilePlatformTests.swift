import Bench
import Cryptography
import Foundation
import Records
import Synchronization
import TestSupport
import Testing

@testable import Sync
@testable import weldtech

/// Syncs with a platform that gives arbitrary answers.
@Suite struct HostilePlatformTests {
  private static let seed: UInt64 = 19
  /// The number of answers that are mutated; the runs below ask for at least as many.
  private static let mutations =
    ProcessInfo.processInfo.environment["WELDTECH_HOSTILE_ANSWERS"].flatMap { Int($0) } ?? 3_000

  /// The words that a mutation inserts, which mean something in HTTP, JSON, tus or paths.
  private static let words: [[UInt8]] =
    [
      "../fieldbook.sqlite", "../../Documents", "/etc/passwd", "\"missing\":{\"files\":[\"..\"],\"keys\":[]}",
      "\0", "\r\n",
      "\r\n\r\n", "Location: /v1/files/../../x\r\n", "Location: http://example.cn/\r\n",
      "Upload-Offset: -1\r\n",
      "Upload-Offset: 9223372036854775807\r\n", "Retry-After: 999999999999999999999\r\n",
      "Transfer-Encoding: chunked\r\n",
      "Content-Length: 9999999\r\n", "ffffffff\r\n", "\u{301}", ":\u{301}", "{", "}", "[", "]", "\"", "\\u0000",
      "1e999",
      "-0", "null", "true", "9007199254740993", "<html>", "text/html",
    ].map { Array($0.utf8) } + [
      [UInt8](repeating: 0x5B, count: 513), [0xFF], [0xED, 0xA0, 0x80],
      Array(String(repeating: "A", count: 70_000).utf8),
    ]

  private static let statuses = [
    100, 101, 199, 200, 201, 202, 204, 206, 300, 302, 304, 400, 401, 403, 404, 405, 407, 408, 409, 410, 412,
    413, 421,
    425, 428, 429, 460, 500, 503, 599, 999,
  ]

  private static func mutated(_ answer: [UInt8], _ dice: inout SplitMix64) -> [UInt8] {
    var bytes = answer
    for _ in 0..<(1 + dice.next(below: 3)) {
      guard !bytes.isEmpty else { return bytes }
      let place = dice.next(below: bytes.count)
      switch dice.next(below: 8) {
      case 0: bytes[place] ^= UInt8(1 << dice.next(below: 8))
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: words[dice.next(below: words.count)], at: place)
      case 3 where bytes.count >= 12:
        bytes.replaceSubrange(
          9..<min(12, bytes.count), with: "\(statuses[dice.next(below: statuses.count)])".utf8)
      case 4: bytes.removeSubrange(place...)
      case 5: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 40)], at: place)
      case 6:
        // The answer to every request is a hostile 409.
        let body = #"{"error":{"code":"x","message":"","missing":{"files":["../x","/tmp"],"keys":[]}}}"#
        bytes = Array("HTTP/1.1 409 X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
      default:
        bytes.replaceSubrange(place..<min(bytes.count, place + 4), with: words[dice.next(below: words.count)])
      }
    }
    return bytes
  }

  /// Reads every file below a folder.
  private static func contents(of folder: String) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      contents[name] = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
    }
    return contents
  }

  @Test
  func `3,000 mutated answers end no process, touch no file and make nothing count as delivered that is not`()
    throws
  {
    let folder = TemporaryFolder()
    let scratch = folder.path
    let home = scratch + "/user/home"
    for file in ["home/fieldbook.sqlite", "home/files/ab/abcd", "Documents/photo.jpg", "x", "home/x"] {
      let path = "\(scratch)/user/\(file)"
      try FileManager.default.createDirectory(
        atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
      try Data(file.utf8).write(to: URL(filePath: path))
    }
    let before = try Self.contents(of: scratch)

    let fixture = try PlatformFixture()
    let port = try #require(fixture.url.split(separator: ":").last.flatMap { UInt16($0) })
    let state = Mutex((dice: SplitMix64(seed: Self.seed), answers: 0, isHostile: true))
    let server = try ScriptedServer { _ in
      .forward(port: port) { answer in
        state.withLock { state in
          // Every other answer is unchanged or nearly so, because hardly any run would otherwise get beyond its
          // first request.
          guard state.isHostile, state.dice.next(below: 2) == 0 else { return answer }
          state.answers += 1
          return Self.mutated(answer, &state.dice)
        }
      }
    }
    let uploads = UploadAddresses(home: home)
    var runs = 0
    while state.withLock({ $0.answers }) < Self.mutations {
      runs += 1
      let outbox = MemoryOutbox()
      let sample = try SampleInstallation(runs, in: fixture.files, photoBytes: runs % 7 == 0 ? 300_000 : 900)
      sample.enqueue(in: outbox)
      let client = try PlatformClient(
        .init(address: server.url, token: "secret", idleTimeout: .seconds(1), exchangeTimeout: .seconds(2)))
      let run = SyncRun(
        outbox: outbox, files: fixture.files, client: client, clock: FixedClock(), uploads: uploads,
        platformCertificate: fixture.pinned, surroundings: .init(sleep: { _ in }, pin: { _ in }))
      do {
        let report = try run.run()
        #expect(report.outcomes.map(\.id) == [sample.id], "seed \(Self.seed), run \(runs)")
        #expect(
          (report.delivered == 1) == outbox.pendingRecords().isEmpty, "seed \(Self.seed), run \(runs)")
      } catch let error as SyncError {
        guard case .platformKeyChanged = error else { throw error }
      }
      let platform = fixture.platform
      if outbox.pendingKeys().isEmpty { #expect(try platform.keyIds().contains(sample.keyID), "run \(runs)") }
      if let record = outbox.pendingRecords().first {
        for file in record.acknowledgedFiles { #expect(platform.hasFile(file.sha256.hex), "run \(runs)") }
      } else {
        #expect(try platform.record(sample.id.text) == sample.record.body, "run \(runs)")
      }
    }
    #expect(runs * 40 > Self.mutations)
    var after = try Self.contents(of: scratch)
    // Only addresses of unfinished uploads may have been added; nothing else is new, missing or changed.
    for name in after.keys where name.hasPrefix("user/home/uploads") {
      let file = name.dropFirst("user/home/uploads".count).drop { $0 == "/" }
      #expect(file.isEmpty || FileDigest(file) != nil, "\(name)")
      after[name] = nil
    }
    #expect(after == before)

    // The platform answers without mutations again, and one run delivers everything that waits.
    state.withLock { $0.isHostile = false }
    let sample = try SampleInstallation(0, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    #expect(try fixture.run().delivered == 1)
  }

  @Test func `an answer of 513 brackets is no acknowledgement and no trap`() throws {
    let fixture = try PlatformFixture()
    let samples = try (1...2).map { try SampleInstallation($0, in: fixture.files) }
    for sample in samples { sample.enqueue(in: fixture.outbox) }
    fixture.platform.inject(
      .reply(status: 200, mediaType: "application/json", body: String(repeating: "[", count: 513)),
      method: "PUT", pathPrefix: "/v1/installations/\(samples[0].id)")
    fixture.platform.inject(
      .reply(status: 400, mediaType: "application/json", body: String(repeating: "[", count: 513)),
      method: "PUT", pathPrefix: "/v1/keys/\(samples[1].keyID)")
    let report = try fixture.run()
    #expect(report.outcomes.map(\.reason) == [.notAcknowledged, .keyPending])
  }

  @Test func `a file is skipped only where the yes names its digest`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    let port = try #require(fixture.url.split(separator: ":").last.flatMap { UInt16($0) })
    let names = sample.record.files.map { "/v1/files/sha256/\($0.sha256)" }
    let other = Data(SHA256Digest(of: [1]).bytes).base64EncodedString()
    let server = try ScriptedServer { request in
      switch names.firstIndex(of: request.path) {
      case 0: .reply(200)
      case 1: .reply(200, [("Repr-Digest", "sha-512=:AAAA:, md5=:AAAA:")])
      case 2: .reply(200, [("Repr-Digest", "sha-256=:\(other):")])
      default: .forward(port: port) { $0 }
      }
    }
    let client = try PlatformClient(.init(address: server.url))
    #expect(try fixture.run(client: client).outcomes.map(\.reason) == [.notAcknowledged])
    // The two positive answers without a digest did not count, so that the files were sent.
    #expect(fixture.platform.hasFile(sample.record.files[0].sha256.hex))
    #expect(fixture.platform.hasFile(sample.record.files[1].sha256.hex))
    #expect(!fixture.platform.hasFile(sample.record.files[2].sha256.hex))
  }
}
