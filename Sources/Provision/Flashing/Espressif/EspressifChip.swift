/// The facts of a chip that is flashed through Espressif's ROM loader, except those of its flash.
public struct EspressifChip: Hashable, Sendable {
  /// Offset of the second-stage bootloader in the flash.
  let bootloaderOffset: UInt32
  /// The word at address 0x40001000; nil for a chip that is recognised by its id alone.
  let magic: UInt32?
  /// Whether Flash Begin takes a fifth word and Get Security Info exists.
  let isNewer: Bool
  /// Address of the two words that hold the MAC; the first word holds its last four bytes.
  let macAddress: UInt32
  /// The fuses that secure the chip; nil for a chip that reports its security by Get Security Info.
  let fuses: Fuses?
  /// Registers of the SPI controller that is connected to the flash chip.
  let spi: SPIRegisters
  /// The registers from which the ROM computes its crystal's frequency; nil for a chip whose crystal always has
  /// 40 MHz.
  let calibration: Calibration?

  /// Addresses of two words of fuses.
  struct Fuses: Hashable, Sendable {
    /// The flash is encrypted where an odd number of the bits 20 to 26 is set.
    let encryptionAddress: UInt32
    /// The chip starts only signed programs where one of the bits 4 and 5 is set.
    let secureBootAddress: UInt32
  }

  /// Addresses of the SPI controller's registers.
  struct SPIRegisters: Hashable, Sendable {
    let command: UInt32
    let user: UInt32
    let user2: UInt32
    /// The register that holds the number of bits to be read, less one.
    let readBits: UInt32
    let data: UInt32
  }

  /// The registers for the crystal's frequency. The ROM computes it as cycles × 15,625 × factor ÷ 40 hertz,
  /// with the error of its own oscillator, and derives the divider of a baud rate from the result.
  struct Calibration: Hashable, Sendable {
    /// Address of the word that holds the number of cycles in 25 bits from bit 7 on.
    let cyclesAddress: UInt32
    /// Address of the word whose lowest byte is the factor.
    let factorAddress: UInt32
  }

  /// Address of a word that identifies all of these chips except the newest.
  static let magicAddress: UInt32 = 0x4000_1000
  /// Offset of the partition table in the flash in Espressif's own bootloader; a bootloader built by others may
  /// use another.
  static let tableOffset: UInt32 = 0x8000

  /// Chips of Espressif's that no module has, by the id in image headers and Get Security Info.
  static let othersByID: [UInt32: String] = [
    2: "ESP32-S2", 9: "ESP32-S3", 12: "ESP32-C2", 13: "ESP32-C6", 16: "ESP32-H2", 18: "ESP32-P4",
    20: "ESP32-C61", 23: "ESP32-C5",
  ]
  /// Chips of Espressif's that no module has, by the word at 0x40001000.
  static let othersByMagic: [UInt32: String] = [0xfff0_c101: "ESP8266", 0x0000_07c6: "ESP32-S2"]
}

extension ChipModel {
  /// One of Espressif's chips with a serial flash of 4 KiB sectors. 16 MiB is the most that 24 address bits
  /// reach; the flash chip reports how much a board has. The place of the pairing record is the one that all
  /// default partition tables of ESP-IDF have for settings: 16 KiB from 0x9000.
  init(_ name: String, id: UInt16, bootSectors: ClosedRange<Int>, _ espressif: EspressifChip) {
    self.init(
      name: name, productID: id, flashStart: 0, sectorBytes: Array(repeating: 4096, count: 4096),
      bootSectors: bootSectors, pairingSectors: 9...12, application: nil, bootloader: .espressif(espressif))
  }
}
