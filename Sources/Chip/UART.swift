/// A USART as the firmware uses it: polled or not, 8 data bits, one byte in the shifter and one before it each way
/// (RM0090, section 30).
struct UART {
  private static let framingError: UInt32 = 1 << 1
  private static let overrun: UInt32 = 1 << 3
  private static let notEmpty: UInt32 = 1 << 5

  /// The speed at which the other side talks, bits a second.
  let lineSpeed: UInt64
  /// What is on the way here, and when the last bit of each byte arrives.
  private var line: [(at: UInt64, byte: UInt8)] = []
  private var lineHead = 0
  private var status: UInt32 = 0
  private var received: UInt8 = 0
  private var divider: UInt32 = 0
  private var control: [UInt32] = [0, 0, 0]
  private var shifterIsFreeAt: UInt64 = 0
  private var lastArrival: UInt64 = 0
  /// Bytes that the firmware has sent.
  private(set) var sent: [UInt8] = []

  init(lineSpeed: UInt64) { self.lineSpeed = lineSpeed }

  private var byteTime: UInt64 { 10_000_000_000 / lineSpeed }

  /// What has left is on the wire, whatever becomes of the chip.
  mutating func reset() {
    let sent = sent
    self = UART(lineSpeed: lineSpeed)
    self.sent = sent
  }

  /// Puts bytes on the line, one after another.
  mutating func arrive(_ bytes: [UInt8], now: UInt64) {
    for byte in bytes {
      lastArrival = max(now, lastArrival) + byteTime
      line.append((lastArrival, byte))
    }
  }

  /// Nothing is on its way here any more.
  var isQuiet: Bool { lineHead == line.count }

  mutating func takeSent() -> [UInt8] {
    defer { sent = [] }
    return sent
  }

  func nextEvent(after now: UInt64) -> UInt64 {
    var next = UInt64.max
    if lineHead < line.count { next = max(now, line[lineHead].at) }
    for moment in [shifterIsFreeAt, shifterIsFreeAt &- min(shifterIsFreeAt, byteTime)] where moment > now {
      next = min(next, moment)
    }
    return next
  }

  /// Lets arrive what has arrived by now.
  mutating func settle(now: UInt64, clock: UInt64) {
    while lineHead < line.count, line[lineHead].at <= now {
      let byte = line[lineHead].byte
      lineHead += 1
      guard isOn(1 << 2) else { continue }
      guard status & Self.notEmpty == 0 else {
        status |= Self.overrun
        continue
      }
      let isInTune = speedIsRight(clock: clock)
      received = isInTune ? byte : byte ^ 0x55
      status |= Self.notEmpty | (isInTune ? 0 : Self.framingError)
    }
    if lineHead == line.count, lineHead > 0 {
      line.removeAll(keepingCapacity: true)
      lineHead = 0
    }
  }

  mutating func read(_ offset: UInt32, now: UInt64) -> UInt32 {
    switch offset {
    case 0x00:
      let hasRoom = now + byteTime >= shifterIsFreeAt
      return status | (hasRoom ? 1 << 7 : 0) | (now >= shifterIsFreeAt ? 1 << 6 : 0)
    case 0x04:
      status &= ~(Self.notEmpty | Self.overrun | Self.framingError)
      return UInt32(received)
    case 0x08: return divider
    case 0x0c, 0x10, 0x14: return control[Int(offset - 0x0c) / 4]
    default: return 0
    }
  }

  mutating func write(_ offset: UInt32, _ value: UInt32, now: UInt64, clock: UInt64) {
    switch offset {
    case 0x04:
      guard isOn(1 << 3) else { return }
      shifterIsFreeAt = max(now, shifterIsFreeAt) + byteTime
      let byte = UInt8(truncatingIfNeeded: value)
      sent.append(speedIsRight(clock: clock) ? byte : byte ^ 0x55)
    case 0x08: divider = value & 0xffff
    case 0x0c, 0x10, 0x14: control[Int(offset - 0x0c) / 4] = value
    default: break
    }
  }

  private func isOn(_ bit: UInt32) -> Bool { control[0] & (1 << 13 | bit) == 1 << 13 | bit }

  /// Within 3 %: beyond that the last bits of a byte are read in the wrong place.
  private func speedIsRight(clock: UInt64) -> Bool {
    guard divider > 0 else { return false }
    let speed = clock / UInt64(divider)
    return speed > lineSpeed * 97 / 100 && speed < lineSpeed * 103 / 100
  }
}
