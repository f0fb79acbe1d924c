/// The nested vectored interrupt controller (Armv7-M Architecture Reference Manual, B3.4), of which only
/// enabling is modelled. All interrupts keep the priority that they have at reset, so that none interrupts
/// another.
struct InterruptController {
  private var enabled: [UInt32] = [0, 0, 0]

  func isEnabled(_ number: Int) -> Bool { enabled[number / 32] >> UInt32(number % 32) & 1 != 0 }

  /// - Parameter offset: the register's offset from 0xE000E100.
  func read(_ offset: UInt32) -> UInt32 {
    let index = Int(offset & 0x7f) / 4
    return offset < 0x100 && enabled.indices.contains(index) ? enabled[index] : 0
  }

  mutating func write(_ offset: UInt32, _ value: UInt32) {
    let index = Int(offset & 0x7f) / 4
    guard enabled.indices.contains(index) else { return }
    switch offset {
    case 0x00..<0x80: enabled[index] |= value
    case 0x80..<0x100: enabled[index] &= ~value
    default: break
    }
  }
}
