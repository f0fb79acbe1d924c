import Bench
import Testing

@testable import Provision

@Suite struct BootloaderFlasherTests {
  private let options = Flasher.Options(usesLoader: false, awaitsFirmware: false)

  private func flash(
    _ link: BootloaderLink, _ image: Image, allowsDowngrade: Bool = false,
    onEvent: @escaping (FlashStep) -> Void = { _ in },
    isCancelled: @escaping () -> Bool = { false }
  ) throws -> FlashResult {
    // The clock advances by itself, so that no test waits for a deadline.
    var time = ContinuousClock.now
    let flasher = Flasher(link: link) {
      time += .milliseconds(1)
      return time
    }
    var options = options
    options.allowsDowngrade = allowsDowngrade
    return try flasher.flash(.image(image), options: options, onEvent: onEvent, isCancelled: isCancelled)
  }

  /// A wire to a chip that was flashed with this firmware and is in its bootloader again because of a jumper.
  private func linkHolding(_ image: Image) throws -> BootloaderLink {
    let first = BootloaderLink()
    _ = try flash(first, image)
    return BootloaderLink(flash: first.rom.memory.flash)
  }

  /// Whether the chip was told to change its flash, by AN3155's extended erase or write.
  private func changesFlash(_ link: BootloaderLink) -> Bool {
    link.sent.contains([0x44, 0xbb]) || link.sent.contains([0x31, 0xce])
  }

  private func expectFlashed(_ link: BootloaderLink, _ image: Image) {
    for segment in image.manifest.segments {
      #expect(link.rom.memory.flash.read(segment.address, count: segment.length) == image.bytes(of: segment))
    }
  }

  @Test func `a blank chip gets boot block and application and is started`() throws {
    let link = BootloaderLink()
    let image = try BootloaderImages.firmware()
    let result = try flash(link, image)
    expectFlashed(link, image)
    #expect(link.started == 0x0800_0000)
    #expect(result.chip == "STM32F405")
    #expect(result.chipID == "0102030405060708090a0b0c")
    #expect(result.firmwareVersion == "1.2.3")
    #expect(result.firmwareSha256 == image.manifest.sha256)
    #expect(result.skipped == nil)
    #expect(result.bytesWritten == 7024)
  }

  @Test func `the first byte on the wire is the one that the bootloader measures its speed by`() throws {
    let link = BootloaderLink()
    _ = try flash(link, try BootloaderImages.firmware())
    #expect(link.sent.first == 0x7f)
    #expect(link.framings.first == .bootloader)
    #expect(link.framings.last == .firmware)
  }

  @Test func `steps come in the documented order and counts only grow`() throws {
    var steps: [FlashStep] = []
    _ = try flash(BootloaderLink(), try BootloaderImages.firmware(), onEvent: { steps.append($0) })
    #expect(
      steps.prefix(6) == [
        .connecting, .identifying, .chipFound(name: "STM32F405", uniqueID: "0102030405060708090a0b0c"),
        .comparing,
        .erasing(sector: 1, of: 2), .erasing(sector: 2, of: 2),
      ])
    let written = steps.compactMap { if case .writing(let bytes, 7024) = $0 { bytes } else { nil } }
    let verified = steps.compactMap { if case .verifying(let bytes, 7024) = $0 { bytes } else { nil } }
    #expect(written == written.sorted() && written.first == 0 && written.last == 7024)
    #expect(verified == verified.sorted() && verified.first == 0 && verified.last == 7024)
    #expect(steps.last == .starting)
  }

  @Test func `the pairing record and free sectors stay as they are`() throws {
    let flash = FlashArray.stm32f405()
    for sector in [1, 2, 3, 5, 11] {
      flash.program(flash.sectors[sector].address, BootloaderImages.noise(256, seed: UInt32(sector)))
    }
    _ = try self.flash(BootloaderLink(flash: flash), try BootloaderImages.firmware())
    for sector in [1, 2, 3, 5, 11] {
      #expect(
        flash.read(flash.sectors[sector].address, count: 256)
          == BootloaderImages.noise(256, seed: UInt32(sector)))
    }
  }

  @Test func `a boot block that is there already is neither erased nor written`() throws {
    let link = BootloaderLink()
    _ = try flash(link, try BootloaderImages.firmware())
    let newer = try BootloaderImages.firmware(version: "1.3.0")
    var steps: [FlashStep] = []
    let result = try flash(link, newer, onEvent: { steps.append($0) })
    #expect(result.bytesWritten == 6000)
    #expect(steps.contains(.erasing(sector: 1, of: 1)))
    expectFlashed(link, newer)
  }

  @Test func `cells that did not erase are found by reading back, since the chip ANDs and reports no error`()
    throws
  {
    let link = BootloaderLink()
    let image = try BootloaderImages.firmware()
    let wanted = image.bytes(of: image.manifest.segments[1])[0x100]
    link.leftByErase = (address: 0x0801_0100, bytes: [~wanted])
    #expect(throws: FlashError.verification(address: 0x0801_0100)) { _ = try flash(link, image) }
    #expect(link.rom.memory.flash.read(0x0801_0100, count: 1) == [0])
  }

  @Test func `a byte spoilt on the wire is refused by the chip, and the block sent again`() throws {
    let link = BootloaderLink()
    link.spoiled = (index: 3000, bits: 0x10)
    let image = try BootloaderImages.firmware()
    _ = try flash(link, image)
    expectFlashed(link, image)
  }

  @Test func `a byte that changes after it was written is found by reading back, and mended`() throws {
    let flash = FlashArray.stm32f405()
    let image = try BootloaderImages.firmware()
    let link = BootloaderLink(flash: flash)
    var spoilt = false
    _ = try self.flash(
      link, image,
      onEvent: { step in
        if case .verifying(0, _) = step, !spoilt {
          spoilt = true
          flash.program(0x0801_0100, [0])
        }
      })
    #expect(spoilt)
    expectFlashed(link, image)
  }

  // MARK: - Bad moments

  @Test func `a chip that falls silent while erasing names the sector`() throws {
    let link = BootloaderLink()
    link.silentDuring = { $0 == .erasing(sector: 0) }
    #expect(throws: FlashError.link(.timeout, during: .erasing(sector: 2, of: 2))) {
      _ = try flash(link, try BootloaderImages.firmware())
    }
  }

  @Test func `a chip that falls silent while writing says how far it came`() throws {
    let link = BootloaderLink()
    link.silentDuring = { $0 == .programming(address: 0x0801_0400, bytes: 256) }
    #expect(throws: FlashError.link(.timeout, during: .writing(bytes: 1024, of: 7024))) {
      _ = try flash(link, try BootloaderImages.firmware())
    }
  }

  @Test func `cancelling ends between blocks and says where`() throws {
    let link = BootloaderLink()
    var blocks = 0
    #expect {
      _ = try flash(
        link, try BootloaderImages.firmware(),
        onEvent: { if case .writing = $0 { blocks += 1 } },
        isCancelled: { blocks >= 5 })
    } throws: { error in
      if case .cancelled(during: .writing)? = error as? FlashError { true } else { false }
    }
    #expect(blocks == 5)
  }

  @Test func `nothing on the wire is no answer`() throws {
    let link = BootloaderLink()
    link.silentAfter = 0
    #expect(throws: FlashError.noAnswer) { _ = try flash(link, try BootloaderImages.firmware()) }
  }

  @Test func `killed after any number of bytes, the next run ends with the whole firmware`() throws {
    let image = try BootloaderImages.firmware(applicationBytes: 1200)
    let whole = BootloaderLink()
    _ = try flash(whole, image)
    for bytes in stride(from: 1, to: whole.sent.count, by: 37) {
      let link = BootloaderLink()
      link.pulledAfter = bytes
      #expect(throws: FlashError.self) { _ = try flash(link, image) }
      link.mend()
      _ = try flash(link, image)
      expectFlashed(link, image)
    }
  }

  // MARK: - Older and newer

  @Test func `a chip in its bootloader keeps its newer firmware, unless it is told to go back`() throws {
    let newer = try BootloaderImages.firmware(version: "1.10.0")
    let older = try BootloaderImages.firmware(version: "1.9.0")
    let link = try linkHolding(newer)
    #expect(throws: FlashError.downgrade(installed: "1.10.0", offered: "1.9.0")) { _ = try flash(link, older) }
    #expect(!changesFlash(link))
    expectFlashed(link, newer)
    _ = try flash(link, older, allowsDowngrade: true)
    expectFlashed(link, older)
  }

  @Test func `an image replaces nothing that is older than its lowest, whatever it is told`() throws {
    let old = try BootloaderImages.firmware(version: "1.4.9")
    let image = try BootloaderImages.firmware(version: "2.0.0", lowest: "1.5.0")
    let link = try linkHolding(old)
    for allowsDowngrade in [false, true] {
      #expect(throws: FlashError.tooOld(installed: "1.4.9", lowest: "1.5.0", offered: "2.0.0")) {
        _ = try flash(link, image, allowsDowngrade: allowsDowngrade)
      }
    }
    #expect(!changesFlash(link))
    expectFlashed(link, old)
    _ = try flash(link, try BootloaderImages.firmware(version: "1.5.0"))
    _ = try flash(link, image)
    expectFlashed(link, image)
  }

  @Test func `a newer firmware whose writing was cut off protects nothing`() throws {
    let link = BootloaderLink()
    var blocks = 0
    #expect(throws: FlashError.self) {
      _ = try flash(
        link, try BootloaderImages.firmware(version: "2.0.0"),
        onEvent: { if case .writing = $0 { blocks += 1 } }, isCancelled: { blocks > 10 })
    }
    let older = try BootloaderImages.firmware(version: "1.0.0")
    _ = try flash(link, older)
    expectFlashed(link, older)
  }

  // MARK: - The wrong chip

  @Test func `an image for another chip is refused before anything is erased`() throws {
    let link = BootloaderLink()
    let image = try BootloaderImages.firmware(chip: "STM32F103", productID: 0x410)
    var steps: [FlashStep] = []
    #expect(throws: FlashError.wrongChip(found: 0x413, wanted: 0x410)) {
      _ = try flash(link, image, onEvent: { steps.append($0) })
    }
    #expect(steps.count == 3)
  }

  @Test(
    arguments: [
      (0x414, FlashError.noRelease(chip: "STM32F10x high density (GD32F103xE)")),
      (0x5ff, FlashError.unknownChip(productID: 0x5ff)),
    ] as [(UInt16, FlashError)])
  func `a chip that no firmware is shipped for is named, and one that is not in the table by its product id`(
    productID: UInt16, expected: FlashError
  ) throws {
    var model = STM32Model.stm32f405
    model.productID = productID
    let link = BootloaderLink(model)
    var time = ContinuousClock.now
    let flasher = Flasher(link: link) {
      time += .milliseconds(1)
      return time
    }
    let image = try BootloaderImages.firmware()
    #expect(throws: expected) { _ = try flasher.flash(.image(image), options: options) }
    #expect(!changesFlash(link))
  }
}
