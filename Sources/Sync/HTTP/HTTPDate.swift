import Records

/// A moment as HTTP writes it in the preferred form of RFC 9110: `Sun, 06 Nov 1994 08:49:37 GMT`.
struct HTTPDate: Hashable {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  let secondsSince1970: Int64

  /// Nil where the text has another form.
  init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 29, bytes[3] == UInt8(ascii: ","), bytes[25...].elementsEqual(" GMT".utf8),
      bytes[19] == UInt8(ascii: ":"), bytes[22] == UInt8(ascii: ":"),
      let day = Self.number(bytes[5..<7]), let year = Self.number(bytes[12..<16]),
      let hours = Self.number(bytes[17..<19]), let minutes = Self.number(bytes[20..<22]),
      let seconds = Self.number(bytes[23..<25]), hours < 24, minutes < 60, seconds <= 60,
      let month = Self.months.firstIndex(where: { bytes[8..<11].elementsEqual($0.utf8) }),
      let date = CalendarDay(year: year, month: month + 1, day: day)
    else { return nil }
    secondsSince1970 = Int64(date.daysSince1970) * 86_400 + Int64(hours * 3600 + minutes * 60 + seconds)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}
