public import Cryptography
public import FoundationEssentials
import Records
import Synchronization

/// The platform of `docs/platform-api.yaml` on this machine. It speaks real HTTP, and acknowledges data only
/// once the data is on disk. The commands `bench platform` and `practice` and the tests run it.
public final class LocalPlatform: Sendable {
  public struct Configuration: Sendable {
    /// The address to listen on, `ADDRESS:PORT`, numeric; port 0 takes a free one.
    public var listen: String
    /// Path of the data folder, which is made where it is missing and serves one platform at a time.
    public var dataFolder: String
    /// The token that clients have to send as `Authorization: Bearer`; nil for none.
    public var token: String?
    /// The authority whose timestamps are served at `POST /timestamp`; nil for none.
    public var authority: TestAuthority?
    /// A function that returns the requested number of random bytes.
    public var random: @Sendable (Int) -> [UInt8]

    public init(
      listen: String = "127.0.0.1:0", dataFolder: String, token: String? = nil,
      authority: TestAuthority? = nil, random: @escaping @Sendable (Int) -> [UInt8]
    ) {
      self.listen = listen
      self.dataFolder = dataFolder
      self.token = token
      self.authority = authority
      self.random = random
    }
  }

  /// The latest revision of one record, for readers.
  public struct StoredInstallation: Hashable, Sendable {
    public let id: String
    public let code: String?
    public let status: String
    public let revision: Int
    /// SHA-256 of the record's bytes, lower-case hex.
    public let sha256: String
  }

  private let configuration: Configuration
  private let router: PlatformRouter
  private let server = Mutex<PlatformServer?>(nil)

  /// Opens the data folder, and makes the platform's key pair there on the first run, which takes up to some seconds.
  public init(_ configuration: Configuration) throws(LocalPlatformError) {
    self.configuration = configuration
    let folder = try PlatformFolder(
      path: configuration.dataFolder,
      subfolders: ["keys", "files", "timestamps", "uploads", "installations", "idempotency"])
    router = try PlatformRouter(
      folder: folder, identity: Self.identity(in: folder), token: configuration.token,
      authority: configuration.authority, random: configuration.random)
  }

  /// Listens on a thread of its own.
  /// - Returns: the base address for a client, without a slash at its end.
  public func start() throws(LocalPlatformError) -> String {
    guard var address = SocketAddress(configuration.listen) else {
      throw .listenAddress(configuration.listen)
    }
    guard address.isLoopback || configuration.token?.isEmpty == false else {
      throw .needsToken(address: address.description)
    }
    // The lock is not held while a server starts or stops; a typed throw does not cross `withLock`.
    guard server.withLock({ $0 == nil }) else { throw .alreadyStarted }
    let started = try PlatformServer(address: address, handler: router)
    server.withLock { $0 = started }
    address.port = started.port
    return "http://\(address)"
  }

  /// Closes all connections and brings every document to disk in its own file. `start` may be called again; it
  /// takes the same port only where the configuration names one.
  public func stop() {
    let running = server.withLock { server in
      defer { server = nil }
      return server
    }
    running?.stop()
    if running != nil { router.checkpoint() }
  }

  deinit { stop() }

  // MARK: - Faults

  /// Makes the next `times` requests of this method (nil for any) under this path fail. Rules are tried in the
  /// order in which they were given.
  public func inject(
    _ fault: PlatformFault, method: String? = nil, pathPrefix: String = "/v1", times: Int = 1
  ) {
    router.add(PlatformFaultRule(fault: fault, method: method, pathPrefix: pathPrefix, times: times))
  }

  public func clearFaults() { router.clearFaults() }

  // MARK: - What it holds

  /// The certificate that keys are sealed to.
  public var certificate: Certificate { router.certificate }

  /// All installations in order of their ids.
  public func installations() -> [StoredInstallation] {
    router.installations().map {
      StoredInstallation(
        id: $0.id, code: $0.code, status: $0.status, revision: $0.revision, sha256: $0.sha256)
    }
  }

  /// The exact bytes of a record's latest revision; nil where there is no such record.
  public func record(_ id: String) throws -> Data? { try router.record(id).map { Data($0) } }

  public func hasFile(_ sha256: String) -> Bool { router.hasFile(sha256) }

  public func file(_ sha256: String) throws -> Data? { try router.file(sha256).map { Data($0) } }

  /// The timestamp of a file; nil where none came.
  public func timestamp(of sha256: String) -> Data? { router.timestamp(of: sha256).map { Data($0) } }

  /// The ids of all keys, in order.
  public func keyIds() throws -> [String] { try router.keyIds() }

  /// The requests since the start, as `METHOD path`, oldest first; only the latest thousand are kept.
  public func requests() -> [String] { router.requests() }

  // MARK: - Its key

  private static func identity(in folder: PlatformFolder) throws(LocalPlatformError) -> PlatformIdentity {
    let (keyName, certificateName) = ("platform-key.pem", "platform-certificate.pem")
    if let key = try folder.read(keyName), let certificate = try folder.read(certificateName) {
      do {
        return try PlatformIdentity(
          certificate: Certificate(pem: String(decoding: certificate, as: UTF8.self)),
          privateKeyPEM: String(decoding: key, as: UTF8.self))
      } catch {
        throw .damaged(path: keyName)
      }
    }
    let identity: PlatformIdentity
    do {
      identity = try PlatformIdentity.generate(commonName: "weldtech local platform")
    } catch {
      throw .noKey
    }
    // The certificate is written last, so that its presence proves that the key is there too.
    try folder.write(Array(identity.privateKeyPEM.utf8), to: keyName)
    try folder.write(Array(identity.certificate.pem.utf8), to: certificateName)
    return identity
  }
}
