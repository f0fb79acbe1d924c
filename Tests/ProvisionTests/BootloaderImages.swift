import Cryptography
import Foundation
import ModuleCore
import TestSupport

@testable import Provision

/// Images made for tests: a boot block and an application with a right header, filled with random numbers.
enum BootloaderImages {
  static let bootBytes = Layout.stm32f405.bootBytes

  /// The places of an image's parts in a chip.
  struct Layout {
    var boot: UInt32
    var bootBytes: Int
    var application: UInt32
    var stackTop: UInt32

    static let stm32f405 = Layout(
      boot: 0x0800_0000, bootBytes: 1024, application: 0x0801_0000, stackTop: 0x2002_0000)
  }

  static func firmware(
    version: String = "1.2.3", applicationBytes: Int = 6000, chip: String = "STM32F405",
    productID: UInt16 = 0x413, layout: Layout = .stm32f405, chips: [ChipModel] = ChipModel.known,
    change: (inout ImageManifest.Segment, Int) -> Void = { _, _ in }, spoil: (inout [UInt8]) -> Void = { _ in },
    appSha256: String? = nil, lowest: String? = nil, flashSectors: [ImageManifest.Sector]? = nil
  ) throws -> Image {
    let (manifest, bytes) = parts(
      version: version, applicationBytes: applicationBytes, chip: chip, productID: productID, layout: layout,
      change: change, spoil: spoil, appSha256: appSha256, lowest: lowest, flashSectors: flashSectors)
    return try image(manifest, bytes, chips: chips)
  }

  /// An image that counts as verified.
  static func image(
    _ manifest: ImageManifest, _ bytes: [UInt8], chips: [ChipModel] = ChipModel.known
  ) throws -> Image {
    try Image(manifest: manifest, bytes: bytes, signer: ImageSigner(name: "test", keyID: ""), chips: chips)
  }

  static func parts(
    version: String = "1.2.3", applicationBytes: Int = 6000, chip: String = "STM32F405",
    productID: UInt16 = 0x413, layout: Layout = .stm32f405,
    change: (inout ImageManifest.Segment, Int) -> Void = { _, _ in }, spoil: (inout [UInt8]) -> Void = { _ in },
    appSha256: String? = nil, lowest: String? = nil, flashSectors: [ImageManifest.Sector]? = nil
  ) -> (ImageManifest, [UInt8]) {
    var boot = noise(layout.bootBytes, seed: 7)
    put(layout.stackTop, in: &boot, at: 0)
    put(layout.boot + 0x101, in: &boot, at: 4)

    var application = noise(applicationBytes, seed: version.utf8.reduce(1) { $0 &* 31 &+ UInt32($1) })
    put(layout.stackTop, in: &application, at: 0)
    put(layout.application + 0x301, in: &application, at: 4)
    let numbers = version.split(separator: ".").compactMap { UInt16($0) }
    var header = Array("WTFW".utf8) + [1, 0, 80, 0]
    header += littleEndian(UInt32(applicationBytes)) + littleEndian(layout.application)
    header += numbers.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    header += [UInt8(productID & 0xff), UInt8(productID >> 8)]
    header += Array((Array(chip.utf8) + Array(repeating: 0, count: 16)).prefix(16))
    let lowestNumbers = (lowest ?? "0.0.0").split(separator: ".").compactMap { UInt16($0) }
    header += lowestNumbers.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    header += Array(repeating: 0, count: 34)
    application.replaceSubrange(0x200..<0x250, with: header)
    let digest = ModuleCore.SHA256.digest(application)
    application.replaceSubrange(0x230..<0x250, with: digest)

    var bytes = boot + application
    spoil(&bytes)
    var segments = [
      ImageManifest.Segment(address: layout.boot, offset: 0, length: layout.bootBytes),
      ImageManifest.Segment(
        address: layout.application, offset: layout.bootBytes, length: applicationBytes),
    ]
    for index in segments.indices { change(&segments[index], index) }
    let manifest = ImageManifest(
      name: "test", version: version, chip: chip, productID: productID, segments: segments, bytes: bytes.count,
      sha256: SHA256Digest(of: bytes).hex, appSha256: appSha256 ?? Hex.encode(digest),
      lowestReplaceableVersion: lowest, flashSectors: flashSectors)
    return (manifest, bytes)
  }

  static func noise(_ count: Int, seed: UInt32) -> [UInt8] {
    var generator = SplitMix64(seed: UInt64(seed))
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
  }

  private static func littleEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func put(_ value: UInt32, in bytes: inout [UInt8], at offset: Int) {
    bytes.replaceSubrange(offset..<(offset + 4), with: littleEndian(value))
  }

  /// An image with its folder, which exists as long as this value.
  struct KeptFirmware {
    let image: Image
    fileprivate let folder: TemporaryFolder
  }

  /// Firmwares whose update files have one fault each, with manifests that state the size and digest of the
  /// faulty file.
  static func firmwareWithSpoiltUpdates(
    version: String, _ fault: ImageFault.UpdateFault
  ) throws -> [KeptFirmware] {
    typealias Change = (inout [UInt8]) -> Void
    func flipping(_ place: Int) -> Change { { $0[place] ^= 1 } }
    func flippingFromEnd(_ place: Int) -> Change { { $0[$0.count - place] ^= 1 } }
    let changes: [Change]
    switch fault {
    case .header:
      // The changes are to magic, address, lengths, flags and version; one file ends early.
      changes =
        [0, 4, 8, 12, 16, 20, 21, 22].map(flipping) + [{ (file: inout [UInt8]) in file.removeSubrange(20...) }]
    case .application:
      // The changes are to the first word of the application, to version, product id and chip in its own
      // header, and to its last byte.
      changes = [32, 32 + 0x210, 32 + 0x216, 32 + 0x218].map(flipping) + [flippingFromEnd(41)]
    case .digest:
      changes = [
        flippingFromEnd(1), flippingFromEnd(40), { (file: inout [UInt8]) in file.removeLast(40) },
        { (file: inout [UInt8]) in file.append(0) },
      ]
    }
    return try changes.map { change in
      let folder = TemporaryFolder()
      return KeptFirmware(
        image: try firmwareWithUpdate(version: version, in: folder.path, spoil: change), folder: folder)
    }
  }

  /// A firmware with the file by which a running module updates itself, beside its manifest in `folder`.
  /// - Parameter spoil: changes the update's file before its size and digest are stated.
  static func firmwareWithUpdate(
    version: String, lowest: String? = nil, in folder: String, spoil: (inout [UInt8]) -> Void = { _ in }
  ) throws -> Image {
    let (manifest, bytes) = parts(version: version, lowest: lowest)
    let application = Array(bytes[bootBytes...])
    let numbers = version.split(separator: ".").compactMap { UInt8($0) }
    let body =
      littleEndian(0x96f3_b83d) + littleEndian(0x0801_0000) + littleEndian(32)
      + littleEndian(UInt32(application.count)) + littleEndian(0) + [numbers[0], numbers[1], numbers[2], 0]
      + littleEndian(0) + littleEndian(0) + application
    var file = body + [0x07, 0x69, 40, 0, 0x10, 0, 32, 0] + ModuleCore.SHA256.digest(body)
    spoil(&file)
    try Data(file).write(to: URL(filePath: "\(folder)/test.update"))
    let update = ImageManifest.Update(
      file: "test.update", bytes: file.count, sha256: SHA256Digest(of: file).hex)
    return try Image(
      manifest: ImageManifest(
        name: manifest.name, version: manifest.version, chip: manifest.chip, productID: manifest.productID,
        segments: manifest.segments, bytes: manifest.bytes, sha256: manifest.sha256,
        appSha256: manifest.appSha256, lowestReplaceableVersion: lowest, update: update),
      bytes: bytes, signer: ImageSigner(name: "test", keyID: ""), manifestPath: "\(folder)/test.json")
  }
}
