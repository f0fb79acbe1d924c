import Chip
import _Volatile

/// Sectors 1 and 2 of the flash, by the flash controller (RM0090, section 3.6).
struct RecordFlash {
  private static var keys: Register { Register(Peripheral.flash &+ 0x04) }
  private static var status: Register { Register(Peripheral.flash &+ 0x0C) }
  private static var control: Register { Register(Peripheral.flash &+ 0x10) }
  private static var busy: UInt32 { 1 << 16 }
  /// Every error flag, and the end of an operation.
  private static var flags: UInt32 { 0b1111_0011 }
  /// A word takes at most 100 µs.
  private static var programLooks: UInt32 { 10_000 }
  /// A sector of 16 KiB takes at most 500 ms.
  private static var eraseMilliseconds: UInt64 { 1_000 }

  func read(slot: Int, offset: Int, count: Int) -> [UInt8] {
    guard let start = Self.address(slot, offset, count) else { return [] }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    for index in 0..<UInt32(truncatingIfNeeded: count) {
      bytes.append(
        VolatileMappedRegister<UInt8>(unsafeBitPattern: UInt(start &+ index)).load())
    }
    return bytes
  }

  func program(slot: Int, offset: Int, _ bytes: [UInt8]) -> Bool {
    guard let start = Self.address(slot, offset, bytes.count), start & 3 == 0, bytes.count & 3 == 0,
      Self.unlock()
    else { return false }
    defer { Self.lock() }
    for index in stride(from: 0, to: bytes.count, by: 4) {
      guard let word = bytes.littleEndian(UInt32.self, at: index) else { return false }
      // Words of 32 bits, programming on.
      Self.control.value = 0b10 << 8 | 1
      Register(start &+ UInt32(truncatingIfNeeded: index)).value = word
      guard Self.status.wait(for: Self.busy, set: false, looks: Self.programLooks), Self.succeeded()
      else { return false }
    }
    return true
  }

  func erase(slot: Int) -> Bool {
    guard slot == 0 || slot == 1, Self.unlock() else { return false }
    defer { Self.lock() }
    let sector = UInt32(truncatingIfNeeded: slot &+ 1)
    Self.control.value = 0b10 << 8 | sector << 3 | 1 << 1
    Self.control.set(1 << 16)
    let deadline = wt_milliseconds() &+ Self.eraseMilliseconds
    while Self.status.value & Self.busy != 0 {
      if wt_milliseconds() >= deadline { return false }
    }
    dropCache()
    return Self.succeeded()
  }

  // MARK: -

  private static func unlock() -> Bool {
    keys.value = 0x4567_0123
    keys.value = 0xCDEF_89AB
    status.value = flags
    return control.value & 1 << 31 == 0
  }

  private static func lock() { control.value = 1 << 31 }

  private static func succeeded() -> Bool { status.value & 0b1111_0010 == 0 }

  /// The data cache may still hold what was there before the erasure.
  private func dropCache() {
    let access = Register(Peripheral.flash)
    access.clear(1 << 10)
    access.set(1 << 12)
    access.clear(1 << 12)
    access.set(1 << 10)
  }

  private static func address(_ slot: Int, _ offset: Int, _ count: Int) -> UInt32? {
    let size = Int(FlashMap.recordSlotSize)
    guard slot == 0 || slot == 1, offset >= 0, count >= 0, count <= size, offset <= size &- count
    else { return nil }
    let start = slot == 0 ? FlashMap.recordSlots.0 : FlashMap.recordSlots.1
    return start &+ UInt32(truncatingIfNeeded: offset)
  }
}
