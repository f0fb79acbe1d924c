/// CRC-16/XMODEM, which ends each frame of SMP's console framing: polynomial 0x1021, start 0, no reflection.
public struct CRC16 {
  public private(set) var value: UInt16 = 0

  public init() {}

  public static func checksum(_ bytes: Span<UInt8>) -> UInt16 {
    var crc = CRC16()
    for index in bytes.indices { crc.update(bytes[index]) }
    return crc.value
  }

  public mutating func update(_ byte: UInt8) {
    value ^= UInt16(byte) << 8
    for _ in 0..<8 { value = value & 0x8000 != 0 ? (value << 1) ^ 0x1021 : value << 1 }
  }
}
