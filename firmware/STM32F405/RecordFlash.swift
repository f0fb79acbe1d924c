/// Sectors 1 and 2 of the flash, which hold the pairing.
struct RecordFlash {
  func word(slot: Int, offset: Int) -> UInt32 {
    guard let address = Self.address(slot, offset) else { return .max }
    return FlashController.word(address)
  }

  func program(slot: Int, offset: Int, word: UInt32) -> Bool {
    guard let address = Self.address(slot, offset) else { return false }
    return FlashController.program(address, word)
  }

  func erase(slot: Int) -> Bool {
    guard slot == 0 || slot == 1 else { return false }
    return FlashController.erase(sector: UInt32(truncatingIfNeeded: slot &+ 1))
  }

  // MARK: -

  private static func address(_ slot: Int, _ offset: Int) -> UInt32? {
    guard slot == 0 || slot == 1, offset >= 0, offset <= Int(FlashMap.recordSlotSize) &- 4 else { return nil }
    let start = slot == 0 ? FlashMap.recordSlots.0 : FlashMap.recordSlots.1
    return start &+ UInt32(truncatingIfNeeded: offset)
  }
}
