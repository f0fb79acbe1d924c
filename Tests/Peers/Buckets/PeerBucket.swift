import Cryptography
import Foundation
import Glibc
import Records
import TestSupport
import Testing

@testable import Sync

extension InstalledProgram {
  static let seaweed = InstalledProgram("weed")
  static let rclone = InstalledProgram("rclone")
}

/// The programs of others that serve a bucket.
enum BucketServer: String, CaseIterable, CustomTestStringConvertible {
  /// Checks signatures, obeys conditions, and its clock.
  case seaweed
  /// Checks signatures, ignores conditions, and serves a folder of files.
  case rclone

  var program: InstalledProgram { self == .seaweed ? .seaweed : .rclone }
  var testDescription: String { rawValue }

  /// The servers that are installed, so that the others are skipped.
  static var installed: [BucketServer] { allCases.filter(\.program.isInstalled) }
}

/// A bucket of one such program, in a folder of its own, until this object goes.
final class PeerBucket {
  static let accessKeyID = "AKIDWELDTECH"
  static let secret = "a/secret+with=all"

  /// The program ended, or never took a request.
  struct NotReady: Error {
    let diagnostics: String
  }

  private let folder = TemporaryFolder(isInMemory: true)
  private let running: RunningProgram
  let url: String

  init(_ server: BucketServer) throws {
    let ports = try Self.freePorts(8)
    switch server {
    case .rclone:
      url = "http://127.0.0.1:\(ports[0])"
      try FileManager.default.createDirectory(
        atPath: folder.file("data/welders"), withIntermediateDirectories: true)
      running = try server.program.start([
        "serve", "s3", "--addr", "127.0.0.1:\(ports[0])", "--auth-key", "\(Self.accessKeyID),\(Self.secret)",
        "--config", "/dev/null", folder.file("data"),
      ])
    case .seaweed:
      url = "http://127.0.0.1:\(ports[0])"
      let identities = """
        {"identities": [{"name": "laptop", "actions": ["Admin", "Read", "Write", "List"],
          "credentials": [{"accessKey": "\(Self.accessKeyID)", "secretKey": "\(Self.secret)"}]}]}
        """
      try folder.write("s3.json", identities)
      try FileManager.default.createDirectory(atPath: folder.file("data"), withIntermediateDirectories: true)
      running = try server.program.start(
        [
          "-logtostderr=true", "server", "-dir=\(folder.file("data"))", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
          "-s3.port=\(ports[0])", "-s3.port.grpc=\(ports[1])", "-master.port=\(ports[2])",
          "-master.port.grpc=\(ports[3])", "-volume.port=\(ports[4])", "-volume.port.grpc=\(ports[5])",
          "-filer.port=\(ports[6])", "-filer.port.grpc=\(ports[7])", "-filer", "-s3",
          "-s3.config=\(folder.file("s3.json"))", "-master.volumeSizeLimitMB=64", "-volume.max=20",
        ], folder: folder.path)
    }
    try begin(server)
  }

  deinit { _ = running.kill() }

  /// Waits until the bucket is there. A program says that it begins a little before it takes connections, so each look is a
  /// number of tries, which fail at once as long as nobody listens.
  private func begin(_ server: BucketServer) throws {
    let store = try Self.store(url, retry: Retry(policy: RetryPolicy(attempts: 1), sleep: { _ in }))
    let isThere = running.wait { _ in
      for _ in 0..<2_000 where isReady(store, server) { return true }
      return false
    }
    guard isThere else { throw NotReady(diagnostics: running.said) }
  }

  private func isReady(_ store: S3Store, _ server: BucketServer) -> Bool {
    if server == .rclone { return (try? store.keys(below: "files", after: nil)) != nil }
    let response = try? store.send("PUT", nil)
    return response?.status == 200 || response?.status == 409
  }

  func store(_ change: (inout S3Store.Configuration) -> Void = { _ in }) throws -> S3Store {
    try Self.store(url, retry: Retry(policy: RetryPolicy(firstPause: .zero), sleep: { _ in }), change)
  }

  private static func store(
    _ url: String, retry: Retry, _ change: (inout S3Store.Configuration) -> Void = { _ in }
  ) throws -> S3Store {
    let credentials = try #require(
      S3Credentials(accessKeyID: accessKeyID, secretAccessKey: secret, sessionToken: nil))
    var configuration = S3Store.Configuration(
      bucket: "welders", prefix: "laptop/1", endpoint: url, region: "us-east-1", credentials: credentials)
    change(&configuration)
    return try S3Store(configuration, retry: retry)
  }

  /// Ports of this machine that nobody listens on at the moment.
  private static func freePorts(_ count: Int) throws -> [UInt16] {
    var sockets: [Int32] = []
    defer { for socket in sockets { close(socket) } }
    return try (0..<count).map { _ in
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      sockets.append(descriptor)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let isBound = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
      }
      try #require(isBound)
      return UInt16(bigEndian: address.sin_port)
    }
  }
}
