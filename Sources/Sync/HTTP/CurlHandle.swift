import CCurl

/// One libcurl easy handle and its connections: requests one after the other, all bounded in time and size.
/// TLS is always verified, redirects are never followed, proxies come from the environment as libcurl reads it.
final class CurlHandle {
  struct Options {
    var isLoopback: Bool
    var caBundle: String?
    var userAgent: String
    var connectTimeout: Duration
    /// For a request and its answer without their bodies.
    var answerTimeout: Duration
    /// Each body may take as long as it takes at this speed.
    var slowestBytesPerSecond: Int
  }

  /// Once for the process, before any handle. https://curl.se/libcurl/c/curl_global_init.html
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  private let handle: UnsafeMutableRawPointer
  private let options: Options
  private let isCancelled: () -> Bool

  init(_ options: Options, isCancelled: @escaping () -> Bool) throws(SyncError) {
    guard Self.isReady, let handle = curl_easy_init() else { throw .library }
    self.handle = handle
    self.options = options
    self.isCancelled = isCancelled
  }

  deinit { curl_easy_cleanup(handle) }

  func perform(_ request: HTTPRequest) throws(SyncError) -> HTTPResponse {
    guard !isCancelled() else { throw .cancelled }
    // Clears all options and keeps connections, sessions and names.
    curl_easy_reset(handle)
    guard setConnection(), set(request) else { throw .library }

    var list: UnsafeMutablePointer<curl_slist>?
    defer { curl_slist_free_all(list) }
    // `Expect:` empty: no second's wait for a 100 that proxies swallow.
    for line in request.headers.map({ "\($0.name): \($0.value)" }) + ["Expect:"] {
      guard let longer = curl_slist_append(list, line) else { throw .library }
      list = longer
    }
    guard wt_curl_set_headers(handle, list) == CURLE_OK else { throw .library }

    let exchange = Exchange(answerLimit: request.answerLimit, isCancelled: isCancelled)
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
        return curl_easy_perform(handle)
      }
    }
    if exchange.isTooLarge { throw .answerTooLarge(limitBytes: request.answerLimit) }
    if let error = error(of: code) { throw error }
    exchange.response.status = wt_curl_status(handle)
    return exchange.response
  }

  // MARK: - Options

  private func setConnection() -> Bool {
    var settings: [CURLcode] = [
      wt_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, options.isLoopback ? "http,https" : "https"),
      wt_curl_set_number(handle, CURLOPT_FOLLOWLOCATION, 0),
      wt_curl_set_number(handle, CURLOPT_SSL_VERIFYPEER, 1),
      wt_curl_set_number(handle, CURLOPT_SSL_VERIFYHOST, 2),
      wt_curl_set_number(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
      wt_curl_set_number(handle, CURLOPT_NOSIGNAL, 1),
      wt_curl_set_text(handle, CURLOPT_USERAGENT, options.userAgent),
      wt_curl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, options.connectTimeout.wholeMilliseconds),
    ]
    // A proxy has no business with what stays on this machine.
    if options.isLoopback { settings.append(wt_curl_set_text(handle, CURLOPT_PROXY, "")) }
    if let bundle = options.caBundle { settings.append(wt_curl_set_text(handle, CURLOPT_CAINFO, bundle)) }
    return settings.allSatisfy { $0 == CURLE_OK }
  }

  private func set(_ request: HTTPRequest) -> Bool {
    let bodies = request.body.count + request.answerLimit
    let milliseconds =
      options.connectTimeout.wholeMilliseconds + options.answerTimeout.wholeMilliseconds
      + bodies * 1000 / max(1, options.slowestBytesPerSecond)
    var settings = [
      wt_curl_set_text(handle, CURLOPT_URL, request.url),
      wt_curl_set_number(handle, CURLOPT_TIMEOUT_MS, milliseconds),
      // A line that has gone silent is given up long before a large body's time is over.
      wt_curl_set_number(handle, CURLOPT_LOW_SPEED_LIMIT, 1),
      wt_curl_set_number(
        handle, CURLOPT_LOW_SPEED_TIME, max(1, (options.answerTimeout.wholeMilliseconds + 999) / 1000)),
    ]
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

  /// https://curl.se/libcurl/c/libcurl-errors.html
  private func error(of code: CURLcode) -> SyncError? {
    switch code {
    case CURLE_OK: nil
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY,
      CURLE_OPERATION_TIMEDOUT, CURLE_INTERFACE_FAILED:
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

/// CURLOPT_POSTFIELDS takes NULL for 'ask the read callback', so an empty body is a pointer to nothing in particular.
private nonisolated(unsafe) let emptyBody = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)

/// What comes in during one transfer.
private final class Exchange {
  static let headerLimit = 65_536

  let answerLimit: Int
  let isCancelled: () -> Bool
  var response = HTTPResponse()
  var headerBytes = 0
  var isTooLarge = false

  init(answerLimit: Int, isCancelled: @escaping () -> Bool) {
    self.answerLimit = answerLimit
    self.isCancelled = isCancelled
  }
}

// MARK: - libcurl's callbacks

/// One header line a call; a status line begins a new answer (after a 100, for one).
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
  let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
  if line.hasPrefix("HTTP/") {
    exchange.response.headers = [:]
  } else if let colon = line.firstIndex(of: ":") {
    let value = line[line.index(after: colon)...]
    exchange.response.headers[line[..<colon].lowercased()] = trimmed(value)
  }
  return count
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
  return count
}

/// Called many times a second while bytes flow and about once a second while none do.
private func progress(
  context: UnsafeMutableRawPointer?, _: curl_off_t, _: curl_off_t, _: curl_off_t, _: curl_off_t
) -> Int32 {
  guard let context else { return 1 }
  return Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue().isCancelled() ? 1 : 0
}

private func trimmed(_ text: Substring) -> String {
  let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\n" || $0 == "\r\n" }
  var text = text.drop(while: isBlank)
  while let last = text.last, isBlank(last) { text.removeLast() }
  return String(text)
}

extension Duration {
  fileprivate var wholeMilliseconds: Int {
    Int(clamping: components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}
