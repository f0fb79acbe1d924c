/// A clock that runs like the machine's and that a test can also move forward. Each reading adds at most 50 ms
/// of the time that a test has added, so that a reader, such as a simulated module, sees it pass in small
/// steps.
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

  /// Moves the clock forward by `duration`, and returns once readings have used all of it. Where nobody reads
  /// the clock, it returns after `Waiting.guardTime`.
  public func pass(_ duration: Duration) {
    state.change { $0.pending += duration }
    _ = state.wait { $0.pending == .zero }
  }

  /// The number of times that the clock was read.
  public var readings: Int { state.latest.readings }

  /// Runs `action` once, on the thread that reads the clock, when it is read for the `reading`th time or later.
  /// Nil cancels the present action.
  public func at(reading: Int, run action: (@Sendable () -> Void)?) {
    state.change { state in state.action = action.map { (reading: reading, run: $0) } }
  }

  /// Waits until `isSo` returns true, which is called after each reading and must not read the clock; returns
  /// false where `Waiting.guardTime` ended the wait.
  public func wait(until isSo: () -> Bool) -> Bool { state.wait { _ in isSo() } }
}
