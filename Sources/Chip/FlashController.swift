import Bench

/// The flash interface of an STM32F405 (RM0090, section 3): keys, sector erase, programming that only clears bits,
/// errors, the time that all of it takes, and write protection of sectors.
struct FlashController {
  private static let errors: UInt32 = 0b1111_0010
  private static let programmingError: UInt32 = 1 << 6
  private static let sequenceError: UInt32 = 1 << 7
  private static let protectionError: UInt32 = 1 << 4
  private static let lock: UInt32 = 1 << 31
  private static let erasedOptions: UInt32 = 0x0fff_ffec
  private static let userOptions: UInt32 = 0xec

  let array: FlashArray
  let timings: FlashTimings
  /// The moment at which an operation ends, in nanoseconds.
  private(set) var busyUntil: UInt64 = 0
  private var accessControl: UInt32 = 0
  private var status: UInt32 = 0
  private var control = Self.lock
  /// The lowest of the option bytes. The others hold the array's protection, which the ROM bootloader obeys and
  /// sets.
  private var userOptions = Self.userOptions
  /// The option bytes that were written but not yet started by OPTSTRT.
  private var optionsToBe: UInt32?
  private var optionsAreLocked = true
  private var keysSeen = 0
  private var optionKeysSeen = 0
  /// Whether a wrong key has locked the controller until the next reset.
  private var isBarred = false
  /// Number of operations since power-up, so that a power cut can be placed in each of them.
  private(set) var operations = 0
  /// Number of times that the option bytes were written.
  private(set) var optionWrites = 0
  private enum Replaced {
    case cells(address: UInt32, bytes: [UInt8])
    case options(UInt32)
  }
  /// The earlier contents of the bytes that the latest operation changes.
  private var replaced = Replaced.cells(address: 0, bytes: [])

  init(array: FlashArray, timings: FlashTimings) {
    self.array = array
    self.timings = timings
  }

  mutating func reset() {
    (accessControl, status, control) = (0, 0, Self.lock)
    (keysSeen, optionKeysSeen, isBarred, optionsAreLocked, optionsToBe) = (0, 0, false, true, nil)
    busyUntil = 0
  }

  func read(_ offset: UInt32, now: UInt64) -> UInt32 {
    switch offset {
    case 0x00: accessControl
    case 0x0c: status | (now < busyUntil ? 1 << 16 : 0)
    case 0x10: control
    case 0x14: (optionsToBe ?? options) | (optionsAreLocked ? 1 : 0)
    default: 0
    }
  }

  /// - Returns: the sector that this write has erased; nil where it erased none.
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
      optionsToBe = value & Self.erasedOptions
      if value & 2 != 0 {
        optionWrites += 1
        replaced = .options(options)
        setOptions(value)
        busyUntil = now + Self.nanoseconds(timings.erase(sectorBytes: 16 << 10))
      }
      if value & 1 != 0 { optionsAreLocked = true }
    default: break
    }
    return nil
  }

  /// Carries out a store into flash where the controller allows it, and sets an error flag otherwise. The
  /// resulting bytes are in `array`.
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
    guard let sector = array.sector(at: address), !array.isProtected(sector: sector) else {
      status |= Self.protectionError
      return
    }
    operations += 1
    replaced = .cells(address: address, bytes: array.read(address, count: bytes) ?? [])
    array.program(address, (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) })
    busyUntil = now + Self.nanoseconds(timings.programWord)
    status |= 1
  }

  /// Leaves an operation half done, as a power cut does. A word loses some of the bits that were to be cleared;
  /// a sector has blocks of 64 bytes that are erased, half erased or unchanged; option bytes are the old, the
  /// new, or erased ones.
  mutating func cutPower(now: UInt64, noise: () -> UInt8) {
    guard now < busyUntil else { return }
    switch replaced {
    case .cells(let address, let bytes): spoil(address, bytes, noise: noise)
    case .options(let old):
      switch noise() % 3 {
      case 0: setOptions(old)
      case 1: break
      // Erased option bytes mean read protection of level 1.
      default: setOptions(Self.erasedOptions)
      }
    }
  }

  private func spoil(_ address: UInt32, _ bytes: [UInt8], noise: () -> UInt8) {
    guard let done = array.read(address, count: bytes.count) else { return }
    var left = bytes
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
    array.put(address, left)
  }

  private var options: UInt32 {
    let protection = array.protection
    let writable = array.sectors.indices.reduce(UInt32(0)) {
      protection.sectors.contains($1) ? $0 : $0 | 1 << (16 + UInt32($1))
    }
    return userOptions | (protection.fromReading ? 0xff : 0xaa) << 8 | writable
  }

  private mutating func setOptions(_ value: UInt32) {
    let isProtected = value >> 8 & 0xff != 0xaa
    userOptions = value & Self.userOptions
    if !isProtected, array.isReadProtected { array.unprotectFromReading() }
    array.protection = FlashArray.Protection(
      sectors: Set(array.sectors.indices.filter { value >> (16 + UInt32($0)) & 1 == 0 }),
      fromReading: isProtected)
  }

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
    guard array.sectors.indices.contains(index), !array.isProtected(sector: index) else {
      status |= Self.protectionError
      return nil
    }
    operations += 1
    let sector = array.sectors[index]
    replaced = .cells(address: sector.address, bytes: array.read(sector.address, count: sector.bytes) ?? [])
    array.erase(sector: index)
    busyUntil = now + Self.nanoseconds(timings.erase(sectorBytes: sector.bytes))
    status |= 1
    return sector
  }

  private static func nanoseconds(_ time: Duration) -> UInt64 {
    UInt64(max(0, time / .nanoseconds(1)))
  }
}
