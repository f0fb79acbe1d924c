import Characters

/// A moment as the record writes it: RFC 3339 with the offset of the laptop's time zone, whole seconds.
public struct Timestamp: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// Seconds since 1970-01-01T00:00:00Z.
  public let secondsSince1970: Int64
  /// The offset of the laptop's time zone, seconds east of Greenwich.
  public let offsetSeconds: Int

  public init(secondsSince1970: Int64, offsetSeconds: Int) {
    self.secondsSince1970 = secondsSince1970
    self.offsetSeconds = offsetSeconds
  }

  /// Parses RFC 3339 (`2026-11-24T09:30:00+08:00`, `…Z`); fractions of a second are dropped.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.count <= 40, let day = CalendarDay(String(text.prefix(10))),
      bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let hour = bytes[11..<13].decimalNumber, let minute = bytes[14..<16].decimalNumber,
      let second = bytes[17..<19].decimalNumber, hour < 24, minute < 60, second < 61
    else { return nil }
    var rest = bytes[19...]
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      let figures = rest.prefix(while: \.isDigit)
      guard !figures.isEmpty else { return nil }
      rest = rest.dropFirst(figures.count)
    }
    let offset: Int
    switch rest.first {
    case UInt8(ascii: "Z") where rest.count == 1, UInt8(ascii: "z") where rest.count == 1: offset = 0
    case UInt8(ascii: "+") where rest.count == 6, UInt8(ascii: "-") where rest.count == 6:
      let start = rest.startIndex
      guard rest[start + 3] == UInt8(ascii: ":"),
        let hours = rest[(start + 1)..<(start + 3)].decimalNumber,
        let minutes = rest[(start + 4)..<(start + 6)].decimalNumber, hours < 24, minutes < 60
      else { return nil }
      offset = (hours * 3600 + minutes * 60) * (rest.first == UInt8(ascii: "-") ? -1 : 1)
    default: return nil
    }
    let local = Int64(day.daysSince1970) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    self.init(secondsSince1970: local - Int64(offset), offsetSeconds: offset)
  }

  /// The calendar day in the laptop's time zone.
  public var day: CalendarDay {
    CalendarDay(daysSince1970: Int(localSeconds.flooredQuotient(by: 86_400)))
  }

  /// Whether the text of this moment can be read back as the same moment: its day lies in the years 1970 to
  /// 9999, and its offset has whole minutes and is less than a day.
  public var isWritable: Bool {
    day.isWritable && offsetSeconds % 60 == 0 && (-86_399...86_399).contains(offsetSeconds)
  }

  /// Seconds since midnight of 1 January 1970 by the clock on the wall. They are limited so that calendar
  /// arithmetic cannot overflow, because a file can have any 64-bit time.
  private var localSeconds: Int64 {
    let bound: Int64 = 1 << 60
    return min(max(secondsSince1970, -bound), bound) + Int64(min(max(offsetSeconds, -86_400), 86_400))
  }

  public var description: String {
    let local = localSeconds
    let ofDay = Int(local - local.flooredQuotient(by: 86_400) * 86_400)
    let sign = offsetSeconds < 0 ? "-" : "+"
    let offset = abs(min(max(offsetSeconds, -359_999), 359_999))
    return "\(day)T\(two(ofDay / 3600)):\(two(ofDay / 60 % 60)):\(two(ofDay % 60))"
      + "\(sign)\(two(offset / 3600)):\(two(offset / 60 % 60))"
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.secondsSince1970 < right.secondsSince1970
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let value = Timestamp(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 time")
    }
    self = value
  }

  /// Writes the moment as text.
  /// - Throws: `EncodingError` for a moment that could not be read back.
  public func encode(to encoder: any Encoder) throws {
    guard isWritable else { throw unwritable(self, at: encoder) }
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// A day of the Gregorian calendar, `YYYY-MM-DD`, from 1970 to 9999.
public struct CalendarDay: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  public let daysSince1970: Int

  /// Makes a day from the number of days since 1 January 1970. A day outside the years 1970 to 9999 can be
  /// compared and described, but not encoded.
  public init(daysSince1970: Int) {
    // The bound is far beyond any calendar, and small enough that arithmetic cannot overflow.
    self.daysSince1970 = min(max(daysSince1970, -(1 << 50)), 1 << 50)
  }

  /// Whether the day lies in the years 1970 to 9999, the only ones that can be read.
  public var isWritable: Bool { (0...2_932_896).contains(daysSince1970) }

  public init?(year: Int, month: Int, day: Int) {
    guard (1970...9999).contains(year), (1...12).contains(month),
      (1...Self.daysIn(month: month, year: year)).contains(day)
    else { return nil }
    // The days are counted from 1 March, so that the leap day comes last.
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    daysSince1970 = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = bytes[0..<4].decimalNumber, let month = bytes[5..<7].decimalNumber,
      let day = bytes[8..<10].decimalNumber
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// The day as year, month and day of the month.
  public var components: (year: Int, month: Int, day: Int) {
    let shifted = daysSince1970 + 719_468
    let era = Int(Int64(shifted).flooredQuotient(by: 146_097))
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    )
  }

  public var description: String {
    let (year, month, day) = components
    let figures = String(year)
    return "\(String(repeating: "0", count: max(0, 4 - figures.count)))\(figures)-\(two(month))-\(two(day))"
  }

  public static func < (left: CalendarDay, right: CalendarDay) -> Bool {
    left.daysSince1970 < right.daysSince1970
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let value = CalendarDay(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a day YYYY-MM-DD")
    }
    self = value
  }

  /// Writes the day as text.
  /// - Throws: `EncodingError` for a day that could not be read back.
  public func encode(to encoder: any Encoder) throws {
    guard isWritable else { throw unwritable(self, at: encoder) }
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  private static func daysIn(month: Int, year: Int) -> Int {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// A source of the time. Nothing below `Composition` reads the system's clock by itself.
public protocol Clock: Sendable {
  func now() -> Timestamp
  /// Returns the moment `secondsSince1970` with the offset that the laptop's time zone has at that moment.
  func moment(_ secondsSince1970: Int64) -> Timestamp
}

extension Clock {
  public func moment(_ secondsSince1970: Int64) -> Timestamp {
    Timestamp(secondsSince1970: secondsSince1970, offsetSeconds: now().offsetSeconds)
  }
}

extension Int64 {
  fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

private func unwritable(_ value: some CustomStringConvertible, at encoder: any Encoder) -> EncodingError {
  EncodingError.invalidValue(
    value, .init(codingPath: encoder.codingPath, debugDescription: "outside the years 1970 to 9999"))
}

private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
