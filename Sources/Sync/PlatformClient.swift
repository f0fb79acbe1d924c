import FoundationEssentials
import Records
import Synchronization

/// The platform as `docs/platform-api.yaml` describes it, with one method for each call and one attempt in each
/// call. An answer counts only where it names what was sent. Any number of threads may use a client at once.
public final class PlatformClient: Sendable {
  public struct Configuration: Sendable {
    /// The address `https://host[:port][/path]`; `http` is for loopback only.
    public var address: String
    /// The token, sent as `Authorization: Bearer`; nil for none.
    public var token: String?
    /// The path of a PEM file in place of the system's certificates.
    public var caBundle: String?
    public var userAgent: String
    /// The proxy in place of the environment's; empty for none.
    public var proxy: String?
    public var connectTimeout: Duration
    /// The maximum time that a connection may be silent.
    public var idleTimeout: Duration
    /// The maximum time of a whole exchange with its connection; bodies add time by their size.
    public var exchangeTimeout: Duration
    /// The rate by which the bytes of a request and of its answer extend the maximum time, bytes a second.
    public var minBytesPerSecond: Int
    /// The maximum rate of sending, bytes a second; nil for none. The limit holds for each request by itself,
    /// also where several are sent at once.
    public var maxBytesPerSecond: Int?

    public init(
      address: String, token: String? = nil, caBundle: String? = nil, userAgent: String = "weldtech",
      proxy: String? = nil, connectTimeout: Duration = .seconds(10), idleTimeout: Duration = .seconds(30),
      exchangeTimeout: Duration = .seconds(60), minBytesPerSecond: Int = 2048, maxBytesPerSecond: Int? = nil
    ) {
      self.address = address
      self.token = token
      self.caBundle = caBundle
      self.userAgent = userAgent
      self.proxy = proxy
      self.connectTimeout = connectTimeout
      self.idleTimeout = idleTimeout
      self.exchangeTimeout = exchangeTimeout
      self.minBytesPerSecond = minBytesPerSecond
      self.maxBytesPerSecond = maxBytesPerSecond
    }
  }

  /// The scheme, host and port of a platform's address, to which a token belongs.
  /// - Throws: `platformAddress`, `plainHTTP`.
  public static func origin(of address: String) throws(SyncError) -> String {
    try PlatformAddress(address).origin
  }

  let address: PlatformAddress
  private let handle: CurlHandle
  private let authorization: String?
  let isCancelled: @Sendable () -> Bool
  private let isMisdirected = Atomic(false)
  /// What the platform's uploads offer; nil before it was asked.
  let offer = Mutex<UploadOffer?>(nil)

  /// Makes a client.
  /// - Parameter isCancelled: called several times a second during a transfer; true ends the transfer with
  ///   `cancelled`.
  /// - Throws: `platformAddress`, `plainHTTP`, `tokenMalformed`, `caBundle`, `library`.
  public init(_ configuration: Configuration, isCancelled: @escaping @Sendable () -> Bool = { false })
    throws(SyncError)
  {
    address = try PlatformAddress(configuration.address)
    if let token = configuration.token {
      guard (1...4096).contains(token.utf8.count), token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        throw .tokenMalformed
      }
      authorization = "Bearer \(token)"
    } else {
      authorization = nil
    }
    self.isCancelled = isCancelled
    handle = try CurlHandle(
      CurlHandle.Options(
        isLoopback: address.isLoopback, caBundle: configuration.caBundle, userAgent: configuration.userAgent,
        proxy: configuration.proxy, connectTimeout: configuration.connectTimeout,
        idleTimeout: configuration.idleTimeout, exchangeTimeout: configuration.exchangeTimeout,
        minBytesPerSecond: configuration.minBytesPerSecond, maxBytesPerSecond: configuration.maxBytesPerSecond),
      isCancelled: isCancelled)
  }

  // MARK: - Requests

  /// Sends one request.
  /// - Parameters:
  ///   - path: path behind the base address, or an absolute address from the platform that `resolve` has
  ///     allowed.
  func send(
    _ method: String, _ path: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
    answerLimit: Int = 65_536
  ) throws(SyncError) -> HTTPResponse {
    var request = HTTPRequest(method: method, url: path.hasPrefix("/") ? address.base + path : path)
    request.headers = headers
    if let authorization { request.headers.append(("Authorization", authorization)) }
    request.body = body
    request.answerLimit = answerLimit
    request.needsNewConnection = isMisdirected.exchange(false, ordering: .relaxed)
    let response = try handle.perform(request)
    // A 421 asks for another attempt over a new connection (RFC 9110).
    if response.status == 421 { isMisdirected.store(true, ordering: .relaxed) }
    return response
  }

  func sendJSON(
    _ method: String, _ path: String, headers: [(name: String, value: String)] = [], _ body: some Encodable
  ) throws(SyncError) -> HTTPResponse {
    guard let bytes = try? RecordCoding.encode(body) else { throw .library }
    return try send(
      method, path, headers: headers + [("Content-Type", "application/json")], body: [UInt8](bytes))
  }

  // MARK: - Answers

  /// Translates an unexpected answer into an error.
  func refusal(_ response: HTTPResponse) -> SyncError {
    switch response.status {
    case 300..<400: return .redirected(status: response.status)
    case 401: return .credentials(status: response.status)
    case 407: return .proxyRefused(status: response.status)
    case 408, 421, 425, 429, 500...:
      return .platformFailed(status: response.status, retryAfter: response.retryAfter)
    // In an answer to HEAD, the platform's own error comes without its body.
    case 403 where problem(response) != nil || (response.body.isEmpty && response.isJSON):
      return .credentials(status: response.status)
    case 400..<500:
      if let problem = problem(response) { return .refused(status: response.status, code: problem.code) }
      if [403, 405, 413].contains(response.status) { return .blocked(status: response.status) }
      return response.isPage
        ? .notThePlatform(status: response.status) : .refused(status: response.status, code: nil)
    default:
      return response.isPage
        ? .notThePlatform(status: response.status) : .notAcknowledged(status: response.status)
    }
  }

  /// Reads the JSON of a 200 or 201; any other answer is thrown as an error.
  func accepted<Answer: Decodable>(_ response: HTTPResponse, as type: Answer.Type) throws(SyncError) -> Answer {
    guard response.status == 200 || response.status == 201 else { throw refusal(response) }
    guard let answer = try? JSONReader.decode(type, from: response.body) else {
      throw response.isPage
        ? .notThePlatform(status: response.status) : .notAcknowledged(status: response.status)
    }
    return answer
  }

  func problem(_ response: HTTPResponse) -> PlatformProblem? {
    (try? JSONReader.decode(PlatformProblem.Envelope.self, from: response.body))?.error
  }
}

/// The error in the platform's form `{"error": {"code", "message", "missing"?}}`; the message is for the
/// platform's own log and is not shown.
struct PlatformProblem: Decodable {
  struct Envelope: Decodable { let error: PlatformProblem }
  struct Missing: Decodable {
    let files: [String]?
    let keys: [String]?
  }

  let code: String
  let missing: Missing?
}
