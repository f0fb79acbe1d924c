public import Foundation

/// The chunks of a PNG (clause 5 of the specification): length, kind, data, checksum.
public enum PNGChunks {
  public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1 }
    }
    return ~crc
  }

  public static func bigEndian(_ value: UInt32) -> Data { withUnsafeBytes(of: value.bigEndian) { Data($0) } }

  /// Puts a chunk behind the header.
  public static func inserting(_ kind: String, _ data: Data, into png: Data) -> Data {
    let body = Data(kind.utf8) + data
    // The signature has 8 bytes and the header 25.
    return png.prefix(33) + bigEndian(UInt32(data.count)) + body + bigEndian(checksum(body)) + png.dropFirst(33)
  }

  /// The same file with the right checksum in each chunk, up to the first chunk that is longer than the rest of
  /// the file.
  public static func withChecksums(_ png: Data) -> Data {
    var bytes = [UInt8](png)
    var at = 8
    while at + 12 <= bytes.count {
      let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - at - 12 else { break }
      let crc = checksum(bytes[(at + 4)..<(at + 8 + length)])
      bytes.replaceSubrange((at + 8 + length)..<(at + 12 + length), with: bigEndian(crc))
      at += 12 + length
    }
    return Data(bytes)
  }
}
