import FoundationEssentials
public import Records

/// An entry of the log about no installation, which says that the clock was wrong and is right again.
struct ClockAcceptance: Codable, Hashable {
  struct Facts: Codable, Hashable {
    /// The date of the entry before this one, RFC 3339.
    var previous: String
    var reason: WrittenText
    /// The technician of this laptop; nil before `setup`.
    var technician: Technician?
  }

  static let name = "clockAccepted"

  var event = Self.name
  var facts: Facts
}

extension Fieldbook {
  /// The first plausible date, 24 July 2024: the day of the plan that orders this work, before which no laptop
  /// wrote an event.
  public static let earliestDay = CalendarDay(daysSince1970: 19_928)

  /// The date of the newest entry of the log; nil where there is no entry, or its date cannot be read.
  public func newestEventTime() throws(FieldbookError) -> Timestamp? {
    let text = try database.first("SELECT at FROM event ORDER BY seq DESC LIMIT 1") { $0.text(0) }
    return text.flatMap { Timestamp($0) }
  }

  /// Checks that an event may bear this date: no event is dated before `earliestDay` or before the newest entry
  /// of the log.
  /// - Throws: `clockImplausible`, `clockBehind`, `store`.
  public func checkClock(_ now: Timestamp) throws(FieldbookError) {
    guard now.isWritable, now.day >= Self.earliestDay else { throw .clockImplausible(now) }
    if let newest = try newestEventTime(), now < newest { throw .clockBehind(now: now, newest: newest) }
  }

  /// The text of a moment as a column stores it.
  /// - Throws: `clockImplausible` for a moment that could not be read back.
  static func time(_ at: Timestamp) throws(FieldbookError) -> SQLValue {
    guard at.isWritable else { throw .clockImplausible(at) }
    return .text(at.description)
  }

  /// Records that the clock was ahead and is right again; later events continue from `now`.
  /// - Returns: the date of the newest entry; nil where `now` is not before it, and nothing was recorded.
  /// - Throws: `clockImplausible`, `store`.
  @discardableResult
  public func acceptClock(reason: WrittenText, at now: Timestamp) throws(FieldbookError) -> Timestamp? {
    guard now.isWritable, now.day >= Self.earliestDay else { throw .clockImplausible(now) }
    let technician = try setup().technician
    return try database.transaction { () throws(FieldbookError) in
      guard let newest = try newestEventTime(), now < newest else { return nil }
      let entry = ClockAcceptance(
        facts: .init(previous: newest.description, reason: reason, technician: technician))
      guard let body = try? RecordCoding.encode(entry) else {
        throw FieldbookError.unencodable(event: ClockAcceptance.name)
      }
      try EventLog.append(
        body, name: ClockAcceptance.name, of: EventLog.laptop, at: now, in: database)
      return newest
    }
  }
}
