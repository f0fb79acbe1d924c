import Bench
import ModuleCore
import TestSupport
import Testing

@testable import Chip

/// Checks the boot block's copying and the option bytes on the executed chip.
@Suite struct UpdateOnChipTests {
  private static let new = "9.2.0"

  private static func rig() throws -> (rig: ChipRig, shipped: String) {
    let rig = try ChipRig()
    rig.boot()
    try rig.pair(key: ChipRig.key)
    return (rig, try #require(try rig.firmwareVersion()))
  }

  @Test func `an update is swapped in, confirms itself, and stays`() throws {
    let (rig, _) = try Self.rig()
    try rig.install(try ChipRig.shippedUpdate(version: (9, 2, 0)), key: ChipRig.key)
    #expect(try rig.reset() != nil)
    #expect(try rig.firmwareVersion() == Self.new)
    #expect(try slots(rig).map { $0[ModuleField.confirmed]?.boolean } == [false, nil])
    rig.wait(milliseconds: 5_000)
    #expect(try slots(rig).first?[ModuleField.confirmed]?.boolean == true)
    rig.chip.cutPower { 0 }
    #expect(try rig.firmwareVersion() == Self.new)
    #expect(try rig.ask(.identity)[ModuleField.keyID]?.byteString == Authenticator.keyID(of: ChipRig.key))
    #expect(rig.chip.surface.closings == 0)
  }

  @Test func `an update that nobody has heard of is taken back at the next start`() throws {
    let (rig, shipped) = try Self.rig()
    try rig.install(try ChipRig.shippedUpdate(version: (9, 2, 0)), key: ChipRig.key)
    #expect(try rig.reset() != nil)
    rig.wait(milliseconds: 8_000)
    rig.chip.cutPower { 0 }
    #expect(try rig.firmwareVersion() == shipped)
    #expect(try slots(rig).last?[ModuleField.bootable]?.boolean == false)
    #expect(try rig.ask(.identity)[ModuleField.keyID]?.byteString == Authenticator.keyID(of: ChipRig.key))
  }

  @Test func `an update that traps at its first instruction takes itself back, without anybody's help`() throws
  {
    let (rig, shipped) = try Self.rig()
    let broken = try ChipRig.shippedUpdate(version: (9, 2, 0)) { image in
      let entry = Int(image[4]) | Int(image[5]) << 8 | Int(image[6]) << 16
      let place = (entry & ~1) - Int(FlashMap.application & 0xff_ffff)
      image.replaceSubrange(place..<place + 2, with: [0x00, 0xde])
    }
    try rig.install(broken, key: ChipRig.key)
    #expect(try rig.reset() != nil)
    #expect(try rig.firmwareVersion() == shipped)
    #expect(rig.chip.surface.closings == 0)
  }

  @Test
  func `a paired module of release 0_1_0 is updated without an authority, once, and asks for one after that`()
    throws
  {
    let rig = try ChipRig(
      flash: try ShippedRelease.program(image: try ShippedRelease.imageWithoutAuthorities()))
    rig.boot()
    try rig.pair(key: ChipRig.key)
    #expect(try rig.firmwareVersion() == "0.1.0")
    #expect(try rig.ask(.identity)[ModuleField.provenUpdates] == nil)
    let file = try ChipRig.shippedUpdate()
    try rig.upload(file)
    #expect(try rig.mark(file)[ModuleField.images] != nil)
    #expect(try rig.reset() != nil)
    #expect(try rig.firmwareVersion() == ChipRig.version(of: file))
    rig.wait(milliseconds: 6_000)
    rig.chip.cutPower { 0 }
    rig.boot()
    let identity = try rig.ask(.identity)
    #expect(identity[ModuleField.keyID]?.byteString == Authenticator.keyID(of: ChipRig.key))
    #expect(identity[ModuleField.firmwareVersion]?.string == ChipRig.version(of: file))
    #expect(identity[ModuleField.provenUpdates]?.unsigned == 0)
    let erased = try rig.exchange(.write, SMPGroup.image, ImageCommand.erase.rawValue, CBORMapWriter())
    #expect(erased?[ModuleField.returnCode]?.unsigned == ManagementError.accessDenied)
    try rig.install(try ChipRig.shippedUpdate(version: (9, 2, 0)), key: ChipRig.key)
    #expect(try rig.reset() != nil)
    #expect(try rig.firmwareVersion() == Self.new)
  }

  @Test func `a module whose seal was opened takes an update without a proof, and says so for ever`() throws {
    let (rig, shipped) = try Self.rig()
    let file = try ChipRig.shippedUpdate(version: (9, 2, 0))
    var fields = CBORMapWriter()
    fields.put(ModuleField.offset, unsigned: 0)
    fields.put(ModuleField.length, unsigned: UInt64(file.count))
    fields.put(ModuleField.imageDigest, bytes: SHA256.digest(file))
    fields.put(ModuleField.data, bytes: Array(file.prefix(900)))
    let refused = try #require(
      try rig.exchange(.write, SMPGroup.image, ImageCommand.upload.rawValue, fields))
    #expect(refused[ModuleField.returnCode]?.unsigned == ManagementError.accessDenied)
    rig.surroundings.world.sealClosed = false
    rig.wait(milliseconds: 10_200)
    try rig.upload(file)
    #expect(try rig.mark(file)[ModuleField.images] != nil)
    rig.surroundings.world.sealClosed = true
    #expect(try rig.reset() != nil)
    #expect(try rig.firmwareVersion() == Self.new && shipped != Self.new)
    let identity = try rig.ask(.identity)
    #expect(identity[ModuleField.serviceUpdates]?.unsigned == 1)
    #expect(identity[ModuleField.provenUpdates]?.unsigned == 0)
  }

  @Test func `the ROM bootloader of a paired module is entered once for a proof, and each time is counted`()
    throws
  {
    let (rig, _) = try Self.rig()
    let refused = try #require(try rig.reset(.bootloader))
    #expect(refused[ModuleField.returnCode]?.unsigned == ManagementError.accessDenied)
    rig.wait(milliseconds: 100)
    #expect(rig.chip.state == .running)
    let challenge = try #require(try rig.ask(.challenge)[ModuleField.challenge]?.byteString)
    let fields = rig.bootloaderAuthority(key: ChipRig.key, challenge: challenge)
    #expect(try rig.ask(.authorize, fields)[ModuleField.error] == nil)
    #expect(try rig.reset(.bootloader)?[ModuleField.returnCode] == nil)
    rig.wait(milliseconds: 100)
    #expect(rig.chip.state == .bootloader)
    rig.chip.cutPower { 0 }
    rig.boot()
    #expect(try rig.ask(.identity)[ModuleField.provenEntries]?.unsigned == 1)
    let again = try #require(try rig.reset(.bootloader))
    #expect(again[ModuleField.returnCode]?.unsigned == ManagementError.accessDenied)
  }

  @Test func `the option bytes protect the boot block's sector and are written once`() throws {
    let rig = try ChipRig()
    #expect(!rig.flash.isProtected(sector: 0))
    rig.boot()
    #expect(rig.flash.isProtected(sector: 0) && !rig.flash.isProtected(sector: 1))
    let options = rig.chip.flash.read(0x14, now: rig.chip.now)
    #expect(options & (1 << 16 | 0b11 << 2) == 0, "sector 0 is write-protected, brown-out level is 3")
    let boot = rig.flash.read(FlashMap.bootBlock, count: 64)
    #expect(!rig.flash.erase(sector: 0) && rig.flash.read(FlashMap.bootBlock, count: 64) == boot)
    let written = rig.chip.flash.optionWrites
    #expect(written == 1)
    rig.chip.cutPower { 0 }
    rig.boot()
    #expect(rig.chip.flash.optionWrites == written)
    #expect(try rig.ask(.identity)[ModuleField.boots]?.unsigned == 2)
  }

  private func slots(_ rig: ChipRig) throws -> [CBORItem] {
    let reply = try rig.exchange(.read, SMPGroup.image, ImageCommand.state.rawValue, CBORMapWriter())
    return try #require(reply?[ModuleField.images]?.elements)
  }
}
