/// The independent watchdog (RM0090, section 21): resets the chip, and with it opens the relay, where the main loop
/// stands. Once started only a reset stops it. It runs through the ROM bootloader too, so that the way there has to
/// be a reset.
enum Watchdog {
  private static var key: Register { Register(0x4000_3000) }
  private static var prescaler: Register { Register(0x4000_3004) }
  private static var reload: Register { Register(0x4000_3008) }
  private static var status: Register { Register(0x4000_300C) }
  /// Looks that take a handful of periods of 32 kHz.
  private static var looks: UInt32 { 20_000 }

  /// Steps of two seconds, at a 256th of 32 kHz: 8 ms a step, 5.4 to 15 ms with the oscillator's spread of 17 to 47
  /// kHz.
  private static var twoSeconds: UInt32 { 250 }
  /// Steps of 16 s, at least 11: the program stands still for four during the slowest erasure.
  private static var longest: UInt32 { 2_000 }

  static func start() {
    key.value = 0xCCCC
    key.value = 0x5555
    prescaler.value = 6
    setPeriod(twoSeconds)
  }

  static func feed() { key.value = 0xAAAA }

  /// Allows the program to stand still for as long as a sector's erasure takes.
  static func allowErasure() { setPeriod(longest) }

  static func endErasure() { setPeriod(twoSeconds) }

  private static func setPeriod(_ steps: UInt32) {
    key.value = 0x5555
    // The registers can be written when the last values have arrived at the oscillator's side.
    _ = status.wait(for: 0b11, set: false, looks: looks)
    reload.value = steps &- 1
    _ = status.wait(for: 0b11, set: false, looks: looks)
    feed()
  }
}
