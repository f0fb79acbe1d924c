import Characters
import Cryptography
import FoundationEssentials
public import Records
import Threads

/// A bucket of Amazon's S3 or of a service that speaks its protocol. Requests are signed by libcurl; each is
/// repeated where its failure may be temporary.
///
/// What counts as acknowledged is read back from the bucket and compared by SHA-256. A checksum that a service
/// returns is not enough, because services are known that store whatever checksum they are told.
public final class S3Store: ObjectStore {
  public struct Configuration: Sendable {
    public var bucket: String
    /// The prefix of each key, without a slash at its ends; may be empty.
    public var prefix: String
    /// The address of the service; nil for Amazon's own in the region. `http` is for loopback only.
    public var endpoint: String?
    /// The region of the bucket, such as `cn-north-1`.
    public var region: String
    public var credentials: S3Credentials
    /// The path of a PEM file in place of the system's certificates.
    public var caBundle: String?
    public var userAgent = "weldtech"
    /// The proxy in place of the environment's; empty for none.
    public var proxy: String?
    public var connectTimeout = Duration.seconds(10)
    /// The maximum time that a connection may be silent.
    public var idleTimeout = Duration.seconds(30)
    /// The maximum time of a whole exchange with its connection; bodies add time by their size.
    public var exchangeTimeout = Duration.seconds(60)
    /// The rate by which the bytes of a request and of its answer extend the maximum time, bytes a second.
    public var minBytesPerSecond = 2048
    /// The maximum rate of sending, bytes a second; nil for none.
    public var maxBytesPerSecond: Int?
    /// The maximum number of threads that send or fetch the parts of one object at once.
    public var threads = 4
    /// The time that the signature names, as `20261130T080000Z`; nil for the system's clock. For tests of wrong clocks.
    var signedAt: String?

    public init(
      bucket: String, prefix: String, endpoint: String?, region: String, credentials: S3Credentials
    ) {
      self.bucket = bucket
      self.prefix = prefix
      self.endpoint = endpoint
      self.region = region
      self.credentials = credentials
    }
  }

  /// The size of a part, bytes. An object that is larger is sent in parts; S3 wants 5 MiB or more.
  static let partBytes = 8 << 20
  /// The maximum size of a list or of another document, bytes.
  private static let maxDocumentBytes = 4 << 20
  /// The maximum number of keys of one page.
  private static let pageKeys = 1000

  let configuration: Configuration
  let retry: Retry
  private let address: S3Address
  private let handle: CurlHandle

  /// Makes a store.
  /// - Parameter isCancelled: called on several threads, several times a second during a transfer; true ends
  ///   the transfer with `cancelled`.
  /// - Throws: `deliveryAddress`, `plainHTTP`, `library`.
  public init(
    _ configuration: Configuration, retry: Retry, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws(SyncError) {
    self.configuration = configuration
    self.retry = retry
    address = try S3Address(
      bucket: configuration.bucket, prefix: configuration.prefix, endpoint: configuration.endpoint,
      region: configuration.region)
    handle = try CurlHandle(
      CurlHandle.Options(
        isLoopback: address.isLoopback, caBundle: configuration.caBundle, userAgent: configuration.userAgent,
        proxy: configuration.proxy, connectTimeout: configuration.connectTimeout,
        idleTimeout: configuration.idleTimeout, exchangeTimeout: configuration.exchangeTimeout,
        minBytesPerSecond: configuration.minBytesPerSecond, maxBytesPerSecond: configuration.maxBytesPerSecond),
      isCancelled: isCancelled)
  }

  // MARK: - Writing

  public func put(_ bytes: [UInt8], at object: DeliveredObject) throws(SyncError) {
    guard SHA256Digest(of: bytes).hex == object.sha256.hex else { throw .contentsChanged }
    // Not every service obeys If-None-Match, and none has to: a key holds the digest of its contents. An object
    // that is already stored under the key with other contents is damaged, and the second round replaces it.
    for replaces in [false, true] {
      try write(bytes, at: object.key, replaces: replaces)
      if try holds(object, bytes: bytes.count) { return }
    }
    throw .notAcknowledged(status: 200)
  }

  /// Sends the bytes. Without `replaces`, an object that is there already stays.
  private func write(_ bytes: [UInt8], at key: String, replaces: Bool) throws(SyncError) {
    if bytes.count > Self.partBytes { return try writeParts(of: bytes, at: key, replaces: replaces) }
    let headers = Self.headers(replaces: replaces) + [("Content-Type", Self.mediaType(of: key))]
    try retry { () throws(SyncError) in
      let response = try send("PUT", key, headers: headers, body: bytes)
      guard try !isKept(response, replaces: replaces) else { return }
      try requireSuccess(response)
    }
  }

  static func headers(replaces: Bool) -> [(name: String, value: String)] {
    replaces ? [] : [("If-None-Match", "*")]
  }

  static func mediaType(of key: String) -> String {
    key.hasSuffix(".json") ? "application/json" : "application/octet-stream"
  }

  /// Whether an answer says that nothing was written: because an object is there already (412), because another
  /// laptop is writing it (409), or because the service knows no conditions (501). Reading back tells what is
  /// there.
  func isKept(_ response: HTTPResponse, replaces: Bool) throws(SyncError) -> Bool {
    guard !replaces else { return false }
    switch response.status {
    case 412: return true
    case 409, 501: return S3Document(response.body)?.root == "Error"
    default: return false
    }
  }

  // MARK: - Reading back

  public func has(_ object: DeliveredObject) throws(SyncError) -> Bool { try holds(object, bytes: nil) }

  /// Whether the bucket gives back the contents that the key names.
  /// - Parameter bytes: the size that the contents have, where it is known, so that a shorter object is not
  ///   fetched to its end.
  private func holds(_ object: DeliveredObject, bytes: Int?) throws(SyncError) -> Bool {
    guard let first = try part(0, of: object.key) else { return false }
    guard bytes ?? first.total == first.total else { return false }
    var hasher = SHA256Hasher()
    hasher.update(first.bytes)
    try rest(of: object.key, first, maxBytes: first.total) { hasher.update($0) }
    return hasher.finish().hex == object.sha256.hex
  }

  public func contents(of key: String, maxBytes: Int) throws(SyncError) -> [UInt8] {
    guard let first = try part(0, of: key) else { throw .refused(status: 404, code: "NoSuchKey") }
    guard first.total <= maxBytes else { throw .answerTooLarge(limitBytes: maxBytes) }
    var bytes = first.bytes
    bytes.reserveCapacity(first.total)
    try rest(of: key, first, maxBytes: maxBytes) { bytes += $0 }
    return bytes
  }

  public func size(of object: DeliveredObject) throws(SyncError) -> Int? {
    try retry { () throws(SyncError) -> Int? in
      let response = try send("HEAD", object.key)
      switch response.status {
      case 200:
        guard !response.isPage, let size = response.headers["content-length"].flatMap(Int.init) else {
          throw .notThePlatform(status: 200)
        }
        return size
      case 404: return nil
      default: throw refusal(response)
      }
    }
  }

  private struct Part: Sendable {
    var bytes: [UInt8]
    /// The size of the whole object, bytes.
    var total: Int
  }

  /// Fetches one part of an object; nil where there is no such object.
  private func part(_ number: Int, of key: String) throws(SyncError) -> Part? {
    let start = number * Self.partBytes
    let range = [("Range", "bytes=\(start)-\(start + Self.partBytes - 1)")]
    return try retry { () throws(SyncError) -> Part? in
      let response = try send("GET", key, headers: range, answerLimit: Self.partBytes)
      switch response.status {
      // A service is known that sends a part with the status of a whole object, 200.
      case 200 where start == 0 && response.headers["content-range"] == nil:
        return Part(bytes: response.body, total: response.body.count)
      case 200, 206:
        guard let (first, total) = Self.contentRange(response.headers["content-range"]), first == start,
          response.body.count == min(Self.partBytes, total - start)
        else { throw .notAcknowledged(status: response.status) }
        return Part(bytes: response.body, total: total)
      // An empty object has no first byte.
      case 416 where start == 0: return Part(bytes: [], total: 0)
      case 404:
        let code = S3Document(response.body)?.first("Code")
        guard code == nil || code == "NoSuchKey", !response.isPage || code != nil else {
          throw refusal(response)
        }
        return nil
      default: throw refusal(response)
      }
    }
  }

  /// Fetches what follows the first part, several parts at once, and gives them to `body` in their order.
  private func rest(
    of key: String, _ first: Part, maxBytes: Int, _ body: ([UInt8]) -> Void
  ) throws(SyncError) {
    let count = (first.total + Self.partBytes - 1) / Self.partBytes
    var next = 1
    while next < count {
      let wave = next..<min(count, next + configuration.threads)
      let fetched = Monitor<[Int: [UInt8]]>([:])
      try ParallelLoop.run(below: wave.count, threads: configuration.threads) { (index) throws(SyncError) in
        // An object that is shorter now was replaced while it was read.
        guard let part = try self.part(wave.lowerBound + index, of: key), part.total == first.total else {
          throw .interrupted
        }
        fetched.withLock { $0[wave.lowerBound + index] = part.bytes }
      }
      let parts = fetched.withLock { $0 }
      for number in wave { body(parts[number] ?? []) }
      next = wave.upperBound
    }
  }

  /// Reads `bytes 0-99/1234`; nil for any other text.
  private static func contentRange(_ text: String?) -> (first: Int, total: Int)? {
    guard let text, text.hasPrefix("bytes ") else { return nil }
    let numbers = text.utf8.dropFirst(6).split(whereSeparator: { "-/".utf8.contains($0) })
      .map { Int(String(decoding: $0, as: UTF8.self)) }
    guard numbers.count == 3, let first = numbers[0], let total = numbers[2], total > first, first >= 0 else {
      return nil
    }
    return (first, total)
  }

  // MARK: - Listing

  public func keys(below folder: String, after: String?) throws(SyncError) -> [String] {
    let prefix = address.keyInBucket("\(folder)/")
    var query = [
      (name: "list-type", value: "2"), (name: "max-keys", value: "\(Self.pageKeys)"),
      (name: "prefix", value: prefix), (name: "encoding-type", value: "url"),
    ]
    if let after { query.append((name: "start-after", value: address.keyInBucket(after))) }
    let document = try retry { () throws(SyncError) -> S3Document in
      let response = try send("GET", nil, query: query, answerLimit: Self.maxDocumentBytes)
      guard response.status == 200 else { throw refusal(response) }
      guard let document = S3Document(response.body), document.root == "ListBucketResult" else {
        throw .notThePlatform(status: 200)
      }
      return document
    }
    let isEncoded = document.first("EncodingType") == "url"
    let skipped = address.prefix.isEmpty ? 0 : address.prefix.utf8.count + 1
    var keys: [String] = []
    for text in document.all("Contents/Key") {
      guard let key = isEncoded ? PercentEncoding.decode(text, plusIsBlank: true) : text, key.hasPrefix(prefix)
      else { continue }
      keys.append(String(decoding: key.utf8.dropFirst(skipped), as: UTF8.self))
    }
    // A service that begins anew at each page would be read for ever.
    let bytes = after.map { Array($0.utf8) } ?? []
    let new = keys.filter { bytes.lexicographicallyPrecedes($0.utf8) }
    if new.isEmpty, document.first("IsTruncated") == "true" { throw .notThePlatform(status: 200) }
    return new.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  // MARK: - Requests

  /// Sends one signed request, once.
  /// - Parameter key: the object's key; nil for the bucket itself.
  func send(
    _ method: String, _ key: String?, query: [(name: String, value: String)] = [],
    headers: [(name: String, value: String)] = [], body: [UInt8] = [], answerLimit: Int = 65_536
  ) throws(SyncError) -> HTTPResponse {
    var request = HTTPRequest(method: method, url: address.url(key, query))
    request.headers = headers + [("x-amz-content-sha256", SHA256Digest(of: body).hex)]
    if let token = configuration.credentials.sessionToken {
      request.headers.append(("x-amz-security-token", token))
    }
    if let date = configuration.signedAt { request.headers.append(("X-Amz-Date", date)) }
    request.body = body
    request.answerLimit = answerLimit
    request.signing = HTTPRequest.Signing(
      region: address.region, accessKeyID: configuration.credentials.accessKeyID,
      secretAccessKey: configuration.credentials.secretAccessKey)
    return try handle.perform(request)
  }

  func requireSuccess(_ response: HTTPResponse) throws(SyncError) {
    guard (200...204).contains(response.status) else { throw refusal(response) }
    guard !response.isPage else { throw .notThePlatform(status: response.status) }
  }

  /// Translates an unexpected answer into an error.
  func refusal(_ response: HTTPResponse) -> SyncError {
    let status = response.status
    let document = S3Document(response.body)
    let code = document?.root == "Error" ? document?.first("Code") : nil
    switch code {
    case "RequestTimeTooSkewed", "RequestExpired": return .clockWrong
    case "SignatureDoesNotMatch", "InvalidAccessKeyId", "AccessDenied", "ExpiredToken", "InvalidToken",
      "InvalidClientTokenId", "TokenRefreshRequired":
      return .credentials(status: status)
    case "RequestTimeout", "SlowDown", "InternalError", "ServiceUnavailable":
      return .platformFailed(status: status, retryAfter: response.retryAfter)
    default: break
    }
    switch status {
    case 300..<400: return .redirected(status: status)
    case 401: return .credentials(status: status)
    case 407: return .proxyRefused(status: status)
    case 408, 421, 425, 429, 500...: return .platformFailed(status: status, retryAfter: response.retryAfter)
    // An answer to HEAD has no body that would say more.
    case 403 where code != nil || response.body.isEmpty: return .credentials(status: status)
    case 403, 405,
      413 where code == nil:
      return .blocked(status: status)
    case 400..<500:
      return code == nil && response.isPage
        ? .notThePlatform(status: status) : .refused(status: status, code: code)
    default: return response.isPage ? .notThePlatform(status: status) : .notAcknowledged(status: status)
    }
  }
}
