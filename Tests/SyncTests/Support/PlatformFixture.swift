import Bench
import Cryptography
import Foundation
import Records
import Sync
import TestSupport
import Testing

/// A local platform in a folder of its own, with everything that a run needs. The platform's key pair is made
/// once for the process.
final class PlatformFixture {
  private static let identity = try? PlatformIdentity.generate(commonName: "test")

  private let folder = TemporaryFolder(isInMemory: true)
  let platform: LocalPlatform
  let url: String
  let outbox = MemoryOutbox()
  let files = MemoryFiles()
  let uploads = MemoryUploads()
  var pinned: Certificate?
  var originals = OriginalsPolicy.later
  var pauses: [Duration] = []
  var events: [SyncEvent] = []
  var cancelAfterRequests = Int.max

  init(token: String? = nil) throws {
    let identity = try #require(Self.identity)
    try folder.write("platform-key.pem", identity.privateKeyPEM)
    try folder.write("platform-certificate.pem", identity.certificate.pem)
    platform = try LocalPlatform(
      .init(dataFolder: folder.path, token: token, random: SeededBytes(seed: 1).bytes))
    url = try platform.start()
    pinned = identity.certificate
  }

  deinit { platform.stop() }

  func client(token: String? = nil, idleTimeout: Duration = .seconds(5)) throws -> PlatformClient {
    let platform = platform
    return try PlatformClient(
      .init(address: url, token: token, connectTimeout: .seconds(2), idleTimeout: idleTimeout),
      isCancelled: { [unowned self] in platform.requests().count >= cancelAfterRequests })
  }

  func run(client: PlatformClient? = nil) throws -> SyncReport { try syncRun(client: client).run() }

  func syncRun(client: PlatformClient? = nil, retry: RetryPolicy = RetryPolicy()) throws -> SyncRun {
    SyncRun(
      outbox: outbox, files: files, client: try client ?? self.client(), clock: FixedClock(), uploads: uploads,
      platformCertificate: pinned,
      surroundings: .init(
        sleep: { [unowned self] in pauses.append($0) }, retry: retry, originals: originals,
        pin: { [unowned self] in pinned = $0 },
        onEvent: { [unowned self] in events.append($0) }))
  }

  func requests(_ prefix: String) -> Int { platform.requests().count { $0.hasPrefix(prefix) } }
}

final class MemoryFiles: FileStore, @unchecked Sendable {
  struct Missing: Error {}

  private var contents: [String: Data] = [:]
  /// Gives samples their contents and keys.
  let random = SeededBytes(seed: 2)

  func store(_ bytes: Data) -> String {
    let digest = SHA256Digest(of: bytes).hex
    contents[digest] = bytes
    return digest
  }

  func contents(of sha256: String) throws -> Data {
    guard let bytes = contents[sha256] else { throw Missing() }
    return bytes
  }

  func path(of sha256: String) -> String { "/nowhere/\(sha256)" }

  func lose(_ sha256: FileDigest) { contents[sha256.hex] = nil }
}

final class MemoryUploads: UploadMemory {
  var addresses: [FileDigest: String] = [:]

  /// The digests that were ever looked up or stored.
  var asked: Set<FileDigest> = []

  func uploadAddress(of sha256: FileDigest) -> String? {
    asked.insert(sha256)
    return addresses[sha256]
  }

  func remember(uploadAddress: String?, of sha256: FileDigest) {
    asked.insert(sha256)
    addresses[sha256] = uploadAddress
  }
}
