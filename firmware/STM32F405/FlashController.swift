import Chip

/// The chip's flash through its controller (RM0090, section 3.9).
enum FlashController {
  private static var keys: Register { Register(Peripheral.flash &+ 0x04) }
  private static var status: Register { Register(Peripheral.flash &+ 0x0C) }
  private static var control: Register { Register(Peripheral.flash &+ 0x10) }
  private static var busy: UInt32 { 1 << 16 }
  private static var isLocked: UInt32 { 1 << 31 }
  /// The bits of every error flag and of the end of an operation.
  private static var flags: UInt32 { 0b1111_0011 }
  /// Number of polls for a word's programming, which takes at most 100 µs.
  private static var programLooks: UInt32 { 10_000 }
  /// Maximum milliseconds of an erasure; a sector of 128 KiB takes at most two seconds, one of 16 KiB half a
  /// second.
  private static var eraseMilliseconds: UInt64 { 3_000 }

  /// The word at an address in flash.
  static func word(_ address: UInt32) -> UInt32 { Register(address).value }

  static func program(_ address: UInt32, _ word: UInt32) -> Bool {
    guard address & 3 == 0, unlock() else { return false }
    defer { lock() }
    // Programming is enabled for words of 32 bits.
    control.value = 0b10 << 8 | 1
    Register(address).value = word
    return status.wait(for: busy, set: false, looks: programLooks) && succeeded()
  }

  static func erase(sector: UInt32) -> Bool {
    guard unlock() else { return false }
    Watchdog.allowErasure()
    defer {
      lock()
      Watchdog.endErasure()
    }
    control.value = 0b10 << 8 | sector << 3 | 1 << 1
    control.set(1 << 16)
    let deadline = wt_milliseconds() &+ eraseMilliseconds
    while status.value & busy != 0 {
      if wt_milliseconds() >= deadline { return false }
    }
    dropCache()
    return succeeded()
  }

  /// Makes the controller refuse to write or erase the boot block's sector, even for the ROM bootloader
  /// (sections 3.9.3 and 3.9.10), and the chip stop below 2.7 V, under which flash must not be written by words
  /// (brown-out level 3). Does nothing where both are set already.
  static func setOptions() {
    let options = Register(Peripheral.flash &+ 0x14)
    let wanted = options.value & ~(1 << 16 | 0b11 << 2)
    // Without a controller, as in QEMU, this reads 0, which counts as set.
    guard options.value != wanted else { return }
    let optionKeys = Register(Peripheral.flash &+ 0x08)
    optionKeys.value = 0x0819_2A3B
    optionKeys.value = 0x4C5D_6E7F
    options.value = wanted & ~1
    options.set(1 << 1)
    let deadline = wt_milliseconds() &+ eraseMilliseconds
    while status.value & busy != 0, wt_milliseconds() < deadline {}
    options.set(1)
  }

  // MARK: -

  /// Unlocks the controller. Returns false where there is no controller, because a controller shows its lock
  /// first.
  private static func unlock() -> Bool {
    lock()
    guard control.value & isLocked != 0 else { return false }
    keys.value = 0x4567_0123
    keys.value = 0xCDEF_89AB
    status.value = flags
    return control.value & isLocked == 0
  }

  private static func lock() { control.value = isLocked }

  private static func succeeded() -> Bool { status.value & 0b1111_0010 == 0 }

  /// Empties the data cache, which may still hold contents from before the erasure.
  private static func dropCache() {
    let access = Register(Peripheral.flash)
    access.clear(1 << 10)
    access.set(1 << 12)
    access.clear(1 << 12)
    access.set(1 << 10)
  }
}
