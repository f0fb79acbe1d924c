import Synchronization

/// The longest time by which the executed chip was behind the clock on the wall. All that the chip does is late
/// by that much, so that a measurement of a late chip is worth nothing.
final class ChipPace: Sendable {
  private let nanoseconds = Atomic<UInt64>(0)

  var maxLag: Duration { .nanoseconds(Int64(clamping: nanoseconds.load(ordering: .relaxed))) }

  /// - Parameters:
  ///   - wall: nanoseconds since the chip was made.
  ///   - chip: nanoseconds of the chip's own time since then.
  func note(wall: UInt64, chip: UInt64) {
    _ = nanoseconds.max(wall > chip ? wall - chip : 0, ordering: .relaxed)
  }
}
