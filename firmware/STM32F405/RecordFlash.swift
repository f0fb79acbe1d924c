/// Sectors 1 and 2 of the flash, which keep the pairing.
struct RecordFlash {
  func read(slot: Int, offset: Int, count: Int) -> [UInt8] {
    guard let start = Self.address(slot, offset, count) else { return [] }
    return FlashController.read(start, count: count)
  }

  func program(slot: Int, offset: Int, _ bytes: [UInt8]) -> Bool {
    guard let start = Self.address(slot, offset, bytes.count) else { return false }
    return FlashController.program(start, bytes)
  }

  func erase(slot: Int) -> Bool {
    guard slot == 0 || slot == 1 else { return false }
    return FlashController.erase(sector: UInt32(truncatingIfNeeded: slot &+ 1))
  }

  // MARK: -

  private static func address(_ slot: Int, _ offset: Int, _ count: Int) -> UInt32? {
    let size = Int(FlashMap.recordSlotSize)
    guard slot == 0 || slot == 1, offset >= 0, count >= 0, count <= size, offset <= size &- count
    else { return nil }
    let start = slot == 0 ? FlashMap.recordSlots.0 : FlashMap.recordSlots.1
    return start &+ UInt32(truncatingIfNeeded: offset)
  }
}
