import Bench

/// The part of the chip that a battery keeps: the real-time clock, its registers and its oscillator's switch
/// (RM0090, sections 7.3.20 and 26). Resets leave this part alone.
struct BackupDomain {
  private static let second: UInt64 = 1_000_000_000
  /// Nanoseconds of two periods of 32,768 Hz, after which a request takes effect and the shadow registers are
  /// right.
  private static let synchronisation: UInt64 = 61_036
  /// Nanoseconds that a crystal takes to start up.
  private static let crystalStart: UInt64 = 300_000_000
  private static let initialisation: UInt32 = 1 << 7

  /// The register RCC_BDCR.
  private var control: UInt32 = 0
  private var crystalOnAt: UInt64 = 0
  /// Number of keys received of the two that unlock writing to the clock.
  private var keysSeen = 0
  private var prescalers: UInt32 = 0x7f_00ff
  private var clockControl: UInt32 = 0
  private var backups = [UInt32](repeating: 0, count: 20)
  /// Seconds since 2000 that the calendar showed at the moment `setAt`.
  private var calendar: UInt64 = 0
  private var setAt: UInt64 = 0
  private var time: UInt32 = 0
  private var date: UInt32 = 0x2101
  /// Moment at which the program asked for the initialisation mode, in which the clock stands still to be set;
  /// nil where the clock runs.
  private var standsSince: UInt64?
  private var shadowsRightAt: UInt64 = 0
  /// The date that was latched when the time was read, so that both belong to one moment.
  private var lockedDate: UInt32?

  /// Starts the wait for the shadow registers anew and drops the latched date, as a reset of the chip does.
  mutating func reset(now: UInt64) {
    shadowsRightAt = now + Self.synchronisation
    lockedDate = nil
  }

  // MARK: - RCC_BDCR

  func readControl(now: UInt64, world: World) -> UInt32 {
    let isReady = control & 1 != 0 && world.clockRuns && now >= crystalOnAt + Self.crystalStart
    return control | (isReady ? 1 << 1 : 0)
  }

  /// - Parameter isOpen: PWR_CR's bit DBP, without which none of these registers can be written.
  mutating func writeControl(_ value: UInt32, now: UInt64, isOpen: Bool) {
    guard isOpen else { return }
    if value & 1 << 16 != 0 {
      self = BackupDomain()
      control = 1 << 16
      return
    }
    if value & 1 != 0, control & 1 == 0 { crystalOnAt = now }
    // The source of the clock can be chosen only once.
    let source = control & 0x300 != 0 ? control & 0x300 : value & 0x300
    control = value & 0x8005 | source
  }

  // MARK: - The clock

  mutating func read(_ offset: UInt32, now: UInt64, world: World) -> UInt32 {
    switch offset {
    case 0x00:
      guard standsSince == nil else { return time }
      let shown = seconds(now, world)
      lockedDate = Self.date(of: shown)
      return Self.time(of: shown)
    case 0x04:
      guard standsSince == nil else { return date }
      defer { lockedDate = nil }
      return lockedDate ?? Self.date(of: seconds(now, world))
    case 0x08: return clockControl
    case 0x0c: return status(now, world)
    case 0x10: return prescalers
    case 0x28: return 0
    case 0x50..<0xa0: return backups[Int(offset - 0x50) / 4]
    default: return 0
    }
  }

  mutating func write(_ offset: UInt32, _ value: UInt32, now: UInt64, isOpen: Bool, world: World) {
    guard isOpen else { return }
    if offset >= 0x50, offset < 0xa0 {
      backups[Int(offset - 0x50) / 4] = value
      return
    }
    if offset == 0x24 {
      keysSeen = keysSeen == 0 && value & 0xff == 0xca ? 1 : keysSeen == 1 && value & 0xff == 0x53 ? 2 : 0
      return
    }
    guard keysSeen == 2 else { return }
    let maySet = status(now, world) & 1 << 6 != 0
    switch offset {
    case 0x00 where maySet: time = value
    case 0x04 where maySet: date = value
    case 0x08: clockControl = value
    case 0x0c: writeStatus(value, now: now, world: world)
    case 0x10 where maySet: prescalers = value
    default: break
    }
  }

  private func status(_ now: UInt64, _ world: World) -> UInt32 {
    var status: UInt32 = 0b111
    if calendar >= Self.daysToYear(1) * 86_400 { status |= 1 << 4 }
    guard isRunning(world) || standsSince != nil else { return status }
    if standsSince == nil, now >= shadowsRightAt { status |= 1 << 5 }
    if let standsSince {
      status |= Self.initialisation
      if isRunning(world), now >= standsSince + Self.synchronisation { status |= 1 << 6 }
    }
    return status
  }

  private mutating func writeStatus(_ value: UInt32, now: UInt64, world: World) {
    if value & 1 << 5 == 0 { shadowsRightAt = now + Self.synchronisation }
    if value & Self.initialisation != 0, standsSince == nil {
      let shown = seconds(now, world)
      (time, date) = (Self.time(of: shown), Self.date(of: shown))
      standsSince = now
    } else if value & Self.initialisation == 0, standsSince != nil {
      if status(now, world) & 1 << 6 != 0 {
        calendar = Self.seconds(time: time, date: date)
        setAt = now
      }
      standsSince = nil
      shadowsRightAt = now + Self.synchronisation
    }
  }

  /// Whether the clock is enabled and its source, one of the two oscillators, runs.
  private func isRunning(_ world: World) -> Bool {
    let source = control >> 8 & 3
    return control & 1 << 15 != 0 && (source == 1 && control & 1 != 0 || source == 2) && world.clockRuns
  }

  /// Time that the calendar shows, seconds since 2000.
  private func seconds(_ now: UInt64, _ world: World) -> UInt64 {
    guard isRunning(world) else { return calendar }
    // Both prescalers together make a second out of either oscillator; other values make the clock run at
    // another rate.
    let frequency: UInt64 = control >> 8 & 3 == 1 ? 32_768 : 32_000
    let divider = (UInt64(prescalers >> 16 & 0x7f) + 1) * (UInt64(prescalers & 0x7fff) + 1)
    let elapsed = (now - min(now, setAt)) / max(1, divider * Self.second / frequency)
    let shown = Int64(calendar + elapsed) + Int64(world.clockErrorSeconds)
    return UInt64(max(0, shown))
  }

  // MARK: - The calendar in binary-coded decimals

  private static func time(of seconds: UInt64) -> UInt32 {
    decimal(seconds / 3600 % 24) << 16 | decimal(seconds / 60 % 60) << 8 | decimal(seconds % 60)
  }

  private static func date(of seconds: UInt64) -> UInt32 {
    let days = seconds / 86_400
    var year: UInt64 = 0
    while year < 99, daysToYear(year + 1) <= days { year += 1 }
    var day = days - daysToYear(year)
    var month = 0
    let lengths = monthLengths(year)
    while month < 11, day >= lengths[month] {
      day -= lengths[month]
      month += 1
    }
    // The first of January 2000 was a Saturday, the sixth day.
    let weekday = UInt32((days + 5) % 7 + 1)
    return decimal(year % 100) << 16 | weekday << 13 | decimal(UInt64(month + 1)) << 8 | decimal(day + 1)
  }

  private static func seconds(time: UInt32, date: UInt32) -> UInt64 {
    let year = number(date >> 16 & 0xff)
    let month = Int(min(12, max(1, number(date >> 8 & 0x1f))))
    var days = daysToYear(year) + max(1, number(date & 0x3f)) - 1
    days += monthLengths(year).prefix(month - 1).reduce(0, +)
    return days * 86_400 + number(time >> 16 & 0x3f) * 3600 + number(time >> 8 & 0x7f) * 60
      + number(time & 0x7f)
  }

  /// Number of days from the first of January 2000 to the first of January of the year 2000 + `year`. From 2000
  /// to 2099 every fourth year is a leap year.
  private static func daysToYear(_ year: UInt64) -> UInt64 { year * 365 + (year + 3) / 4 }

  private static func monthLengths(_ year: UInt64) -> [UInt64] {
    [31, year % 4 == 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  }

  private static func decimal(_ number: UInt64) -> UInt32 { UInt32((number / 10 % 10) << 4 | number % 10) }
  private static func number(_ decimal: UInt32) -> UInt64 { UInt64((decimal >> 4) * 10 + (decimal & 0xf)) }
}
