// The extensions here write moments and days for people. The record itself keeps RFC 3339.

extension Timestamp {
  /// Seconds east of Greenwich at the place of the agreement and the labels: all of China has one time zone.
  public static let placeOffsetSeconds = 28_800

  /// The moment on paper, `2026年11月29日 03:05`. A moment in another time zone than the place's shows its offset:
  /// `2026年11月28日 19:05（+00:00）`.
  public var paperText: String {
    isOfThePlace ? "\(day.paperText) \(hourAndMinute)" : "\(day.paperText) \(hourAndMinute)（\(offset)）"
  }

  /// The moment on a screen, `2026-11-29 03:05`. A moment in another time zone than the place's shows its
  /// offset: `2026-11-28 19:05 +00:00`.
  public var screenText: String {
    isOfThePlace ? "\(day) \(hourAndMinute)" : "\(day) \(hourAndMinute) \(offset)"
  }

  private var isOfThePlace: Bool { offsetSeconds == Self.placeOffsetSeconds }

  // The text ends in `Thh:mm:ss±hh:mm`, however many figures the year has.
  private var hourAndMinute: Substring { description.suffix(14).prefix(5) }
  private var offset: Substring { description.suffix(6) }
}

extension CalendarDay {
  /// The day on paper, `2026年11月9日`.
  public var paperText: String {
    let (year, month, day) = components
    return "\(year)年\(month)月\(day)日"
  }
}
