import Bench
import Cryptography
import Foundation
import ModuleCore
import Records
import TestSupport
import Testing

@testable import Provision

/// Checks serial port, flasher, SMP client and the simulated module together, over a real pty.
@Suite struct BootloaderBenchTests {
  private func bench(
    fault: String? = nil, timings: FlashTimings = .instant, wireBaudRate: Int? = nil,
    flash: FlashArray = .stm32f405()
  ) -> ModuleBench {
    ModuleBench(
      .init(
        wireBaudRate: wireBaudRate, fault: fault.flatMap(ModuleBenchFault.init), timings: timings, flash: flash),
      random: SeededBytes(seed: 1).bytes, now: { .now })
  }

  private func flash(
    _ port: String, _ image: Image, options: Flasher.Options = .init(), keys: MemoryKeys? = nil,
    onEvent: @escaping (FlashStep) -> Void = { _ in }
  ) throws -> FlashResult {
    let link = try SerialPort.open(port, framing: .bootloader)
    defer { link.close() }
    return try Flasher(link: link, authority: ModuleAuthority(keys: keys), now: { .now }).flash(
      .image(image), options: options, onEvent: onEvent)
  }

  private func client(_ port: String) throws -> SMPClient {
    SMPClient(link: try SerialPort.open(port, framing: .firmware), now: { .now })
  }

  // MARK: - The whole way

  @Test func `a blank module is flashed, runs, and is skipped the second time`() throws {
    let bench = bench()
    let port = try bench.runInBackground()
    defer { bench.stop() }
    #expect(!bench.truth.firmwareRuns)
    let image = try BootloaderImages.firmware()
    let first = try flash(port, image)
    #expect(first.skipped == nil)
    #expect(bench.truth.firmwareVersion == "1.2.3")

    var steps: [FlashStep] = []
    let second = try flash(port, image, onEvent: { steps.append($0) })
    #expect(second.skipped == .alreadyInstalled)
    #expect(second.bytesWritten == 0)
    #expect(second.chipID == first.chipID)
    #expect(second.firmwareSha256 == first.firmwareSha256)
    #expect(steps == [.connecting])
  }

  @Test func `a running module makes room for the bootloader and takes a newer firmware`() throws {
    let bench = bench()
    let port = try bench.runInBackground()
    defer { bench.stop() }
    _ = try flash(port, try BootloaderImages.firmware())
    var steps: [FlashStep] = []
    let result = try flash(port, try BootloaderImages.firmware(version: "1.3.0"), onEvent: { steps.append($0) })
    #expect(result.firmwareVersion == "1.3.0")
    #expect(steps.prefix(3) == [.connecting, .enteringBootloader, .identifying])
    #expect(bench.truth.firmwareVersion == "1.3.0")
  }

  @Test func `a boot block that is protected from writing stays, and the application is replaced`() throws {
    let array = FlashArray.stm32f405()
    let old: [UInt8] = [0xf0, 0xff, 0x01, 0x20, 0x41, 0x00, 0x00, 0x08, 1, 2, 3, 4]
    array.program(array.start, old)
    array.protect(sector: 0)
    let bench = bench(flash: array)
    let port = try bench.runInBackground()
    defer { bench.stop() }
    let result = try flash(port, try BootloaderImages.firmware())
    #expect(result.bytesWritten > 0)
    #expect(array.read(array.start, count: old.count) == old)
    #expect(array.read(FlashMap.application, count: 4) != [0xff, 0xff, 0xff, 0xff])
  }

  @Test func `an older firmware is refused with the module still running, unless it is allowed`() throws {
    let bench = bench()
    let port = try bench.runInBackground()
    defer { bench.stop() }
    let old = try BootloaderImages.firmware(version: "1.2.9")
    _ = try flash(port, try BootloaderImages.firmware(version: "1.10.0"))
    #expect(throws: FlashError.downgrade(installed: "1.10.0", offered: "1.2.9")) { _ = try flash(port, old) }
    #expect(bench.truth.firmwareVersion == "1.10.0")
    #expect(try flash(port, old, options: .init(allowsDowngrade: true)).firmwareVersion == "1.2.9")
  }

  @Test func `an image for another chip leaves a running module as it is`() throws {
    let bench = bench()
    let port = try bench.runInBackground()
    defer { bench.stop() }
    _ = try flash(port, try BootloaderImages.firmware())
    let other = try BootloaderImages.firmware(chip: "STM32F103", productID: 0x410)
    #expect(throws: FlashError.wrongChip(found: 0x413, wanted: 0x410)) { _ = try flash(port, other) }
    #expect(bench.truth.firmwareRuns)
  }

  @Test func `flash and wire take the time that a real module takes`() throws {
    let bench = bench(timings: .typical, wireBaudRate: 115_200)
    let port = try bench.runInBackground()
    defer { bench.stop() }
    let image = try BootloaderImages.firmware()
    let result = try flash(port, image)
    // The time covers two erasures of 250 and 550 ms, 7,024 bytes in each direction at 11 bits, and the digest
    // of the image.
    #expect(result.seconds > 0.8 + 2 * 7024 * 11 / 115_200)
    #expect(result.seconds < 15)
  }

  @Test func `reset by SMP starts the firmware again, and with its boot mode the bootloader`() throws {
    let bench = bench()
    let port = try bench.runInBackground()
    defer { bench.stop() }
    _ = try flash(port, try BootloaderImages.firmware())
    let client = try client(port)
    let boots = try client.identity().boots
    try client.reset()
    #expect(try client.identity().boots == boots + 1)
    #expect(try client.echo("焊机") == "焊机")
    #expect(try client.imageState().first?.version == "1.2.3")
    try client.reset(.bootloader)
    #expect(throws: ProvisionError.self) { _ = try client.echo("x") }
    #expect(!bench.truth.firmwareRuns)
  }

  @Test func `the module survives a hundred programs that open and close its port`() throws {
    let bench = bench()
    let port = try bench.runInBackground()
    defer { bench.stop() }
    _ = try flash(port, try BootloaderImages.firmware())
    let boots = try client(port).identity().boots
    for number in 0..<100 { #expect(try client(port).echo("\(number)") == "\(number)") }
    #expect(try client(port).identity().boots == boots)
  }

  @Test func `a pairing outlives reset and a newer firmware, and the truth behind it can be read`() throws {
    let bench = bench()
    let port = try bench.runInBackground()
    defer { bench.stop() }
    _ = try flash(port, try BootloaderImages.firmware())
    let bytes = BootloaderImages.noise(32, seed: 5)
    let keyID = Hex.encode(Authenticator.keyID(of: bytes))
    let key = try #require(SecretKey(bytes: bytes, keyID: keyID))
    let installation = InstallationID(UUID())
    let keys = MemoryKeys()
    do {
      let client = try client(port)
      try keys.prepare(key, for: installation, moduleSerial: client.identity().serialNumber)
      #expect(try client.pairBegin(key, for: installation) == keyID)
      #expect(bench.truth.pendingKeyID == keyID)
      #expect(bench.truth.committedKeyID == nil)
      let uniqueID = try client.identity().uniqueID
      #expect(try client.pairCommit(key, uniqueID: uniqueID) == keyID)
      #expect(bench.truth.committedKeyID == keyID)
      let challenge = try client.challenge()
      let code = Authenticator.start(
        key: bytes, counter: challenge.counter, seconds: 60, challenge: challenge.bytes)
      try client.start(SignedStart(counter: challenge.counter, seconds: 60, authenticator: code))
      #expect(bench.truth.relayIsClosed)
      try client.reset()
      _ = try client.identity()
      #expect(!bench.truth.relayIsClosed)
      #expect(bench.truth.relayClosings == 1)
      #expect(bench.truth.committedKeyID == keyID)
    }
    let folder = TemporaryFolder()
    let newer = try BootloaderImages.firmwareWithUpdate(version: "2.0.0", in: folder.path)
    #expect(try flash(port, newer, keys: keys).authority?.kind == .laptopProof)
    #expect(bench.truth.committedKeyID == keyID && bench.truth.firmwareVersion == "2.0.0")
    #expect(try client(port).identity().installation == installation.text)
  }

  // MARK: - Faults

  @Test(arguments: ["silence-during=erase", "silence-during=write", "silence-after=2000"])
  func `a module that falls silent gives an error for what it was doing, and the next run ends well`(
    fault: String
  ) throws {
    let bench = bench(fault: fault)
    let port = try bench.runInBackground()
    defer { bench.stop() }
    let image = try BootloaderImages.firmware()
    #expect {
      _ = try flash(port, image)
    } throws: { error in
      switch (error as? FlashError, fault) {
      case (.link(.timeout, during: .erasing(sector: 1, of: 2))?, "silence-during=erase"): true
      case (.link(.timeout, during: .writing(bytes: 0, of: 7024))?, "silence-during=write"): true
      case (.link(.timeout, during: .writing)?, "silence-after=2000"): true
      default: false
      }
    }
    #expect(try flash(port, image).skipped == nil)
    #expect(bench.truth.firmwareRuns)
  }

  @Test func `a cable pulled while writing is told, and plugged in again the next run ends well`() throws {
    let bench = bench(fault: "pull-after=3000")
    let image = try BootloaderImages.firmware()
    let port = try bench.runInBackground()
    #expect {
      _ = try flash(port, image)
    } throws: { error in
      if case .link(.closed, during: .writing)? = error as? FlashError { true } else { false }
    }
    bench.stop()
    let again = try bench.runInBackground()
    defer { bench.stop() }
    _ = try flash(again, image)
    #expect(bench.truth.firmwareRuns)
  }

  @Test func `flashing killed at any moment leaves a module that the next run finishes`() throws {
    let bench = bench()
    let port = try bench.runInBackground()
    defer { bench.stop() }
    for (round, version) in ["1.0.0", "1.0.1", "1.0.2", "1.0.3"].enumerated() {
      let image = try BootloaderImages.firmware(version: version)
      let link = try SerialPort.open(port, framing: .bootloader)
      var blocks = 0
      #expect(throws: FlashError.self) {
        _ = try Flasher(link: link, now: { .now }).flash(
          .image(image), onEvent: { if case .writing = $0 { blocks += 1 } }, isCancelled: { blocks > round * 7 }
        )
      }
      link.close()
      _ = try flash(port, image)
      #expect(bench.truth.firmwareVersion == version)
    }
  }
}
