import CMicrohttpd
import Threads

/// The requests that have arrived completely. Their connections are parked while one thread judges all waiting
/// requests, brings their changes to disk together, and only then sends the replies. So one sync, which may
/// take some milliseconds, serves up to 64 requests, and libmicrohttpd's threads never wait for the disk.
final class PlatformQueue: Sendable {
  /// Maximum number of requests that are brought to disk together.
  static let maxGroup = 64

  /// A connection that is parked. libmicrohttpd keeps it until it is resumed, which happens once.
  private struct Parked: @unchecked Sendable {
    let connection: OpaquePointer
    let exchange: PlatformExchange
    /// The time before which the request is not judged; nil for none.
    let due: ContinuousClock.Instant?
  }

  private struct State: Sendable {
    var parked: [Parked] = []
    var isStopping = false
  }

  private let state = Monitor(State())
  private let handler: any PlatformHandler
  private let now: @Sendable () -> ContinuousClock.Instant

  init(handler: any PlatformHandler, now: @escaping @Sendable () -> ContinuousClock.Instant) {
    self.handler = handler
    self.now = now
  }

  /// Parks a connection until its request is judged, after which libmicrohttpd calls again for the same request.
  /// - Parameter milliseconds: the minimum time for which the request waits before it is judged; 0 for none.
  /// - Returns: false where the server stops.
  func park(_ connection: OpaquePointer, _ exchange: PlatformExchange, milliseconds: Int) -> Bool {
    let due = milliseconds > 0 ? now() + .milliseconds(milliseconds) : nil
    return state.change { state in
      guard !state.isStopping else { return false }
      // The connection is suspended within the lock, so that it is not resumed earlier.
      MHD_suspend_connection(connection)
      state.parked.append(Parked(connection: connection, exchange: exchange, due: due))
      return true
    }
  }

  /// Judges requests in groups, in the order in which they came, until the server stops.
  func run() {
    while let group = next() {
      let replies = handler.replies(to: group.map(\.exchange))
      for (parked, reply) in zip(group, replies) {
        parked.exchange.outcome = .reply(reply)
        MHD_resume_connection(parked.connection)
      }
    }
  }

  /// Ends `run` and closes all connections that are parked. No connection is parked afterwards.
  func stop() {
    let left = state.change { state in
      state.isStopping = true
      defer { state.parked = [] }
      return state.parked
    }
    for parked in left {
      parked.exchange.outcome = .closed
      MHD_resume_connection(parked.connection)
    }
  }

  /// Waits for the next group; nil where the server stops.
  private func next() -> [Parked]? {
    while true {
      // No event wakes this thread when a delayed request becomes due, so the wait ends at the first such
      // moment.
      let first = state.withLock { $0.parked.compactMap(\.due).min() }
      let milliseconds = first.map { max(1, Int((now().duration(to: $0) / .milliseconds(1)).rounded(.up))) }
      let group: [Parked]?? = state.wait(milliseconds: milliseconds) { state -> [Parked]?? in
        if state.isStopping { return .some(nil) }
        let time = now()
        let isDue = { (parked: Parked) in parked.due.map { $0 <= time } ?? true }
        let ready = state.parked.filter(isDue).prefix(Self.maxGroup)
        guard !ready.isEmpty else {
          // Another delayed request has come, which may be due earlier.
          return state.parked.compactMap(\.due).min() == first ? nil : .some([])
        }
        var left = Self.maxGroup
        state.parked.removeAll { parked in
          guard left > 0, isDue(parked) else { return false }
          left -= 1
          return true
        }
        return .some(Array(ready))
      }
      switch group {
      case .some(.some(let group)) where !group.isEmpty: return group
      case .some(.none): return nil
      default: continue
      }
    }
  }
}
