/// CRC-32/ISO-HDLC, which closes each pairing record in flash: reflected 0xEDB88320, start and end inverted.
public struct CRC32 {
  private var register = ~UInt32(0)

  public init() {}

  public var value: UInt32 { ~register }

  public mutating func update(_ byte: UInt8) {
    register ^= UInt32(byte)
    for _ in 0..<8 { register = register & 1 != 0 ? (register >> 1) ^ 0xedb8_8320 : register >> 1 }
  }

  /// Adds a word in the byte order of the microcontroller's memory.
  @inline(never)
  mutating func update(littleEndian word: UInt32) {
    for shift in 0..<4 as Range<UInt32> { update(UInt8(truncatingIfNeeded: word >> (8 &* shift))) }
  }
}
