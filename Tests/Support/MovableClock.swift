/// A clock that runs as the machine's does and that a test moves on besides. Whoever goes by it, such as a simulated
/// module, sees the time that a test adds pass in steps of at most 50 ms.
public final class MovableClock: Sendable {
  private struct State {
    var ahead = Duration.zero
    /// Time that is still to be added to `ahead`.
    var pending = Duration.zero
    var readings = 0
    var action: (reading: Int, run: @Sendable () -> Void)?
  }

  private let state = Watched(State())

  public init() {}

  /// Reads the clock.
  public func now() -> ContinuousClock.Instant {
    state.change { state in
      let step = min(.milliseconds(50), state.pending)
      state.pending -= step
      state.ahead += step
      state.readings += 1
      if let action = state.action, state.readings >= action.reading {
        state.action = nil
        action.run()
      }
      return .now + state.ahead
    }
  }

  /// Moves the clock on, and returns once its reader has seen all of that time. The test fails later where nobody reads.
  public func pass(_ duration: Duration) {
    state.change { $0.pending += duration }
    _ = state.wait { $0.pending == .zero }
  }

  /// The number of times that the clock was read.
  public var readings: Int { state.latest.readings }

  /// Runs `action` once, on the thread that reads the clock, when it is read for the `reading`th time or later. Nil
  /// takes back what was to be run.
  public func at(reading: Int, run action: (@Sendable () -> Void)?) {
    state.change { state in state.action = action.map { (reading: reading, run: $0) } }
  }

  /// Waits until `isSo`, which is asked after each reading and must not read the clock.
  public func wait(until isSo: () -> Bool) -> Bool { state.wait { _ in isSo() } }
}
