/// What a simulated STM32F405's ROM bootloader can reach: RM0090 for the addresses, AN2606 for what its loader
/// (version 3.1) lets through.
public struct ROMMemory: Sendable {
  public let flash: FlashArray
  /// 96 bits, unlike any other chip's.
  public let uniqueID: [UInt8]
  private let ram: ChipRAM?

  /// The loader's own variables, which it refuses to touch: 8 KiB in version 3.1, 12 KiB in 9.0, and a program that
  /// is to run on either keeps off the larger.
  private static let loaderRAMBytes: UInt32 = 12 << 10
  private static let systemMemory: ClosedRange<UInt32> = 0x1fff_0000...0x1fff_77ff
  /// One-time programmable area, unique id and flash size lie in this page; what is between reads as ones.
  private static let engraved: ClosedRange<UInt32> = 0x1fff_7800...0x1fff_7a2f
  private static let uniqueIDStart: UInt32 = 0x1fff_7a10
  private static let flashSizeStart: UInt32 = 0x1fff_7a22
  private static let optionBytesStart: UInt32 = 0x1fff_c000
  /// As delivered (RM0090, 3.9.2): no read protection, all sectors writable, each byte followed by its complement.
  private static let optionBytes: [UInt8] = [
    0xed, 0xaa, 0x12, 0x55, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  ]

  /// - Parameters:
  ///   - uniqueID: 12 bytes; others are cut or filled with zeros.
  ///   - ram: shared with whatever program the chip starts; nil where there is nobody to execute one, and writing to
  ///     RAM is refused.
  public init(flash: FlashArray, uniqueID: [UInt8], ram: ChipRAM? = ChipRAM()) {
    self.flash = flash
    self.ram = ram
    self.uniqueID = Array((uniqueID + Array(repeating: 0, count: 12)).prefix(12))
  }

  /// Nil where any byte of the range may not be read.
  func read(_ address: UInt32, count: Int) -> [UInt8]? {
    if let bytes = flash.read(address, count: count) { return bytes }
    if isLoadable(address) { return ram?.read(address, count: count) }
    guard count > 0, let last = UInt32(exactly: UInt64(address) + UInt64(count) - 1) else { return nil }
    if Self.systemMemory.contains(address), Self.systemMemory.contains(last) {
      return Array(repeating: 0xff, count: count)
    }
    if Self.engraved.contains(address), Self.engraved.contains(last) {
      return (address...last).map(engravedByte)
    }
    let offset = Int(address) - Int(Self.optionBytesStart)
    if offset >= 0, offset + count <= Self.optionBytes.count {
      return (offset..<(offset + count)).map(optionByte)
    }
    return nil
  }

  /// True where a write may begin here. As in AN3155 only the start is checked before the data comes.
  func isWritable(_ address: UInt32) -> Bool {
    address % 4 == 0 && (flash.read(address, count: 1) != nil || isLoadable(address))
  }

  /// Programs flash or sets RAM. False, and nothing done, where the range leaves both.
  func write(_ address: UInt32, _ bytes: [UInt8]) -> Bool {
    if flash.program(address, bytes) { return true }
    return isLoadable(address) && ram?.write(address, bytes) == true
  }

  /// Whether this lies in RAM, and not in the loader's own part of it.
  private func isLoadable(_ address: UInt32) -> Bool {
    ram != nil && address >= ChipRAM.start + Self.loaderRAMBytes
      && address < ChipRAM.start + UInt32(ChipRAM.byteCount)
  }

  /// nWRP begins at the ninth: a clear bit protects its sector.
  private func optionByte(_ offset: Int) -> UInt8 {
    guard offset == 8 else { return Self.optionBytes[offset] }
    return (0..<8).reduce(0xff) { flash.isProtected(sector: $1) ? $0 & ~(1 << UInt8($1)) : $0 }
  }

  private func engravedByte(_ address: UInt32) -> UInt8 {
    switch address {
    case Self.uniqueIDStart..<(Self.uniqueIDStart + 12): uniqueID[Int(address - Self.uniqueIDStart)]
    case Self.flashSizeStart: UInt8(truncatingIfNeeded: flash.byteCount >> 10)
    case Self.flashSizeStart + 1: UInt8(truncatingIfNeeded: flash.byteCount >> 18)
    default: 0xff
    }
  }
}
