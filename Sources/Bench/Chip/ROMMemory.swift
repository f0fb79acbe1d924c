/// The memory that a simulated STM32's ROM bootloader can reach.
public struct ROMMemory: Sendable {
  public let flash: FlashArray
  /// The chip's unique id, 12 bytes.
  public let uniqueID: [UInt8]
  public let model: STM32Model
  private let ram: ChipRAM?

  /// - Parameters:
  ///   - flash: the flash, with the model's sectors.
  ///   - uniqueID: 12 bytes; a longer array is cut, a shorter one is filled with zeros.
  ///   - ram: RAM that is shared with the program that the chip starts; nil where no program is executed, so
  ///     that writing to RAM is refused.
  public init(
    _ model: STM32Model = .stm32f405, flash: FlashArray, uniqueID: [UInt8], ram: ChipRAM? = ChipRAM()
  ) {
    self.model = model
    self.flash = flash
    self.ram = ram
    self.uniqueID = Array((uniqueID + Array(repeating: 0, count: 12)).prefix(12))
  }

  /// The bytes of a range; nil where any of them may not be read.
  func read(_ address: UInt32, count: Int) -> [UInt8]? {
    if let bytes = flash.read(address, count: count) { return bytes }
    if isLoadable(address) { return ram?.read(address, count: count) }
    guard count > 0, let last = UInt32(exactly: UInt64(address) + UInt64(count) - 1) else { return nil }
    if model.systemMemory.contains(address), model.systemMemory.contains(last) {
      return Array(repeating: 0xff, count: count)
    }
    if model.engraved.contains(address), model.engraved.contains(last) {
      return (address...last).map(engravedByte)
    }
    let offset = Int(address) - Int(model.optionBytesAddress)
    if offset >= 0, offset + count <= model.optionBytes.count {
      return (offset..<(offset + count)).map(optionByte)
    }
    return nil
  }

  /// Whether a write may begin here. As in AN3155 only the start is checked before the data comes.
  func isWritable(_ address: UInt32) -> Bool {
    address % 4 == 0 && (flash.read(address, count: 1) != nil || isLoadable(address))
  }

  /// Programs flash or writes RAM. Returns false and does nothing where the range lies wholly inside neither of
  /// them, or where a sector is protected.
  func write(_ address: UInt32, _ bytes: [UInt8]) -> Bool {
    if flash.program(address, bytes) { return true }
    return isLoadable(address) && ram?.write(address, bytes) == true
  }

  /// Whether the range lies in RAM outside the part that the loader keeps for itself.
  private func isLoadable(_ address: UInt32) -> Bool {
    guard let ram, address >= ram.start else { return false }
    return (model.romRAMBytes..<ram.byteCount).contains(Int(address - ram.start))
  }

  /// One of the option bytes. In the bytes of write protection a clear bit protects its sector.
  private func optionByte(_ offset: Int) -> UInt8 {
    let first = 8 * (offset - model.writeProtectionOffset)
    guard flash.sectors.indices.contains(first) else { return model.optionBytes[offset] }
    return (0..<8).reduce(model.optionBytes[offset]) {
      flash.isProtected(sector: first + $1) ? $0 & ~(1 << UInt8($1)) : $0
    }
  }

  private func engravedByte(_ address: UInt32) -> UInt8 {
    switch address {
    case model.uniqueIDAddress..<(model.uniqueIDAddress + 12): uniqueID[Int(address - model.uniqueIDAddress)]
    case model.flashSizeAddress: UInt8(truncatingIfNeeded: flash.byteCount >> 10)
    case model.flashSizeAddress + 1: UInt8(truncatingIfNeeded: flash.byteCount >> 18)
    default: 0xff
    }
  }
}
