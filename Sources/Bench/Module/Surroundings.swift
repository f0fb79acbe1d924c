internal import Synchronization

/// The world around a simulated board, which a test may change while the board runs, and the board's clock,
/// which continues through resets and, with a battery, through power cuts.
public final class Surroundings: Sendable {
  private struct State {
    var world: World
    /// The time that the clock was set to, seconds since 1970, and the moment at which it was set,
    /// milliseconds; nil where the clock was never set.
    var clock: (seconds: UInt64, setAt: UInt64)?
  }

  private let state: Mutex<State>

  public init(_ world: World = .singlePhase) { state = Mutex(State(world: world)) }

  public var world: World {
    get { state.withLock { $0.world } }
    set { state.withLock { $0.world = newValue } }
  }

  // MARK: - Clock

  /// Sets the board's clock to seconds since 1970.
  /// - Parameter now: milliseconds by a clock that continues through resets.
  /// - Returns: false where the clock does not run.
  func setClock(_ seconds: UInt64, now: UInt64) -> Bool {
    state.withLock { state in
      guard state.world.clockRuns else { return false }
      state.clock = (seconds, now)
      return true
    }
  }

  /// Makes a clock without a battery forget its time.
  func losePower() {
    state.withLock { if !$0.world.clockHasBattery { $0.clock = nil } }
  }

  /// Seconds since 1970 by the board's clock; 0 where the clock was never set or stands still.
  func clock(now: UInt64) -> UInt64 {
    state.withLock { state in
      guard let clock = state.clock, state.world.clockRuns else { return 0 }
      let elapsed = (now &- min(clock.setAt, now)) / 1000
      let seconds = Int64(clamping: clock.seconds).addingReportingOverflow(Int64(clamping: elapsed))
      let shown = seconds.partialValue.addingReportingOverflow(Int64(state.world.clockErrorSeconds))
      guard !seconds.overflow, !shown.overflow else { return 0 }
      return UInt64(max(0, shown.partialValue))
    }
  }
}
