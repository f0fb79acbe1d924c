/// Everything that flashing has to know of one kind of chip. All facts of a chip stand in its own file under `Chips/`.
public struct ChipModel: Hashable, Sendable {
  public struct Sector: Hashable, Sendable {
    public let address: UInt32
    public let bytes: Int

    var end: UInt64 { UInt64(address) + UInt64(bytes) }
  }

  /// The bootloader in the chip's ROM, with the facts that only chips of its kind have.
  public enum Bootloader: Hashable, Sendable {
    /// The chip speaks AN3155.
    case st(STM32Chip)
    /// The chip speaks Espressif's serial protocol.
    case espressif(EspressifChip)
  }

  /// The chip's name as manifests and the module's own firmware spell it.
  public let name: String
  /// The number by which the chip names itself: the answer to AN3155's Get ID, or the id in Espressif's image headers.
  public let productID: UInt16
  /// The sectors of the flash in order of address, without gaps.
  public let sectors: [Sector]
  /// Indices of the sectors that the chip starts from; the first of them begins at `startAddress`.
  public let bootSectors: ClosedRange<Int>
  /// Indices of the sectors that hold the pairing record. No flashing ever touches them.
  public let pairingSectors: ClosedRange<Int>
  /// Addresses that a module's own firmware may take, its `ImageHeader` included; nil for a chip that has no
  /// firmware of ours.
  public let application: Range<UInt32>?
  public let bootloader: Bootloader

  /// Every chip that a module may carry. Swift finds no declaration by itself, so that a new file in `Chips/` is named
  /// here too.
  public static let known: [ChipModel] = [stm32f405, esp32, esp32c3]

  /// - Parameter sectorBytes: sizes of the sectors, one after another from `flashStart`.
  init(
    name: String, productID: UInt16, flashStart: UInt32, sectorBytes: [Int], bootSectors: ClosedRange<Int>,
    pairingSectors: ClosedRange<Int>, application: Range<UInt32>?, bootloader: Bootloader
  ) {
    var address = flashStart
    sectors = sectorBytes.map { bytes in
      defer { address += UInt32(bytes) }
      return Sector(address: address, bytes: bytes)
    }
    (self.name, self.productID, self.bootloader) = (name, productID, bootloader)
    (self.bootSectors, self.pairingSectors, self.application) = (bootSectors, pairingSectors, application)
  }

  /// Whether the chip's flash can be protected from reading.
  public var canBeProtected: Bool { stm32 != nil }

  /// The facts of a chip that is reached through ST's ROM bootloader; nil for every other.
  var stm32: STM32Chip? { if case .st(let chip) = bootloader { chip } else { nil } }

  /// The facts of a chip that is reached through Espressif's ROM loader; nil for every other.
  var espressif: EspressifChip? { if case .espressif(let chip) = bootloader { chip } else { nil } }

  // MARK: - Places

  /// Address of the first byte of the program that the chip starts: on an STM32, of its vector table.
  var startAddress: UInt32 { sectors[bootSectors.lowerBound].address }

  /// Bytes of the whole flash.
  var flashBytes: Int { sectors.reduce(0) { $0 + $1.bytes } }

  /// Indices of the sectors that any of these bytes lie in, or nil where some lie outside the flash.
  func sectors(of range: Range<UInt64>) -> Range<Int>? {
    guard !range.isEmpty,
      let first = sectors.firstIndex(where: { range.lowerBound >= $0.address && range.lowerBound < $0.end }),
      let last = sectors.firstIndex(where: { range.upperBound > $0.address && range.upperBound <= $0.end })
    else { return nil }
    return first..<(last + 1)
  }

  /// The index of the sector that this byte lies in; nil outside the flash.
  func sector(at address: UInt32) -> Int? {
    sectors.firstIndex { address >= $0.address && UInt64(address) < $0.end }
  }
}
