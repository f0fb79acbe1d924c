public import Records

/// A laptop's clock that stands still, by default on 24 November 2026 at half past nine in China.
public struct FixedClock: Clock {
  public var time: Timestamp

  public init(_ time: Timestamp = Timestamp(secondsSince1970: 1_795_483_800, offsetSeconds: 28_800)) {
    self.time = time
  }

  public func now() -> Timestamp { time }
}
