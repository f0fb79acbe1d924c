/// A day by which something has to be done.
public struct DueDate: Hashable, Sendable, Comparable {
  public enum Reason: String, Hashable, Sendable, Codable {
    /// A new welder gets its module within 15 days of its purchase, by section three of the plan.
    case newWelder
    /// The technician's certificate is renewed before it expires.
    case certificate
    /// The certificate that agreements are sealed with is renewed before it ends.
    case sealCertificate
  }

  public let reason: Reason
  /// The last day that is in time.
  public let day: CalendarDay
  /// The record of the welder; nil for a certificate.
  public let installation: InstallationID?

  /// The number of days from `today` to the last day; negative once it is past.
  public func daysLeft(from today: CalendarDay) -> Int { day.daysSince1970 - today.daysSince1970 }

  /// The number of days after its purchase within which a new welder gets its module.
  public static let daysForNewWelder = 15
  /// The number of days before a certificate expires in which the laptop warns of it.
  public static let daysOfWarning = 30
  /// The day of the plan, 24 July 2024. A welder that was bought earlier was not new when the duty to fit
  /// modules began.
  public static let planDay = CalendarDay(daysSince1970: 19_928)

  /// Makes the last day for a welder's module; nil for a welder that was bought before the plan.
  public init?(ofWelderBoughtOn day: CalendarDay, in id: InstallationID) {
    guard let last = Self.lastDay(ofWelderBoughtOn: day) else { return nil }
    (reason, installation) = (.newWelder, id)
    self.day = last
  }

  /// The last day that is in time for a welder bought on `day`; nil for one that was bought before the plan.
  public static func lastDay(ofWelderBoughtOn day: CalendarDay) -> CalendarDay? {
    day < planDay ? nil : CalendarDay(daysSince1970: day.daysSince1970 + daysForNewWelder)
  }

  /// Makes the last day of a certificate; nil while more than `daysOfWarning` days are left.
  /// - Parameter reason: which certificate it is.
  public init?(ofCertificate expires: CalendarDay, today: CalendarDay, _ reason: Reason = .certificate) {
    guard expires.daysSince1970 - today.daysSince1970 <= Self.daysOfWarning else { return nil }
    (self.reason, day, installation) = (reason, expires, nil)
  }

  public static func < (left: DueDate, right: DueDate) -> Bool { left.day < right.day }
}
