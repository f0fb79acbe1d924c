import Records

/// A moment in the format of a zip: local time in steps of two seconds, from 1980 to 2107.
struct DOSTime: Hashable, Sendable {
  let time: UInt16
  let date: UInt16

  init(time: UInt16, date: UInt16) {
    self.time = time
    self.date = date
  }

  /// Converts a moment to the local time of its own time zone. A moment before 1980 or after 2107 becomes the
  /// first or the last one that the format has.
  init(_ moment: Timestamp) {
    let seconds = moment.secondsSince1970 + Int64(moment.offsetSeconds)
    let ofDay = Int(seconds - Int64(moment.day.daysSince1970) * 86_400)
    let (year, month, day) = moment.day.components
    if year < 1980 {
      self.init(time: 0, date: 1 << 5 | 1)
    } else if year > 2107 {
      self.init(time: 0xBF7D, date: 0xFF9F)
    } else {
      self.init(
        time: UInt16(ofDay / 3600) << 11 | UInt16(ofDay / 60 % 60) << 5 | UInt16(ofDay % 60 / 2),
        date: UInt16(year - 1980) << 9 | UInt16(month) << 5 | UInt16(day))
    }
  }
}
