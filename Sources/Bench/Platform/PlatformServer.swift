import CMicrohttpd
import Glibc
import Synchronization
import Threads

/// The handler of a `PlatformServer`'s requests. It is called on several threads at once.
protocol PlatformHandler: AnyObject, Sendable {
  /// Judges a request before its body is read. A reply ends the request; nil lets it continue.
  func admit(_ request: PlatformRequest) -> PlatformReply?
  /// The fault that applies to a request, called once for each request.
  func fault(for request: PlatformRequest) -> PlatformFault?
  /// The transfer that takes a request's body as it comes; nil where the body is kept in the request.
  func transfer(for request: PlatformRequest) -> PlatformTransfer?
  /// Ends a transfer whose remaining bytes will not come.
  func leave(_ transfer: PlatformTransfer)
  /// Judges requests in order. The changes that the replies acknowledge are on disk when this function returns.
  func replies(to exchanges: [PlatformExchange]) -> [PlatformReply]
}

/// An HTTP server over libmicrohttpd: two threads that receive and send, one that judges and waits for the
/// disk, bounded bodies, and faults on request.
final class PlatformServer: Sendable {
  private static let maxConnections: UInt32 = 256
  private static let idleSeconds: UInt32 = 60
  /// Memory of a connection, bytes; half of the memory receives. Less memory means more system calls for each
  /// file.
  private static let connectionMemory = 512 << 10
  private static let receivingThreads: UInt32 = 2

  let port: UInt16
  fileprivate let handler: any PlatformHandler
  fileprivate let queue: PlatformQueue
  private let running: Mutex<Running?>

  private struct Running: @unchecked Sendable {
    let daemon: OpaquePointer
    let judging: SystemThread
    /// libmicrohttpd's reference to what its callbacks need.
    let context: Unmanaged<ServerContext>
  }

  /// Listens on an address and starts the threads.
  /// - Parameter address: an address of IPv4 or IPv6; port 0 takes a free port.
  init(address: SocketAddress, handler: any PlatformHandler) throws(LocalPlatformError) {
    let queue = PlatformQueue(handler: handler, now: { ContinuousClock.now })
    self.handler = handler
    self.queue = queue

    // The threads made here block all signals, which have to interrupt the waiting of the command's own thread.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

    let failure = LocalPlatformError.cannotListen(address: address.description)
    guard let judging = try? SystemThread({ queue.run() }) else { throw failure }
    let context = Unmanaged.passRetained(ServerContext(handler: handler, queue: queue))
    let started = address.withSockaddr { pointer in
      wt_mhd_start(
        pointer, access, completed, context.toOpaque(), Self.maxConnections, Self.idleSeconds,
        Self.connectionMemory, Self.receivingThreads)
    }
    guard let started else {
      queue.stop()
      judging.join()
      context.release()
      throw failure
    }
    port = wt_mhd_port(started)
    running = Mutex(Running(daemon: started, judging: judging, context: context))
  }

  /// Closes all connections and waits for the threads; later calls do nothing.
  func stop() {
    let running = running.withLock { running in
      defer { running = nil }
      return running
    }
    guard let running else { return }
    // libmicrohttpd must not be stopped while a connection is parked.
    queue.stop()
    running.judging.join()
    MHD_stop_daemon(running.daemon)
    running.context.release()
  }

  deinit { stop() }
}

/// The context of libmicrohttpd's callbacks.
private final class ServerContext: Sendable {
  let handler: any PlatformHandler
  let queue: PlatformQueue

  init(handler: any PlatformHandler, queue: PlatformQueue) {
    self.handler = handler
    self.queue = queue
  }
}

// MARK: - libmicrohttpd's callbacks

/// Takes a request. libmicrohttpd calls this function once when the headers are complete, then for each piece
/// of the body, then once at its end, and once more after a connection that was parked is resumed.
/// https://www.gnu.org/software/libmicrohttpd/manual/libmicrohttpd.html#microhttpd_002dcb
private func access(
  context: UnsafeMutableRawPointer?, connection: OpaquePointer?, url: UnsafePointer<CChar>?,
  method: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?, upload: UnsafePointer<CChar>?,
  uploadSize: UnsafeMutablePointer<Int>?, state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  guard let context, let connection, let url, let method, let uploadSize, let state else { return .NO }
  let server = Unmanaged<ServerContext>.fromOpaque(context).takeUnretainedValue()

  guard let kept = state.pointee else {
    let request = PlatformRequest(
      method: String(cString: method), path: String(cString: url),
      query: values(of: connection, .GET_ARGUMENT_KIND),
      headers: values(of: connection, .HEADER_KIND))
    if let refusal = server.handler.admit(request) { return send(refusal, over: connection) }
    let exchange = begin(request, server.handler)
    state.pointee = Unmanaged.passRetained(exchange).toOpaque()
    return .YES
  }

  let exchange = Unmanaged<PlatformExchange>.fromOpaque(kept).takeUnretainedValue()
  if uploadSize.pointee > 0, let upload {
    let piece = UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee)
    // The size of a body without Content-Length is checked here.
    guard piece.count <= exchange.limit - exchange.request.receivedBytes else { return .NO }
    if case .cut(let afterBytes) = exchange.fault, exchange.request.receivedBytes + piece.count > afterBytes {
      let count = max(0, afterBytes - exchange.request.receivedBytes)
      take(UnsafeRawBufferPointer(rebasing: piece[..<count]), exchange)
      return .NO
    }
    take(piece, exchange)
    uploadSize.pointee = 0
    return .YES
  }
  return answer(exchange, of: server, over: connection)
}

private func begin(_ request: PlatformRequest, _ handler: any PlatformHandler) -> PlatformExchange {
  let fault = handler.fault(for: request)
  var transfer: PlatformTransfer?
  // A request whose fault replies is not carried out.
  if case .reply = fault {} else { transfer = handler.transfer(for: request) }
  return PlatformExchange(
    request: request, fault: fault, transfer: transfer, limit: PlatformLimits.body(of: request))
}

private func take(_ piece: UnsafeRawBufferPointer, _ exchange: PlatformExchange) {
  exchange.request.receivedBytes += piece.count
  if let transfer = exchange.transfer {
    transfer.take(piece)
  } else if !exchange.request.takesBytes {
    exchange.request.body.append(contentsOf: piece)
  }
}

private func completed(
  context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
  state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, reason: MHD_RequestTerminationCode
) {
  guard let context, let state, let kept = state.pointee else { return }
  let exchange = Unmanaged<PlatformExchange>.fromOpaque(kept).takeRetainedValue()
  state.pointee = nil
  if exchange.outcome == nil, let transfer = exchange.transfer {
    Unmanaged<ServerContext>.fromOpaque(context).takeUnretainedValue().handler.leave(transfer)
  }
}

private func answer(
  _ exchange: PlatformExchange, of server: ServerContext, over connection: OpaquePointer
) -> MHD_Result {
  guard let outcome = exchange.outcome else {
    var milliseconds = 0
    switch exchange.fault {
    case .cut: return .NO
    case .reply(let status, let mediaType, let body):
      return send(.bytes(status, Array(body.utf8), mediaType: mediaType), over: connection)
    case .delay(let delay): milliseconds = delay
    case .lostReply, .wrongAcknowledgement, nil: break
    }
    return server.queue.park(connection, exchange, milliseconds: milliseconds) ? .YES : .NO
  }
  guard case .reply(var reply) = outcome, exchange.fault != .lostReply else { return .NO }
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
