/// What the flasher must know of a chip of Espressif's besides its flash. Sources: the chips' technical reference manuals
/// and esptool's `targets`.
public struct EspressifChip: Hashable, Sendable {
  /// Of the second-stage bootloader in flash.
  let bootloaderOffset: UInt32
  /// What is read at 0x40001000; nil for a chip that is known by its id alone.
  let magic: UInt32?
  /// Flash Begin takes a fifth word, and Get Security Info is known.
  let isNewer: Bool
  /// Of the two words with the MAC, the lower address with its last four bytes.
  let macAddress: UInt32
  /// Registers of the SPI controller that the flash chip is at.
  let spi: SPIRegisters
  /// By which the ROM reckons its crystal's frequency; nil for a chip whose crystal is always 40 MHz.
  let calibration: Calibration?

  /// Addresses.
  struct SPIRegisters: Hashable, Sendable {
    let command: UInt32
    let user: UInt32
    let user2: UInt32
    /// Bits to be read, less one.
    let readBits: UInt32
    let data: UInt32
  }

  /// The ROM takes its crystal for cycles × 15,625 × factor ÷ 40 hertz, which is off by as much as its own oscillator,
  /// and divides a speed that it is asked for from that.
  struct Calibration: Hashable, Sendable {
    /// Cycles from bit 7, 25 of them.
    let cyclesAddress: UInt32
    /// The lowest byte.
    let factorAddress: UInt32
  }

  /// Where every one of them says what it is, except the newest.
  static let magicAddress: UInt32 = 0x4000_1000
  /// Of the partition table, unless somebody has built a bootloader of his own.
  static let tableOffset: UInt32 = 0x8000

  /// Chips of Espressif's of which no module is built, by the id in image headers and Get Security Info.
  static let othersByID: [UInt32: String] = [
    2: "ESP32-S2", 9: "ESP32-S3", 12: "ESP32-C2", 13: "ESP32-C6", 16: "ESP32-H2", 18: "ESP32-P4",
    20: "ESP32-C61",
    23: "ESP32-C5",
  ]
  static let othersByMagic: [UInt32: String] = [0xfff0_c101: "ESP8266", 0x0000_07c6: "ESP32-S2"]
}

extension ChipModel {
  private static let serialSectorBytes = 4096
  /// 16 MiB, the largest that 24 bits of address reach; what a board has is asked of its flash chip.
  private static let serialSectors = 4096

  /// Classic ESP32 with a serial flash.
  public static let esp32 = espressif(
    "ESP32", id: 0,
    EspressifChip(
      bootloaderOffset: 0x1000, magic: 0x00f0_1d83, isNewer: false, macAddress: 0x3ff5_a004,
      spi: EspressifChip.SPIRegisters(
        command: 0x3ff4_2000, user: 0x3ff4_201c, user2: 0x3ff4_2024, readBits: 0x3ff4_202c, data: 0x3ff4_2080),
      calibration: EspressifChip.Calibration(cyclesAddress: 0x3ff5_f06c, factorAddress: 0x3ff5_a010)))

  /// ESP32-C3 with a serial flash, in the package or beside it.
  public static let esp32c3 = espressif(
    "ESP32-C3", id: 5,
    EspressifChip(
      bootloaderOffset: 0, magic: nil, isNewer: true, macAddress: 0x6000_8844,
      spi: EspressifChip.SPIRegisters(
        command: 0x6000_2000, user: 0x6000_2018, user2: 0x6000_2020, readBits: 0x6000_2028, data: 0x6000_2058),
      calibration: nil))

  /// The pairing's place is what ESP-IDF's default partition tables all have for settings: 16 KiB from 0x9000.
  private static func espressif(_ name: String, id: UInt16, _ espressif: EspressifChip) -> ChipModel {
    var chip = ChipModel(
      name: name, productID: id,
      sectors: (0..<serialSectors).map {
        Sector(address: UInt32($0 * serialSectorBytes), bytes: serialSectorBytes)
      },
      pairingSectors: 9...12, uniqueIDAddress: espressif.macAddress, writeProtectionAddress: nil)
    chip.espressif = espressif
    return chip
  }
}
