import Glibc
import Threads

/// The open connections with their deadlines. libmicrohttpd ends a connection that is silent; a thread of this
/// registry ends one that is slow, because a client that sends a byte now and then would hold its connection
/// for ever.
final class ConnectionRegistry: Sendable {
  struct ID: Hashable {
    /// The connection's number, 1 or more, so that it is no null pointer as libmicrohttpd's context.
    fileprivate let number: Int

    var asContext: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: number) }
    fileprivate init(number: Int) { self.number = number }
    init?(context: UnsafeMutableRawPointer?) {
      guard let context else { return nil }
      number = Int(bitPattern: context)
    }
  }

  private struct Connection {
    let socket: Int32
    let client: UInt32
    var deadline: ContinuousClock.Instant
    /// Whether a request with the right token has come over the connection.
    var isTrusted = false
    var isShut = false
  }

  private struct State {
    var connections: [ID: Connection] = [:]
    var lastNumber = 0
    var isStopping = false
  }

  /// The interval at which deadlines are checked while there are connections, milliseconds.
  private static let tick = 200

  private let state = Monitor(State())
  private let now: @Sendable () -> ContinuousClock.Instant

  init(now: @escaping @Sendable () -> ContinuousClock.Instant) { self.now = now }

  // MARK: - The life of a connection

  /// Registers a new connection, and ends an older one where there are too many.
  /// - Parameter client: the IPv4 address of the other end, in network byte order.
  func open(socket: Int32, from client: UInt32) -> ID {
    let deadline = now() + CompanionLimits.headTime
    return state.change { state in
      state.lastNumber += 1
      let id = ID(number: state.lastNumber)
      if state.connections.count >= CompanionLimits.crowdedConnections { Self.makeRoom(&state) }
      state.connections[id] = Connection(socket: socket, client: client, deadline: deadline)
      return id
    }
  }

  /// Sets the deadline for a body of `bytes` bytes that follows a complete head, or for a response of this
  /// length that is being sent.
  func expect(bytes: Int, over id: ID?) { setDeadline(CompanionLimits.time(forBytes: bytes), of: id) }

  /// Sets the deadline for the next request, after a request has been answered.
  func rest(_ id: ID?) { setDeadline(CompanionLimits.idleTime, of: id) }

  func trust(_ id: ID?) {
    guard let id else { return }
    state.withLock { $0.connections[id]?.isTrusted = true }
  }

  /// Forgets a connection whose socket libmicrohttpd is about to close.
  func close(_ id: ID?) {
    guard let id else { return }
    state.withLock { _ = $0.connections.removeValue(forKey: id) }
  }

  private func setDeadline(_ time: Duration, of id: ID?) {
    guard let id else { return }
    let deadline = now() + time
    state.withLock { $0.connections[id]?.deadline = deadline }
  }

  /// Ends the oldest connection without a token from the address that has most such connections, so that a
  /// crowd from one address does not end the connection of a phone that has sent no request yet.
  private static func makeRoom(_ state: inout State) {
    let strangers = state.connections.filter { !$0.value.isTrusted && !$0.value.isShut }
    let crowds = Dictionary(grouping: strangers.keys) { strangers[$0]?.client ?? 0 }
    let crowd = crowds.values.max { $0.count < $1.count }
    if let oldest = crowd?.min(by: { $0.number < $1.number }) { shut(oldest, in: &state) }
  }

  /// Ends a connection; libmicrohttpd sees the end and closes the socket. The socket is still open here,
  /// because its entry is removed before libmicrohttpd closes it.
  private static func shut(_ id: ID, in state: inout State) {
    guard let connection = state.connections[id] else { return }
    shutdown(connection.socket, Int32(SHUT_RDWR))
    state.connections[id]?.isShut = true
  }

  // MARK: - The reaper

  /// Ends connections whose deadline has passed, until `stop` is called. The call occupies its thread.
  func reap() {
    while true {
      let isStopping = state.wait(milliseconds: nil) { state in
        state.isStopping || !state.connections.isEmpty ? state.isStopping : nil
      }
      guard isStopping == false else { return }
      let time = now()
      state.withLock { state in
        for (id, connection) in state.connections where !connection.isShut && connection.deadline <= time {
          Self.shut(id, in: &state)
        }
      }
      if state.wait(milliseconds: Self.tick, for: { $0.isStopping ? true : nil }) == true { return }
    }
  }

  func stop() { state.change { $0.isStopping = true } }
}
