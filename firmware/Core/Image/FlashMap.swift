/// The division of the STM32F405's flash (RM0090, section 3.3; 1 MiB, 12 sectors).
///
///     0       0x08000000   16 KiB  boot block
///     1, 2    0x08004000   16 KiB  each: pairing record, two slots
///     3       0x0800C000   16 KiB  kept free
///     4       0x08010000   64 KiB  application
///     5       0x08020000  128 KiB  an uploaded update, and how far its installation has come
///     6       0x08040000  128 KiB  the application before the last update
///     7…11    0x08060000  128 KiB  each: free
public enum FlashMap {
  public static var base: UInt32 { 0x0800_0000 }
  public static var size: UInt32 { 0x10_0000 }
  /// The device id that the ROM bootloader states.
  public static var productID: UInt16 { 0x413 }

  public static var bootBlock: UInt32 { 0x0800_0000 }
  public static var bootBlockSize: UInt32 { 0x4000 }
  public static var recordSlots: (UInt32, UInt32) { (0x0800_4000, 0x0800_8000) }
  public static var recordSlotSize: UInt32 { 0x4000 }
  public static var application: UInt32 { 0x0801_0000 }
  public static var applicationSize: UInt32 { 0x1_0000 }

  public static var upload: UInt32 { 0x0802_0000 }
  public static var uploadSize: UInt32 { 0x2_0000 }
  public static var backup: UInt32 { 0x0804_0000 }

  public static var sectorCount: Int { 12 }

  /// First address and size of a sector; nil where there is no such sector.
  public static func sector(_ index: Int) -> (address: UInt32, size: UInt32)? {
    switch index {
    case 0...3: (base &+ UInt32(index) &* 0x4000, 0x4000)
    case 4: (base &+ 0x1_0000, 0x1_0000)
    case 5...11: (base &+ 0x2_0000 &* UInt32(index &- 4), 0x2_0000)
    default: nil
    }
  }
}
