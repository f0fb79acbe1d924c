import ESP32Programs
import Foundation
import ModuleCore
import TestSupport
import Testing

@testable import Provision

/// The shipped firmware, and the container that an update puts around it.
enum PeerImage {
  /// The newest release's application; with a version, the application of that version with its digest
  /// corrected.
  static func application(version: (UInt16, UInt16, UInt16)? = nil) throws -> [UInt8] {
    let pieces = try ShippedRelease.image().pieces
    var image = try #require(pieces.first { $0.address == FlashMap.application }).bytes
    guard let version else { return image }
    let numbers = [version.0, version.1, version.2].flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    image.replaceSubrange(0x210..<0x216, with: numbers)
    image.replaceSubrange(0x230..<0x250, with: Array(repeating: 0, count: 32))
    image.replaceSubrange(0x230..<0x250, with: SHA256.digest(image))
    return image
  }

  /// MCUboot's container around an application.
  static func container(of image: [UInt8]) -> [UInt8] {
    // The third number of the application's version takes two bytes in either header.
    let version = [image[0x210], image[0x212], image[0x214], image[0x215]]
    let body =
      word(0x96f3_b83d) + word(FlashMap.application) + word(32) + word(UInt32(image.count)) + word(0) + version
      + word(0) + word(0) + image
    return body + [0x07, 0x69, 40, 0, 0x10, 0, 32, 0] + SHA256.digest(body)
  }

  private static func word(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

extension PeerImage {
  /// A firmware for a chip of Espressif's, as if its signature had been verified.
  static func espressif(_ chip: ChipModel) throws -> Image {
    let pieces = ESP32Programs.release(chipID: chip.productID)
    var offset = 0
    let segments = pieces.map { address, bytes in
      defer { offset += bytes.count }
      return ImageManifest.Segment(address: address, offset: offset, length: bytes.count)
    }
    let file = pieces.flatMap(\.bytes)
    let digest = SHA256.digest(file).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return try Image(
      manifest: ImageManifest(
        name: "peer", version: "1.2.0", chip: chip.name, productID: chip.productID, segments: segments,
        bytes: file.count, sha256: digest), bytes: file, signer: ImageSigner(name: "peer", keyID: ""))
  }
}
