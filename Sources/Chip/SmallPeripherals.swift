/// The independent watchdog (RM0090, section 21), which runs until the next reset once it is started.
struct Watchdog {
  private static let frequency: UInt64 = 32_000
  private var prescaler: UInt32 = 0
  private var reload: UInt32 = 0xfff
  private(set) var end = UInt64.max

  mutating func write(_ offset: UInt32, _ value: UInt32, now: UInt64) {
    switch (offset, value) {
    case (0x00, 0xcccc): end = now + period
    case (0x00, 0xaaaa): if end != .max { end = now + period }
    case (0x04, _): prescaler = value & 7
    case (0x08, _): reload = value & 0xfff
    default: break
    }
  }

  private var period: UInt64 {
    UInt64(reload + 1) * (4 << UInt64(min(prescaler, 6))) * 1_000_000_000 / Self.frequency
  }
}

/// ADC1 (RM0090, section 13): one conversion at a time, started by software.
struct Converter {
  private(set) var doneAt: UInt64 = 0
  private var value: UInt32 = 0
  private var isConverted = false
  private var control: UInt32 = 0
  private var registers: [UInt32: UInt32] = [:]

  mutating func read(_ offset: UInt32, now: UInt64) -> UInt32 {
    switch offset {
    case 0x00: return isConverted && now >= doneAt ? 1 << 1 : 0
    case 0x08: return control
    case 0x4c:
      isConverted = false
      return value
    default: return registers[offset] ?? 0
    }
  }

  /// - Parameter sample: gives the value of a channel, in steps of the converter.
  mutating func write(
    _ offset: UInt32, _ written: UInt32, now: UInt64, bus: UInt64, sample: (UInt32) -> UInt32
  ) {
    guard offset == 0x08 else {
      registers[offset] = written
      return
    }
    control = written & ~(1 << 30)
    guard written & 1 << 30 != 0, written & 1 != 0 else { return }
    let channel = (registers[0x34] ?? 0) & 0x1f
    // SMPR2 holds the sampling times of the channels up to 9, SMPR1 those of the higher channels.
    let field = (registers[channel < 10 ? 0x10 : 0x0c] ?? 0) >> (3 * (channel % 10))
    let sampling: [UInt64] = [3, 15, 28, 56, 84, 112, 144, 480]
    let divider = 2 * UInt64(((registers[0x304] ?? 0) >> 16 & 3) + 1)
    doneAt = now + (sampling[Int(field & 7)] + 12) * divider * 1_000_000_000 / max(1, bus)
    value = sample(channel)
    isConverted = true
  }
}
