import CMicrohttpd
import Glibc
import Synchronization

/// The handler of a `PlatformServer`'s requests. It is called on the server's thread.
protocol PlatformHandler: AnyObject, Sendable {
  /// Judges a request before its body is read. A reply ends the request; nil lets it continue.
  func admit(_ request: PlatformRequest) -> PlatformReply?
  /// The fault that applies to a request, called once for each request.
  func fault(for request: PlatformRequest) -> PlatformFault?
  func reply(to request: PlatformRequest) -> PlatformReply
  /// Takes a piece of the body. Bytes that are stored already move from `body` to `keptBytes`.
  func keep(_ request: inout PlatformRequest)
}

/// An HTTP server over libmicrohttpd, with one thread of its own, bounded bodies, and faults on request.
final class PlatformServer: Sendable {
  private static let connectionLimit: UInt32 = 64
  private static let idleSeconds: UInt32 = 60

  let port: UInt16
  private let daemon: Mutex<OpaquePointer?>
  private let handler: any PlatformHandler

  /// - Parameter address: IPv4 or IPv6; port 0 takes a free one.
  init(address: SocketAddress, handler: any PlatformHandler) throws(LocalPlatformError) {
    self.handler = handler
    let context = Unmanaged.passUnretained(handler as AnyObject).toOpaque()
    let started = address.withSockaddr { pointer in
      wt_mhd_start(
        pointer, access, completed, context, Self.connectionLimit, Self.idleSeconds)
    }
    guard let started else { throw .cannotListen(address: address.description) }
    port = wt_mhd_port(started)
    daemon = Mutex(started)
  }

  /// Closes all connections and waits for the thread. `handler` lives until then.
  func stop() {
    let running = daemon.withLock { daemon in
      defer { daemon = nil }
      return daemon
    }
    if let running { MHD_stop_daemon(running) }
  }

  deinit { stop() }
}

/// A request while it is being received, which libmicrohttpd keeps for us between its calls.
private final class Exchange {
  var request: PlatformRequest
  let fault: PlatformFault?
  let limit: Int
  var received: Int { request.body.count + request.keptBytes }

  init(request: PlatformRequest, fault: PlatformFault?, limit: Int) {
    self.request = request
    self.fault = fault
    self.limit = limit
  }
}

// MARK: - libmicrohttpd's callbacks

/// Takes a request. libmicrohttpd calls this function once when the headers are complete, then for each piece
/// of the body, then once at its end.
/// https://www.gnu.org/software/libmicrohttpd/manual/libmicrohttpd.html#microhttpd_002dcb
private func access(
  context: UnsafeMutableRawPointer?, connection: OpaquePointer?, url: UnsafePointer<CChar>?,
  method: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?, upload: UnsafePointer<CChar>?,
  uploadSize: UnsafeMutablePointer<Int>?, state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  guard let context, let connection, let url, let method, let uploadSize, let state,
    let handler = Unmanaged<AnyObject>.fromOpaque(context).takeUnretainedValue() as? any PlatformHandler
  else { return .NO }

  guard let kept = state.pointee else {
    let request = PlatformRequest(
      method: String(cString: method), path: String(cString: url),
      query: values(of: connection, .GET_ARGUMENT_KIND),
      headers: values(of: connection, .HEADER_KIND))
    if let refusal = handler.admit(request) { return send(refusal, over: connection) }
    let exchange = Exchange(
      request: request, fault: handler.fault(for: request), limit: PlatformLimits.body(of: request))
    state.pointee = Unmanaged.passRetained(exchange).toOpaque()
    return .YES
  }

  let exchange = Unmanaged<Exchange>.fromOpaque(kept).takeUnretainedValue()
  if uploadSize.pointee > 0, let upload {
    let piece = UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee)
    // The size of a body without Content-Length is checked here.
    guard piece.count <= exchange.limit - exchange.received else { return .NO }
    if case .cut(let afterBytes) = exchange.fault, exchange.received + piece.count > afterBytes {
      exchange.request.body.append(contentsOf: piece.prefix(max(0, afterBytes - exchange.received)))
      handler.keep(&exchange.request)
      return .NO
    }
    exchange.request.body.append(contentsOf: piece)
    handler.keep(&exchange.request)
    uploadSize.pointee = 0
    return .YES
  }
  return answer(exchange, with: handler, over: connection)
}

private func completed(
  context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
  state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, reason: MHD_RequestTerminationCode
) {
  guard let state, let kept = state.pointee else { return }
  Unmanaged<Exchange>.fromOpaque(kept).release()
  state.pointee = nil
}

private func answer(
  _ exchange: Exchange, with handler: any PlatformHandler, over connection: OpaquePointer
) -> MHD_Result {
  switch exchange.fault {
  case .cut: return .NO
  case .reply(let status, let mediaType, let body):
    return send(.bytes(status, Array(body.utf8), mediaType: mediaType), over: connection)
  case .delay(let milliseconds):
    usleep(UInt32(clamping: milliseconds) &* 1000)
  case .lostReply, .wrongAcknowledgement, nil: break
  }
  var reply = handler.reply(to: exchange.request)
  if exchange.fault == .lostReply { return .NO }
  if exchange.fault == .wrongAcknowledgement { reply.falsify() }
  return send(reply, over: connection)
}

private func send(_ reply: PlatformReply, over connection: OpaquePointer) -> MHD_Result {
  // With MUST_COPY libmicrohttpd takes its own copy before the call returns.
  let response = reply.body.withUnsafeBytes { bytes in
    MHD_create_response_from_buffer(
      bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
  }
  guard let response else { return .NO }
  defer { MHD_destroy_response(response) }
  for (name, value) in reply.headers { MHD_add_response_header(response, name, value) }
  return MHD_queue_response(connection, UInt32(clamping: reply.status), response)
}

private func values(of connection: OpaquePointer, _ kind: MHD_ValueKind) -> [String: String] {
  var values: [String: String] = [:]
  withUnsafeMutablePointer(to: &values) { pointer in
    _ = MHD_get_connection_values(
      connection, kind,
      { context, _, name, value in
        guard let context, let name else { return .YES }
        let values = context.assumingMemoryBound(to: [String: String].self)
        let key = String(cString: name).lowercased()
        if values.pointee[key] == nil {
          values.pointee[key] = value.map { String(cString: $0) } ?? ""
        }
        return .YES
      }, pointer)
  }
  return values
}
