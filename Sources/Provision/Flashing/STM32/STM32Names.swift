/// The chips whose ROM bootloader speaks AN3155, as far as telling them apart and what a flasher would have to know.
/// A module's firmware there is only for those of `ChipModel.known`; the others are named and left alone.
///
/// Sources: AN2606 (product ids, RAM that the ROM bootloader uses itself, option bytes), each family's reference
/// manual (sectors or pages, unique id, flash size), and stm32flash's table of devices, against which product ids
/// and RAM were compared. Relatives: GD32F10x, GD32F30x and GD32F4xx answer with the product id of the STM32 that they
/// are made after and have its sectors up to 1 MiB; AT32F403A and its kin have pages of 2 KiB and ids of their own,
/// which are not in AN2606, so that they are named by their number.
public struct ChipFamily: Hashable, Sendable {
  /// How the flash is divided for erasing.
  public enum Layout: Hashable, Sendable {
    /// Bytes a page.
    case pages(Int)
    /// Four small sectors of so many KiB, one four times as large, the rest eight times as large.
    case sectors(smallKiB: Int)
    /// The same in each of two banks of 1 MiB.
    case twoBanks(smallKiB: Int)
  }

  public let productID: UInt16
  public let name: String
  public let layout: Layout
  /// Of the 12 bytes that no other chip has.
  public let uniqueIDAddress: UInt32
  /// Of two bytes, KiB.
  public let flashSizeAddress: UInt32
  public let optionBytesAddress: UInt32
  /// RAM from 0x20000000 up to here is the bootloader's own.
  public let bootloaderRAMEnd: UInt32

  init(
    _ productID: UInt16, _ name: String, _ layout: Layout, id: UInt32, size: UInt32, options: UInt32,
    ram: UInt32
  ) {
    (self.productID, self.name, self.layout) = (productID, name, layout)
    (uniqueIDAddress, flashSizeAddress, optionBytesAddress) = (id, size, options)
    bootloaderRAMEnd = 0x2000_0000 + ram
  }

  /// The one that answers with this product id.
  public static func named(by productID: UInt16) -> ChipFamily? { all.first { $0.productID == productID } }

  // MARK: - Table

  public static let all: [ChipFamily] = f0 + f1 + f2f4 + f3 + f7 + g + l

  private static let f0 = [
    f0(0x440, "STM32F05x/F030x8", 1024, ram: 0x1000), f0(0x444, "STM32F03x", 1024, ram: 0x1000),
    f0(0x445, "STM32F04x/F070x6", 1024, ram: 0x1800), f0(0x448, "STM32F07x", 2048, ram: 0x1800),
    f0(0x442, "STM32F09x/F030xC", 2048, ram: 0x1800),
  ]
  private static let f1 = [
    f1(0x412, "STM32F10x low density", 1024, ram: 0x200),
    f1(0x410, "STM32F10x medium density (GD32F103)", 1024, ram: 0x200),
    f1(0x414, "STM32F10x high density (GD32F103xE)", 2048, ram: 0x200),
    f1(0x418, "STM32F105/F107 (GD32F105/F107)", 2048, ram: 0x1000),
    f1(0x420, "STM32F100 medium density", 1024, ram: 0x200),
    f1(0x428, "STM32F100 high density", 2048, ram: 0x200),
    f1(0x430, "STM32F10x XL density", 2048, ram: 0x800),
  ]
  private static let f2f4 = [
    f4(0x411, "STM32F2xx", .sectors(smallKiB: 16), ram: 0x2000),
    f4(0x413, "STM32F405/F407/F415/F417 (GD32F405/F407)", .sectors(smallKiB: 16), ram: 0x3000),
    f4(0x419, "STM32F42x/F43x (GD32F450/F470)", .twoBanks(smallKiB: 16), ram: 0x3000),
    f4(0x423, "STM32F401xB/C", .sectors(smallKiB: 16), ram: 0x3000),
    f4(0x433, "STM32F401xD/E", .sectors(smallKiB: 16), ram: 0x3000),
    f4(0x458, "STM32F410", .sectors(smallKiB: 16), ram: 0x3000),
    f4(0x431, "STM32F411", .sectors(smallKiB: 16), ram: 0x3000),
    f4(0x441, "STM32F412", .sectors(smallKiB: 16), ram: 0x3000),
    f4(0x421, "STM32F446", .sectors(smallKiB: 16), ram: 0x3000),
    f4(0x434, "STM32F469/F479", .twoBanks(smallKiB: 16), ram: 0x3000),
    f4(0x463, "STM32F413/F423", .sectors(smallKiB: 16), ram: 0x3000),
  ]
  private static let f3 = [
    f0(0x432, "STM32F373/F378", 2048, ram: 0x1400), f0(0x422, "STM32F302xB/F303xB/F358", 2048, ram: 0x1400),
    f0(0x439, "STM32F301/F302x4/F318", 2048, ram: 0x1800),
    f0(0x438, "STM32F303x4/F334/F328", 2048, ram: 0x1800),
    f0(0x446, "STM32F302xD/F303xD/F398", 2048, ram: 0x1800),
  ]
  private static let f7 = [
    ChipFamily(
      0x449, "STM32F74x/F75x", .sectors(smallKiB: 32), id: 0x1ff0_f420, size: 0x1ff0_f442, options: 0x1fff_0000,
      ram: 0x4000),
    ChipFamily(
      0x452, "STM32F72x/F73x", .sectors(smallKiB: 16), id: 0x1ff0_7a10, size: 0x1ff0_7a22, options: 0x1fff_0000,
      ram: 0x4000),
  ]
  private static let g = [
    g0(0x460, "STM32G07x/G08x", ram: 0x2700), g0(0x466, "STM32G03x/G04x", ram: 0x1000),
    g0(0x468, "STM32G43x/G44x", ram: 0x4000),
  ]
  private static let l = [
    ChipFamily(
      0x417, "STM32L05x/L06x", .pages(128), id: 0x1ff8_0050, size: 0x1ff8_007c, options: 0x1ff8_0000,
      ram: 0x1000),
    ChipFamily(
      0x416, "STM32L1xxx6/8/B", .pages(256), id: 0x1ff8_0050, size: 0x1ff8_004c, options: 0x1ff8_0000,
      ram: 0x800),
    g0(0x415, "STM32L47x/L48x", ram: 0x3000), g0(0x435, "STM32L43x/L44x", ram: 0x3100),
  ]

  private static func f0(_ id: UInt16, _ name: String, _ page: Int, ram: UInt32) -> ChipFamily {
    ChipFamily(id, name, .pages(page), id: 0x1fff_f7ac, size: 0x1fff_f7cc, options: 0x1fff_f800, ram: ram)
  }

  private static func f1(_ id: UInt16, _ name: String, _ page: Int, ram: UInt32) -> ChipFamily {
    ChipFamily(id, name, .pages(page), id: 0x1fff_f7e8, size: 0x1fff_f7e0, options: 0x1fff_f800, ram: ram)
  }

  private static func f4(_ id: UInt16, _ name: String, _ layout: Layout, ram: UInt32) -> ChipFamily {
    ChipFamily(id, name, layout, id: 0x1fff_7a10, size: 0x1fff_7a22, options: 0x1fff_c000, ram: ram)
  }

  private static func g0(_ id: UInt16, _ name: String, ram: UInt32) -> ChipFamily {
    ChipFamily(id, name, .pages(2048), id: 0x1fff_7590, size: 0x1fff_75e0, options: 0x1fff_7800, ram: ram)
  }
}
