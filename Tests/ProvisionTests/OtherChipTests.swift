import Bench
import ModuleCore
import TestSupport
import Testing

@testable import Provision

/// Checks an STM32 that does not exist and whose facts all differ from the F405's, to show that a new chip
/// needs only one value for the laptop and one for the bench.
@Suite struct OtherChipTests {
  private static let sectorBytes =
    Array(repeating: 8 << 10, count: 8) + Array(repeating: 32 << 10, count: 4)
    + Array(repeating: 256 << 10, count: 2)

  private static let chip = ChipModel(
    name: "STM32Z9", productID: 0x4f9, flashStart: 0x0800_0000, sectorBytes: sectorBytes, bootSectors: 0...1,
    pairingSectors: 3...4, application: 0x0801_8000..<0x0803_0000,
    bootloader: .st(
      STM32Chip(
        uniqueIDAddress: 0x1ff0_f420,
        writeProtection: STM32Chip.WriteProtection(address: 0x1fff_0010, sectorCount: 14),
        eraseTime: STM32Chip.EraseTime(base: .milliseconds(400), aByte: .microseconds(20)),
        stackTops: [0x2000_0004...0x2008_0000], loader: nil)))

  private static let model = STM32Model(
    name: "STM32Z9", productID: 0x4f9, flashStart: 0x0800_0000, sectorBytes: sectorBytes,
    ramStart: 0x2000_0000, ramBytes: 512 << 10, romRAMBytes: 16 << 10,
    systemMemory: 0x1ff0_0000...0x1ff0_edbf, engraved: 0x1ff0_f000...0x1ff0_f443,
    uniqueIDAddress: 0x1ff0_f420, flashSizeAddress: 0x1ff0_f442, optionBytesAddress: 0x1fff_0000,
    optionBytes: Array(repeating: 0xff, count: 24), writeProtectionOffset: 16)

  /// A boot block of one and a half sectors, and an application over two.
  private static let layout = BootloaderImages.Layout(
    boot: 0x0800_0000, bootBytes: 12 << 10, application: 0x0801_8000, stackTop: 0x2008_0000)

  private static func image(
    version: String = "1.2.3", layout: BootloaderImages.Layout = layout,
    change: (inout ImageManifest.Segment, Int) -> Void = { _, _ in }
  ) throws -> Image {
    try BootloaderImages.firmware(
      version: version, applicationBytes: 40_000, chip: chip.name, productID: chip.productID, layout: layout,
      chips: ChipModel.known + [chip], change: change)
  }

  private static func flash(_ link: BootloaderLink, _ image: Image) throws -> FlashResult {
    // The clock advances by itself, so that no test waits for a deadline.
    var time = ContinuousClock.now
    let flasher = Flasher(link: link, chips: ChipModel.known + [chip]) {
      time += .milliseconds(1)
      return time
    }
    return try flasher.flash(.image(image), options: .init(awaitsFirmware: false))
  }

  private static func holds(_ flash: FlashArray, _ image: Image, segment: Int) -> Bool {
    let segment = image.manifest.segments[segment]
    return flash.read(segment.address, count: segment.length) == image.bytes(of: segment)
  }

  @Test func `a chip with another sector map is flashed through its ROM, and only where its image lies`() throws
  {
    let link = BootloaderLink(Self.model)
    let flash = link.rom.memory.flash
    let kept = flash.sectors.indices.filter { ![0, 1, 9, 10].contains($0) }
    for sector in kept {
      flash.program(flash.sectors[sector].address, BootloaderImages.noise(512, seed: UInt32(sector + 1)))
    }
    let image = try Self.image()
    let result = try Self.flash(link, image)
    #expect(Self.holds(flash, image, segment: 0) && Self.holds(flash, image, segment: 1))
    for sector in kept {
      #expect(
        flash.read(flash.sectors[sector].address, count: 512)
          == BootloaderImages.noise(512, seed: UInt32(sector + 1)), "sector \(sector)")
    }
    #expect(result.chip == "STM32Z9" && result.chipID == "0102030405060708090a0b0c")
    #expect(result.proofs == [.read] && result.bytesWritten == (12 << 10) + 40_000)
    #expect(link.started == 0x0800_0000)
  }

  @Test func `the bench serves the chip on a port by its row alone, and its program is silent`() throws {
    let configuration = ModuleBench.Configuration(model: Self.model, timings: .instant)
    let bench = ModuleBench(
      configuration, random: { [UInt8](repeating: 1, count: $0) }, now: { ContinuousClock.now })
    let port = try bench.runInBackground()
    defer { bench.stop() }
    let image = try Self.image()
    let link = try SerialPort.open(port, framing: .bootloader)
    defer { link.close() }
    let flasher = Flasher(link: link, chips: ChipModel.known + [Self.chip], now: { ContinuousClock.now })
    let result = try flasher.flash(.image(image), options: .init(awaitsFirmware: false))
    #expect(result.chip == "STM32Z9" && result.skipped == nil)
    #expect(Self.holds(configuration.flash, image, segment: 0))
    #expect(Self.holds(configuration.flash, image, segment: 1))
    #expect(!bench.truth.firmwareRuns)
    try link.write([0x7f], deadline: .now + .seconds(1))
    #expect(throws: LinkError.timeout) { _ = try link.read(upTo: 1, deadline: .now + .milliseconds(200)) }
  }

  @Test func `every chip that modules may carry has a row in the bench, with the same sectors`() {
    #expect(Set(ChipModel.known.map(\.name)) == Set(BenchModel.known.map(\.name)))
    #expect(Set(BenchModel.known.map(\.shortName)).count == BenchModel.known.count)
    for case .stm32(let model) in BenchModel.known {
      #expect(BenchModel(shortName: model.name.lowercased()) == .stm32(model))
      let chip = ChipModel.known.first { $0.name == model.name }
      #expect(chip?.productID == model.productID && chip?.sectors.map(\.bytes) == model.sectorBytes)
    }
  }

  @Test func `a boot block over two sectors is left alone where the chip holds it`() throws {
    let link = BootloaderLink(Self.model)
    _ = try Self.flash(link, try Self.image())
    let newer = try Self.image(version: "1.3.0")
    #expect(try Self.flash(link, newer).bytesWritten == 40_000)
    #expect(Self.holds(link.rom.memory.flash, newer, segment: 1))
  }

  @Test func `a foreign boot block is left alone where both of its sectors are protected from writing`() throws
  {
    let flash = FlashArray(Self.model)
    let old = BootloaderImages.noise(12 << 10, seed: 3)
    flash.program(flash.start, old)
    for sector in 0...1 { flash.protect(sector: sector) }
    let image = try Self.image()
    #expect(try Self.flash(BootloaderLink(Self.model, flash: flash), image).bytesWritten == 40_000)
    #expect(flash.read(flash.start, count: old.count) == old && Self.holds(flash, image, segment: 1))
  }

  @Test(arguments: [0, 1, 9, 10])
  func `a sector that is protected alone is named, and nothing is erased`(sector: Int) throws {
    let flash = FlashArray(Self.model)
    flash.program(flash.start, BootloaderImages.noise(12 << 10, seed: 3))
    flash.protect(sector: sector)
    let before = flash.read(flash.start, count: flash.byteCount)
    #expect(throws: FlashError.writeProtected(sectors: [sector])) {
      _ = try Self.flash(BootloaderLink(Self.model, flash: flash), try Self.image())
    }
    #expect(flash.read(flash.start, count: flash.byteCount) == before)
  }

  @Test func `a cable pulled anywhere leaves no boot block that starts and is not whole`() throws {
    let whole = BootloaderLink(Self.model)
    let image = try Self.image()
    _ = try Self.flash(whole, image)
    var generator = SplitMix64(seed: 9)
    for cut in (0..<40).map({ _ in Int.random(in: 1..<whole.sent.count, using: &generator) }) {
      let link = BootloaderLink(Self.model)
      link.pulledAfter = cut
      #expect(throws: FlashError.self) { _ = try Self.flash(link, image) }
      let flash = link.rom.memory.flash
      if flash.read(flash.start, count: 4) != [0xff, 0xff, 0xff, 0xff] {
        #expect(Self.holds(flash, image, segment: 0), "cut after \(cut) bytes")
      }
      let again = BootloaderLink(Self.model, flash: flash)
      _ = try Self.flash(again, image)
      #expect(
        Self.holds(flash, image, segment: 0) && Self.holds(flash, image, segment: 1), "cut after \(cut) bytes")
    }
  }

  @Test func `an image in its own pairing sectors is refused, and one in another chip's is not`() throws {
    var layout = Self.layout
    layout.application = 0x0800_6000
    #expect(throws: ImageFault.segment(index: 1, .overlapsPairing)) { _ = try Self.image(layout: layout) }
    // The F405's second pairing sector begins in this chip's sector 4, and its sectors 5 and 6 are free.
    layout.application = 0x0800_a000
    #expect(throws: ImageFault.program(.applicationHeader)) { _ = try Self.image(layout: layout) }
  }

  @Test func `a stack beyond its own memory is refused`() throws {
    var layout = Self.layout
    layout.stackTop = 0x1001_0000
    #expect(throws: ImageFault.program(.stackPointer(0x1001_0000))) { _ = try Self.image(layout: layout) }
  }

  @Test func `an image for another chip is refused before anything is erased`() throws {
    let link = BootloaderLink(Self.model)
    #expect(throws: FlashError.wrongChip(found: 0x4f9, wanted: 0x413)) {
      _ = try Self.flash(link, try BootloaderImages.firmware())
    }
    let flash = link.rom.memory.flash
    #expect(flash.read(flash.start, count: flash.byteCount)?.allSatisfy { $0 == 0xff } == true)
  }
}
