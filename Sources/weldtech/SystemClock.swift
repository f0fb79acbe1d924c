import Glibc
import Records

/// The laptop's clock in the laptop's time zone. No other part of the program reads the date.
struct SystemClock: Clock {
  /// A function that returns the seconds since 1970-01-01T00:00:00Z.
  var secondsSince1970: @Sendable () -> Int64 = {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec)
  }

  func now() -> Timestamp { moment(secondsSince1970()) }

  func moment(_ secondsSince1970: Int64) -> Timestamp {
    Timestamp(secondsSince1970: secondsSince1970, offsetSeconds: Self.offset(at: secondsSince1970))
  }

  /// The offset of the zone at a moment, seconds east of Greenwich in whole minutes, from TZ or /etc/localtime;
  /// 0 where the moment has no local time. FoundationEssentials knows only the zone UTC, so this uses the C
  /// library.
  private static func offset(at secondsSince1970: Int64) -> Int {
    // localtime_r need not read the zone by itself (POSIX.1-2017, localtime), and the zone may change during a
    // long run.
    tzset()
    var time = time_t(secondsSince1970)
    var parts = tm()
    guard localtime_r(&time, &parts) != nil else { return 0 }
    let offset = parts.tm_gmtoff / 60 * 60
    return (-86_399...86_399).contains(offset) ? offset : 0
  }
}
