import Bench

/// DMA2's stream 2 (RM0090, section 10), which serves USART1's receiver: bytes go to memory, once or in a
/// circle.
struct ReceiveStream {
  private static let circular: UInt32 = 1 << 8
  private static let memoryGoesUp: UInt32 = 1 << 10
  private static let channel4: UInt32 = 4 << 25

  private var control: UInt32 = 0
  /// Number of bytes that the program asked for.
  private var wanted: UInt32 = 0
  /// Number of bytes that are still to come.
  private var left: UInt32 = 0
  /// Address of the memory that receives the bytes.
  private var memory: UInt32 = 0
  private var registers: [UInt32: UInt32] = [:]

  /// - Parameter offset: the register's offset from the stream's first register.
  func read(_ offset: UInt32) -> UInt32 {
    switch offset {
    case 0x00: control
    case 0x04: left
    case 0x0c: memory
    default: registers[offset] ?? 0
    }
  }

  mutating func write(_ offset: UInt32, _ value: UInt32) {
    switch offset {
    case 0x00: control = value
    case 0x04 where control & 1 == 0:
      wanted = value & 0xffff
      left = wanted
    case 0x0c: memory = value
    default: registers[offset] = value
    }
  }

  mutating func take(_ byte: UInt8, into ram: ChipRAM) {
    guard control & 1 != 0, control & Self.channel4 == Self.channel4, left > 0 else { return }
    let offset = control & Self.memoryGoesUp != 0 ? wanted - left : 0
    ram.store(memory &+ offset, byte)
    left -= 1
    guard left == 0 else { return }
    if control & Self.circular != 0 { left = wanted } else { control &= ~1 }
  }
}
