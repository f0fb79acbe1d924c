internal import ModuleCore

/// The facts of a simulated STM32 and its ROM bootloader. Each chip is a value in this file and in `known`.
public struct STM32Model: Hashable, Sendable {
  public var name: String
  /// The product id that Get ID returns.
  public var productID: UInt16
  public var flashStart: UInt32
  /// Sizes of the flash's sectors in order of address, bytes.
  public var sectorBytes: [Int]
  public var ramStart: UInt32
  /// Bytes of main RAM, without core-coupled memory.
  public var ramBytes: Int
  /// Bytes from the start of RAM that the ROM bootloader keeps for itself and refuses to touch.
  public var romRAMBytes: Int
  /// Addresses of the ROM itself, which reads as ones in the simulation.
  public var systemMemory: ClosedRange<UInt32>
  /// Addresses of the page that holds the one-time programmable area, the unique id and the flash size; the
  /// gaps between them read as ones.
  public var engraved: ClosedRange<UInt32>
  /// Address of the chip's unique id, 12 bytes.
  public var uniqueIDAddress: UInt32
  /// Address of the two bytes that give the size of the flash, KiB.
  public var flashSizeAddress: UInt32
  public var optionBytesAddress: UInt32
  /// The option bytes of a new chip.
  public var optionBytes: [UInt8]
  /// Offset of the write-protection bytes among the option bytes. They have one bit for each sector, sector 0
  /// in the lowest, and a clear bit protects its sector.
  public var writeProtectionOffset: Int

  public init(
    name: String, productID: UInt16, flashStart: UInt32, sectorBytes: [Int], ramStart: UInt32, ramBytes: Int,
    romRAMBytes: Int, systemMemory: ClosedRange<UInt32>, engraved: ClosedRange<UInt32>, uniqueIDAddress: UInt32,
    flashSizeAddress: UInt32, optionBytesAddress: UInt32, optionBytes: [UInt8], writeProtectionOffset: Int
  ) {
    (self.name, self.productID) = (name, productID)
    (self.flashStart, self.sectorBytes) = (flashStart, sectorBytes)
    (self.ramStart, self.ramBytes, self.romRAMBytes) = (ramStart, ramBytes, romRAMBytes)
    (self.systemMemory, self.engraved) = (systemMemory, engraved)
    (self.uniqueIDAddress, self.flashSizeAddress) = (uniqueIDAddress, flashSizeAddress)
    (self.optionBytesAddress, self.optionBytes) = (optionBytesAddress, optionBytes)
    self.writeProtectionOffset = writeProtectionOffset
  }

  /// Every STM32 that the bench simulates.
  public static let known: [STM32Model] = [stm32f405]

  /// Whether the module's firmware is built for this chip; programs of other chips are silent on the bench.
  var runsFirmware: Bool { productID == FlashMap.productID }

  /// The STM32F405xG. Its addresses are from RM0090 (2.3.1, table 5, 3.9.2, 39), and the limits of its loader
  /// are from AN2606. Version 3.1 of the loader keeps 8 KiB of RAM and version 9.0 keeps 12 KiB, so a program
  /// that is to run on both must not use the first 12 KiB. The option bytes mean no read protection and all
  /// sectors writable. The first two of them are followed by their complements.
  public static let stm32f405 = STM32Model(
    name: "STM32F405", productID: FlashMap.productID, flashStart: FlashMap.base,
    sectorBytes: (0..<FlashMap.sectorCount).compactMap { FlashMap.sector($0).map { Int($0.size) } },
    ramStart: 0x2000_0000, ramBytes: 128 << 10, romRAMBytes: 12 << 10,
    systemMemory: 0x1fff_0000...0x1fff_77ff, engraved: 0x1fff_7800...0x1fff_7a2f,
    uniqueIDAddress: 0x1fff_7a10, flashSizeAddress: 0x1fff_7a22, optionBytesAddress: 0x1fff_c000,
    optionBytes: [
      0xed, 0xaa, 0x12, 0x55, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    ],
    writeProtectionOffset: 8)
}

extension FlashTimings {
  /// The times that an STM32F405 typically takes at 3.3 V with 32-bit access (data sheet DS8626, table "Flash memory
  /// programming").
  public static let typical = FlashTimings(
    programWord: .microseconds(16),
    erase: [16 << 10: .milliseconds(250), 64 << 10: .milliseconds(550), 128 << 10: .seconds(1)])

  /// The longest times that the same table allows.
  public static let slowest = FlashTimings(
    programWord: .microseconds(100),
    erase: [16 << 10: .milliseconds(500), 64 << 10: .milliseconds(1_100), 128 << 10: .seconds(2)])
}
