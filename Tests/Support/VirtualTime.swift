import Synchronization

/// A clock that stands still until `advance(by:)` moves it forward.
public final class VirtualTime: Sendable {
  private let start = ContinuousClock.now
  private let elapsed = Mutex(Duration.zero)

  public init() {}

  public var now: ContinuousClock.Instant { start + elapsed.withLock { $0 } }
  public func advance(by time: Duration) { elapsed.withLock { $0 += max(.zero, time) } }
}
