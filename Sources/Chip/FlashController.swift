import Bench

/// The flash interface of an STM32F405 (RM0090, section 3): keys, sector erase, programming that only clears bits,
/// errors, the time that all of it takes, and write protection of sectors.
struct FlashController {
  private static let errors: UInt32 = 0b1111_0010
  private static let programmingError: UInt32 = 1 << 6
  private static let sequenceError: UInt32 = 1 << 7
  private static let protectionError: UInt32 = 1 << 4
  private static let lock: UInt32 = 1 << 31

  let array: FlashArray
  let timings: FlashTimings
  /// The moment at which an operation ends, in nanoseconds.
  private(set) var busyUntil: UInt64 = 0
  private var accessControl: UInt32 = 0
  private var status: UInt32 = 0
  private var control = Self.lock
  /// Sectors that may be written, one bit each from bit 16; survives resets as option bytes do.
  private var options: UInt32 = 0x0fff_aaed
  private var optionsAreLocked = true
  private var keysSeen = 0
  private var optionKeysSeen = 0
  /// A wrong key locks the controller until the next reset.
  private var isBarred = false
  /// Operations since power-up, for power cuts that are to fall on each of them.
  private(set) var operations = 0
  /// Times that the option bytes were written.
  private(set) var optionWrites = 0
  /// What stood where the latest operation is at work.
  private var replaced: (address: UInt32, bytes: [UInt8]) = (0, [])

  init(array: FlashArray, timings: FlashTimings) {
    self.array = array
    self.timings = timings
  }

  mutating func reset() {
    (accessControl, status, control) = (0, 0, Self.lock)
    (keysSeen, optionKeysSeen, isBarred, optionsAreLocked, busyUntil) = (0, 0, false, true, 0)
  }

  func read(_ offset: UInt32, now: UInt64) -> UInt32 {
    switch offset {
    case 0x00: accessControl
    case 0x0c: status | (now < busyUntil ? 1 << 16 : 0)
    case 0x10: control
    case 0x14: options | (optionsAreLocked ? 1 : 0)
    default: 0
    }
  }

  /// - Returns: the sector that was erased by this, if any.
  mutating func write(_ offset: UInt32, _ value: UInt32, now: UInt64) -> FlashArray.Sector? {
    switch offset {
    case 0x00: accessControl = value
    case 0x04: takeKey(value)
    case 0x08:
      if optionKeysSeen == 0, value == 0x0819_2a3b {
        optionKeysSeen = 1
      } else if optionKeysSeen == 1, value == 0x4c5d_6e7f {
        (optionKeysSeen, optionsAreLocked) = (0, false)
      }
    case 0x0c: status &= ~(value & 0b1111_0011)
    case 0x10: return writeControl(value, now: now)
    case 0x14:
      guard !optionsAreLocked else { return nil }
      options = value & 0x0fff_ffec
      if value & 1 != 0 { optionsAreLocked = true }
      if value & 2 != 0 {
        optionWrites += 1
        busyUntil = now + Self.nanoseconds(timings.erase16KiB)
        // The ROM bootloader goes by them as well.
        for sector in array.sectors.indices where !mayWrite(sector) { array.protect(sector: sector) }
      }
    default: break
    }
    return nil
  }

  /// A store into flash; what it leaves there is in `array`.
  mutating func program(_ address: UInt32, _ value: UInt32, bytes: Int, now: UInt64) {
    let width = 1 << Int(control >> 8 & 3)
    guard control & 1 != 0, control & Self.lock == 0, now >= busyUntil else {
      status |= Self.sequenceError
      return
    }
    guard width == bytes else {
      status |= Self.programmingError
      return
    }
    guard let sector = array.sector(at: address), mayWrite(sector) else {
      status |= Self.protectionError
      return
    }
    operations += 1
    replaced = (address, array.read(address, count: bytes) ?? [])
    array.program(address, (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) })
    busyUntil = now + Self.nanoseconds(timings.programWord)
    status |= 1
  }

  /// What is left of an operation whose power went: of a word, some of the bits that were to be cleared; of a sector,
  /// blocks of 64 bytes that are erased, half erased, or what they were.
  mutating func cutPower(now: UInt64, noise: () -> UInt8) {
    guard now < busyUntil, let done = array.read(replaced.address, count: replaced.bytes.count) else { return }
    var left = replaced.bytes
    if control & 2 == 0 {
      for index in left.indices { left[index] = done[index] | left[index] & noise() }
    } else {
      for start in stride(from: 0, to: left.count, by: 64) {
        let extent = noise() % 4
        for index in start..<min(start + 64, left.count) where extent > 0 {
          left[index] |= extent == 1 ? noise() : 0xff
        }
      }
    }
    array.put(replaced.address, left)
  }

  private func mayWrite(_ sector: Int) -> Bool { options >> (16 + UInt32(sector)) & 1 != 0 }

  private mutating func takeKey(_ value: UInt32) {
    guard !isBarred, control & Self.lock != 0 else { return }
    switch (keysSeen, value) {
    case (0, 0x4567_0123): keysSeen = 1
    case (1, 0xcdef_89ab): (keysSeen, control) = (0, control & ~Self.lock)
    default: isBarred = true
    }
  }

  private mutating func writeControl(_ value: UInt32, now: UInt64) -> FlashArray.Sector? {
    guard control & Self.lock == 0 else { return nil }
    guard now >= busyUntil else { return nil }
    if value & Self.lock != 0 {
      control = value & ~(1 << 16) | Self.lock
      return nil
    }
    control = value & ~(1 << 16)
    guard value & 1 << 16 != 0, value & 2 != 0 else { return nil }
    let index = Int(value >> 3 & 0xf)
    guard array.sectors.indices.contains(index), mayWrite(index) else {
      status |= Self.protectionError
      return nil
    }
    operations += 1
    let sector = array.sectors[index]
    replaced = (sector.address, array.read(sector.address, count: sector.bytes) ?? [])
    array.erase(sector: index)
    busyUntil = now + Self.nanoseconds(timings.erase(sectorBytes: sector.bytes))
    status |= 1
    return sector
  }

  private static func nanoseconds(_ time: Duration) -> UInt64 {
    UInt64(max(0, time / .nanoseconds(1)))
  }
}
