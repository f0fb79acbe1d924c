import Glibc

/// Writes the number of a cell as the sheet shows it in full.
enum CellNumber {
  /// The number in digits. A whole number below 10^15 has no exponent. A number without an exponent has at most
  /// 15 significant digits, as in spreadsheets.
  static func text(of number: Double) -> String {
    if abs(number) < 1e15, let whole = Int64(exactly: number) { return String(whole) }
    // Rounding to 15 digits takes away what binary fractions add: 7.1000000000000005.
    var buffer = [CChar](repeating: 0, count: 40)
    let count = withVaList([number]) { vsnprintf(&buffer, buffer.count, "%.15g", $0) }
    guard count > 0, count < buffer.count else { return "\(number)" }
    let digits = String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return digits.utf8.contains(UInt8(ascii: "e")) ? "\(number)" : digits
  }

  /// The day of a number, as `YYYY-MM-DD`; nil for a number that no spreadsheet takes for a day.
  /// - Parameter countsFrom1904: whether 0 is the first day of 1904 and not the last of 1899.
  static func day(of number: Double, countsFrom1904: Bool) -> String? {
    guard number >= 0, number < 2_958_466 else { return nil }
    var days = Int(number)
    if countsFrom1904 {
      days += 1_462
    } else if days < 61 {
      // Spreadsheets count a 29 February 1900, which does not exist.
      if days == 60 { return nil }
      days += 1
    }
    // The days are of the proleptic Gregorian calendar, from 1970-01-01, which has the number 25,569.
    return civil(days - 25_569)
  }

  /// The date of a day as `YYYY-MM-DD`, by the number of days from 1970-01-01.
  private static func civil(_ day: Int) -> String {
    // Years are counted from 1 March, so that the leap day is the last of its year.
    let shifted = day + 719_468
    let era = shifted / 146_097
    let ofEra = shifted % 146_097
    let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * ofYear + 2) / 153
    let dayOfMonth = ofYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let digits = String(year)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count))
      + "\(digits)-\(two(month))-\(two(dayOfMonth))"
  }
}
