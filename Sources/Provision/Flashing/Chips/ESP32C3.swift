extension ChipModel {
  /// ESP32-C3 with a serial flash, in the package or beside it. Sources: the chip's technical reference manual and
  /// esptool's `targets/esp32c3.py`.
  public static let esp32c3 = ChipModel(
    "ESP32-C3", id: 5, bootSectors: 0...7,
    EspressifChip(
      bootloaderOffset: 0, magic: nil, isNewer: true, macAddress: 0x6000_8844, fuses: nil,
      spi: EspressifChip.SPIRegisters(
        command: 0x6000_2000, user: 0x6000_2018, user2: 0x6000_2020, readBits: 0x6000_2028, data: 0x6000_2058),
      calibration: nil))
}
