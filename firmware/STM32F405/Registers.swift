import _Volatile

/// A 32-bit register of a peripheral.
struct Register {
  private let cell: VolatileMappedRegister<UInt32>

  init(_ address: UInt32) { cell = VolatileMappedRegister(unsafeBitPattern: UInt(address)) }

  var value: UInt32 {
    get { cell.load() }
    nonmutating set { cell.store(newValue) }
  }

  func set(_ bits: UInt32) { value |= bits }
  func clear(_ bits: UInt32) { value &= ~bits }

  /// Writes `bits` into the field of `width` bits at `position`.
  func put(_ bits: UInt32, at position: UInt32, width: UInt32) {
    let mask: UInt32 = ((1 << width) &- 1) << position
    value = value & ~mask | bits << position
  }

  /// Polls until all of `bits` have the wanted value, at most `looks` times, so that every wait in this
  /// firmware has an end.
  func wait(for bits: UInt32, set: Bool = true, looks: UInt32) -> Bool {
    var left = looks
    while left > 0 {
      if (value & bits == bits) == set, set || value & bits == 0 { return true }
      left &-= 1
    }
    return false
  }
}

/// Addresses of registers from RM0090, section 2.3.
enum Peripheral {
  static var adc1: UInt32 { 0x4001_2000 }
  static var clock: UInt32 { 0x4000_2800 }
  static var flash: UInt32 { 0x4002_3C00 }
  static var gpioA: UInt32 { 0x4002_0000 }
  static var gpioB: UInt32 { 0x4002_0400 }
  /// Address of the interrupts' set-enable registers, one bit for each interrupt.
  static var interrupts: UInt32 { 0xE000_E100 }
  static var power: UInt32 { 0x4000_7000 }
  static var rcc: UInt32 { 0x4002_3800 }
  static var rng: UInt32 { 0x5006_0800 }
  static var systemControl: UInt32 { 0xE000_ED00 }
  static var sysTick: UInt32 { 0xE000_E010 }
  static var uart4: UInt32 { 0x4000_4C00 }
  static var usart1: UInt32 { 0x4001_1000 }
  static var usart2: UInt32 { 0x4000_4400 }
  /// Address of the chip's unique id, three words (section 39.1).
  static var uniqueID: UInt32 { 0x1FFF_7A10 }
}
