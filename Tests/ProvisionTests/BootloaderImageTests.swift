import FoundationEssentials
import Testing

@testable import Provision

@Suite struct BootloaderImageTests {
  private func fault(_ make: () throws -> Image) -> ImageFault? {
    do {
      _ = try make()
      return nil
    } catch { return error as? ImageFault }
  }

  @Test func `a whole image is taken`() throws {
    #expect(fault { try BootloaderImages.firmware() } == nil)
  }

  @Test func `a cut image is told by its size, a changed one by its digest`() throws {
    let (manifest, bytes) = BootloaderImages.parts()
    #expect(
      fault { try BootloaderImages.image(manifest, bytes.dropLast(16)) } == .size(stated: 7024, found: 7008))
    var changed = bytes
    changed[2000] ^= 1
    let found = fault { try BootloaderImages.image(manifest, changed) }
    if case .digest(stated: manifest.sha256, _)? = found {
    } else {
      Issue.record("\(String(describing: found))")
    }
  }

  typealias Change = @Sendable (inout ImageManifest.Segment, Int) -> Void
  private static func moved(
    _ index: Int, address: UInt32? = nil, offset: Int? = nil, length: Int? = nil
  ) -> Change {
    { segment, position in
      guard position == index else { return }
      segment = ImageManifest.Segment(
        address: address ?? segment.address, offset: offset ?? segment.offset, length: length ?? segment.length)
    }
  }

  @Test(arguments: [
    (moved(1, offset: -4), ImageFault.segment(index: 1, .outsideImage)),
    (moved(1, offset: .max), .segment(index: 1, .outsideImage)),
    (moved(1, length: .max), .segment(index: 1, .outsideImage)),
    (moved(1, length: -4), .segment(index: 1, .outsideImage)),
    (moved(0, length: 0), .segment(index: 0, .outsideImage)),
    (moved(1, address: 0x0801_0002), .segment(index: 1, .unaligned)),
    (moved(1, length: 5998), .segment(index: 1, .unaligned)),
    (moved(1, address: 0x0800_0200), .segment(index: 1, .overlapsSegment(0))),
    (moved(1, address: 0x0800_4000), .segment(index: 1, .overlapsPairing)),
    (moved(1, address: 0x0800_bffc), .segment(index: 1, .overlapsPairing)),
    (moved(1, address: 0x080f_f000), .segment(index: 1, .outsideFlash)),
    (moved(1, address: 0xffff_fffc), .segment(index: 1, .outsideFlash)),
    (moved(1, address: 0x2000_0000), .segment(index: 1, .outsideFlash)),
    (moved(0, address: 0x0800_c000), .noVectorTable),
    (moved(1, address: 0x0802_0000), .program(.applicationHeader)),
  ])
  func `pieces that cannot be are refused by index and reason`(change: Change, expected: ImageFault) {
    #expect(fault { try BootloaderImages.firmware(change: change) } == expected)
  }

  @Test func `a boot block that could not start is refused`() {
    #expect(
      fault { try BootloaderImages.firmware(spoil: { $0.replaceSubrange(0..<4, with: [0, 0, 0, 0x30]) }) }
        == .program(.stackPointer(0x3000_0000)))
    // The boot block starts nothing with a stack in core-coupled memory.
    var layout = BootloaderImages.Layout.stm32f405
    layout.stackTop = 0x1001_0000
    #expect(fault { try BootloaderImages.firmware(layout: layout) } == .program(.stackPointer(0x1001_0000)))
    // An even address is not Thumb code.
    #expect(
      fault { try BootloaderImages.firmware(spoil: { $0[4] = 0 }) } == .program(.resetVector(0x0800_0100)))
  }

  @Test func `an application whose header does not hold is refused`() {
    #expect(
      fault { try BootloaderImages.firmware(spoil: { $0[1024 + 3000] ^= 1 }) } == .program(.applicationDigest))
    #expect(
      fault { try BootloaderImages.firmware(appSha256: String(repeating: "0", count: 64)) }
        == .program(.applicationDigest))
    #expect(
      fault { try BootloaderImages.firmware(spoil: { $0[1024 + 0x200] = 0 }) } == .program(.applicationHeader))
  }

  @Test func `a manifest that says another chip's name, sectors or lowest version is refused`() {
    #expect(fault { try BootloaderImages.firmware(chip: "STM32F401") } == .manifest(field: "chip"))
    let right = ChipModel.stm32f405.sectors.map { ImageManifest.Sector(address: $0.address, bytes: $0.bytes) }
    #expect(fault { try BootloaderImages.firmware(flashSectors: right) } == nil)
    for wrong in [[], right.dropLast(), [right[0]] + right] {
      #expect(fault { try BootloaderImages.firmware(flashSectors: Array(wrong)) } == .flashMap)
    }
    #expect(fault { try BootloaderImages.firmware(lowest: "1.0.0") } == nil)
    let (manifest, bytes) = BootloaderImages.parts(lowest: "1.0.0")
    let silent = ImageManifest(
      name: manifest.name, version: manifest.version, chip: manifest.chip, productID: manifest.productID,
      segments: manifest.segments, bytes: manifest.bytes, sha256: manifest.sha256, appSha256: manifest.appSha256
    )
    #expect(fault { try BootloaderImages.image(silent, bytes) } == .program(.applicationHeader))
  }

  // MARK: - Manifests

  @Test(arguments: [
    (#"{"name": "x"}"#, "version"),
    (#"{"version": 1}"#, "name"),
    (Self.json(version: "1.2"), "version"),
    (Self.json(version: "1.2.70000"), "version"),
    (Self.json(segments: "[]"), "segments"),
    (Self.json(segments: #"[{"address": 0, "offset": 0}]"#), "segments[0].length"),
    (Self.json(segments: #"[{"address": -1, "offset": 0, "length": 4}]"#), ""),
    (Self.json(extra: #", "file": "../x.bin""#), "file"),
    (Self.json(extra: #", "lowestReplaceableVersion": "x""#), "lowestReplaceableVersion"),
    (Self.json(extra: #", "lowestReplaceableVersion": "1.2.4""#), "lowestReplaceableVersion"),
    (Self.json(productID: "70000"), ""),
  ])
  func `a manifest's wrong field is named`(json: String, field: String) {
    #expect(throws: ImageFault.manifest(field: field)) { _ = try ImageManifest(json: Array(json.utf8)) }
  }

  @Test func `fields that a later manifest adds are passed over`() throws {
    _ = try ImageManifest(json: Array(Self.json(extra: #", "colour": "blue""#).utf8))
  }

  private static func json(
    version: String = "1.2.3", productID: String = "1043",
    segments: String = #"[{"address": 134217728, "offset": 0, "length": 4}]"#, extra: String = ""
  ) -> String {
    """
    {"name": "x", "version": "\(version)", "chip": "STM32F405", "productId": \(productID), "segments": \(segments),
     "bytes": 4, "sha256": "00"\(extra)}
    """
  }
}
