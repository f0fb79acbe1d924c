/// The facts that tell the two chips' ROM loaders apart: where registers lie and what they hold. They come from
/// esptool's `targets` and the chips' technical reference manuals.
public struct ESP32Model: Hashable, Sendable {
  public let name: String
  /// The chip's id, as image headers and Get Security Info contain it.
  public let chipID: UInt32
  /// Offset of the second-stage bootloader in the flash.
  public let bootloaderOffset: Int
  /// The word that is read at 0x40001000.
  let magic: UInt32
  let banner: String
  /// Whether five words follow Flash Begin instead of four, and Get Security Info is known.
  let isNewer: Bool
  /// Address of the two words that hold the MAC; the first word holds its last four bytes.
  let macAddress: UInt32
  /// Address of the register that divides the crystal's frequency into the baud rate.
  let uartDividerAddress: UInt32
  let spi: SPIRegisters
  /// The registers by which the ROM measures its crystal; nil where the ROM does not measure it.
  let calibration: Calibration?

  /// Addresses of one SPI controller's registers.
  struct SPIRegisters: Hashable, Sendable {
    let base: UInt32
    let user2: UInt32
    let readBits: UInt32
    let data: UInt32

    init(base: UInt32, user2: UInt32, readBits: UInt32, data: UInt32) {
      self.base = base
      self.user2 = base + user2
      self.readBits = base + readBits
      self.data = base + data
    }
  }

  struct Calibration: Hashable, Sendable {
    /// Address of RTC_CALICFG1, whose bits from 7 on hold the number of crystal cycles that the slow clock has
    /// measured.
    let address: UInt32
    /// Address of eFuse word 4, whose lowest byte is the fast oscillator's factor.
    let factorAddress: UInt32
  }

  /// Every chip of Espressif's that the bench simulates.
  public static let known: [ESP32Model] = [esp32, esp32c3]

  public static let esp32 = ESP32Model(
    name: "ESP32", chipID: 0, bootloaderOffset: 0x1000, magic: 0x00f0_1d83,
    banner:
      "ets Jun  8 2016 00:22:57\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\r\nwaiting for download\r\n",
    isNewer: false, macAddress: 0x3ff5_a004, uartDividerAddress: 0x3ff4_0014,
    spi: SPIRegisters(base: 0x3ff4_2000, user2: 0x24, readBits: 0x2c, data: 0x80),
    calibration: Calibration(address: 0x3ff5_f06c, factorAddress: 0x3ff5_a010))

  public static let esp32c3 = ESP32Model(
    name: "ESP32-C3", chipID: 5, bootloaderOffset: 0, magic: 0x1b31_506f,
    banner:
      "ESP-ROM:esp32c3-api1-20210207\r\nBuild:Feb  7 2021\r\nrst:0x1 (POWERON),boot:0x4 (DOWNLOAD(USB/UART0/1))\r\nwaiting for download\r\n",
    isNewer: true, macAddress: 0x6000_8844, uartDividerAddress: 0x6000_0014,
    spi: SPIRegisters(base: 0x6000_2000, user2: 0x20, readBits: 0x28, data: 0x58), calibration: nil)
}
