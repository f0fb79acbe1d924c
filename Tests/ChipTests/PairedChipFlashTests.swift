import Bench
import Cryptography
import Foundation
import ModuleCore
import Provision
import Records
import TestSupport
import Testing

@testable import Chip
@testable import Provision

/// Pairs executed chips and then flashes them, by the laptop's own code.
@Suite struct PairedChipFlashTests {
  private static let installation = InstallationID("3f2504e0-4f89-41d3-9a0c-0305e82c3301")!

  /// The keys of a laptop that pairs one module.
  private final class OneKey: PairingKeys {
    var key: KeptKey?

    func key(for installation: InstallationID, moduleSerial: String) -> KeptKey? { key }
    func heldKey(_ keyID: String, moduleSerial: String) -> SecretKey? {
      key?.keyID == keyID ? key?.secret : nil
    }

    func prepare(_ key: SecretKey, for installation: InstallationID, moduleSerial: String) {
      self.key = KeptKey(keyID: key.keyID, secret: key, isCommitted: false)
    }

    func markCommitted(keyID: String, for installation: InstallationID, moduleSerial: String) {
      key = KeptKey(keyID: keyID, secret: key?.secret, isCommitted: true)
    }
  }

  /// A chip that holds `image`, paired with a laptop.
  private final class PairedChip {
    let rig: LoaderRig
    let keys = OneKey()
    private(set) var keyID = ""

    init(holding image: Image) throws {
      rig = try LoaderRig(image: image, holds: true)
      rig.cable.wait(.milliseconds(800))
      var numbers = SplitMix64(seed: 5)
      let pairing = Pairing(
        client: client, keys: keys, clock: FixedClock(),
        random: { count in (0..<count).map { _ in UInt8(truncatingIfNeeded: numbers.next()) } })
      keyID = try pairing.pair(
        installation,
        settings: PairingSettings(
          code: "150621-00A000-5", platform: "https://platform.example", apn: "cmiot",
          trustAnchor: Array(repeating: 0x5A, count: 32))
      ).keyID
    }

    var client: SMPClient {
      let clock = rig.cable.clock
      return SMPClient(link: rig.cable, now: { clock.now })
    }

    func flash(
      _ image: Image, _ options: Flasher.Options = .init(), onEvent: @escaping (FlashStep) -> Void = { _ in }
    ) throws -> FlashResult {
      let clock = rig.cable.clock
      return try Flasher(
        link: rig.cable, notes: rig.notes, authority: ModuleAuthority(keys: keys), baudRates: rig.baudRates,
        now: { clock.now }
      ).flash(.image(image), options: options, onEvent: onEvent)
    }

    /// Flashes a release that lies in a folder of its own, which stays until the flashing has ended.
    func flash(
      _ newer: Newer, _ options: Flasher.Options = .init(), onEvent: @escaping (FlashStep) -> Void = { _ in }
    ) throws -> FlashResult {
      try withExtendedLifetime(newer) { try flash(newer.image, options, onEvent: onEvent) }
    }

    func expectPairing(sourceLocation: SourceLocation = #_sourceLocation) throws {
      let module = try client.identity()
      #expect(module.keyID == keyID && module.pendingKeyID == nil, sourceLocation: sourceLocation)
    }
  }

  /// The shipped release under another version, with the file of its update.
  private final class Newer {
    private let folder = TemporaryFolder()
    let image: Image

    init(_ version: (UInt8, UInt8, UInt8)) throws {
      let shipped = try ShippedRelease.image()
      let file = try ChipRig.shippedUpdate(version: version)
      let application = Array(file[32..<file.count - 40])
      let place = try #require(shipped.manifest.segments.last)
      var bytes = shipped.bytes
      bytes.replaceSubrange(place.offset..<place.offset + place.length, with: application)
      try folder.write("newer.update", Data(file))
      let (text, old) = ("\(version.0).\(version.1).\(version.2)", shipped.manifest)
      image = try Image(
        manifest: ImageManifest(
          name: "newer", version: text, chip: old.chip, productID: old.productID, segments: old.segments,
          bytes: bytes.count, sha256: SHA256Digest(of: bytes).hex,
          appSha256: Hex.encode(Array(application[0x230..<0x250])),
          lowestReplaceableVersion: old.lowestReplaceableVersion,
          update: .init(file: "newer.update", bytes: file.count, sha256: SHA256Digest(of: file).hex)),
        bytes: bytes, signer: ImageSigner(name: "test", keyID: ""), manifestPath: folder.file("newer.json"))
    }
  }

  @Test func `a paired chip is updated through its own firmware, by the laptop's key, and its seal stays`()
    throws
  {
    let chip = try PairedChip(holding: ShippedRelease.image())
    let newer = try Newer((9, 2, 0))
    let result = try chip.flash(newer)
    #expect(result.authority == FlashAuthority(kind: .laptopProof, deed: .update))
    #expect(result.proofs == [.claimed] && result.sealStayedClosed)
    #expect(result.module?.history.provenUpdates == 1 && result.module?.firmwareVersion == "9.2.0")
    try chip.expectPairing()
    let active = try chip.client.imageState().first { $0.isActive }
    #expect(active?.isConfirmed == true && active?.version == "9.2.0")
    #expect(chip.rig.cable.chip.chip.surface.closings == 0)
  }

  @Test(arguments: [60, 900, 4_000, 20_000, 41_000])
  func `an upload to an executed chip that was cut off goes on, with and without a start in between`(bytes: Int)
    throws
  {
    let newer = try Newer((9, 2, 0))
    for losesPower in [false, true] {
      let chip = try PairedChip(holding: ShippedRelease.image())
      chip.rig.cable.pullsAfter = chip.rig.cable.bytesSent + bytes
      #expect(throws: FlashError.self) { _ = try chip.flash(newer) }
      chip.rig.cable.plugIn()
      if losesPower { chip.rig.cable.cyclePower() }
      var offsets: [Int] = []
      let result = try chip.flash(newer) {
        if case .uploading(let bytes, _) = $0 { offsets.append(bytes) }
      }
      #expect(result.module?.firmwareVersion == "9.2.0" || result.skipped == .alreadyInstalled)
      if bytes == 20_000 { #expect(offsets.dropFirst().first ?? 0 > 8_000, "\(offsets.prefix(3))") }
      try chip.expectPairing()
    }
  }

  @Test func `a paired chip makes room for its bootloader by an authority, and not without`() throws {
    let chip = try PairedChip(holding: ShippedRelease.image())
    let newer = try Newer((9, 2, 0))
    let clock = chip.rig.cable.clock
    #expect(throws: FlashError.authority(keyID: chip.keyID, .unreachable)) {
      _ = try Flasher(link: chip.rig.cable, now: { clock.now }).flash(
        .image(newer.image), options: .init(readsBack: true))
    }
    try chip.expectPairing()
    let result = try chip.flash(newer, .init(readsBack: true))
    #expect(result.authority == FlashAuthority(kind: .laptopProof, deed: .bootloader))
    #expect(result.proofs.contains(.read) && result.module?.history.provenEntries == 1)
    try chip.expectPairing()
  }

  @Test
  func
    `a paired chip with firmware 0_1_0 goes the old way once, keeps its pairing, and needs an authority then`()
    throws
  {
    let chip = try PairedChip(holding: ShippedRelease.imageWithoutAuthorities())
    #expect(try chip.client.identity().firmwareVersion == "0.1.0")
    #expect(try !chip.client.identity().asksForAuthority)
    var steps: [FlashStep] = []
    let result = try chip.flash(ShippedRelease.image()) { steps.append($0) }
    #expect(result.authority == nil && !result.sealStayedClosed && result.skipped == nil)
    #expect(steps.contains(.enteringBootloader) && !steps.contains(.authorizing))
    #expect(result.module?.asksForAuthority == true)
    try chip.expectPairing()
    let next = try chip.flash(Newer((9, 2, 0)))
    #expect(next.authority == FlashAuthority(kind: .laptopProof, deed: .update) && next.sealStayedClosed)
    try chip.expectPairing()
  }
}
