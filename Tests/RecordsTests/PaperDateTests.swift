import Records
import Testing

/// Checks moments as they are printed for people. Nothing here depends on the time zone of the tests.
@Suite struct PaperDateTests {
  @Test(arguments: [
    ("2026-11-29T03:05:59+08:00", "2026年11月29日 03:05", "2026-11-29 03:05"),
    ("2026-11-28T19:05:00+00:00", "2026年11月28日 19:05（+00:00）", "2026-11-28 19:05 +00:00"),
    ("2026-11-28T14:05:00-05:00", "2026年11月28日 14:05（-05:00）", "2026-11-28 14:05 -05:00"),
    ("2026-01-09T00:00:00+08:00", "2026年1月9日 00:00", "2026-01-09 00:00"),
    ("9999-12-31T23:59:59+08:00", "9999年12月31日 23:59", "9999-12-31 23:59"),
  ])
  func `a moment of the place needs no offset`(text: String, paper: String, screen: String) throws {
    let moment = try #require(Timestamp(text))
    #expect(moment.paperText == paper)
    #expect(moment.screenText == screen)
  }

  @Test(arguments: [
    Int64.min, Int64.min + 1, -1 << 60, -62_167_219_200, -1, 253_402_271_999, 253_402_272_000, 1 << 60,
    Int64.max - 1, Int64.max,
  ])
  func `any moment has a text and only one that can be read again is encoded`(seconds: Int64) throws {
    for offset in [28_800, -43_200, 0, 1, 86_400, Int.max, Int.min] {
      let moment = Timestamp(secondsSince1970: seconds, offsetSeconds: offset)
      let texts = [moment.description, moment.paperText, moment.screenText, moment.day.description]
      #expect(texts.allSatisfy { !$0.isEmpty })
      #expect(moment.isWritable == (Timestamp(moment.description) == moment))
      if moment.isWritable {
        let read = try RecordCoding.decode([Timestamp].self, from: RecordCoding.encode([moment]))
        #expect(read == [moment])
      } else {
        #expect(throws: EncodingError.self) { try RecordCoding.encode([moment]) }
      }
    }
  }

  @Test(arguments: [Int.min, -719_529, -1, 0, 2_932_896, 2_932_897, Int.max])
  func `only a day that can be read again is encoded`(number: Int) throws {
    let day = CalendarDay(daysSince1970: number)
    #expect(day.isWritable == (0...2_932_896).contains(number))
    #expect(day.isWritable == (CalendarDay(day.description) == day))
    if day.isWritable {
      #expect(try RecordCoding.decode([CalendarDay].self, from: RecordCoding.encode([day])) == [day])
    } else {
      #expect(throws: EncodingError.self) { try RecordCoding.encode([day]) }
    }
  }
}
