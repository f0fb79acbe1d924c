import Bench
import Foundation
import Records
import Synchronization
import TestSupport
import Testing

@testable import Sync

/// Checks runs with many records and files on the way at once.
@Suite struct CarryingTests {
  private func filled(_ count: Int, photoBytes: Int = 900) throws -> (PlatformFixture, [SampleInstallation]) {
    let fixture = try PlatformFixture()
    let samples = try (1...count).map { try SampleInstallation($0, in: fixture.files, photoBytes: photoBytes) }
    for sample in samples { sample.enqueue(in: fixture.outbox) }
    return (fixture, samples)
  }

  @Test func `300 records go 32 at once`() throws {
    let (fixture, samples) = try filled(300)
    fixture.atOnce = 32
    let report = try fixture.run()
    #expect(report.delivered == 300 && report.keys.count == 300)
    // The outcomes are in the order of the queue, whichever record was through first.
    #expect(report.outcomes.map(\.id) == samples.map(\.id))
    #expect(report.keys.map(\.key.keyID) == samples.map(\.keyID))
    for sample in samples {
      #expect(try fixture.platform.record(sample.id.text) == sample.record.body)
      for file in sample.record.files { #expect(fixture.platform.hasFile(file.sha256.hex)) }
    }
    // Each key has two marks, each record two and each file one.
    #expect(fixture.outbox.marks.count == 300 * (2 + 2 + 3))
    #expect(fixture.outbox.pendingRecords().isEmpty && fixture.uploads.addresses.isEmpty)
  }

  @Test func `a platform that goes away stops all that are on the way`() throws {
    let (fixture, samples) = try filled(60)
    fixture.atOnce = 8
    fixture.cancelAfterRequests = 150
    let report = try fixture.run()
    #expect(report.stoppedBy == .cancelled && report.outcomes.map(\.id) == samples.map(\.id))
    #expect(report.delivered + report.pending == 60 && report.failed == 0)
    fixture.cancelAfterRequests = .max
    #expect(try fixture.run().pending == 0)
    #expect(fixture.platform.installations().count == 60)
  }

  @Test func `an error of the record ends the run after the others on the way`() throws {
    struct Broken: Error {}
    let (fixture, _) = try filled(20)
    fixture.atOnce = 4
    fixture.outbox.onAcknowledgedRecord = { if $0 == 5 { throw Broken() } }
    #expect(throws: Broken.self) { try fixture.run() }
    fixture.outbox.onAcknowledgedRecord = { _ in }
    _ = try fixture.run()
    #expect(fixture.outbox.pendingRecords().isEmpty && fixture.platform.installations().count == 20)
  }

  // MARK: - What is set aside

  @Test func `a record that is refused is set aside with the platform's word and comes last`() throws {
    let (fixture, samples) = try filled(3)
    let refused = "/v1/installations/\(samples[0].id)"
    fixture.platform.inject(.failure(status: 422, code: "installation.invalid"), pathPrefix: refused, times: 2)
    #expect(try fixture.run().outcomes.map(\.reason) == [.refused, nil, nil])
    let setAside = try #require(fixture.outbox.setAside[samples[0].id])
    #expect(setAside.reason == "sync.refused" && setAside.detail == "422 installation.invalid")
    #expect(setAside.revision == 1)

    let fresh = try SampleInstallation(4, in: fixture.files)
    fresh.enqueue(in: fixture.outbox)
    let second = try fixture.run()
    #expect(second.outcomes.map(\.id) == [fresh.id, samples[0].id])
    #expect(second.outcomes.map(\.reason) == [nil, .refused])

    // A run of `--watch` leaves alone what was tried a moment ago.
    fixture.triesSetAsideBefore = Timestamp(
      secondsSince1970: FixedClock().now().secondsSince1970 - 3600, offsetSeconds: 28_800)
    let requests = fixture.platform.requests().count
    #expect(try fixture.run().outcomes.isEmpty && fixture.platform.requests().count == requests)
    fixture.triesSetAsideBefore = nil
    #expect(try fixture.run().outcomes.map(\.reason) == [nil])
    #expect(fixture.outbox.setAside.isEmpty)
  }

  // MARK: - Pieces

  @Test func `pieces grow with the link and shrink with it`() {
    let size = PieceSize()
    #expect(size.bytes(ofRest: 10_000_000) == 262_144 && size.bytes(ofRest: 1) == 1)
    #expect(size.bytes(ofRest: 393_216) == 393_216, "a rest that is little larger goes with it")
    size.note(262_144, took: .milliseconds(10))
    #expect(size.bytes(ofRest: 10_000_000) == 1_048_576)
    for _ in 0..<5 { size.note(size.bytes(ofRest: .max), took: .milliseconds(10)) }
    #expect(size.bytes(ofRest: .max) == PieceSize.maxBytes)
    // This piece goes at 100,000 bytes a second.
    size.note(PieceSize.maxBytes, took: .milliseconds(671_088))
    #expect((199_000...201_000).contains(size.bytes(ofRest: 10_000_000)))
    size.note(10, took: .seconds(100))
    #expect((199_000...201_000).contains(size.bytes(ofRest: 10_000_000)), "a small rest says nothing")
  }

  @Test func `a refused piece bounds all later ones down to the smallest`() {
    let size = PieceSize()
    var refused: [Int] = []
    repeat { refused.append(size.bytes(ofRest: 1_000_000)) } while size.halve(after: refused.last ?? 0)
    #expect(refused == [262_144, 131_072, 65_536, 32_768, 16_384])
    size.note(16_384, took: .milliseconds(1))
    #expect(size.bytes(ofRest: 1_000_000) == 16_384)
  }

  @Test(arguments: [nil, "creation", "creation,checksum"])
  func `sends a checksum where the server offers to check it`(extensions: String?) throws {
    let heads = Mutex<[String]>([])
    let server = try ScriptedServer { request in
      heads.withLock { $0.append(String(decoding: request.bytes.prefix(2000), as: UTF8.self)) }
      let tus = [("Tus-Resumable", "1.0.0")]
      switch request.method {
      case "OPTIONS":
        guard let extensions else { return .reply(405) }
        return .reply(
          200, tus + [("Tus-Extension", extensions), ("Tus-Checksum-Algorithm", "md5, sha256")])
      // Some servers take the question for one about an upload, which lacks its version.
      case "HEAD": return .reply(extensions == "creation" ? 412 : 404)
      case "POST": return .reply(201, tus + [("Location", "/v1/files/1")])
      default: return .reply(204, tus + [("Upload-Offset", "\(request.bodyBytes)")])
      }
    }
    let file = try #require(FileDigest(String(repeating: "0a", count: 32)))
    let carriage = FileCarriage(
      memory: MemoryUploads(),
      retry: Retry(policy: RetryPolicy(attempts: 1), sleep: { _ in }, onEvent: { _ in }),
      pieceSize: PieceSize(), onEvent: { _ in })
    let delivery = FileDelivery(client: try PlatformClient(.init(address: server.url)), carriage: carriage)
    try delivery.deliver(PendingFile(sha256: file, bytes: 5, filename: "a.jpg"), timestampOf: nil) {
      [1, 2, 3, 4, 5]
    }
    let patch = try #require(heads.withLock { $0 }.first { $0.hasPrefix("PATCH") })
    #expect(patch.contains("Upload-Checksum: sha256 ") == (extensions == "creation,checksum"))
    let post = try #require(heads.withLock { $0 }.first { $0.hasPrefix("POST") })
    #expect(post.contains("filetype \(Data("image/jpeg".utf8).base64EncodedString())"))
  }

  // MARK: - The desk

  @Test func `errands that fail to become durable fail for all who asked`() throws {
    final class Room { var count = 0 }
    struct Full: Error {}
    let desk = Desk<Room>()
    let room = Room()
    let failures = Mutex(0)
    func fails(_ body: () -> Void) throws {
      body()
      throw Full()
    }
    try desk.serve(
      room, carriers: 5, atLeast: 2, together: fails,
      body: { _ in
        do { try desk.ask { $0.count += 1 } } catch is Full { failures.withLock { $0 += 1 } }
      })
    #expect(room.count == 5 && failures.withLock { $0 } == 5)
    // The error of an errand fails only that errand.
    let others = Mutex(0)
    #expect(throws: Full.self) {
      try desk.serve(
        room, carriers: 2, atLeast: 2, together: { $0() },
        body: { _ in
          let number = try desk.ask { room in
            room.count += 1
            return room.count
          }
          if number == 6 { try desk.ask { _ in throw Full() } }
          try desk.ask { _ in others.withLock { $0 += 1 } }
        })
    }
    #expect(others.withLock { $0 } == 1)
  }
}
