import Cryptography
import ESP32Programs

@testable import Provision

/// Images for Espressif's chips that count as verified.
enum ESP32Images {
  static func firmware(
    _ chip: ChipModel = .esp32, version: String = "1.2.0", bytes: Int = 90_000, seed: UInt32 = 1,
    appSha256: String? = nil, change: (inout [ESP32Programs.Piece]) -> Void = { _ in }
  ) throws -> Image {
    var pieces = ESP32Programs.release(chipID: chip.productID, version: version, bytes: bytes, seed: seed)
    change(&pieces)
    var file: [UInt8] = []
    var segments: [ImageManifest.Segment] = []
    for piece in pieces {
      segments.append(.init(address: piece.address, offset: file.count, length: piece.bytes.count))
      file += piece.bytes
    }
    return try BootloaderImages.image(
      ImageManifest(
        name: "test", version: version, chip: chip.name, productID: chip.productID, segments: segments,
        bytes: file.count, sha256: SHA256Digest(of: file).hex, appSha256: appSha256),
      file)
  }
}
