import Foundation
import ModuleCore
import Provision

/// The smallest firmware that a simulated module starts; its instructions are never executed.
enum PeerImage {
  static let bootBlock = word(0x2002_0000) + word(0x0800_0101) + Array(repeating: 0, count: 0x400)

  static func application(version: (UInt16, UInt16, UInt16)) -> [UInt8] {
    var image = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    image.replaceSubrange(0..<8, with: word(0x2002_0000) + word(0x0801_0301))
    let numbers = [version.0, version.1, version.2, 0x413].flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    let header =
      Array("WTFW".utf8) + [1, 0, 80, 0] + word(4096) + word(FlashMap.application) + numbers
      + Array("STM32F405".utf8)
    image.replaceSubrange(0x200..<0x250, with: header + Array(repeating: 0, count: 80 - header.count))
    image.replaceSubrange(0x230..<0x250, with: SHA256.digest(image))
    return image
  }

  /// MCUboot's container around an image.
  static func container(of image: [UInt8], version: [UInt8]) -> [UInt8] {
    let body =
      word(0x96f3_b83d) + word(FlashMap.application) + word(32) + word(UInt32(image.count)) + word(0) + version
      + word(0) + word(0) + image
    return body + [0x07, 0x69, 40, 0, 0x10, 0, 32, 0] + SHA256.digest(body)
  }

  /// The newest release, or the smallest firmware where none is shipped; the boot block first.
  static func shippedOrSmallest() throws -> [(address: UInt32, bytes: [UInt8])] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../firmware")
    if let trusted = try? TrustedKeys(directory: folder.appending(path: "trust").path()),
      let catalogue = try? ReleaseCatalogue(
        directory: folder.appending(path: "releases").path(), trusted: trusted),
      let newest = catalogue.newest(for: .stm32f405)
    {
      return try catalogue.image(of: newest).pieces.sorted { $0.address < $1.address }
    }
    return [(FlashMap.bootBlock, bootBlock), (FlashMap.application, application(version: (1, 0, 0)))]
  }

  private static func word(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
