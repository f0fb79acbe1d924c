/// Reset and clock control (RM0090, section 7), as far as it determines the frequency of the core and the
/// buses.
struct ClockTree {
  /// Frequency of the internal oscillator, Hz: 16 MHz with an error of at most 5 %.
  let oscillator: UInt64
  /// The reasons for the resets since power-up or since the program last cleared them, as RCC_CSR's flags.
  private(set) var resetFlags: UInt32 = 0
  private var registers: [UInt32: UInt32] = [:]
  /// Frequency of the core, Hz.
  private(set) var frequency: UInt64

  init(oscillator: UInt64) {
    self.oscillator = oscillator
    frequency = oscillator
  }

  enum ResetCause: UInt32 {
    /// The flags of power-on, brown-out and the reset pin, which are set together.
    case power = 0b1110
    case pin = 0b0100
    case software = 0b1_0100
    case watchdog = 0b10_0100
  }

  mutating func reset(_ cause: ResetCause) {
    if cause == .power { resetFlags = 0 }
    resetFlags |= cause.rawValue << 24
    registers = [0x00: 0x83, 0x04: 0x2400_3010]
    updateFrequency()
  }

  private mutating func updateFrequency() {
    frequency =
      switch self[0x08] & 3 {
      case 1: 8_000_000
      case 2: pll
      default: oscillator
      }
  }

  /// Frequency of the bus of USART1 and the ADC, Hz.
  var apb2: UInt64 { Self.divided(frequency, self[0x08] >> 13 & 7) }
  /// Frequency of the bus of USART2 and UART4, Hz.
  var apb1: UInt64 { Self.divided(frequency, self[0x08] >> 10 & 7) }

  func read(_ offset: UInt32, fastClockStarts: Bool) -> UInt32 {
    let value = self[offset]
    return switch offset {
    // An oscillator is ready as soon as it is switched on; the crystal and the PLL are so only where
    // `fastClockStarts`.
    case 0x00: value | (value & (1 << 0 | (fastClockStarts ? 1 << 16 | 1 << 24 : 0))) << 1
    case 0x08: value & ~0b1100 | (value & 3) << 2
    case 0x70: value | (value & 1) << 1
    case 0x74: value & 1 | (value & 1) << 1 | resetFlags
    default: value
    }
  }

  mutating func write(_ offset: UInt32, _ value: UInt32) {
    if offset == 0x74, value & 1 << 24 != 0 { resetFlags = 0 }
    registers[offset] = offset == 0x74 ? value & 1 : value
    updateFrequency()
  }

  private subscript(offset: UInt32) -> UInt32 { registers[offset] ?? 0 }

  private var pll: UInt64 {
    let value = self[0x04]
    let source: UInt64 = value & 1 << 22 != 0 ? 8_000_000 : oscillator
    let (m, n) = (UInt64(max(1, value & 0x3f)), UInt64(value >> 6 & 0x1ff))
    return max(1_000_000, source * n / m / UInt64(2 * ((value >> 16 & 3) + 1)))
  }

  private static func divided(_ frequency: UInt64, _ field: UInt32) -> UInt64 {
    field & 4 == 0 ? frequency : frequency >> UInt64((field & 3) + 1)
  }
}
