/// What the flasher must know of a kind of chip. One entry a chip in `known`.
public struct ChipModel: Hashable, Sendable {
  public struct Sector: Hashable, Sendable {
    public let address: UInt32
    public let bytes: Int

    var end: UInt64 { UInt64(address) + UInt64(bytes) }
  }

  /// As manifests and the module's own firmware spell it.
  public let name: String
  /// What AN3155's Get ID answers; of Espressif's chips their id in image headers.
  public let productID: UInt16
  /// In order of address, without gaps.
  public let sectors: [Sector]
  /// Indices of the sectors that hold the pairing record. No flashing ever touches them.
  public let pairingSectors: ClosedRange<Int>
  /// Of the 12 bytes that no other chip has.
  public let uniqueIDAddress: UInt32
  /// Of the option bytes whose bits, sector by sector from the lowest, are clear where the sector is protected from
  /// writing; nil where the chip has none.
  public let writeProtectionAddress: UInt32?
  /// Of a chip that is flashed through Espressif's ROM loader; nil for AN3155's.
  public internal(set) var espressif: EspressifChip? = nil

  /// Every chip that a module may carry.
  public static let known: [ChipModel] = [stm32f405, esp32, esp32c3]

  /// RM0090: table 5 (sectors of 1 MiB), 39.1 (unique id), 3.9.2 (option bytes); the pairing record's place is `FlashMap`'s.
  public static let stm32f405 = ChipModel(
    name: "STM32F405", productID: 0x413,
    sectors: sectors(
      from: 0x0800_0000,
      bytes: Array(repeating: 16 << 10, count: 4) + [64 << 10] + Array(repeating: 128 << 10, count: 7)),
    pairingSectors: 1...2, uniqueIDAddress: 0x1fff_7a10, writeProtectionAddress: 0x1fff_c008)

  /// Of the first byte of flash, where the chip's vector table lies.
  public var flashStart: UInt32 { sectors.first?.address ?? 0 }

  /// Indices of the sectors that any of these bytes lie in, or nil where some lie outside the flash.
  func sectors(of range: Range<UInt64>) -> Range<Int>? {
    guard !range.isEmpty,
      let first = sectors.firstIndex(where: { range.lowerBound >= $0.address && range.lowerBound < $0.end }),
      let last = sectors.firstIndex(where: { range.upperBound > $0.address && range.upperBound <= $0.end })
    else { return nil }
    return first..<(last + 1)
  }

  /// The index of the sector that this byte lies in.
  func sector(at address: UInt32) -> Int? {
    sectors.firstIndex { address >= $0.address && UInt64(address) < $0.end }
  }

  private static func sectors(from start: UInt32, bytes: [Int]) -> [Sector] {
    var address = start
    return bytes.map { count in
      defer { address += UInt32(count) }
      return Sector(address: address, bytes: count)
    }
  }
}
