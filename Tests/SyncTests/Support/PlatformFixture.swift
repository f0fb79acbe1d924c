import Bench
import Cryptography
import Foundation
import Records
import Sync
import TestSupport
import Testing
import Threads

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
  var pauses: [Duration] { pauseList.withLock { $0 } }
  var events: [SyncEvent] = []
  /// The number of records, and of files, that are on the way at once.
  var atOnce = 1
  var triesSetAsideBefore: Timestamp?
  private let pauseList = Monitor<[Duration]>([])
  private let requestLimit = Monitor(Int.max)
  var cancelAfterRequests: Int {
    get { requestLimit.withLock { $0 } }
    set { requestLimit.withLock { $0 = newValue } }
  }

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
    let (platform, limit) = (platform, requestLimit)
    return try PlatformClient(
      .init(address: url, token: token, connectTimeout: .seconds(2), idleTimeout: idleTimeout),
      isCancelled: { platform.requests().count >= limit.withLock { $0 } })
  }

  func run(client: PlatformClient? = nil) throws -> SyncReport { try syncRun(client: client).run() }

  func syncRun(client: PlatformClient? = nil, retry: RetryPolicy = RetryPolicy(jitter: { $0 })) throws
    -> SyncRun
  {
    let pauses = pauseList
    return SyncRun(
      outbox: outbox, files: files, client: try client ?? self.client(), clock: FixedClock(), uploads: uploads,
      platformCertificate: pinned,
      surroundings: .init(
        sleep: { pause in pauses.withLock { $0.append(pause) } }, retry: retry, originals: originals,
        maxRecordsAtOnce: atOnce, maxFilesAtOnce: atOnce, triesSetAsideBefore: triesSetAsideBefore,
        pin: { [unowned self] in pinned = $0 },
        onEvent: { [unowned self] in events.append($0) }))
  }

  func requests(_ prefix: String) -> Int { platform.requests().count { $0.hasPrefix(prefix) } }
}

final class MemoryFiles: FileStore, @unchecked Sendable {
  struct Missing: Error {}

  private var contents: [String: Data] = [:]
  /// The faults of some files.
  var faults: [FileDigest: EvidenceFault] = [:]
  /// The source of the samples' contents and keys.
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

  func judgedContents(of sha256: FileDigest) throws -> Data { try contents(of: sha256.hex) }

  func fault(of file: PendingFile) -> EvidenceFault? {
    faults[file.sha256]
      ?? (contents[file.sha256.hex] == nil
        ? .fileMissing(name: file.filename, sha256: file.sha256.hex) : nil)
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
