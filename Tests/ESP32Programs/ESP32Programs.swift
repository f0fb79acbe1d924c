internal import Cryptography

/// Programs for Espressif's chips, made for tests, with right headers, segments, checksums and digests around
/// random numbers. They cannot be executed.
public enum ESP32Programs {
  public typealias Piece = (address: UInt32, bytes: [UInt8])

  /// Makes the bootloader, the partition table and the application with their addresses in the flash.
  /// - Parameters:
  ///   - chipID: 0 for an ESP32, 5 for an ESP32-C3.
  ///   - bytes: size of the application's first segment, bytes.
  public static func release(
    chipID: UInt16, version: String = "1.2.0", bytes: Int = 90_000, seed: UInt32 = 1
  ) -> [Piece] {
    [
      (chipID == 0 ? 0x1000 : 0, program(chipID: chipID)), (0x8000, table),
      (0x1_0000, program(chipID: chipID, bytes: bytes, version: version, seed: seed)),
    ]
  }

  /// Makes one program.
  /// - Parameter version: the version of an application; nil makes a bootloader.
  public static func program(
    chipID: UInt16 = 0, bytes count: Int = 6000, version: String? = nil, seed: UInt32 = 1, isHashed: Bool = true
  ) -> [UInt8] {
    var segments = [noise(count, seed: seed), noise(300, seed: seed &+ 7)]
    if let version {
      var description = word(0xabcd_5432) + Array(repeating: 0, count: 12)
      description += Array((Array(version.utf8) + Array(repeating: 0, count: 32)).prefix(32))
      segments[0].replaceSubrange(0..<description.count, with: description)
    }
    let ram: UInt32 = chipID == 0 ? 0x3ffb_0000 : 0x3fc8_0000
    var image = [0xe9, UInt8(segments.count), 2, 0x20] + word(chipID == 0 ? 0x4008_0000 : 0x4038_0000)
    image += [0xee, 0, 0, 0, UInt8(chipID & 0xff), UInt8(chipID >> 8), 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0]
    image.append(isHashed ? 1 : 0)
    for (index, segment) in segments.enumerated() {
      image += word(ram + UInt32(index) << 16) + word(UInt32(segment.count)) + segment
    }
    image += Array(repeating: 0, count: 15 - image.count % 16)
    image.append(segments.flatMap(\.self).reduce(0xef, ^))
    return isHashed ? image + SHA256Digest(of: image).bytes : image
  }

  /// The table has one entry: an application at 0x10000.
  private static let table: [UInt8] =
    [0xaa, 0x50, 0, 0] + word(0x1_0000) + word(0x10_0000)
    + Array("factory".utf8) + Array(repeating: 0, count: 13) + Array(repeating: 0xff, count: 3040)

  /// Makes bytes that are the same for the same seed, and cannot be compressed.
  private static func noise(_ count: Int, seed: UInt32) -> [UInt8] {
    (0..<(count + 31) / 32).flatMap { SHA256Digest(of: word(seed) + word(UInt32($0))).bytes }.prefix(count).map(
      \.self)
  }

  private static func word(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
