import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Compares the laptop's clock in the time zone of the tests with the coreutils' `date`, which shares no code
/// with it.
@Suite struct SystemClockDateTests {
  /// Moments before and after the changes of the clock in America, in an ordinary night, and an hour before a
  /// new day in China.
  static let moments: [Int64] = [
    1_795_892_700, 1_795_892_699, 1_772_953_199, 1_772_953_200, 1_793_512_799, 1_793_512_800, 1_735_660_800,
    1_719_763_200, 0, 4_102_444_800,
  ]

  @Test(arguments: moments)
  func `agrees with date on the day the time and the offset`(seconds: Int64) throws {
    let clock = SystemClock { seconds }
    #expect(clock.now().secondsSince1970 == seconds)
    #expect(clock.now().description == (try date(seconds)))
    #expect(clock.moment(seconds) == clock.now())
  }

  @Test func `takes the offset of the moment not of now`() throws {
    let clock = SystemClock { 1_795_892_700 }
    for seconds in Self.moments { #expect(clock.moment(seconds).description == (try date(seconds))) }
  }

  @Test func `has a time for any moment`() {
    for seconds in [Int64.min, Int64.min + 1, -1, Int64.max] {
      let moment = SystemClock { seconds }.now()
      #expect(moment.secondsSince1970 == seconds)
      #expect(!moment.description.isEmpty)
    }
  }

  @Test func `is the time of this machine`() throws {
    let before = Int64(Date().timeIntervalSince1970)
    let now = SystemClock().now()
    #expect((before...Int64(Date().timeIntervalSince1970)).contains(now.secondsSince1970))
    #expect(now.description.hasSuffix(String(try date(now.secondsSince1970).suffix(6))))
  }

  /// The moment as RFC 3339 by `date`, in the time zone of this process.
  private func date(_ seconds: Int64) throws -> String {
    try InstalledProgram("date").output(["-d", "@\(seconds)", "+%Y-%m-%dT%H:%M:%S%:z"])
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
