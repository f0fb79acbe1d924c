import Foundation
import Records
import TestSupport
import Testing

@Suite struct CalendarDayDateTests {
  static let calendar = {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(secondsFromGMT: 0)!
    return calendar
  }()

  @Test func `agrees with Foundation on every day of a century and many after`() {
    let days = Array(0..<47_500) + Array(stride(from: 47_500, through: 2_932_896, by: 997)) + [2_932_896]
    for number in days {
      let parts = Self.calendar.dateComponents(
        [.year, .month, .day], from: Date(timeIntervalSince1970: Double(number) * 86_400))
      let day = CalendarDay(daysSince1970: number)
      let (year, month, ofMonth) = day.components
      guard year == parts.year, month == parts.month, ofMonth == parts.day,
        CalendarDay(year: year, month: month, day: ofMonth) == day, CalendarDay(day.description) == day
      else {
        Issue.record("day \(number): \(day), Foundation says \(parts)")
        return
      }
    }
    #expect(CalendarDay(daysSince1970: 2_932_896).description == "9999-12-31")
  }

  @Test(
    arguments: [
      "", "2026", "2026-2-3", "2026-02-29", "2100-02-29", "2026-13-01", "2026-00-01", "2026-01-00",
      "2026-04-31",
      "1969-12-31", "0000-01-01", "2026/01/01", "2026-01-01 ", "２０２６-01-01", "+026-01-01", "2026-01-0a",
      "-026-01-01",
    ])
  func `refuses what is no day`(text: String) {
    #expect(CalendarDay(text) == nil)
  }

  @Test func `knows the leap days`() {
    for text in ["2000-02-29", "2024-02-29", "2400-02-29"] { #expect(CalendarDay(text)?.description == text) }
  }
}

@Suite struct TimestampDateTests {
  @Test func `agrees with Foundation on many moments in many zones`() {
    let offsets = [0, 28_800, -28_800, 20_700, -34_200, 50_400, -43_200]
    for (index, second) in stride(from: Int64(0), to: 4_200_000_000, by: 1_234_567).enumerated() {
      let offset = offsets[index % offsets.count]
      let moment = Timestamp(secondsSince1970: second, offsetSeconds: offset)
      guard second + Int64(offset) >= 0 else { continue }
      let formatter = ISO8601DateFormatter()
      formatter.timeZone = TimeZone(secondsFromGMT: offset)
      formatter.formatOptions = [.withInternetDateTime, .withColonSeparatorInTimeZone]
      let text = formatter.string(from: Date(timeIntervalSince1970: Double(second)))
      let expected = offset == 0 ? text.replacingOccurrences(of: "Z", with: "+00:00") : text
      guard moment.description == expected, Timestamp(text) == moment, moment.day.description == text.prefix(10)
      else {
        Issue.record("\(moment), Foundation says \(text)")
        return
      }
    }
  }

  @Test(
    arguments: [
      ("2026-11-24T09:30:00Z", "2026-11-24T09:30:00+00:00"),
      ("2026-11-24t09:30:00z", "2026-11-24T09:30:00+00:00"),
      ("2026-11-24T09:30:00.123456+08:00", "2026-11-24T09:30:00+08:00"),
      ("2026-11-24T00:00:00-00:30", "2026-11-24T00:00:00-00:30"),
      ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00"),
    ])
  func `reads the forms of RFC3339`(text: String, written: String) {
    #expect(Timestamp(text)?.description == written)
  }

  @Test(
    arguments: [
      "", "2026-11-24", "2026-11-24T09:30:00", "2026-11-24 09:30:00Z", "2026-11-24T24:00:00Z",
      "2026-11-24T09:60:00Z", "2026-11-24T09:30:61Z", "2026-11-24T09:30:00+0800", "2026-11-24T09:30:00+24:00",
      "2026-11-24T09:30:00+08:60", "2026-11-24T09:30:00.Z", "2026-11-24T09:30:00Zx",
      "2026-11-24T09:30:00+08:00x",
      "2026-02-30T09:30:00Z", "２０２６-11-24T09:30:00Z", "2026-11-24T0９:30:00Z",
      "2026-11-24T09:30:00." + String(repeating: "1", count: 40) + "Z",
    ])
  func `refuses what is no moment`(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test func `survives any text`() {
    let alphabet = Array("0123456789-:TZ+.z é\r\n字")
    for seed in 0..<UInt64(20_000) {
      var random = SplitMix64(seed: seed)
      var text = Array("2026-11-24T09:30:00.5+08:00")
      for _ in 0..<Int.random(in: 1...5, using: &random) {
        text[Int.random(in: 0..<text.count, using: &random)] = alphabet.randomElement(using: &random)!
      }
      if let moment = Timestamp(String(text)) {
        #expect(Timestamp(moment.description) == moment, "seed \(seed)")
      }
    }
  }

  @Test func `compares moments not their offsets`() {
    let here = Timestamp("2026-11-24T09:30:00+08:00")!
    #expect(!(here < Timestamp("2026-11-24T01:30:00Z")!))
    #expect(here < Timestamp("2026-11-24T01:30:01Z")!)
    #expect(here.day.description == "2026-11-24")
    #expect(Timestamp("2026-11-24T00:30:00+08:00")!.day.description == "2026-11-24")
  }
}
