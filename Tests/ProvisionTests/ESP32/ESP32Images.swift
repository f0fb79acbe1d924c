import Cryptography

@testable import Provision

/// Images for Espressif's chips made for tests: right headers, segments, checksums and digests around numbers that look
/// like nothing.
enum ESP32Images {
  /// - Parameters:
  ///   - version: makes it an application that says so; nil for a bootloader.
  ///   - change: of the bytes after their checksum and digest were made.
  static func program(
    chipID: UInt16 = 0, bytes count: Int = 6000, version: String? = nil, seed: UInt32 = 1, isHashed: Bool = true
  ) -> [UInt8] {
    var segments = [BootloaderImages.noise(count, seed: seed), BootloaderImages.noise(300, seed: seed &+ 7)]
    if let version {
      var description = word(0xabcd_5432) + Array(repeating: 0, count: 12)
      description += Array((Array(version.utf8) + Array(repeating: 0, count: 32)).prefix(32))
      segments[0].replaceSubrange(0..<description.count, with: description)
    }
    var image: [UInt8] = [0xe9, UInt8(segments.count), 2, 0x20] + word(0x4008_0000)
    image += [0xee, 0, 0, 0, UInt8(chipID & 0xff), UInt8(chipID >> 8), 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0]
    image.append(isHashed ? 1 : 0)
    for (index, segment) in segments.enumerated() {
      image += word(0x3ffb_0000 + UInt32(index) << 16) + word(UInt32(segment.count)) + segment
    }
    image += Array(repeating: 0, count: 15 - image.count % 16)
    image.append(segments.flatMap(\.self).reduce(0xef, ^))
    return isHashed ? image + SHA256Digest(of: image).bytes : image
  }

  /// One entry: an application at 0x10000.
  static let table: [UInt8] =
    [0xaa, 0x50, 0, 0] + word(0x1_0000) + word(0x10_0000)
    + Array("factory".utf8) + Array(repeating: 0, count: 13) + Array(repeating: 0xff, count: 3040)

  static func firmware(
    _ chip: ChipModel = .esp32, version: String = "1.2.0", bytes: Int = 90_000, seed: UInt32 = 1,
    appSha256: String? = nil, change: (inout [(address: UInt32, bytes: [UInt8])]) -> Void = { _ in }
  ) throws -> Image {
    var pieces: [(address: UInt32, bytes: [UInt8])] = [
      (chip.espressif?.bootloaderOffset ?? 0, program(chipID: chip.productID)), (0x8000, table),
      (0x1_0000, program(chipID: chip.productID, bytes: bytes, version: version, seed: seed)),
    ]
    change(&pieces)
    var file: [UInt8] = []
    var segments: [ImageManifest.Segment] = []
    for piece in pieces {
      segments.append(.init(address: piece.address, offset: file.count, length: piece.bytes.count))
      file += piece.bytes
    }
    return try BootloaderImages.image(
      ImageManifest(
        name: "test", version: version, chip: chip.name, productId: chip.productID, segments: segments,
        bytes: file.count, sha256: SHA256Digest(of: file).hex, appSha256: appSha256),
      file)
  }

  static func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
}
