private import ModuleCore

extension ChipModel {
  /// STM32F405 with 1 MiB of flash.
  ///
  /// Sources: RM0090 table 5 (sectors), 3.9.2 (option bytes), 39.1 (unique id); AN2606 (product id, 12 KiB of
  /// RAM that the ROM keeps for itself); DS8626, byte by byte (times). The places of the pairing record and the
  /// application, and the memories, are those in `FlashMap` of the module's firmware.
  public static let stm32f405 = ChipModel(
    name: "STM32F405", productID: 0x413, flashStart: 0x0800_0000,
    sectorBytes: Array(repeating: 16 << 10, count: 4) + [64 << 10] + Array(repeating: 128 << 10, count: 7),
    bootSectors: 0...0, pairingSectors: 1...2,
    application: FlashMap.application..<FlashMap.application + FlashMap.applicationSize,
    bootloader: .st(
      STM32Chip(
        uniqueIDAddress: 0x1fff_7a10,
        writeProtection: STM32Chip.WriteProtection(address: 0x1fff_c008, sectorCount: 12),
        // Erasing takes at most 800 ms for 16 KiB, 2.4 s for 64 KiB and 4 s for 128 KiB.
        eraseTime: STM32Chip.EraseTime(base: .milliseconds(800), aByte: .microseconds(30)),
        stackTops: FlashMap.stackTops,
        loader: LoaderProgram(address: 0x2000_3000, base64: LoaderProgram.stm32f405))))
}
