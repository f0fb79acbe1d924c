import Foundation
import Records
import Synchronization
import TestSupport
import Testing

@testable import Sync

extension InstalledProgram {
  static let rclone = InstalledProgram("rclone")
}

/// The programs of others that serve a bucket.
enum BucketServer: String, CaseIterable, CustomTestStringConvertible {
  /// SeaweedFS, which checks signatures and their time by its clock, and obeys conditions.
  case seaweed
  /// rclone, which checks signatures, ignores conditions, and serves a folder of files.
  case rclone

  var program: InstalledProgram { self == .seaweed ? .seaweed : .rclone }
  var testDescription: String { rawValue }

  /// The servers that are installed, so that the others are skipped.
  static var installed: [BucketServer] { allCases.filter(\.program.isInstalled) }
}

/// A bucket of a `BucketServer`, below a prefix that no other test has. rclone serves a folder of its own until
/// this object is released.
final class PeerBucket {
  private let folder = TemporaryFolder(isInMemory: true)
  private let rclone: RunningProgram?
  let url: String
  /// The prefix of all keys of this bucket.
  let prefix = "laptop/\(PeerBucket.count.add(1, ordering: .relaxed).newValue)"

  private static let count = Atomic<Int>(0)

  init(_ server: BucketServer) throws {
    switch server {
    case .seaweed:
      url = try SharedSeaweed.server.url
      rclone = nil
    case .rclone:
      let port = try FreePorts.take(1)[0]
      url = "http://127.0.0.1:\(port)"
      try FileManager.default.createDirectory(
        atPath: folder.file("data/\(SeaweedServer.bucket)"), withIntermediateDirectories: true)
      rclone = try server.program.start([
        "serve", "s3", "--addr", "127.0.0.1:\(port)", "--auth-key",
        "\(SeaweedServer.accessKeyID),\(SeaweedServer.secret)", "--config", "/dev/null", folder.file("data"),
      ])
      try begin()
    }
  }

  deinit { _ = rclone?.kill() }

  /// Waits until rclone lists the bucket. rclone prints that it begins a little before it takes connections, so
  /// each poll is a number of tries, which fail at once as long as nobody listens.
  private func begin() throws {
    let store = try S3Store(
      SeaweedServer.configuration(url, prefix: prefix),
      retry: Retry(policy: RetryPolicy(attempts: 1), sleep: { _ in }))
    let isThere =
      rclone?.wait { _ in
        for _ in 0..<2_000 where (try? store.keys(below: "files", after: nil)) != nil { return true }
        return false
      } ?? false
    guard isThere else { throw SeaweedServer.NotReady(diagnostics: rclone?.said ?? "") }
  }

  func store(_ change: (inout S3Store.Configuration) -> Void = { _ in }) throws -> S3Store {
    var configuration = try SeaweedServer.configuration(url, prefix: prefix)
    change(&configuration)
    return try S3Store(configuration, retry: Retry(policy: RetryPolicy(firstPause: .zero), sleep: { _ in }))
  }
}
