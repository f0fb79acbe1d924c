import CCurl

/// Sends requests over libcurl, on any number of threads at once, all bounded in time and size. TLS is always
/// verified, redirects are never followed, and proxies come from the environment as libcurl reads it.
///
/// Each request has an easy handle of its own: libcurl 7.88.1 keeps a pointer to the last header of a handle's answer
/// beyond that header's life, and an answer to the next request that begins with a folded line makes it read there.
final class CurlHandle: Sendable {
  struct Options: Sendable {
    var isLoopback: Bool
    var caBundle: String?
    var userAgent: String
    /// The proxy in place of the environment's; empty for none.
    var proxy: String?
    var connectTimeout: Duration
    /// The maximum time that a connection may be silent.
    var idleTimeout: Duration
    /// The maximum time of a whole exchange, without the time for its bytes.
    var exchangeTimeout: Duration
    /// The rate by which the bytes of an exchange extend its maximum time, bytes a second.
    var minBytesPerSecond: Int
    /// The maximum rate of sending, bytes a second; nil for none.
    var maxBytesPerSecond: Int? = nil
  }

  /// The size of libcurl's buffer for large bodies, bytes.
  private static let uploadBuffer = 262_144

  /// Sets libcurl up once for the process, before any handle. https://curl.se/libcurl/c/curl_global_init.html
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  private let loop: TransferLoop
  /// The loop of large bodies, which go by HTTP/1.1. libcurl 7.88.1 sends a request over a connection that
  /// waits for another one's answer where the same host has connections of HTTP/2 in the same loop, and the
  /// answers then reach the wrong requests.
  private let loopOfLargeBodies: TransferLoop
  private let options: Options
  private let isCancelled: @Sendable () -> Bool

  init(_ options: Options, isCancelled: @escaping @Sendable () -> Bool) throws(SyncError) {
    guard Self.isReady else { throw .library }
    loop = try TransferLoop()
    loopOfLargeBodies = try TransferLoop()
    self.options = options
    self.isCancelled = isCancelled
  }

  /// Sends a request and waits for its answer.
  func perform(_ request: HTTPRequest) throws(SyncError) -> HTTPResponse {
    guard !isCancelled() else { throw .cancelled }
    guard let handle = curl_easy_init() else { throw .library }
    // The loop keeps the connection open.
    defer { curl_easy_cleanup(handle) }
    guard setConnection(of: handle), set(request, on: handle) else { throw .library }

    var list: UnsafeMutablePointer<curl_slist>?
    defer { curl_slist_free_all(list) }
    // An empty `Expect:` saves a wait of one second for a 100, which proxies swallow. libcurl 7.88 would sign
    // the header although it does not send it, so signed requests have a short wait instead.
    let expectation = request.signing == nil ? ["Expect:"] : []
    for line in request.headers.map({ "\($0.name): \($0.value)" }) + expectation {
      guard let longer = curl_slist_append(list, line) else { throw .library }
      list = longer
    }
    guard wt_curl_set_headers(handle, list) == CURLE_OK else { throw .library }

    let exchange = Exchange(
      answerLimit: request.answerLimit, options: options, requestBytes: request.body.count,
      isCancelled: isCancelled)
    let context = Unmanaged.passUnretained(exchange).toOpaque()
    guard wt_curl_set_receivers(handle, receiveHeader, receiveBody, context) == CURLE_OK,
      wt_curl_set_progress(handle, progress, context) == CURLE_OK
    else { throw .library }
    let code = withExtendedLifetime(exchange) {
      request.body.withUnsafeBytes { bytes in
        let hasBody = !["GET", "HEAD"].contains(request.method)
        if hasBody {
          let code = wt_curl_set_body(handle, bytes.baseAddress ?? UnsafeRawPointer(emptyBody), bytes.count)
          if code != CURLE_OK { return code }
        }
        return (isLarge(request) ? loopOfLargeBodies : loop).run(handle)
      }
    }
    if exchange.isTooLarge { throw .answerTooLarge(limitBytes: request.answerLimit) }
    if exchange.isOverdue { throw .timedOut }
    if let error = error(of: code, handle) { throw error }
    exchange.response.status = wt_curl_status(handle)
    return exchange.response
  }

  // MARK: - Options

  private func setConnection(of handle: UnsafeMutableRawPointer) -> Bool {
    var settings: [CURLcode] = [
      wt_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, options.isLoopback ? "http,https" : "https"),
      wt_curl_set_number(handle, CURLOPT_FOLLOWLOCATION, 0),
      wt_curl_set_number(handle, CURLOPT_SSL_VERIFYPEER, 1),
      wt_curl_set_number(handle, CURLOPT_SSL_VERIFYHOST, 2),
      wt_curl_set_number(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
      wt_curl_set_number(handle, CURLOPT_NOSIGNAL, 1),
      wt_curl_set_text(handle, CURLOPT_USERAGENT, options.userAgent),
      // A proxy's answer to CONNECT has no headers of the platform's.
      wt_curl_set_number(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
      wt_curl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, options.connectTimeout.wholeMilliseconds),
    ]
    // Requests to this machine itself do not go through a proxy.
    if let proxy = options.isLoopback ? "" : options.proxy {
      settings.append(wt_curl_set_text(handle, CURLOPT_PROXY, proxy))
    }
    if let bundle = options.caBundle { settings.append(wt_curl_set_text(handle, CURLOPT_CAINFO, bundle)) }
    return settings.allSatisfy { $0 == CURLE_OK }
  }

  private func isLarge(_ request: HTTPRequest) -> Bool { request.body.count > Self.uploadBuffer }

  private func set(_ request: HTTPRequest, on handle: UnsafeMutableRawPointer) -> Bool {
    // An exchange normally ends by its own time limit; this is the limit for the largest possible answer.
    let bodies = request.body.count + request.answerLimit
    let milliseconds =
      options.exchangeTimeout.wholeMilliseconds + bodies * 1000 / max(1, options.minBytesPerSecond)
    var settings = [
      wt_curl_set_text(handle, CURLOPT_URL, request.url),
      wt_curl_set_number(handle, CURLOPT_TIMEOUT_MS, milliseconds),
      wt_curl_set_number(handle, CURLOPT_FRESH_CONNECT, request.needsNewConnection ? 1 : 0),
      // A request waits for a connection that is being made and can take several, instead of making another one.
      wt_curl_set_number(handle, CURLOPT_PIPEWAIT, 1),
    ]
    if isLarge(request) {
      settings += [
        // With a limited rate libcurl sends a whole buffer at once, and is then silent for as long as the
        // buffer takes at that rate.
        wt_curl_set_number(
          handle, CURLOPT_UPLOAD_BUFFERSIZE, options.maxBytesPerSecond == nil ? Self.uploadBuffer : 65_536),
        // HTTP/2 servers let a stream send 64 KiB a round trip before they read, too little for a slow answer.
        wt_curl_set_number(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
      ]
    }
    if let rate = options.maxBytesPerSecond {
      settings.append(wt_curl_set_large(handle, CURLOPT_MAX_SEND_SPEED_LARGE, curl_off_t(rate)))
    }
    if let signing = request.signing {
      settings.append(wt_curl_set_number(handle, CURLOPT_EXPECT_100_TIMEOUT_MS, 1))
      settings.append(wt_curl_set_text(handle, CURLOPT_AWS_SIGV4, "aws:amz:\(signing.region):s3"))
      settings.append(wt_curl_set_text(handle, CURLOPT_USERNAME, signing.accessKeyID))
      settings.append(wt_curl_set_text(handle, CURLOPT_PASSWORD, signing.secretAccessKey))
    }
    switch request.method {
    case "GET": settings.append(wt_curl_set_number(handle, CURLOPT_HTTPGET, 1))
    case "HEAD": settings.append(wt_curl_set_number(handle, CURLOPT_NOBODY, 1))
    default:
      settings.append(wt_curl_set_number(handle, CURLOPT_POST, 1))
      settings.append(wt_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method))
    }
    return settings.allSatisfy { $0 == CURLE_OK }
  }

  // MARK: - Results

  /// Translates libcurl's code. https://curl.se/libcurl/c/libcurl-errors.html
  private func error(of code: CURLcode, _ handle: UnsafeMutableRawPointer) -> SyncError? {
    switch code {
    case CURLE_OK: nil
    case _ where wt_curl_connect_status(handle) >= 300:
      .proxyRefused(status: wt_curl_connect_status(handle))
    // Where no request was sent, there was no connection.
    case CURLE_OPERATION_TIMEDOUT: wt_curl_request_bytes(handle) > 0 ? .timedOut : .unreachable
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY,
      CURLE_INTERFACE_FAILED:
      .unreachable
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CERTPROBLEM:
      .notTrusted
    case CURLE_SSL_CACERT_BADFILE: .caBundle
    case CURLE_ABORTED_BY_CALLBACK: .cancelled
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
      .notThePlatform(status: wt_curl_status(handle))
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION: .library
    default: .interrupted
    }
  }
}

/// An empty body needs an address, because CURLOPT_POSTFIELDS takes NULL for 'ask the read callback'.
private nonisolated(unsafe) let emptyBody = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)

/// The answer that is received during one transfer.
private final class Exchange {
  static let headerLimit = 65_536

  let answerLimit: Int
  let isCancelled: @Sendable () -> Bool
  var response = HTTPResponse()
  var headerBytes = 0
  var isTooLarge = false
  /// Whether the exchange was ended because its time was over.
  private(set) var isOverdue = false

  /// The moment at which the transfer began, after any wait for other transfers; nil before.
  private var start: ContinuousClock.Instant?
  /// The moment of the last byte in either direction; nil before the transfer began.
  private var lastByte: ContinuousClock.Instant?
  /// The number of bytes in both directions by `lastByte`.
  private var bytesSoFar = 0
  private let options: CurlHandle.Options
  private let requestBytes: Int

  init(
    answerLimit: Int, options: CurlHandle.Options, requestBytes: Int,
    isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.answerLimit = answerLimit
    self.options = options
    self.requestBytes = requestBytes
    self.isCancelled = isCancelled
  }

  /// Records the number of bytes sent and received by now, since libcurl's own measure of a silent line is a
  /// mean over several seconds.
  func note(bytes: Int) {
    guard bytes != bytesSoFar else { return }
    (bytesSoFar, lastByte) = (bytes, .now)
  }

  /// Whether the exchange has to end now. Each byte of an answer extends the time only a little, so that a very
  /// slow answer ends, too.
  func isToEnd() -> Bool {
    let bytes = requestBytes + headerBytes + response.body.count
    let milliseconds = bytes * 1000 / max(1, options.minBytesPerSecond)
    let now = ContinuousClock.now
    let (start, lastByte) = (start ?? now, lastByte ?? now)
    (self.start, self.lastByte) = (start, lastByte)
    if now - start > options.exchangeTimeout + .milliseconds(milliseconds) { isOverdue = true }
    // A silent connection is ended long before the time of a large body is over.
    if now - lastByte > options.idleTimeout { isOverdue = true }
    return isOverdue || isCancelled()
  }
}

// MARK: - libcurl's callbacks

/// Receives one header line in each call; a status line begins a new answer (for instance after a 100).
private func receiveHeader(
  bytes: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes, let context else { return 0 }
  let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
  exchange.headerBytes += count
  guard exchange.headerBytes <= Exchange.headerLimit else {
    exchange.isTooLarge = true
    return 0
  }
  // The line is split by bytes, because to Swift a colon and a combining mark behind it are one other
  // character.
  let line = UnsafeRawBufferPointer(start: bytes, count: count)
  if line.starts(with: "HTTP/".utf8) {
    exchange.response.headers = [:]
  } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
    let name = line[..<colon].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    exchange.response.headers[String(decoding: name, as: UTF8.self)] = trimmed(line[(colon + 1)...])
  }
  return exchange.isToEnd() ? 0 : count
}

private func receiveBody(
  bytes: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes, let context else { return 0 }
  let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
  guard count <= exchange.answerLimit - exchange.response.body.count else {
    exchange.isTooLarge = true
    return 0
  }
  exchange.response.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
  return exchange.isToEnd() ? 0 : count
}

/// libcurl calls this function many times a second while bytes flow, and about once a second otherwise.
private func progress(
  context: UnsafeMutableRawPointer?, _: curl_off_t, received: curl_off_t, _: curl_off_t, sent: curl_off_t
) -> Int32 {
  guard let context else { return 1 }
  let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
  exchange.note(bytes: Int(received) + Int(sent) + exchange.headerBytes)
  return exchange.isToEnd() ? 1 : 0
}

private func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
  let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
  var bytes = bytes.drop(while: isBlank)
  while let last = bytes.last, isBlank(last) { bytes.removeLast() }
  return String(decoding: bytes, as: UTF8.self)
}

extension Duration {
  fileprivate var wholeMilliseconds: Int {
    Int(clamping: components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}
