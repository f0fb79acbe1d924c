import TestSupport

@testable import ModuleCore

/// A board in memory whose every part is a variable, and whose flash loses power after a given number of words.
struct MemoryBoard: Board {
  var milliseconds: UInt64 = 0
  var identity = BoardIdentity(
    uniqueID: (0..<12).map { UInt8(0xc0 + $0) }, serialNumber: Array("WT0102030405".utf8),
    chip: Array("STM32F405".utf8), imei: Array("860000000000015".utf8))
  var runningImage: ImageHeader? = try? ImageHeader(Array(ImageHeaderTests.image()[0x200...]))
  var uniqueID: [UInt8] { Array(identity.uniqueID) }
  var wasResetByWatchdog = false
  var relay = true
  var relayWasClosed = false
  var sealIsClosed = true
  var clock: UInt64 = 0
  var clockRuns = true
  var random: SplitMix64? = SplitMix64(seed: 7)
  var welded = false

  var slots = [[UInt8]](repeating: [UInt8](repeating: 0xff, count: 2048), count: 2)
  var recordSlotSize: Int { 2048 }
  var erasures = 0
  var wordsWritten = 0
  /// Number of words, or erasures counted as one, until the power fails; nil for a supply that lasts.
  var wordsUntilCut: Int?

  mutating func setRelay(closed: Bool) {
    relay = closed
    if closed { relayWasClosed = true }
  }

  mutating func readings() -> BoardReadings {
    BoardReadings(
      millivolts: 230_000, milliamperes: -40, feedbackIsClosed: relay || welded, time: clock, hasFix: true,
      latitude: 40_410_000, longitude: 110_030_000, satellites: 9, hasSimCard: true, isRegistered: true,
      signalStrength: -71)
  }

  mutating func randomBytes(_ count: Int) -> Octets? { (random?.bytes(count)).map { Octets($0) } }

  mutating func setClock(_ seconds: UInt64) -> Bool {
    if clockRuns { clock = seconds }
    return clockRuns
  }

  func recordWord(slot: Int, offset: Int) -> UInt32 { slots[slot].littleEndian(at: offset) ?? .max }

  mutating func programRecord(slot: Int, offset: Int, word: UInt32) -> Bool {
    guard spendPower() else { return false }
    wordsWritten += 1
    for index in 0..<4 { slots[slot][offset + index] &= UInt8(truncatingIfNeeded: word >> (8 * index)) }
    return true
  }

  mutating func eraseRecord(slot: Int) -> Bool {
    guard spendPower() else {
      // An interrupted erasure erases the first half and leaves the rest unchanged.
      for index in 0..<recordSlotSize / 2 { slots[slot][index] = 0xff }
      return false
    }
    erasures += 1
    slots[slot] = [UInt8](repeating: 0xff, count: recordSlotSize)
    return true
  }

  /// The application's sector, the upload's and the backup's, one after another.
  var images = ImageHeaderTests.image() + [UInt8](repeating: 0xff, count: 0x5_0000 - 1000)

  func flashWord(_ address: UInt32) -> UInt32 {
    images.littleEndian(at: Int(address) - Int(FlashMap.application)) ?? .max
  }

  mutating func programUpload(offset: Int, word: UInt32) -> Bool {
    guard offset % 4 == 0, offset + 4 <= Int(FlashMap.uploadSize), spendPower() else { return false }
    for index in 0..<4 {
      images[0x1_0000 + offset + index] &= UInt8(truncatingIfNeeded: word >> (8 * index))
    }
    return true
  }

  mutating func eraseUpload() -> Bool {
    let isWhole = spendPower()
    let count = isWhole ? 0x2_0000 : 0x1_0000
    images.replaceSubrange(0x1_0000..<0x1_0000 + count, with: repeatElement(0xff, count: count))
    return isWhole
  }

  private mutating func spendPower() -> Bool {
    guard let left = wordsUntilCut else { return true }
    guard left > 0 else { return false }
    wordsUntilCut = left - 1
    return true
  }

  /// The board after a power cycle: the flash is unchanged, and everything else starts again.
  func poweredUpAgain() -> MemoryBoard {
    var board = MemoryBoard()
    board.slots = slots
    board.images = images
    board.sealIsClosed = sealIsClosed
    board.random = SplitMix64(seed: 99)
    return board
  }
}
