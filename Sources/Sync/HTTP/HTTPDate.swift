import Characters
import Records

/// A moment as HTTP writes it in the preferred form of RFC 9110: `Sun, 06 Nov 1994 08:49:37 GMT`.
struct HTTPDate: Hashable {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  let secondsSince1970: Int64

  /// Reads a date; nil where the text has another form.
  init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 29, bytes[3] == UInt8(ascii: ","), bytes[25...].elementsEqual(" GMT".utf8),
      bytes[19] == UInt8(ascii: ":"), bytes[22] == UInt8(ascii: ":"),
      let day = bytes[5..<7].decimalNumber, let year = bytes[12..<16].decimalNumber,
      let hours = bytes[17..<19].decimalNumber, let minutes = bytes[20..<22].decimalNumber,
      let seconds = bytes[23..<25].decimalNumber, hours < 24, minutes < 60, seconds <= 60,
      let month = Self.months.firstIndex(where: { bytes[8..<11].elementsEqual($0.utf8) }),
      let date = CalendarDay(year: year, month: month + 1, day: day)
    else { return nil }
    secondsSince1970 = Int64(date.daysSince1970) * 86_400 + Int64(hours * 3600 + minutes * 60 + seconds)
  }
}
