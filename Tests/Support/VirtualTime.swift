import Synchronization

/// Time that only passes where somebody waits or something takes it.
public final class VirtualTime: Sendable {
  private let start = ContinuousClock.now
  private let elapsed = Mutex(Duration.zero)

  public init() {}

  public var now: ContinuousClock.Instant { start + elapsed.withLock { $0 } }
  public func advance(by time: Duration) { elapsed.withLock { $0 += max(.zero, time) } }
}
