import FoundationEssentials
import Records

/// The laptop's clock in its own time zone.
struct SystemClock: Clock {
  func now() -> Timestamp {
    let now = Date()
    return Timestamp(
      secondsSince1970: Int64(now.timeIntervalSince1970),
      offsetSeconds: TimeZone.current.secondsFromGMT(for: now))
  }
}
