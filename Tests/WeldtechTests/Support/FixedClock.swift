import Records

/// A clock that stands still.
struct FixedClock: Clock {
  var time = Timestamp("2026-11-24T09:30:00+08:00")!

  func now() -> Timestamp { time }
}
