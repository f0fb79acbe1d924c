import Cryptography
import Synchronization

/// Brings each request to the part that answers it, one at a time.
final class PlatformRouter: PlatformHandler {
  private static let rememberedRequests = 1000

  private struct State: Sendable {
    var codeBlocks: PlatformCodeBlocks
    var installations: PlatformInstallations
    var faults: [PlatformFaultRule] = []
    var requests: [String] = []
  }

  private let identity: PlatformIdentity
  private let token: String?
  private let keys: PlatformKeys
  private let files: PlatformFiles
  private let state: Mutex<State>

  init(
    folder: PlatformFolder, identity: PlatformIdentity, token: String?,
    random: @escaping @Sendable (Int) -> [UInt8]
  ) throws(LocalPlatformError) {
    self.identity = identity
    self.token = token
    keys = PlatformKeys(folder: folder, identity: identity)
    files = PlatformFiles(folder: folder, random: random)
    let initial = State(
      codeBlocks: try PlatformCodeBlocks(folder: folder),
      installations: try PlatformInstallations(folder: folder))
    state = Mutex(initial)
  }

  // MARK: - Requests

  func admit(_ request: PlatformRequest) -> PlatformReply? {
    state.withLock { state in
      if state.requests.count == Self.rememberedRequests { state.requests.removeFirst() }
      state.requests.append("\(request.method) \(request.path)")
    }
    if let token, !isSame(request.headers["authorization"] ?? "", "Bearer \(token)") {
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
    state.withLock { state in
      guard let index = state.faults.firstIndex(where: { $0.applies(to: request.method, request.path) })
      else { return nil }
      state.faults[index].times -= 1
      return state.faults[index].fault
    }
  }

  func reply(to request: PlatformRequest) -> PlatformReply {
    do {
      return try state.withLock { state in try route(request, &state) }
    } catch let reply as PlatformReply {
      return reply
    } catch {
      return .error(500, "platform.storage", "the platform could not read or write its data")
    }
  }

  func keep(_ request: inout PlatformRequest) {
    let segments = request.segments
    guard request.method == "PATCH", segments.count == 3, segments[0] == "v1", segments[1] == "files" else {
      return
    }
    let id = String(segments[2])
    var changed = request
    // A piece that cannot be kept now stays in the body and is judged with it.
    state.withLock { _ in try? files.keep(&changed, id: id) }
    request = changed
  }

  private func route(_ request: PlatformRequest, _ state: inout State) throws -> PlatformReply {
    let segments = request.segments.map(String.init)
    guard segments.first == "v1" else { return unknown(request) }
    switch (request.method, segments.count > 1 ? segments[1] : "", segments.count) {
    case ("GET", "platform-key", 2):
      return .bytes(200, Array(identity.certificate.pem.utf8), mediaType: "application/x-pem-file")
    case ("POST", "code-blocks", 2): return try state.codeBlocks.issue(request)
    case ("PUT", "keys", 3): return try keys.take(request, keyId: segments[2])
    case ("POST", "keys", 4) where segments[3] == "starts": return try keys.start(request, keyId: segments[2])
    case ("POST", "keys", 4) where segments[3] == "proofs": return try keys.proof(request, keyId: segments[2])
    case ("OPTIONS", "files", 2...3): return files.options()
    case ("POST", "files", 2): return try files.create(request)
    case ("HEAD", "files", 3): return try files.offset(request, id: segments[2])
    case ("PATCH", "files", 3): return try files.append(request, id: segments[2])
    case ("HEAD", "files", 4) where segments[2] == "sha256": return files.presence(of: segments[3])
    case ("GET", "installations", 2): return try state.installations.find(code: request.query["code"])
    case ("GET", "installations", 3): return try state.installations.record(segments[2])
    case ("PUT", "installations", 3):
      return try state.installations.take(
        request, id: segments[2], hasFile: files.has, moduleSerial: keys.moduleSerial(ofKey:))
    default: return unknown(request)
    }
  }

  private func unknown(_ request: PlatformRequest) -> PlatformReply {
    .error(404, "request.unknown", "no such call: \(request.method) on this path")
  }

  /// In time that does not tell how much of it was right.
  private func isSame(_ given: String, _ expected: String) -> Bool {
    MessageAuthentication.isEqual(
      SHA256Digest(of: Array(given.utf8)).bytes, SHA256Digest(of: Array(expected.utf8)).bytes)
  }

  // MARK: - Faults

  func add(_ rule: PlatformFaultRule) { state.withLock { $0.faults.append(rule) } }

  func clearFaults() { state.withLock { $0.faults = [] } }

  // MARK: - What it holds

  var certificate: Certificate { identity.certificate }

  func installations() -> [PlatformInstallations.Latest] { state.withLock { $0.installations.all } }

  func record(_ id: String) throws -> [UInt8]? { try state.withLock { try $0.installations.body(of: id) } }

  func hasFile(_ sha256: String) -> Bool { state.withLock { _ in files.has(sha256) } }

  func file(_ sha256: String) throws -> [UInt8]? { try state.withLock { _ in try files.contents(of: sha256) } }

  func keyIds() throws -> [String] { try state.withLock { _ in try keys.ids() } }

  func requests() -> [String] { state.withLock { $0.requests } }
}
