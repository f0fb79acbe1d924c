/// The chip's clock with its crystal of 32,768 Hz and a battery (RM0090, section 26). It runs through resets
/// and, where there is a battery, through the loss of power. Every wait here has an end.
enum RealTimeClock {
  private static var domain: Register { Register(Peripheral.rcc &+ 0x70) }
  private static var time: Register { Register(Peripheral.clock) }
  private static var date: Register { Register(Peripheral.clock &+ 0x04) }
  private static var status: Register { Register(Peripheral.clock &+ 0x0C) }
  private static var protection: Register { Register(Peripheral.clock &+ 0x24) }
  /// Number of polls for shadow registers and initialisation, which take two periods of the crystal, 61 µs.
  private static var looks: UInt32 { 10_000 }
  /// Number of polls for a crystal that was just switched on, a quarter of a second.
  private static var crystalLooks: UInt32 { 2_000_000 }

  /// Switches crystal and clock on. The crystal takes up to two seconds, for which this function does not wait.
  static func start() {
    Register(Peripheral.rcc &+ 0x40).set(1 << 28)
    Register(Peripheral.power).set(1 << 8)
    // The source can be chosen only once; a clock that a battery has kept stays unchanged.
    domain.set(1 << 15 | 0b01 << 8 | 1)
  }

  /// Time of the clock, seconds since 1970; 0 where the clock was never set or stands still.
  static func seconds() -> UInt64 {
    unlock()
    defer { lock() }
    // The shadow registers follow the clock where it was set before and runs.
    status.value = ~(1 << 5 | 1 << 7)
    guard status.value & 1 << 4 != 0, status.wait(for: 1 << 5, looks: looks) else { return 0 }
    let time = time.value
    // The date is read after the time, because reading the time latches it.
    let date = date.value
    let year = number(date >> 16 & 0xFF)
    let month = number(date >> 8 & 0x1F)
    // From 2000 to 2099 every fourth year is a leap year; months are counted from March, so that the leap day
    // is the last day.
    let (years, months) = month > 2 ? (year &+ 4, month &- 3) : (year &+ 3, month &+ 9)
    let days = years &* 1461 / 4 &+ (months &* 153 &+ 2) / 5 &+ number(date & 0x3F)
    let clock =
      number(time >> 16 & 0x3F) &* 3600 &+ number(time >> 8 & 0x7F) &* 60 &+ number(time & 0x7F)
    return UInt64(days) &* 86_400 &+ UInt64(clock) &+ epoch
  }

  /// Sets the clock; returns false where the clock does not run, or the year is not one from 2001 to 2099.
  static func set(_ seconds: UInt64) -> Bool {
    guard seconds >= 978_307_200, seconds < 4_102_444_800,
      domain.wait(for: 1 << 1, looks: crystalLooks)
    else { return false }
    let sinceEpoch = seconds &- epoch
    let days = UInt32(truncatingIfNeeded: sinceEpoch / 86_400) &- 1
    let clock = UInt32(truncatingIfNeeded: sinceEpoch % 86_400)
    var years = (days &* 4 &+ 3) / 1461
    let dayOfYear = days &- years &* 1461 / 4
    let fromMarch = (dayOfYear &* 5 &+ 2) / 153
    let day = dayOfYear &- (fromMarch &* 153 &+ 2) / 5 &+ 1
    let month = fromMarch < 10 ? fromMarch &+ 3 : fromMarch &- 9
    years = years &- (month > 2 ? 4 : 3)

    unlock()
    defer { lock() }
    status.set(1 << 7)
    guard status.wait(for: 1 << 6, looks: looks) else {
      status.clear(1 << 7)
      return false
    }
    time.value = decimal(clock / 3600) << 16 | decimal(clock / 60 % 60) << 8 | decimal(clock % 60)
    // The day of the week is not used, but 0 is forbidden.
    date.value = decimal(years) << 16 | 1 << 13 | decimal(month) << 8 | decimal(day)
    status.clear(1 << 7)
    return true
  }

  // MARK: -

  private static func unlock() {
    protection.value = 0xCA
    protection.value = 0x53
  }

  private static func lock() { protection.value = 0xFF }

  /// Day 0 of this counting of days, the 29th of February 1996, in seconds since 1970.
  private static var epoch: UInt64 { 825_552_000 }

  private static func decimal(_ number: UInt32) -> UInt32 { (number / 10) << 4 | number % 10 }
  private static func number(_ decimal: UInt32) -> UInt32 { (decimal >> 4) &* 10 &+ (decimal & 15) }
}
