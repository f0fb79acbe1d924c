/// The registers that a chip's ROM loader reads and writes by address: identification, MAC, the divider of the
/// baud rate, and the SPI controller by which a laptop may ask the flash chip itself.
struct ESP32Registers {
  private static let crystalHertz = 40_000_000
  private static let magicAddress: UInt32 = 0x4000_1000
  /// The bit that starts the command in the user registers and is clear once the command is done.
  private static let userCommand: UInt32 = 1 << 18
  /// The fast oscillator's factor, with which 800 cycles mean 40 MHz: the ROM computes its crystal's frequency
  /// as cycles × 15,625 × factor ÷ 40 hertz.
  private static let oscillatorFactor: UInt32 = 128
  /// Address of a C3's EFUSE_RD_REPEAT_DATA1.
  private static let repeatedFuses: UInt32 = 0x6000_8834

  private let model: ESP32Model
  private let flashBytes: Int
  private var words: [UInt32: UInt32] = [:]

  /// - Parameters:
  ///   - mac: the chip's MAC, 6 bytes.
  ///   - oscillatorError: how far the ROM overestimates the frequency of its crystal, parts per million.
  init(model: ESP32Model, mac: [UInt8], flashBytes: Int, oscillatorError: Int) {
    self.model = model
    self.flashBytes = flashBytes
    let mac = Array((mac + Array(repeating: 0, count: 6)).prefix(6))
    words[Self.magicAddress] = model.magic
    words[model.macAddress] = mac[2...].reduce(0) { $0 << 8 | UInt32($1) }
    words[model.macAddress + 4] = UInt32(mac[0]) << 8 | UInt32(mac[1])
    if let calibration = model.calibration {
      let cycles = 800 + 800 * max(-50_000, min(oscillatorError, 50_000)) / 1_000_000
      words[calibration.address] = UInt32(cycles) << 7
      words[calibration.factorAddress] = Self.oscillatorFactor
    }
  }

  /// The baud rate, bits a second, that results where the ROM is asked for `baudRate`: the ROM divides the
  /// frequency that it believes its crystal to have.
  func realBaudRate(asked baudRate: Int) -> Int {
    guard let calibration = model.calibration, let word = words[calibration.address] else { return baudRate }
    let reckoned = Int(word >> 7) * 15_625 * Int(Self.oscillatorFactor) / 40
    return baudRate * Self.crystalHertz / max(1, reckoned)
  }

  /// The flags of a C3's Get Security Info: 1 where the fuse of secure boot is set, else 0.
  var securityFlags: UInt32 { read(Self.repeatedFuses + 4) >> 20 & 1 }
  /// The bits of a C3's flash encryption, which is on where an odd number of them is set.
  var encryptionCount: UInt8 { UInt8(read(Self.repeatedFuses) >> 18 & 7) }

  mutating func follow(baudRate: Int) {
    words[model.uartDividerAddress] = UInt32(clamping: Self.crystalHertz / max(1, baudRate))
  }

  /// The word at an address; zero at an unknown address.
  func read(_ address: UInt32) -> UInt32 { words[address] ?? 0 }

  mutating func write(_ address: UInt32, _ value: UInt32, mask: UInt32) {
    words[address] = read(address) & ~mask | value & mask
    guard address == model.spi.base, read(address) & Self.userCommand != 0 else { return }
    words[address] = 0
    words[model.spi.data] = answer(to: UInt8(read(model.spi.user2) & 0xff))
  }

  /// The flash chip's answer to a command, of which the requested number of lowest bits is kept.
  private func answer(to command: UInt8) -> UInt32 {
    let bits = read(model.spi.readBits) + 1
    let whole: UInt32
    switch command {
    // Read JEDEC ID returns maker, kind, and size as a power of two.
    case 0x9f: whole = UInt32(flashBytes.trailingZeroBitCount) << 16 | 0x40ef
    // The status registers say that the chip is idle and nothing is protected.
    case 0x05, 0x35, 0x15: whole = 0
    default: whole = .max
    }
    return bits >= 32 ? whole : whole & (1 << bits - 1)
  }
}
