import Cryptography
import Synchronization

/// Passes each request to the part of the platform that handles it, and brings the changes of a group of
/// requests to disk.
final class PlatformRouter: PlatformHandler {
  private static let rememberedRequests = 1000

  /// The platform's data, which one group of requests at a time changes.
  private struct State: Sendable {
    var codeBlocks: PlatformCodeBlocks
    var installations: PlatformInstallations
  }

  /// The faults that tests have set and the requests that tests read. They must not wait for a disk.
  private struct Traffic: Sendable {
    var faults: [PlatformFaultRule] = []
    var requests: [String] = []
  }

  private let identity: PlatformIdentity
  private let token: String?
  private let authority: TestAuthority?
  private let folder: PlatformFolder
  private let keys: PlatformKeys
  private let files: PlatformFiles
  private let state: Mutex<State>
  private let traffic = Mutex(Traffic())

  init(
    folder: PlatformFolder, identity: PlatformIdentity, token: String?,
    authority: TestAuthority?, random: @escaping @Sendable (Int) -> [UInt8]
  ) throws(LocalPlatformError) {
    self.folder = folder
    self.identity = identity
    self.token = token
    self.authority = authority
    keys = PlatformKeys(folder: folder, identity: identity)
    files = try PlatformFiles(folder: folder, random: random)
    state = Mutex(try Self.state(of: folder))
  }

  private static func state(of folder: PlatformFolder) throws(LocalPlatformError) -> State {
    State(
      codeBlocks: try PlatformCodeBlocks(folder: folder),
      installations: try PlatformInstallations(folder: folder))
  }

  // MARK: - Requests

  func admit(_ request: PlatformRequest) -> PlatformReply? {
    traffic.withLock { traffic in
      if traffic.requests.count == Self.rememberedRequests { traffic.requests.removeFirst() }
      traffic.requests.append("\(request.method) \(request.path)")
    }
    // The timestamp authority is open to everybody, as public ones are; its requests carry no token.
    if let token, request.path != Self.timestampPath,
      !isSame(request.headers["authorization"] ?? "", "Bearer \(token)")
    {
      var reply = PlatformReply.error(401, "token.refused", "this platform wants a valid bearer token")
      reply.headers["WWW-Authenticate"] = "Bearer"
      return reply
    }
    if let announced = request.headers["content-length"].flatMap(Int.init),
      announced > PlatformLimits.body(of: request)
    {
      return .error(413, "request.tooLarge", "at most \(PlatformLimits.body(of: request)) bytes here")
    }
    return nil
  }

  func fault(for request: PlatformRequest) -> PlatformFault? {
    traffic.withLock { traffic in
      guard let index = traffic.faults.firstIndex(where: { $0.applies(to: request.method, request.path) })
      else { return nil }
      traffic.faults[index].times -= 1
      return traffic.faults[index].fault
    }
  }

  func transfer(for request: PlatformRequest) -> PlatformTransfer? { files.transfer(for: request) }

  func leave(_ transfer: PlatformTransfer) { files.leave(transfer) }

  func replies(to exchanges: [PlatformExchange]) -> [PlatformReply] {
    state.withLock { state in
      let replies = exchanges.map { reply(to: $0.request, $0.transfer, &state) }
      do {
        try commit()
        return replies
      } catch {
        folder.abandon()
        files.abandon()
        // Changes that are only in memory and not on disk must not affect later requests.
        if let former = try? Self.state(of: folder) { state = former }
        return replies.map { $0.status < 400 ? Self.storageFailure : $0 }
      }
    }
  }

  /// Brings the group's changes to disk: bytes of uploads before their offsets, and names of timestamps before
  /// their files.
  private func commit() throws {
    try files.sync()
    try folder.commit()
    try files.place()
  }

  private func reply(
    to request: PlatformRequest, _ transfer: PlatformTransfer?, _ state: inout State
  ) -> PlatformReply {
    do {
      return try route(request, transfer, &state)
    } catch let reply as PlatformReply {
      return reply
    } catch {
      return Self.storageFailure
    }
  }

  private static let storageFailure = PlatformReply.error(
    500, "platform.storage", "the platform could not read or write its data")

  /// Brings the offsets of cut uploads and the journal's changes to disk, before the platform ends in order.
  func checkpoint() {
    state.withLock { _ in
      // No client was told of an offset that fails here, and the journal holds all other changes.
      do {
        try files.keepAll()
        try commit()
      } catch {
        folder.abandon()
        files.abandon()
      }
      folder.checkpoint()
    }
  }

  private func route(
    _ request: PlatformRequest, _ transfer: PlatformTransfer?, _ state: inout State
  ) throws -> PlatformReply {
    if let authority, request.path == Self.timestampPath { return timestamp(request, by: authority) }
    guard let resource = PlatformResource(request.segments) else {
      return .error(404, "request.unknown", "there is nothing at this path")
    }
    switch (request.method, resource) {
    case ("GET", .platformKey):
      return .bytes(200, Array(identity.certificate.pem.utf8), mediaType: "application/x-pem-file")
    case ("POST", .codeBlocks): return try state.codeBlocks.issue(request)
    case ("PUT", .key(let id)): return try keys.take(request, keyID: id)
    case ("POST", .starts(let id)): return try keys.start(request, keyID: id)
    case ("POST", .proofs(let id)): return try keys.proof(request, keyID: id)
    case ("OPTIONS", .uploads), ("OPTIONS", .upload): return files.options()
    case ("POST", .uploads): return try files.create(request, transfer)
    case ("HEAD", .upload(let id)): return try files.offset(request, id: id)
    case ("PATCH", .upload(let id)): return try files.append(request, id: id, transfer)
    case ("HEAD", .file(let sha256)): return files.presence(of: sha256)
    case ("GET", .timestamp(let sha256)): return try files.timestamp(of: sha256)
    case ("GET", .installations): return try state.installations.find(code: request.query["code"])
    case ("GET", .installation(let id)): return try state.installations.record(id)
    case ("PUT", .installation(let id)):
      return try state.installations.take(
        request, id: id, hasFile: files.has, moduleSerial: keys.moduleSerial(ofKey:))
    default:
      var reply = PlatformReply.error(405, "request.method", "this path takes \(resource.allow)")
      reply.headers["Allow"] = resource.allow
      return reply
    }
  }

  // MARK: - Timestamps

  private static let timestampPath = "/timestamp"

  /// Answers a query of RFC 3161 over HTTP, as section 3.4 says.
  private func timestamp(_ request: PlatformRequest, by authority: TestAuthority) -> PlatformReply {
    guard request.method == "POST" else {
      var reply = PlatformReply.error(405, "request.method", "this path takes POST")
      reply.headers["Allow"] = "POST"
      return reply
    }
    guard request.headers["content-type"] == "application/timestamp-query" else {
      return .error(415, "timestamp.mediaType", "this path takes application/timestamp-query")
    }
    return .bytes(200, authority.reply(to: request.body), mediaType: "application/timestamp-reply")
  }

  /// Compares two texts in a time that does not reveal how much of them is equal.
  private func isSame(_ given: String, _ expected: String) -> Bool {
    MessageAuthentication.isEqual(
      SHA256Digest(of: Array(given.utf8)).bytes, SHA256Digest(of: Array(expected.utf8)).bytes)
  }

  // MARK: - Faults

  func add(_ rule: PlatformFaultRule) { traffic.withLock { $0.faults.append(rule) } }

  func clearFaults() { traffic.withLock { $0.faults = [] } }

  // MARK: - What it holds

  var certificate: Certificate { identity.certificate }

  func installations() -> [PlatformInstallations.Latest] { state.withLock { $0.installations.all } }

  func record(_ id: String) throws -> [UInt8]? { try state.withLock { try $0.installations.body(of: id) } }

  func hasFile(_ sha256: String) -> Bool { state.withLock { _ in files.has(sha256) } }

  func file(_ sha256: String) throws -> [UInt8]? { try state.withLock { _ in try files.contents(of: sha256) } }

  func timestamp(of sha256: String) -> [UInt8]? {
    state.withLock { _ in try? files.timestamp(of: sha256).body }
  }

  func keyIds() throws -> [String] { try state.withLock { _ in try keys.ids() } }

  func requests() -> [String] { traffic.withLock { $0.requests } }
}
