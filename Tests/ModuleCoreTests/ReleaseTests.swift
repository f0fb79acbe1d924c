import Foundation
import Testing

@testable import ModuleCore

/// Checks the images in firmware/releases as they are shipped.
@Suite struct ReleaseTests {
  struct Manifest: Decodable {
    struct Segment: Decodable {
      let address: UInt32
      let offset: Int
      let length: Int
    }

    struct Update: Decodable {
      let file: String
      let bytes: Int
      let sha256: String
    }

    let version: String
    let chip: String
    let productID: UInt16
    let file: String
    let segments: [Segment]
    let bytes: Int
    let sha256: String
    let appSha256: String
    let lowestReplaceableVersion: String
    let update: Update

    private enum CodingKeys: String, CodingKey {
      case version, chip, file, segments, bytes, sha256, appSha256, lowestReplaceableVersion, update
      case productID = "productId"
    }
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../firmware/releases").standardizedFileURL

  @Test func `every release is what its manifest says and may be started`() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
      .filter { $0.hasSuffix(".json") }
    #expect(!names.isEmpty)
    for name in names {
      let manifest = try JSONDecoder().decode(
        Manifest.self, from: Data(contentsOf: Self.folder.appending(path: name)))
      let image = [UInt8](try Data(contentsOf: Self.folder.appending(path: manifest.file)))
      #expect(image.count == manifest.bytes)
      #expect(SHA256.digest(image) == hex(manifest.sha256))

      var flash = [UInt8](repeating: 0xff, count: Int(FlashMap.size))
      for segment in manifest.segments {
        let bytes = try #require(image.slice(segment.offset, segment.length))
        let start = Int(segment.address - FlashMap.base)
        flash.replaceSubrange(start..<start + bytes.count, with: bytes)
      }
      let header = try ImageHeader.checkFlash { address, count in
        flash.slice(Int(address - FlashMap.base), count) ?? []
      }
      #expect(header.digest == hex(manifest.appSha256))
      #expect(header.version.text == Array(manifest.version.utf8))
      #expect(header.lowestReplaceableVersion.text == Array(manifest.lowestReplaceableVersion.utf8))
      #expect(header.chip == Array(manifest.chip.utf8) && header.productID == manifest.productID)
      let records = FlashMap.recordSlots.0..<FlashMap.recordSlots.1 + FlashMap.recordSlotSize
      #expect(records.allSatisfy { flash[Int($0 - FlashMap.base)] == 0xff })

      let update = [UInt8](try Data(contentsOf: Self.folder.appending(path: manifest.update.file)))
      #expect(update.count == manifest.update.bytes && SHA256.digest(update) == hex(manifest.update.sha256))
      let numbers = [header.version.major, header.version.minor, header.version.patch, 0].map { UInt8($0) }
      let start = Int(FlashMap.application - FlashMap.base)
      let application = Array(flash[start..<start + Int(header.imageLength)])
      #expect(update == ImageHeaderTests.container(of: application, version: numbers))
    }
  }
}
