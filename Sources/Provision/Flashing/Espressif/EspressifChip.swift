/// The facts of a chip that is flashed through Espressif's ROM loader, besides its flash.
public struct EspressifChip: Hashable, Sendable {
  /// Offset of the second-stage bootloader in the flash.
  let bootloaderOffset: UInt32
  /// The word that is read at 0x40001000; nil for a chip that is known by its id alone.
  let magic: UInt32?
  /// Whether Flash Begin takes a fifth word, and Get Security Info is known.
  let isNewer: Bool
  /// Address of the two words with the MAC, the lower one with its last four bytes.
  let macAddress: UInt32
  /// The fuses that secure the chip; nil for one that says so in its Get Security Info.
  let fuses: Fuses?
  /// Registers of the SPI controller that the flash chip is at.
  let spi: SPIRegisters
  /// The registers by which the ROM reckons its crystal's frequency; nil for a chip whose crystal is always 40 MHz.
  let calibration: Calibration?

  /// Addresses of two words of fuses.
  struct Fuses: Hashable, Sendable {
    /// Bits 20 to 26 encrypt the flash where an odd number of them is set.
    let encryptionAddress: UInt32
    /// Bits 4 and 5 have the chip start signed programs only.
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

  /// The ROM takes its crystal for cycles × 15,625 × factor ÷ 40 hertz, which is off by as much as its own oscillator,
  /// and divides a speed that it is asked for from that.
  struct Calibration: Hashable, Sendable {
    /// Address of the word whose 25 bits from bit 7 count the cycles.
    let cyclesAddress: UInt32
    /// Address of the word whose lowest byte is the factor.
    let factorAddress: UInt32
  }

  /// Address at which every one of these chips says what it is, except the newest.
  static let magicAddress: UInt32 = 0x4000_1000
  /// Offset of the partition table in the flash, unless somebody has built a bootloader of his own.
  static let tableOffset: UInt32 = 0x8000

  /// Chips of Espressif's of which no module is built, by the id in image headers and Get Security Info.
  static let othersByID: [UInt32: String] = [
    2: "ESP32-S2", 9: "ESP32-S3", 12: "ESP32-C2", 13: "ESP32-C6", 16: "ESP32-H2", 18: "ESP32-P4",
    20: "ESP32-C61", 23: "ESP32-C5",
  ]
  /// Chips of Espressif's of which no module is built, by the word at 0x40001000.
  static let othersByMagic: [UInt32: String] = [0xfff0_c101: "ESP8266", 0x0000_07c6: "ESP32-S2"]
}

extension ChipModel {
  /// A chip of Espressif's with a serial flash of 4 KiB sectors. 16 MiB is the largest that 24 bits of address reach; how
  /// much a board has is asked of its flash chip. The pairing's place is what ESP-IDF's default partition tables all have
  /// for settings: 16 KiB from 0x9000.
  init(_ name: String, id: UInt16, bootSectors: ClosedRange<Int>, _ espressif: EspressifChip) {
    self.init(
      name: name, productID: id, flashStart: 0, sectorBytes: Array(repeating: 4096, count: 4096),
      bootSectors: bootSectors, pairingSectors: 9...12, application: nil, bootloader: .espressif(espressif))
  }
}
