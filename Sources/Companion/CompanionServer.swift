import CMicrohttpd
import FoundationEssentials
import Glibc
import Synchronization
import Threads

/// The handler of the requests that a `CompanionServer` receives, which calls it on the server's thread.
protocol CompanionHandler: AnyObject, Sendable {
  /// Judges a request by its head, before any of its body is read.
  func judge(_ request: CompanionRequest) -> CompanionVerdict
  func reply(to request: CompanionRequest, _ route: CompanionRoute) -> CompanionReply
}

/// A judgement on a request's head.
enum CompanionVerdict {
  /// The request is refused, or needs no token: this reply is sent, whatever the body is, and the connection
  /// ends.
  case answered(CompanionReply)
  /// The request has the right token; its body of `bodyBytes` bytes is read before the reply.
  case admitted(CompanionRoute, bodyBytes: Int)
}

/// An HTTP server over libmicrohttpd on one socket, with deadlines for whole requests, a thread for the
/// requests, and a second thread that ends slow connections.
final class CompanionServer: Sendable {
  let port: UInt16
  fileprivate let handler: any CompanionHandler
  fileprivate let connections: ConnectionRegistry
  fileprivate let rate: RequestRate
  private let running: Mutex<Running?>

  private struct Running: @unchecked Sendable {
    let daemon: OpaquePointer
    let reaper: SystemThread
    /// libmicrohttpd's reference to the server.
    let context: Unmanaged<CompanionServer>
  }

  /// Starts the server and its two threads.
  /// - Parameter socket: the listening socket, which the server owns from now on and closes.
  /// - Throws: `cannotListen`.
  init(
    _ socket: ListeningSocket, address: String, handler: any CompanionHandler,
    now: @escaping @Sendable () -> ContinuousClock.Instant
  ) throws(CompanionError) {
    port = socket.port
    self.handler = handler
    connections = ConnectionRegistry(now: now)
    rate = RequestRate(now: now)
    running = Mutex(nil)

    // The server's threads block all signals, so that a signal reaches the command's own thread and interrupts
    // its waiting.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

    let connections = connections
    let reaper: SystemThread
    do throws(SystemThread.Failure) {
      reaper = try SystemThread { connections.reap() }
    } catch {
      socket.close()
      throw .cannotListen(address: address, errno: error.errno)
    }
    let context = Unmanaged.passRetained(self)
    let daemon = wt_mhd_serve(
      socket.descriptor, access, completed, connected, context.toOpaque(), CompanionLimits.maxConnections,
      CompanionLimits.maxConnectionsOfOneAddress, CompanionLimits.connectionMemory)
    guard let daemon else {
      let failure = errno
      context.release()
      connections.stop()
      reaper.join()
      socket.close()
      throw .cannotListen(address: address, errno: failure)
    }
    running.withLock { $0 = Running(daemon: daemon, reaper: reaper, context: context) }
  }

  /// Closes all connections and waits for both threads; later calls do nothing.
  func stop() {
    let running = running.withLock { running in
      defer { running = nil }
      return running
    }
    guard let running else { return }
    MHD_stop_daemon(running.daemon)
    connections.stop()
    running.reaper.join()
    running.context.release()
  }
}

/// A request while it is being received, which libmicrohttpd keeps for us between its calls.
private final class Exchange {
  var request: CompanionRequest
  let verdict: CompanionVerdict
  let bodyBytes: Int

  init(request: CompanionRequest, verdict: CompanionVerdict, bodyBytes: Int) {
    self.request = request
    self.verdict = verdict
    self.bodyBytes = bodyBytes
  }
}

// MARK: - libmicrohttpd's callbacks

/// Takes a request. libmicrohttpd calls this function once when the head is complete, then for each piece of
/// the body, then once at its end. A reply in the first call ends the connection, since the body is then not
/// read. https://www.gnu.org/software/libmicrohttpd/manual/libmicrohttpd.html#microhttpd_002dcb
private func access(
  context: UnsafeMutableRawPointer?, connection: OpaquePointer?, url: UnsafePointer<CChar>?,
  method: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?, upload: UnsafePointer<CChar>?,
  uploadSize: UnsafeMutablePointer<Int>?, state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  guard let context, let connection, let url, let method, let uploadSize, let state else { return .NO }
  let server = Unmanaged<CompanionServer>.fromOpaque(context).takeUnretainedValue()
  let id = ConnectionRegistry.ID(context: wt_mhd_connection_context(connection))

  guard let kept = state.pointee else {
    let request = CompanionRequest(
      method: String(cString: method), path: String(cString: url), headers: headers(of: connection),
      client: wt_mhd_client(connection))
    return begin(request, over: connection, id, of: server, state)
  }

  let exchange = Unmanaged<Exchange>.fromOpaque(kept).takeUnretainedValue()
  if uploadSize.pointee > 0, let upload {
    if case .admitted = exchange.verdict {
      guard uploadSize.pointee <= exchange.bodyBytes - exchange.request.body.count else { return .NO }
      exchange.request.body.append(
        UnsafeRawPointer(upload).assumingMemoryBound(to: UInt8.self), count: uploadSize.pointee)
    }
    uploadSize.pointee = 0
    return .YES
  }
  switch exchange.verdict {
  case .answered(let reply): return send(reply, ends: true, over: connection, id, of: server)
  case .admitted(let route, _):
    let reply = server.handler.reply(to: exchange.request, route)
    return send(reply, ends: false, over: connection, id, of: server)
  }
}

private func begin(
  _ request: CompanionRequest, over connection: OpaquePointer, _ id: ConnectionRegistry.ID?,
  of server: CompanionServer, _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>
) -> MHD_Result {
  let verdict: CompanionVerdict =
    if !server.rate.admits(request.client) {
      .answered(.empty(429, ("Retry-After", "1")))
    } else if wt_mhd_head_bytes(connection) > CompanionLimits.maxHeadBytes {
      .answered(.empty(431))
    } else {
      server.handler.judge(request)
    }
  let bodyBytes: Int
  switch verdict {
  case .admitted(_, let bytes):
    bodyBytes = bytes
    server.connections.trust(id)
    server.connections.expect(bytes: bytes, over: id)
  case .answered(let reply):
    // A client that is still sending would not see the reply if the connection ended now, so the body is read
    // first. A body that is too long, or of unknown length, is not read, and any other must arrive soon.
    bodyBytes = request.has("transfer-encoding") ? .max : request.contentLength ?? 0
    guard bodyBytes <= CompanionLimits.maxBodyBytesToDrain else {
      return send(reply, ends: true, over: connection, id, of: server)
    }
    server.connections.expect(bytes: 0, over: id)
  }
  let exchange = Exchange(request: request, verdict: verdict, bodyBytes: bodyBytes)
  if case .admitted = verdict { exchange.request.body.reserveCapacity(bodyBytes) }
  state.pointee = Unmanaged.passRetained(exchange).toOpaque()
  return .YES
}

private func completed(
  context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
  state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, reason: MHD_RequestTerminationCode
) {
  if let context, let connection {
    Unmanaged<CompanionServer>.fromOpaque(context).takeUnretainedValue().connections.rest(
      ConnectionRegistry.ID(context: wt_mhd_connection_context(connection)))
  }
  guard let state, let kept = state.pointee else { return }
  Unmanaged<Exchange>.fromOpaque(kept).release()
  state.pointee = nil
}

private func connected(
  context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
  socketContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, code: MHD_ConnectionNotificationCode
) {
  guard let context, let connection, let socketContext else { return }
  let server = Unmanaged<CompanionServer>.fromOpaque(context).takeUnretainedValue()
  if code == .CONNECTION_NOTIFY_STARTED {
    socketContext.pointee =
      server.connections.open(
        socket: wt_mhd_socket(connection), from: wt_mhd_client(connection)
      ).asContext
  } else {
    server.connections.close(ConnectionRegistry.ID(context: socketContext.pointee))
    socketContext.pointee = nil
  }
}

private func send(
  _ reply: CompanionReply, ends: Bool, over connection: OpaquePointer, _ id: ConnectionRegistry.ID?,
  of server: CompanionServer
) -> MHD_Result {
  // With MUST_COPY libmicrohttpd takes its own copy before the call returns.
  let response = reply.body.withUnsafeBytes { bytes in
    MHD_create_response_from_buffer(
      bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
  }
  guard let response else { return .NO }
  defer { MHD_destroy_response(response) }
  for (name, value) in CompanionReply.commonHeaders + reply.headers {
    MHD_add_response_header(response, name, value)
  }
  if ends { MHD_add_response_header(response, "Connection", "close") }
  server.connections.expect(bytes: reply.body.count, over: id)
  return MHD_queue_response(connection, UInt32(clamping: reply.status), response)
}

private func headers(of connection: OpaquePointer) -> [(name: String, value: String)] {
  var headers: [(name: String, value: String)] = []
  withUnsafeMutablePointer(to: &headers) { pointer in
    _ = MHD_get_connection_values_n(
      connection, .HEADER_KIND,
      { context, _, name, nameSize, value, valueSize in
        guard let context else { return .NO }
        let headers = context.assumingMemoryBound(to: [(name: String, value: String)].self)
        headers.pointee.append((text(name, nameSize).lowercased(), text(value, valueSize)))
        return .YES
      }, pointer)
  }
  return headers
}

private func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
  guard let start else { return "" }
  return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
}
