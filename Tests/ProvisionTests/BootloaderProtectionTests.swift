import Foundation
import TestSupport
import Testing

@testable import Bench
@testable import Provision

/// Checks protected chips, stored notes and a damaged wire with the bench's ROM.
@Suite struct BootloaderProtectionTests {
  private func flasher(_ bench: FaultyBench, _ notes: any FlashNotes = MemoryFlashNotes()) -> Flasher {
    let clock = bench.clock
    return Flasher(link: bench, notes: notes, now: { clock.now })
  }

  private func contents(_ flash: FlashArray) -> [UInt8]? { flash.read(flash.start, count: flash.byteCount) }

  // MARK: - Read protection

  @Test func `a read-protected chip is named as one, and nothing is erased`() throws {
    let bench = FaultyBench()
    bench.flash.program(bench.flash.start, BootloaderImages.noise(64, seed: 3))
    bench.flash.protectFromReading()
    let before = contents(bench.flash)
    let image = try BootloaderImages.firmware()
    #expect(throws: FlashError.readProtected) { _ = try flasher(bench).flash(.image(image)) }
    #expect(contents(bench.flash) == before)
    #expect(bench.flash.isReadProtected)
  }

  @Test func `told to, it lifts the protection, says so before, and that the key is gone`() throws {
    let bench = FaultyBench()
    bench.flash.program(bench.flash.sectors[1].address, [1, 2, 3, 4])
    bench.flash.protectFromReading()
    var steps: [FlashStep] = []
    let result = try flasher(bench).flash(
      .image(try BootloaderImages.firmware()), options: .init(erasesKey: true), onEvent: { steps.append($0) })
    #expect(result.keyErased)
    #expect(steps.contains(.unprotecting))
    #expect(!bench.flash.isReadProtected)
    #expect(bench.flash.read(bench.flash.sectors[1].address, count: 4) != [1, 2, 3, 4])
  }

  @Test func `told to, it erases a chip that is not protected, and keeps a boot block that is the image's`()
    throws
  {
    let bench = FaultyBench()
    let image = try BootloaderImages.firmware()
    _ = try flasher(bench).flash(.image(image))
    // The started firmware begins a record of its own at the front of the sector.
    let places = bench.flash.sectors[1...].map { $0.address + 0x2000 }
    for place in places { bench.flash.program(place, [1, 2, 3, 4]) }
    let result = try flasher(bench).flash(.image(image), options: .init(erasesKey: true))
    #expect(result.keyErased && result.skipped == nil)
    #expect(places.filter { bench.flash.read($0, count: 4) == [1, 2, 3, 4] } == [])
    #expect(result.bytesWritten == 6000)
    #expect(image.pieces.allSatisfy { bench.flash.read($0.address, count: $0.bytes.count) == $0.bytes })
  }

  @Test func `an erasure puts the image's boot block in the place of another`() throws {
    let bench = FaultyBench()
    _ = try flasher(bench).flash(.image(try BootloaderImages.firmware(version: "1.0.0")))
    let boot = bench.flash.sectors[0]
    bench.flash.unprotectSectors()
    bench.flash.program(boot.address + 0x300, [0])
    bench.flash.protect(sector: 0)
    let newer = try BootloaderImages.firmware(version: "1.1.0")
    let result = try flasher(bench).flash(.image(newer), options: .init(erasesKey: true))
    #expect(result.bytesWritten == 6000 + BootloaderImages.bootBytes)
    #expect(newer.pieces.allSatisfy { bench.flash.read($0.address, count: $0.bytes.count) == $0.bytes })
  }

  // MARK: - Write protection

  @Test func `write-protected sectors are named before anything is erased`() throws {
    let bench = FaultyBench()
    bench.flash.program(bench.flash.sectors[4].address, BootloaderImages.noise(64, seed: 3))
    bench.flash.protect(sector: 4)
    let before = contents(bench.flash)
    let image = try BootloaderImages.firmware()
    #expect(throws: FlashError.writeProtected(sectors: [4])) { _ = try flasher(bench).flash(.image(image)) }
    #expect(contents(bench.flash) == before)
  }

  @Test func `another boot block that has started a firmware stays`() throws {
    let bench = FaultyBench()
    _ = try flasher(bench).flash(.image(try BootloaderImages.firmware(version: "1.0.0")))
    let boot = bench.flash.sectors[0]
    bench.flash.unprotectSectors()
    bench.flash.program(boot.address + 0x300, [0])
    bench.flash.protect(sector: 0)
    let own = bench.flash.read(boot.address, count: boot.bytes)
    let newer = try BootloaderImages.firmware(version: "1.1.0")
    let result = try flasher(bench).flash(.image(newer))
    #expect(bench.flash.read(boot.address, count: boot.bytes) == own)
    #expect(result.bytesWritten == 6000)
  }

  // MARK: - Notes

  @Test func `a pulled cable costs one block: what was acknowledged is not written again`() throws {
    let bench = FaultyBench()
    let notes = MemoryFlashNotes()
    let image = try BootloaderImages.firmware()
    var blocks = 0
    #expect(throws: FlashError.self) {
      _ = try flasher(bench, notes).flash(
        .image(image), onEvent: { if case .writing = $0 { blocks += 1 } }, isCancelled: { blocks > 10 })
    }
    var steps: [FlashStep] = []
    let before = bench.clock.now
    _ = try flasher(bench, notes).flash(.image(image), onEvent: { steps.append($0) })
    #expect(!steps.contains { if case .erasing = $0 { true } else { false } })
    // The time covers 18 of 28 blocks written and 28 read, at 24 ms each, and no erasure of 550 ms.
    #expect(bench.clock.now - before < .milliseconds(1800))
  }

  @Test func `a journal that is wrong is found out, and the image is whole all the same`() throws {
    let bench = FaultyBench()
    bench.flash.program(0x0801_0000, BootloaderImages.noise(4096, seed: 9))
    let image = try BootloaderImages.firmware()
    let notes = MemoryFlashNotes()
    let id = Array("WELDTECHSIM1".utf8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    notes.journal(chipID: id, imageSha256: image.manifest.sha256).acknowledge(sector: 4, bytes: 3000)
    _ = try flasher(bench, notes).flash(.image(image))
    #expect(image.pieces.allSatisfy { bench.flash.read($0.address, count: $0.bytes.count) == $0.bytes })
  }

  @Test func `an adapter that loses bytes at full speed is driven slower, and remembered`() throws {
    let bench = FaultyBench()
    _ = try flasher(bench).flash(.image(try BootloaderImages.firmware(version: "1.0.0")))
    let notes = MemoryFlashNotes()
    bench.begin(WireFault(.slowAdapter, seed: 5), span: 1)
    let image = try BootloaderImages.firmware(version: "1.1.0")
    for _ in 0..<4 where (try? flasher(bench, notes).flash(.image(image))) == nil { bench.mend() }
    #expect(notes.baudRate(for: .bootloader) == 57_600)
    #expect(image.pieces.allSatisfy { bench.flash.read($0.address, count: $0.bytes.count) == $0.bytes })
  }

  @Test func `a firmware that stands in the chip without running is compared and started, not written`() throws
  {
    let bench = FaultyBench()
    let image = try BootloaderImages.firmware()
    _ = try flasher(bench).flash(.image(image))
    let jumper = FaultyBench(flash: bench.flash)
    let client = SMPClient(link: jumper, now: { [clock = jumper.clock] in clock.now })
    try client.reset(.bootloader)
    let result = try flasher(jumper).flash(.image(image))
    #expect(result.skipped == .alreadyHeld)
    #expect(result.proofs == [.read])
    #expect(result.bytesWritten == 0)
  }

  // MARK: - Into the bootloader

  @Test func `a chip that runs nothing is reset into its bootloader by the lines that the profile names`()
    throws
  {
    let image = try BootloaderImages.firmware()
    #expect(throws: FlashError.noAnswer) { _ = try flasher(WiredBench()).flash(.image(image)) }
    let wired = BoardProfile.known.first { $0.name == "dtr-reset-rts-boot0" }
    #expect(try flasher(WiredBench()).flash(.image(image), options: .init(profile: wired)).skipped == nil)
    let exchanged = BoardProfile.known.first { $0.name == "rts-reset-dtr-boot0" }
    #expect(throws: FlashError.noAnswer) {
      _ = try flasher(WiredBench()).flash(.image(image), options: .init(profile: exchanged))
    }
  }

  // MARK: - Protecting, and updating what is protected

  @Test func `a running module is protected, once, and keeps running`() throws {
    let bench = FaultyBench()
    let notes = MemoryFlashNotes()
    _ = try flasher(bench, notes).flash(.image(try BootloaderImages.firmware()))
    let result = try flasher(bench, notes).protect()
    #expect(result.authority == nil && !result.wasProtected)
    #expect(bench.flash.isReadProtected)
    #expect(notes.isProtected(chipID: result.chipID))
    let again = try flasher(bench, notes).protect()
    #expect(again.chipID == result.chipID && again.wasProtected)
  }

  @Test func `a protected module is updated by upload where that is known, and elsewhere after one refusal`()
    throws
  {
    let folder = TemporaryFolder()
    let newer = try BootloaderImages.firmwareWithUpdate(version: "1.3.0", in: folder.path)
    let bench = FaultyBench()
    let notes = MemoryFlashNotes()
    _ = try flasher(bench).flash(.image(try BootloaderImages.firmware()))
    bench.flash.protectFromReading()
    #expect(throws: FlashError.readProtected) { _ = try flasher(bench, notes).flash(.image(newer)) }
    bench.cyclePower()
    var steps: [FlashStep] = []
    let result = try flasher(bench, notes).flash(.image(newer), onEvent: { steps.append($0) })
    #expect(result.firmwareVersion == "1.3.0")
    #expect(result.proofs == [.claimed])
    #expect(steps.contains { if case .uploading = $0 { true } else { false } })
    #expect(bench.flash.isReadProtected)
    let clock = bench.clock
    let slots = try SMPClient(link: bench, now: { clock.now }).imageState()
    #expect(slots.first { $0.isActive }?.version == "1.3.0")
    #expect(slots.first { $0.isActive }?.isConfirmed == true)
    #expect(try flasher(bench, notes).flash(.image(newer)).skipped == .alreadyInstalled)
  }
}
