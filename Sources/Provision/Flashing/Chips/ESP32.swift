extension ChipModel {
  /// Classic ESP32 with a serial flash. Sources: the chip's technical reference manual and esptool's `targets/esp32.py`.
  public static let esp32 = ChipModel(
    "ESP32", id: 0, bootSectors: 1...7,
    EspressifChip(
      bootloaderOffset: 0x1000, magic: 0x00f0_1d83, isNewer: false, macAddress: 0x3ff5_a004,
      fuses: EspressifChip.Fuses(encryptionAddress: 0x3ff5_a000, secureBootAddress: 0x3ff5_a018),
      spi: EspressifChip.SPIRegisters(
        command: 0x3ff4_2000, user: 0x3ff4_201c, user2: 0x3ff4_2024, readBits: 0x3ff4_202c, data: 0x3ff4_2080),
      calibration: EspressifChip.Calibration(cyclesAddress: 0x3ff5_f06c, factorAddress: 0x3ff5_a010)))
}
