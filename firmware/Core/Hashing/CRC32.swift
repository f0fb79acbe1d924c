/// CRC-32/ISO-HDLC: reflected 0xEDB88320, start and end inverted. It closes each pairing record in flash.
public enum CRC32 {
  public static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 != 0 ? (crc >> 1) ^ 0xedb8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
