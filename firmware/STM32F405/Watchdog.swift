/// The independent watchdog (RM0090, section 21). Where the main loop stops, it resets the chip, which opens
/// the relay. A started watchdog is stopped only by a reset. It also runs through the ROM bootloader, so that
/// the way there has to be a reset.
enum Watchdog {
  private static var key: Register { Register(0x4000_3000) }
  private static var prescaler: Register { Register(0x4000_3004) }
  private static var reload: Register { Register(0x4000_3008) }
  private static var status: Register { Register(0x4000_300C) }
  /// Number of polls that take a few periods of 32 kHz.
  private static var looks: UInt32 { 20_000 }

  /// Number of steps in two seconds: at a 256th of 32 kHz a step is 8 ms, or 5.4 to 15 ms with the oscillator's
  /// spread of 17 to 47 kHz.
  private static var twoSeconds: UInt32 { 250 }
  /// Number of steps in 16 s, or in at least 11 s with the oscillator's spread; the program stands still for 4
  /// s during the slowest erasure.
  private static var longest: UInt32 { 2_000 }

  static func start() {
    key.value = 0xCCCC
    key.value = 0x5555
    prescaler.value = 6
    setPeriod(twoSeconds)
  }

  static func feed() { key.value = 0xAAAA }

  /// Allows the program to stand still for as long as the erasure of a sector takes.
  static func allowErasure() { setPeriod(longest) }

  static func endErasure() { setPeriod(twoSeconds) }

  private static func setPeriod(_ steps: UInt32) {
    key.value = 0x5555
    // The registers can be written when the previous values have reached the oscillator's clock domain.
    _ = status.wait(for: 0b11, set: false, looks: looks)
    reload.value = steps &- 1
    _ = status.wait(for: 0b11, set: false, looks: looks)
    feed()
  }
}
