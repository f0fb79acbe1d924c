/// A USART as the firmware uses it, polled or read by DMA: 8 data bits, and in each direction one byte in the
/// shifter and one in the data register (RM0090, section 30).
struct UART {
  private static let framingError: UInt32 = 1 << 1
  private static let overrun: UInt32 = 1 << 3
  private static let notEmpty: UInt32 = 1 << 5
  /// Number of bytes that DMA takes between two polls of the line, since the program does not see each of them
  /// arrive.
  private static let bytesALook = 64

  /// The baud rate of the other side, bits a second.
  var baudRate: UInt64
  /// The bytes on their way to this USART, each with the moment of its last bit and the baud rate of its
  /// sender.
  private var line: [(at: UInt64, byte: UInt8, baudRate: UInt64)] = []
  private var lineHead = 0
  private var status: UInt32 = 0
  private var received: UInt8 = 0
  private var divider: UInt32 = 0
  private var control: [UInt32] = [0, 0, 0]
  private var shifterIsFreeAt: UInt64 = 0
  private var lastArrival: UInt64 = 0
  /// Nanoseconds that the shifter takes for the latest byte.
  private var sendingTime: UInt64 = 0
  /// Bytes that the firmware has sent, each with its baud rate and the moment at which its last bit was sent.
  private var sent: [(at: UInt64, byte: UInt8, baudRate: UInt64)] = []

  init(baudRate: UInt64) { self.baudRate = baudRate }

  /// Resets everything but the other side's baud rate and the sent bytes, which are on the wire whatever
  /// happens to the chip.
  mutating func reset() {
    let sent = sent
    self = UART(baudRate: baudRate)
    self.sent = sent
  }

  // MARK: - The line

  /// Puts bytes on the line, one after another.
  mutating func arrive(_ bytes: [UInt8], now: UInt64) {
    let byteTime = 10_000_000_000 / baudRate
    for byte in bytes {
      lastArrival = max(now, lastArrival) + byteTime
      line.append((lastArrival, byte, baudRate))
    }
  }

  /// Whether no byte is on its way to this USART.
  var isQuiet: Bool { lineHead == line.count }

  /// The moment at which the last byte on its way arrives, nanoseconds.
  var lineIsFreeAt: UInt64 { lastArrival }

  /// Whether bytes have arrived at the other side by `time` that nobody has taken.
  func hasSent(by time: UInt64) -> Bool { sent.first.map { $0.at <= time } ?? false }

  /// Takes the bytes that have arrived at the other side by `time`.
  mutating func takeSent(until time: UInt64 = .max) -> [UInt8] {
    let count = sent.firstIndex { $0.at > time } ?? sent.count
    defer { sent.removeFirst(count) }
    return sent.prefix(count).map { Self.isInTune($0.baudRate, baudRate) ? $0.byte : $0.byte ^ 0x55 }
  }

  func nextEvent(after now: UInt64) -> UInt64 {
    var next = UInt64.max
    if lineHead < line.count {
      let index = takesByDMA ? min(lineHead + Self.bytesALook, line.count) - 1 : lineHead
      next = max(now, line[index].at)
    }
    for moment in [shifterIsFreeAt, shifterIsFreeAt &- min(shifterIsFreeAt, sendingTime)] where moment > now {
      next = min(next, moment)
    }
    return next
  }

  /// Delivers the bytes that have arrived by now, through `store` where DMA takes them.
  mutating func processDue(now: UInt64, clock: UInt64, store: (UInt8) -> Void = { _ in }) {
    while lineHead < line.count, line[lineHead].at <= now {
      let (_, byte, baudRate) = line[lineHead]
      lineHead += 1
      guard isOn(1 << 2) else { continue }
      let isInTune = Self.isInTune(self.baudRate(clock: clock), baudRate)
      if takesByDMA {
        store(isInTune ? byte : byte ^ 0x55)
        continue
      }
      guard status & Self.notEmpty == 0 else {
        status |= Self.overrun
        continue
      }
      received = isInTune ? byte : byte ^ 0x55
      status |= Self.notEmpty | (isInTune ? 0 : Self.framingError)
    }
    if lineHead == line.count, lineHead > 0 {
      line.removeAll(keepingCapacity: true)
      lineHead = 0
    }
  }

  // MARK: - Registers

  /// Configures the port as the ROM bootloader leaves it after it has measured the laptop's baud rate: even
  /// parity, nine bits in all.
  mutating func leaveROM(clock: UInt64) {
    divider = UInt32(clamping: (clock + baudRate / 2) / baudRate)
    control = [1 << 13 | 1 << 12 | 1 << 10 | 1 << 3 | 1 << 2, 0, 0]
  }

  mutating func read(_ offset: UInt32, now: UInt64) -> UInt32 {
    switch offset {
    case 0x00:
      let hasRoom = now + sendingTime >= shifterIsFreeAt
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
      let baudRate = baudRate(clock: clock)
      guard isOn(1 << 3), baudRate > 0 else { return }
      sendingTime = 10_000_000_000 / baudRate
      shifterIsFreeAt = max(now, shifterIsFreeAt) + sendingTime
      sent.append((shifterIsFreeAt, UInt8(truncatingIfNeeded: value), baudRate))
    case 0x08: divider = value & 0xffff
    case 0x0c, 0x10, 0x14: control[Int(offset - 0x0c) / 4] = value
    default: break
    }
  }

  /// Whether a byte has arrived and the program has enabled the interrupt for it.
  var requestsInterrupt: Bool { control[0] & 1 << 5 != 0 && status & (Self.notEmpty | Self.overrun) != 0 }

  private func isOn(_ bit: UInt32) -> Bool { control[0] & (1 << 13 | bit) == 1 << 13 | bit }

  private var takesByDMA: Bool { control[2] & 1 << 6 != 0 }

  private func baudRate(clock: UInt64) -> UInt64 { divider > 0 ? clock / UInt64(divider) : 0 }

  /// Whether two baud rates are within 3 % of each other; beyond that the last bits of a byte are sampled in
  /// the wrong place.
  private static func isInTune(_ one: UInt64, _ other: UInt64) -> Bool {
    one * 100 > other * 97 && one * 100 < other * 103
  }
}
