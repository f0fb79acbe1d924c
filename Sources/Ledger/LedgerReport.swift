public import Records

/// The progress of the work: figures by street, by industry and by week, beside the plan.
public struct LedgerReport: Sendable {
  /// A week from Monday to Sunday.
  public struct Week: Hashable, Sendable {
    public let monday: CalendarDay
    /// The number of welders that were done in the week.
    public let done: Int
    /// The number of welders that were done by the end of the week.
    public let doneSoFar: Int
    /// The number of welders that should be done by the end of the week by the plan.
    public let planned: Int

    public var sunday: CalendarDay { CalendarDay(daysSince1970: monday.daysSince1970 + 6) }
  }

  /// The phase in which modules are fitted by section four of the plan, 1 September to 31 December 2024, both
  /// inclusive.
  public static let fittingPhase = CalendarDay(daysSince1970: 19_967)...CalendarDay(daysSince1970: 20_088)
  /// The last day of the phase in which welders are surveyed, 15 August 2024.
  public static let surveyEnd = CalendarDay(daysSince1970: 19_950)

  public let today: CalendarDay
  public let total: LedgerCounts
  /// The streets by their names; an empty name stands for records without one.
  public let streets: [(name: String, counts: LedgerCounts)]
  /// The industries that have a welder, in the plan's order; nil stands for records without an industry.
  public let industries: [(industry: Industry?, counts: LedgerCounts)]
  /// Every week from the first to the last in which a welder was done, and on to today's week within the plan's
  /// phase; empty where no welder is done.
  public let weeks: [Week]

  /// - Parameters:
  ///   - days: the numbers of welders that were done on each day.
  ///   - today: the day of the report.
  public init(cells: [LedgerCell], days: [(day: CalendarDay, done: Int)], today: CalendarDay) {
    self.today = today
    total = cells.reduce(LedgerCounts()) { $0 + $1.counts }
    var streets: [String: LedgerCounts] = [:]
    var industries: [Industry?: LedgerCounts] = [:]
    for cell in cells {
      streets[cell.street ?? "", default: LedgerCounts()] =
        streets[cell.street ?? "", default: LedgerCounts()] + cell.counts
      industries[cell.industry, default: LedgerCounts()] =
        industries[cell.industry, default: LedgerCounts()] + cell.counts
    }
    self.streets = streets.map { (name: $0, counts: $1) }.sorted { $0.name < $1.name }
    self.industries = (Industry.allCases.map(Optional.some) + [nil]).compactMap { industry in
      industries[industry].map { (industry: industry, counts: $0) }
    }
    weeks = Self.weeks(days, today: today, welders: total[.known] - total[.retired])
  }

  /// The number of welders that should be done by the end of a day: the plan spreads them evenly over its phase.
  /// - Parameter welders: the number of all welders that are to be fitted.
  public static func planned(by day: CalendarDay, of welders: Int) -> Int {
    let first = fittingPhase.lowerBound.daysSince1970
    let length = fittingPhase.upperBound.daysSince1970 - first + 1
    let passed = min(max(day.daysSince1970 - first + 1, 0), length)
    return welders * passed / length
  }

  private static func weeks(_ days: [(day: CalendarDay, done: Int)], today: CalendarDay, welders: Int) -> [Week]
  {
    var done: [Int: Int] = [:]
    for (day, count) in days { done[monday(of: day).daysSince1970, default: 0] += count }
    guard var monday = done.keys.min(), var last = done.keys.max() else { return [] }
    // Weeks without any work are listed as well, up to today within the plan's phase.
    last = max(last, Self.monday(of: min(today, fittingPhase.upperBound)).daysSince1970)
    var weeks: [Week] = []
    var soFar = 0
    while monday <= last {
      let count = done[monday] ?? 0
      soFar += count
      let sunday = CalendarDay(daysSince1970: monday + 6)
      weeks.append(
        Week(
          monday: CalendarDay(daysSince1970: monday), done: count, doneSoFar: soFar,
          planned: planned(by: sunday, of: welders)))
      monday += 7
    }
    return weeks
  }

  /// The Monday of a day's week.
  private static func monday(of day: CalendarDay) -> CalendarDay {
    // 1 January 1970 was a Thursday.
    CalendarDay(daysSince1970: day.daysSince1970 - (day.daysSince1970 + 3) % 7)
  }
}

extension LedgerCounts {
  /// The share of the welders that are to be fitted whose module is fitted, in percent from 0 to 100; nil where
  /// none are to be fitted.
  public var percentDone: Int? {
    let welders = self[.known] - self[.retired]
    return welders > 0 ? self[.done] * 100 / welders : nil
  }
}
