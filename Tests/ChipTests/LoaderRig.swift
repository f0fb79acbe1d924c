import Bench
import Cryptography
import ModuleCore
import Provision
import TestSupport
import Testing

@testable import Chip
@testable import Provision

/// A chip on a cable in virtual time, and the shipped release that is flashed onto it.
final class LoaderRig {
  let cable: ChipCable
  let flash: FlashArray
  let image: Image
  let notes = MemoryFlashNotes()
  let baudRates = HeldBaudRate()

  /// - Parameter image: the image to be flashed; nil for the shipped release.
  init(
    image: Image? = nil, holds: Bool = false, oscillatorError: Int = 0, maxAdapterBaudRate: Int? = nil,
    countsInstructions: Bool = false, timings: FlashTimings = .typical
  ) throws {
    self.image = try image ?? ShippedRelease.image()
    var configuration = ModuleBench.Configuration(timings: timings)
    configuration.oscillatorError = oscillatorError
    configuration.maxAdapterBaudRate = maxAdapterBaudRate
    configuration.adapterLatency = .milliseconds(1)
    flash = configuration.flash
    if holds { for piece in self.image.pieces { flash.program(piece.address, piece.bytes) } }
    cable = try ChipCable(configuration, countsInstructions: countsInstructions)
  }

  /// - Parameter link: the laptop's way to the cable; nil for the cable itself.
  @discardableResult
  func flash(
    _ options: Flasher.Options = .init(), over link: (any Link)? = nil,
    onEvent: @escaping (FlashStep) -> Void = { _ in }
  ) throws -> FlashResult {
    let clock = cable.clock
    return try Flasher(link: link ?? cable, notes: notes, baudRates: baudRates, now: { clock.now })
      .flash(.image(image), options: options, onEvent: onEvent)
  }

  /// Asks the firmware to enter the ROM bootloader.
  func enterROM() throws {
    let clock = cable.clock
    cable.wait(.milliseconds(800))
    try cable.setFraming(.firmware)
    try SMPClient(link: cable, now: { clock.now }).reset(.bootloader)
    cable.wait(.milliseconds(100))
    try cable.setFraming(.bootloader)
  }

  /// The image's application with another digest, which starts as well.
  static func other(_ application: [UInt8]) -> [UInt8] {
    var bytes = application
    let digest = ImageHeader.offset + ImageHeader.digestOffset
    // The two bytes before the digest have no meaning.
    bytes.replaceSubrange(digest - 2..<digest + 32, with: [1] + [UInt8](repeating: 0, count: 33))
    bytes.replaceSubrange(digest..<digest + 32, with: ModuleCore.SHA256.digest(bytes))
    return bytes
  }

  var holdsImage: Bool {
    image.pieces.allSatisfy { flash.read($0.address, count: $0.bytes.count) == $0.bytes }
  }
}

/// The highest baud rate that held in an earlier run, kept in memory.
final class HeldBaudRate: BaudRateMemory {
  private(set) var held: Int?
  var ceiling: Int? { held }
  func note(held baudRate: Int) { held = baudRate }
}
