import FoundationEssentials
import Glibc
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
      fault { try Image(manifest: manifest, bytes: bytes.dropLast(16)) } == .size(stated: 7024, found: 7008))
    var changed = bytes
    changed[2000] ^= 1
    let found = fault { try Image(manifest: manifest, bytes: changed) }
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

  @Test(
    "pieces that cannot be are refused by index and reason",
    arguments: [
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
  func pieces(change: Change, expected: ImageFault) {
    #expect(fault { try BootloaderImages.firmware(change: change) } == expected)
  }

  @Test func `a boot block that could not start is refused`() {
    #expect(
      fault { try BootloaderImages.firmware(spoil: { $0.replaceSubrange(0..<4, with: [0, 0, 0, 0x30]) }) }
        == .program(.stackPointer(0x3000_0000)))
    // An even address: not Thumb.
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

  // MARK: - Manifests

  @Test(
    "a manifest's wrong field is named",
    arguments: [
      (#"{"#, ""),
      (#"{"name": "x"}"#, "version"),
      (#"{"version": 1}"#, "name"),
      (Self.json(version: "1.2"), "version"),
      (Self.json(version: "1.2.70000"), "version"),
      (Self.json(segments: "[]"), "segments"),
      (Self.json(segments: #"[{"address": 0, "offset": 0}]"#), "segments[0].length"),
      (Self.json(segments: #"[{"address": -1, "offset": 0, "length": 4}]"#), ""),
      (Self.json(extra: #", "file": "../x.bin""#), "file"),
      (Self.json(productId: "70000"), ""),
    ])
  func manifests(json: String, field: String) {
    #expect(throws: ImageFault.manifest(field: field)) { _ = try ImageManifest(json: Array(json.utf8)) }
  }

  @Test func `fields that a later manifest adds are passed over`() throws {
    _ = try ImageManifest(json: Array(Self.json(extra: #", "signature": "x.sig""#).utf8))
  }

  private static func json(
    version: String = "1.2.3", productId: String = "1043",
    segments: String = #"[{"address": 134217728, "offset": 0, "length": 4}]"#, extra: String = ""
  ) -> String {
    """
    {"name": "x", "version": "\(version)", "chip": "STM32F405", "productId": \(productId), "segments": \(segments),
     "bytes": 4, "sha256": "00"\(extra)}
    """
  }

  // MARK: - Folder of releases

  @Test
  func `the newest release for a chip is by number, not by letter, and a broken manifest spoils no other`()
    throws
  {
    let folder = try FileManager.default.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for version in ["1.9.0", "1.10.0", "1.2.0"] {
      let (manifest, bytes) = BootloaderImages.parts(version: version)
      try JSONEncoder().encode(manifest).write(to: URL(filePath: "\(folder)/m-\(version).json"))
      try Data(bytes).write(to: URL(filePath: "\(folder)/m-\(version).bin"))
    }
    try Data("{".utf8).write(to: URL(filePath: "\(folder)/broken.json"))
    let catalogue = try ReleaseCatalogue(directory: folder)
    #expect(catalogue.releases.map(\.manifest.version) == ["1.10.0", "1.9.0", "1.2.0"])
    #expect(
      catalogue.flaws == [.init(manifestPath: "\(folder)/broken.json", fault: .manifest(field: ""))])
    let newest = try #require(catalogue.newest(for: .stm32f405))
    #expect(try catalogue.image(of: newest).manifest.version == "1.10.0")
    #expect(try Image(manifestPath: newest.manifestPath).bytes.count == 7024)
  }

  @Test func `a file that is not there or is no file is said so`() {
    #expect(throws: ImageFault.unreadable(path: "/nowhere/x.json", errno: ENOENT)) {
      _ = try Image(manifestPath: "/nowhere/x.json")
    }
    #expect(throws: ImageFault.unreadable(path: "/tmp", errno: EISDIR)) {
      _ = try Image(imagePath: "/tmp", manifestPath: "/tmp")
    }
    #expect(throws: ImageFault.unreadable(path: "/nowhere", errno: ENOENT)) {
      _ = try ReleaseCatalogue(directory: "/nowhere")
    }
  }
}

extension FileManager {
  /// A new folder of its own, to be removed by the test.
  func temporaryFolder() throws -> String {
    let path = "\(temporaryDirectory.path())/weldtech-test-\(UUID().uuidString)"
    try createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }
}
