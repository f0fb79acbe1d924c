#if canImport(ModuleCore)
  @testable import ModuleCore
#endif

/// A board in memory with a small flash, in which the fuzzed bytes are at the beginning and the end of the
/// update's sector.
struct FuzzBoard: Board {
  private static let slotSize = 4 * PairingRecord.size

  var milliseconds: UInt64 = 0
  private(set) var relayIsClosed = false
  private var slots = [[UInt8]](repeating: [UInt8](repeating: 0xff, count: slotSize), count: 2)
  private var upload: [UInt8]
  /// The last 64 bytes of the update's sector.
  private var end: [UInt8]
  private var drawn: UInt8 = 0
  /// Whether the update's sector was written or erased.
  private(set) var wasUploadedTo = false

  /// Makes a board whose update's sector begins with `upload` but for its last 64 bytes, which end the sector,
  /// and whose first slot begins with `record`.
  init(upload: [UInt8] = [], record: [UInt8] = []) {
    slots[0].replaceSubrange(0..<min(record.count, Self.slotSize), with: record.prefix(Self.slotSize))
    self.upload = Array(upload.dropLast(64))
    end = Array(upload.suffix(64))
    end += [UInt8](repeating: 0xff, count: 64 - end.count)
  }

  let identity = BoardIdentity(
    uniqueID: Array(1...12), serialNumber: Array("WT0102030405".utf8), chip: Array("STM32F405".utf8))
  var wasResetByWatchdog: Bool { false }
  var runningImage: ImageHeader? { nil }

  mutating func setRelay(closed: Bool) { relayIsClosed = closed }
  var sealIsClosed: Bool { milliseconds % 1000 < 500 }

  func readings() -> BoardReadings {
    BoardReadings(millivolts: 230_000, milliamperes: -40, feedbackIsClosed: relayIsClosed, time: 0)
  }

  mutating func randomBytes(_ count: Int) -> Octets? {
    drawn &+= 1
    return Octets(Array(SHA256.digest([drawn]).prefix(count)))
  }

  func setClock(_ seconds: UInt64) -> Bool { true }

  // MARK: - Flash

  var recordSlotSize: Int { Self.slotSize }

  func recordWord(slot: Int, offset: Int) -> UInt32 { slots[slot].littleEndian(at: offset) ?? .max }

  mutating func programRecord(slot: Int, offset: Int, word: UInt32) -> Bool {
    Self.program(&slots[slot], offset, word)
    return true
  }

  mutating func eraseRecord(slot: Int) -> Bool {
    slots[slot] = [UInt8](repeating: 0xff, count: Self.slotSize)
    return true
  }

  private static let endOffset = Int(FlashMap.uploadSize) - 64

  /// The word at an address. The application's sector has the same contents as the update's, so that one input
  /// reaches both.
  func flashWord(_ address: UInt32) -> UInt32 {
    guard address >= FlashMap.application, address & 3 == 0 else { return .max }
    let offset = Int(address - (address >= FlashMap.upload ? FlashMap.upload : FlashMap.application))
    return
      (offset < Self.endOffset
      ? upload.littleEndian(at: offset) : end.littleEndian(at: offset - Self.endOffset))
      ?? .max
  }

  mutating func programUpload(offset: Int, word: UInt32) -> Bool {
    guard offset >= 0, offset % 4 == 0, offset + 4 <= Int(FlashMap.uploadSize) else { return false }
    wasUploadedTo = true
    if offset >= Self.endOffset {
      Self.program(&end, offset - Self.endOffset, word)
    } else {
      Self.program(&upload, offset, word)
    }
    return true
  }

  private static func program(_ cells: inout [UInt8], _ offset: Int, _ word: UInt32) {
    cells += [UInt8](repeating: 0xff, count: max(0, offset + 4 - cells.count))
    for index in 0..<4 { cells[offset + index] &= UInt8(truncatingIfNeeded: word >> (8 * index)) }
  }

  mutating func eraseUpload() -> Bool {
    wasUploadedTo = true
    (upload, end) = ([], [UInt8](repeating: 0xff, count: 64))
    return true
  }
}
