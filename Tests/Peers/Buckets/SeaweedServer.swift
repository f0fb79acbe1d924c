import Foundation
import TestSupport
import Testing

@testable import Sync

extension InstalledProgram {
  static let seaweed = InstalledProgram("weed")
}

/// SeaweedFS in one process, in a folder of its own: buckets, and a filer that takes uploads by tus.
final class SeaweedServer: Sendable {
  static let accessKeyID = "AKIDWELDTECH"
  static let secret = "a/secret+with=all"
  /// The bucket that is there from the beginning.
  static let bucket = "welders"

  /// The program ended, or never took a request.
  struct NotReady: Error {
    let diagnostics: String
  }

  private let folder = TemporaryFolder(isInMemory: true)
  private let running: RunningProgram
  private let ports: [UInt16]
  /// The address of the buckets.
  let url: String
  /// The port of the filer, which serves a file at the address to which it was uploaded, without `uploadsPath`
  /// before it.
  let filerPort: UInt16
  static let uploadsPath = "/tus"

  init() throws {
    ports = try FreePorts.take(8)
    url = "http://127.0.0.1:\(ports[0])"
    filerPort = ports[6]
    let identities = """
      {"identities": [{"name": "laptop", "actions": ["Admin", "Read", "Write", "List"],
        "credentials": [{"accessKey": "\(Self.accessKeyID)", "secretKey": "\(Self.secret)"}]}]}
      """
    try folder.write("s3.json", identities)
    try FileManager.default.createDirectory(atPath: folder.file("data"), withIntermediateDirectories: true)
    running = try InstalledProgram.seaweed.start(
      [
        "-logtostderr=true", "server", "-dir=\(folder.file("data"))", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        "-s3.port=\(ports[0])", "-s3.port.grpc=\(ports[1])", "-master.port=\(ports[2])",
        "-master.port.grpc=\(ports[3])", "-volume.port=\(ports[4])", "-volume.port.grpc=\(ports[5])",
        "-filer.port=\(ports[6])", "-filer.port.grpc=\(ports[7])", "-filer",
        "-filer.tusBasePath=\(Self.uploadsPath)", "-s3", "-s3.config=\(folder.file("s3.json"))",
        "-filer.localSocket=\(folder.file("filer.sock"))", "-s3.localSocket=\(folder.file("s3.sock"))",
        // These services have a fixed port each, so that only one of them could run on a machine; 0 leaves them
        // out.
        "-s3.port.iceberg=0", "-s3.port.lance=0",
        "-master.volumeSizeLimitMB=64", "-volume.max=20",
      ], folder: folder.path)
    try begin()
  }

  deinit { stop() }

  /// Kills the program, which would otherwise take ten seconds to end.
  func stop() {
    running.kill()
    // SeaweedFS makes sockets in /tmp, and no option puts them elsewhere.
    for part in ["s3", "master", "volume", "filer"] {
      for port in ports { unlink("/tmp/seaweedfs-\(part)-grpc-\(port).sock") }
    }
  }

  /// Waits until the bucket is there. The program prints that it begins a little before it takes connections,
  /// so each poll is a number of tries, which fail at once as long as nobody listens.
  private func begin() throws {
    let store = try S3Store(
      Self.configuration(url, prefix: "ready"),
      retry: Retry(policy: RetryPolicy(attempts: 1), sleep: { _ in }))
    let isThere = running.wait { running in
      guard running.said.contains("Start Seaweed S3 API Server") else { return false }
      for _ in 0..<2_000 {
        let response = try? store.send("PUT", nil)
        if response?.status == 200 || response?.status == 409 { return true }
      }
      return false
    }
    guard isThere else { throw NotReady(diagnostics: running.said) }
  }

  static func configuration(_ url: String, prefix: String) throws -> S3Store.Configuration {
    let credentials = try #require(
      S3Credentials(accessKeyID: accessKeyID, secretAccessKey: secret, sessionToken: nil))
    return S3Store.Configuration(
      bucket: bucket, prefix: prefix, endpoint: url, region: "us-east-1", credentials: credentials)
  }
}

/// One SeaweedFS for all tests of a suite, started before the first of them and stopped after the last, because
/// it takes some seconds to start.
struct SharedSeaweed: SuiteTrait, TestScoping {
  @TaskLocal private static var shared: SeaweedServer?

  static var server: SeaweedServer { get throws { try #require(shared) } }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let server = try SeaweedServer()
    defer { server.stop() }
    try await Self.$shared.withValue(server) { try await function() }
  }
}

extension Trait where Self == SharedSeaweed {
  static var sharedSeaweed: Self { Self() }
}
