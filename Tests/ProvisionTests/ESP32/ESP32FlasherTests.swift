import Cryptography
import Foundation
import ModuleCore
import TestSupport
import Testing

@testable import Bench
@testable import Provision

/// Flashes Espressif's chips through their ROM loader, in memory and on a virtual clock.
@Suite struct ESP32FlasherTests {
  static let chips: [(model: ESP32Model, chip: ChipModel)] = [(.esp32, .esp32), (.esp32c3, .esp32c3)]

  private func flash(
    _ wire: ESP32Wire, _ image: Image, notes: any FlashNotes = MemoryFlashNotes(),
    options: Flasher.Options = .init(), onEvent: @escaping (FlashStep) -> Void = { _ in },
    isCancelled: @escaping () -> Bool = { false }
  ) throws -> FlashResult {
    let clock = wire.clock
    return try Flasher(link: wire, notes: notes, now: { clock.now }).flash(
      .image(image), options: options, onEvent: onEvent, isCancelled: isCancelled)
  }

  private func holds(_ flash: FlashArray, _ image: Image) -> Bool {
    image.pieces.allSatisfy { flash.read($0.address, count: $0.bytes.count) == $0.bytes }
  }

  private static let profile = BoardProfile.known.first { $0.name == "esp32" }

  // MARK: - All is well

  @Test(arguments: 0..<2) func `a chip is found, flashed at the highest speed, proved and rebooted`(index: Int)
    throws
  {
    let (model, chip) = Self.chips[index]
    let wire = ESP32Wire(model, oscillatorError: 40_000)
    wire.flash.program(0x1_0000, Array(repeating: 0, count: 200_000))
    let image = try ESP32Images.firmware(chip)
    var steps: [FlashStep] = []
    let result = try flash(wire, image, onEvent: { steps.append($0) })
    #expect(holds(wire.flash, image))
    #expect(result.chip == chip.name && result.chipID == "240ac4c0db55" && result.skipped == nil)
    #expect(result.proofs == [.digest] && result.bytesWritten == image.bytes.count)
    #expect(wire.baudRates.contains(921_600))
    #expect(steps.first == .connecting && steps.last == .starting)
    #expect(steps.contains(.chipFound(name: chip.name, uniqueID: "240ac4c0db55")))
    #expect(steps.contains(.erasing(sector: 1, of: 26)))
    // A byte that the image does not need is unchanged.
    #expect(wire.flash.read(0x1_0000 + 102_400, count: 1) == [0])
  }

  @Test func `the same image again is skipped within two seconds, and one sector that differs costs a piece`()
    throws
  {
    let wire = ESP32Wire(.esp32)
    let image = try ESP32Images.firmware(bytes: 300_000)
    _ = try flash(wire, image)
    wire.mend()
    let again = try flash(wire, image)
    #expect(again.skipped == .alreadyHeld && again.bytesWritten == 0 && again.proofs == [.digest])
    #expect(again.duration < .seconds(2), "\(again.duration)")
    wire.mend()
    wire.flash.program(0x3_0000, [0])
    let third = try flash(wire, image)
    #expect(third.skipped == nil && third.bytesWritten == 64 << 10 && holds(wire.flash, image))
  }

  @Test func `by the adapter's lines a running chip is brought in and let go`() throws {
    for profile in [nil, Self.profile] {
      let wire = WiredESP32(.esp32)
      wire.release()
      wire.mend()
      wire.release()
      let image = try ESP32Images.firmware(bytes: 5000)
      _ = try flash(wire, image, options: .init(profile: profile))
      #expect(wire.chip.programRuns && holds(wire.flash, image))
      // The chip runs and is silent, and the lines bring it into its loader again.
      #expect(try flash(wire, image, options: .init(profile: profile)).skipped == .alreadyHeld)
      #expect(wire.chip.programRuns)
    }
  }

  @Test func `where the lines lead nowhere the ROM is told to reboot`() throws {
    let wire = UnwiredESP32(.esp32)
    // The button was released once the chip was in its loader.
    wire.release()
    let image = try ESP32Images.firmware(bytes: 5000)
    _ = try flash(wire, image)
    #expect(wire.chip.programRuns && holds(wire.flash, image))
  }

  /// The command that begins a download has no checksum, so that a damaged one erases.
  @Test func `after the last digest nothing is begun any more`() throws {
    let wire = ESP32Wire(.esp32)
    for _ in 0..<2 {
      _ = try flash(wire, try ESP32Images.firmware(bytes: 5000))
      let commands = wire.sent.split(separator: 0xc0).compactMap { $0.dropFirst().first }
      let last = try #require(commands.lastIndex(of: ESP32Client.Command.digest.rawValue))
      #expect(commands[last...].dropFirst() == [ESP32Client.Command.flashEnd.rawValue])
    }
  }

  @Test func `a profile without lines on the wire touches none`() throws {
    let wire = WiredESP32(.esp32)
    wire.drive(dtr: false, rts: true)
    let module = BoardProfile.known.first { $0.name == "module" }
    #expect(throws: FlashError.noAnswer) {
      try flash(wire, try ESP32Images.firmware(bytes: 5000), options: .init(profile: module))
    }
  }

  @Test func `reading back compares every byte besides`() throws {
    let wire = ESP32Wire(.esp32c3)
    let result = try flash(
      wire, try ESP32Images.firmware(.esp32c3, bytes: 3000), options: .init(readsBack: true))
    #expect(result.proofs == [.digest, .read])
  }

  // MARK: - What is refused, with nothing erased

  private func refusal(_ wire: ESP32Wire, _ image: Image, options: Flasher.Options = .init()) throws
    -> FlashError?
  {
    wire.flash.program(0x1_0000, [0x55])
    do { _ = try flash(wire, image, options: options) } catch {
      #expect(wire.flash.read(0x1_0000, count: 1) == [0x55], "erased")
      return error as? FlashError
    }
    return nil
  }

  @Test func `another chip than the image's is named`() throws {
    let image = try ESP32Images.firmware(.esp32c3, bytes: 5000)
    #expect(try refusal(ESP32Wire(.esp32), image) == .wrongChip(found: 0, wanted: 5))
    let other = try ESP32Images.firmware(bytes: 5000)
    #expect(try refusal(ESP32Wire(.esp32c3), other) == .wrongChip(found: 5, wanted: 0))
  }

  @Test func `an STM32 and an ESP32 are told apart, whichever image is at hand`() throws {
    let stm32 = FaultyBench()
    let clock = stm32.clock
    #expect(throws: FlashError.wrongChip(found: 0x413, wanted: 0)) {
      try Flasher(link: stm32, now: { clock.now }).flash(.image(try ESP32Images.firmware(bytes: 5000)))
    }
    #expect(
      try refusal(ESP32Wire(.esp32), try BootloaderImages.firmware(), options: .init(profile: Self.profile))
        == .wrongChip(found: 0, wanted: 0x413))
  }

  @Test func `without a release for it a chip is named`() throws {
    let folder = TemporaryFolder()
    let catalogue = try ReleaseCatalogue(directory: folder.path, trusted: TrustedKeys([:]))
    let wire = ESP32Wire(.esp32c3)
    let clock = wire.clock
    #expect(throws: FlashError.noRelease(chip: "ESP32-C3")) {
      try Flasher(link: wire, now: { clock.now }).flash(
        .newest(catalogue), options: .init(profile: Self.profile))
    }
  }

  private static func model(_ name: String, chipID: UInt32, magic: UInt32, isNewer: Bool) -> ESP32Model {
    ESP32Model(
      name: name, chipID: chipID, bootloaderOffset: 0, magic: magic, banner: "", isNewer: isNewer,
      macAddress: 0x6000_7044, uartDividerAddress: 0x6000_0014, spi: ESP32Model.esp32c3.spi, calibration: nil)
  }

  @Test func `other chips of Espressif's are named, and unknown ones by what they say`() throws {
    let image = try ESP32Images.firmware(bytes: 5000)
    for (model, wanted) in [
      (Self.model("S3", chipID: 9, magic: 9, isNewer: true), .noRelease(chip: "ESP32-S3")),
      (Self.model("S2", chipID: 0, magic: 0x0000_07c6, isNewer: false), .noRelease(chip: "ESP32-S2")),
      (Self.model("?", chipID: 0x77, magic: 1, isNewer: true), .unknownChip(productID: 0x77)),
      (Self.model("?", chipID: 0, magic: 0x1234_5678, isNewer: false), .unknownEspressif(magic: 0x1234_5678)),
    ] as [(ESP32Model, FlashError)] {
      #expect(try refusal(ESP32Wire(model), image) == wanted)
    }
  }

  @Test(
    arguments: [
      (0, 0x3ff5_a000, 1 << 20), (0, 0x3ff5_a018, 1 << 4), (0, 0x3ff5_a018, 1 << 5), (1, 0x6000_8834, 1 << 18),
      (1, 0x6000_8838, 1 << 20),
    ] as [(Int, UInt32, UInt32)])
  func `a chip whose fuses are blown for it is left alone`(index: Int, fuse: UInt32, bits: UInt32) throws {
    let (model, chip) = Self.chips[index]
    let wire = ESP32Wire(model)
    let clock = wire.clock
    let client = try ESP32Client(link: wire, baudRate: 115_200, now: { clock.now })
    #expect(try client.sync())
    try client.setRegister(fuse, bits)
    #expect(try refusal(wire, try ESP32Images.firmware(chip, bytes: 5000)) == .secured(chip: chip.name))
  }

  @Test func `an image larger than the flash chip is refused`() throws {
    let image = try ESP32Images.firmware(change: { $0[2].address = 0x1f_0000 })
    #expect(
      try refusal(ESP32Wire(.esp32, flash: .serial(mebibytes: 2)), image)
        == .image(.segment(index: 2, .outsideFlash)))
  }

  @Test func `a newer application in the chip is not replaced unasked`() throws {
    let wire = ESP32Wire(.esp32)
    _ = try flash(wire, try ESP32Images.firmware(version: "2.0.0", bytes: 5000))
    wire.mend()
    let older = try ESP32Images.firmware(version: "1.9.0", bytes: 5000)
    #expect(throws: FlashError.downgrade(installed: "2.0.0", offered: "1.9.0")) { try flash(wire, older) }
    wire.mend()
    _ = try flash(wire, older, options: .init(allowsDowngrade: true))
    #expect(holds(wire.flash, older))
  }

  // MARK: - What goes wrong

  @Test func `an adapter that drops bytes above a speed is found out and remembered`() throws {
    let wire = ESP32Wire(.esp32, maxAdapterBaudRate: 460_800)
    let image = try ESP32Images.firmware()
    let notes = MemoryFlashNotes()
    _ = try flash(wire, image, notes: notes)
    #expect(holds(wire.flash, image))
    #expect(notes.baudRate(for: .espressif) == 460_800)
    #expect(notes.baudRate(for: .loader) == nil)
  }

  @Test func `a chip that was left at a higher speed is found there`() throws {
    let wire = ESP32Wire(.esp32)
    let image = try ESP32Images.firmware()
    var isCut = false
    #expect(throws: FlashError.self) {
      try flash(
        wire, image,
        onEvent: { if case .writing(let bytes, _) = $0, bytes > 20_000 { isCut = true } },
        isCancelled: { isCut })
    }
    #expect(wire.baudRates.last == 921_600)
    _ = try flash(wire, image)
    #expect(holds(wire.flash, image))
  }

  @Test func `after a pulled cable the same command goes on where it stood`() throws {
    let wire = ESP32Wire(.esp32)
    let image = try ESP32Images.firmware(bytes: 250_000)
    wire.begin(try #require(ModuleBenchFault("pull-after=200000")))
    #expect(throws: FlashError.self) { try flash(wire, image) }
    wire.mend()
    let result = try flash(wire, image)
    #expect(holds(wire.flash, image))
    #expect(result.bytesWritten < 140_000, "\(result.bytesWritten)")
  }

  @Test func `its key is not erased, which is said before anything is`() throws {
    let wire = ESP32Wire(.esp32)
    let before = wire.flash.read(wire.flash.start, count: wire.flash.byteCount)
    #expect(throws: FlashError.keyNotErasable(chip: "ESP32")) {
      try flash(wire, try ESP32Images.firmware(), options: .init(erasesKey: true))
    }
    #expect(wire.flash.read(wire.flash.start, count: wire.flash.byteCount) == before)
  }

  @Test func `flash that does not take its bytes is an error that says so`() throws {
    let wire = ESP32Wire(.esp32)
    wire.flash.protect(sector: 0x14)
    #expect(throws: FlashError.espressif(.failed, during: .erasing(sector: 4, of: 26))) {
      try flash(wire, try ESP32Images.firmware())
    }
  }

  @Test func `whatever goes wrong, success is true and the same command finishes`() throws {
    let seeds = 0..<(ProcessInfo.processInfo.environment["WELDTECH_FLASHES"].flatMap(Int.init) ?? 27)
    let kinds = ["noise", "lost", "doubled", "half", "brownout", "silence", "pull", "supply", "adapter"]
    let older = try ESP32Images.firmware(version: "1.0.0", bytes: 20_000, seed: 3)
    let newer = try ESP32Images.firmware(version: "1.1.0", bytes: 24_000, seed: 5)
    for seed in seeds {
      let kind = kinds[seed % kinds.count]
      let parts = 20 + seed * 7919 % 400
      let moment = seed * 104_729 % 40_000
      let wire = ESP32Wire(.esp32, maxAdapterBaudRate: kind == "adapter" ? 230_400 : nil)
      if seed % 2 == 0 {
        _ = try flash(wire, older)
        wire.mend()
      }
      let notes = MemoryFlashNotes()
      switch kind {
      case "supply": wire.flash.failPower(afterOperations: moment / 5, seed: UInt64(seed))
      case "silence", "pull": wire.begin(try #require(ModuleBenchFault("\(kind)-after=\(moment)")))
      case "adapter": break
      case "brownout", "half": wire.begin(try #require(ModuleBenchFault("\(kind)=\(seed):\(parts / 4)")))
      default: wire.begin(try #require(ModuleBenchFault("\(kind)=\(seed):\(parts)")))
      }
      var errors: [any Error] = []
      for _ in 0..<4 {
        do {
          _ = try flash(wire, newer, notes: notes)
          break
        } catch {
          errors.append(error)
          wire.mend()
        }
      }
      #expect(errors.count < 3, "seed \(seed), \(kind): \(errors)")
      #expect(holds(wire.flash, newer), "seed \(seed), \(kind): \(errors)")
    }
  }
}
