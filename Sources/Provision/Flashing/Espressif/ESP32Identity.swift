/// The identity of one of Espressif's chips in its ROM loader. Answers with registers carry no checksum, so
/// that important ones are read until two answers agree.
struct ESP32Identity {
  let chip: ChipModel
  let espressif: EspressifChip
  /// The chip's MAC, six bytes.
  let mac: [UInt8]
  /// The factor by which a baud rate has to be scaled before it is requested: the frequency that the ROM
  /// assumes for its crystal, divided by the true one. Both are in hertz.
  let crystalError: (reckoned: Int, real: Int)

  private static let crystalHertz = 40_000_000

  /// - Parameter client: a client in sync with the chip.
  init(_ client: ESP32Client, among chips: [ChipModel]) throws(FlashError) {
    let found = try during(.identifying) { () throws(ESP32Client.Failure) in try Self.find(client, among: chips)
    }
    switch found {
    case .chip(let id, let isSecured):
      guard let chip = chips.first(where: { $0.espressif != nil && UInt32($0.productID) == id }),
        let espressif = chip.espressif
      else {
        guard let name = EspressifChip.othersByID[id] else {
          throw .unknownChip(productID: UInt16(clamping: id))
        }
        throw .noRelease(chip: name)
      }
      guard !isSecured else { throw .secured(chip: chip.name) }
      (self.chip, self.espressif) = (chip, espressif)
    case .other(let magic):
      guard let name = EspressifChip.othersByMagic[magic] else { throw .unknownEspressif(magic: magic) }
      throw .noRelease(chip: name)
    }
    let espressif = espressif
    (mac, crystalError) = try during(.identifying) { () throws(ESP32Client.Failure) in
      (try Self.mac(client, espressif), try Self.crystal(client, espressif))
    }
  }

  private enum Finding: Equatable {
    case chip(id: UInt32, isSecured: Bool)
    /// The chip does not report its id.
    case other(magic: UInt32)
  }

  private static func find(
    _ client: ESP32Client, among chips: [ChipModel]
  ) throws(ESP32Client.Failure) -> Finding {
    let magic: UInt32
    do throws(ESP32Client.Failure) {
      magic = try client.surely { client throws(ESP32Client.Failure) in
        try client.register(EspressifChip.magicAddress)
      }
    } catch .refused(.invalid) {
      // A chip in secure download mode does not give its registers, but reports its id.
      magic = 0
    }
    for chip in chips {
      guard let espressif = chip.espressif, espressif.magic == magic, let fuses = espressif.fuses else {
        continue
      }
      return .chip(id: UInt32(chip.productID), isSecured: try isSecured(client, fuses))
    }
    do throws(ESP32Client.Failure) {
      let info = try client.surely { client throws(ESP32Client.Failure) in
        try client.request(.securityInfo, expecting: 20).data
      }
      let id = info[12..<16].reversed().reduce(0) { $0 << 8 | UInt32($1) }
      // Two flags are secure boot and secure download; an odd number of set bits in the count means encryption.
      let isSecured = info[0] & 0b101 != 0 || info[4].nonzeroBitCount % 2 == 1
      return .chip(id: id, isSecured: isSecured)
    } catch .refused {
      return .other(magic: magic)
    }
  }

  /// Whether the chip encrypts its flash or starts signed programs only.
  private static func isSecured(
    _ client: ESP32Client, _ fuses: EspressifChip.Fuses
  ) throws(ESP32Client.Failure) -> Bool {
    let (encryption, boot) = try (
      client.surely(fuses.encryptionAddress), client.surely(fuses.secureBootAddress)
    )
    return (encryption >> 20 & 0x7f).nonzeroBitCount % 2 == 1 || boot & 0x30 != 0
  }

  private static func mac(
    _ client: ESP32Client, _ chip: EspressifChip
  ) throws(ESP32Client.Failure) -> [UInt8] {
    let (low, high) = try (client.surely(chip.macAddress), client.surely(chip.macAddress + 4))
    return [high >> 8, high, low >> 24, low >> 16, low >> 8, low].map { UInt8(truncatingIfNeeded: $0) }
  }

  private static func crystal(
    _ client: ESP32Client, _ chip: EspressifChip
  ) throws(ESP32Client.Failure) -> (reckoned: Int, real: Int) {
    guard let calibration = chip.calibration else { return (1, 1) }
    let cycles = Int(try client.surely(calibration.cyclesAddress) >> 7)
    let factor = Int(try client.surely(calibration.factorAddress) & 0xff)
    let reckoned = cycles * 15_625 * factor / 40
    // Crystals have 40 MHz, or 26 MHz on some boards; a value far from both was measured wrongly.
    for real in [crystalHertz, 26_000_000] where abs(reckoned - real) * 5 < real { return (reckoned, real) }
    return (1, 1)
  }

  // MARK: - Its flash

  /// Connects the pins of the flash chip and asks for its size.
  /// - Returns: size of the flash in bytes; 4 MiB where the flash chip does not report one.
  func attachFlash(_ client: ESP32Client) throws(ESP32Client.Failure) -> Int {
    try client.request(.attach, ESP32Client.words(0, 0))
    let spi = espressif.spi
    let id = try client.surely { client throws(ESP32Client.Failure) -> UInt32 in
      // The flash chip's command Read JEDEC ID (0x9F) has eight bits of command and 24 of answer.
      try client.setRegister(spi.readBits, 23)
      try client.setRegister(spi.user, 1 << 31 | 1 << 28)
      try client.setRegister(spi.user2, 7 << 28 | 0x9f)
      try client.setRegister(spi.data, 0)
      try client.setRegister(spi.command, 1 << 18)
      return try client.register(spi.data)
    }
    let power = id >> 16 & 0xff
    return (18...24).contains(power) ? 1 << power : 4 << 20
  }

  /// Tells the ROM the size of the flash. Unlike other settings, this one may be repeated without a reset.
  func describeFlash(_ client: ESP32Client, bytes: Int) throws(ESP32Client.Failure) {
    try client.request(.setParameters, ESP32Client.words(0, UInt32(bytes), 64 << 10, 4096, 256, 0xffff))
  }
}

extension ESP32Client {
  /// Repeats a read until two answers in a row are equal.
  func surely<Answer: Equatable>(
    _ question: (ESP32Client) throws(Failure) -> Answer
  ) throws(Failure) -> Answer {
    var last: Answer?
    var failures = 0
    for _ in 0..<8 {
      do throws(Failure) {
        let answer = try question(self)
        if answer == last { return answer }
        last = answer
      } catch .refused(let status) {
        failures += 1
        if failures > 1 { throw .refused(status) }
      } catch .link(.timeout) {
        failures += 1
        if failures > 2 { throw .link(.timeout) }
      } catch {
        throw error
      }
    }
    throw .link(.timeout)
  }

  func surely(_ address: UInt32) throws(Failure) -> UInt32 {
    try surely { client throws(Failure) in try client.register(address) }
  }
}

/// Runs commands of Espressif's ROM loader as a part of `step`, which errors then name.
func during<Value>(
  _ step: FlashStep, _ work: () throws(ESP32Client.Failure) -> Value
) throws(FlashError) -> Value {
  do throws(ESP32Client.Failure) { return try work() } catch { throw error.flashError(during: step) }
}

extension ESP32Client.Failure {
  func flashError(during step: FlashStep) -> FlashError {
    switch self {
    case .link(let failure): .link(failure, during: step)
    case .refused(let status): .espressif(status, during: step)
    }
  }
}
