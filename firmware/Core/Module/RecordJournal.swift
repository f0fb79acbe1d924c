/// Keeps the newest `PairingRecord` in two slots of flash.
///
/// A slot is a row of places of one record each, filled from the front; when the last is taken, writing goes on in
/// the other slot. A place is written once between two erasures, and a slot is erased only when the newest record
/// stands, read back and found equal, in the other one. So at every instant the newest record or the one before it
/// is readable, whatever a power cut leaves behind.
struct RecordJournal {
  /// The slot that the newest record stands in.
  private var slot = 0
  /// The first place of `slot` that was never written.
  private var nextPlace = 0
  /// Sequence number of the newest record; nil where there is none.
  private var sequence: UInt32?
  /// Whether the slot that does not hold the newest record is known to be erased.
  private var spareIsBlank = false
  /// Whether the last erasure failed. `wantsErasure` is then false until another record was written.
  private var erasureFailed = false

  /// Finds the newest record and puts it into `record`, which is left alone where there is none.
  init(_ board: borrowing some Board, into record: inout PairingRecord) {
    var newest = 0
    for slot in 0...1 {
      for place in 0..<Self.places(board) {
        let offset = place &* PairingRecord.size
        guard Self.isRecord(board, slot: slot, offset: offset) else { continue }
        let found = board.recordWord(slot: slot, offset: offset &+ PairingRecord.sequenceOffset)
        if let sequence, found <= sequence { continue }
        sequence = found
        self.slot = slot
        newest = offset
      }
    }
    if sequence != nil {
      for offset in stride(from: 0, to: PairingRecord.size, by: 4) {
        record.put(board.recordWord(slot: slot, offset: newest &+ offset), at: offset)
      }
    }
    nextPlace = Self.firstBlankPlace(board, slot: slot)
    spareIsBlank = Self.isBlank(board, slot: 1 &- slot, offset: 0, count: board.recordSlotSize)
  }

  /// Fills in the next sequence number and the checksum, and writes `record`. False where the flash failed, or
  /// where `mayErase` is false and only an erasure would make room; the newest record in flash is then the same
  /// as before.
  mutating func write(_ record: inout PairingRecord, to board: inout some Board, mayErase: Bool) -> Bool {
    record[.sequence] = (sequence ?? 0) &+ 1
    record.seal()
    var (slot, place) = (slot, nextPlace)
    // A place that fails is left as it is, and the next one is tried; then the other slot, once.
    var slotsLeft = 2
    while slotsLeft > 0 {
      while place < Self.places(board) {
        let offset = place &* PairingRecord.size
        place &+= 1
        if Self.program(record, to: &board, slot: slot, offset: offset) {
          if slot != self.slot { spareIsBlank = false }
          (self.slot, nextPlace) = (slot, place)
          sequence = record.sequence
          erasureFailed = false
          return true
        }
        if slot == self.slot { nextPlace = place } else { spareIsBlank = false }
        // Flash that is not there at all fails at once rather than place by place.
        if Self.isBlank(board, slot: slot, offset: offset, count: PairingRecord.size) { return false }
      }
      slotsLeft &-= 1
      slot = 1 &- self.slot
      if slotsLeft > 0, !prepareSpare(&board, mayErase: mayErase) { return false }
      place = 0
    }
    return false
  }

  /// Whether an erasure now would save a later write from having to wait for it.
  var wantsErasure: Bool { sequence != nil && !spareIsBlank && !erasureFailed }

  /// Erases the slot that does not hold the newest record, where it is not blank already.
  @discardableResult
  @inline(never)
  mutating func prepareSpare(_ board: inout some Board, mayErase: Bool) -> Bool {
    if spareIsBlank { return true }
    let spare = 1 &- slot
    guard mayErase else { return false }
    spareIsBlank =
      board.eraseRecord(slot: spare)
      && Self.isBlank(board, slot: spare, offset: 0, count: board.recordSlotSize)
    erasureFailed = !spareIsBlank
    return spareIsBlank
  }

  // MARK: -

  private static func places(_ board: borrowing some Board) -> Int {
    board.recordSlotSize / PairingRecord.size
  }

  /// Writes a record and reads it back.
  private static func program(
    _ record: borrowing PairingRecord, to board: inout some Board, slot: Int, offset: Int
  ) -> Bool {
    for index in stride(from: 0, to: PairingRecord.size, by: 4)
    where !board.programRecord(slot: slot, offset: offset &+ index, word: record.word(at: index)) {
      return false
    }
    for index in stride(from: 0, to: PairingRecord.size, by: 4)
    where board.recordWord(slot: slot, offset: offset &+ index) != record.word(at: index) {
      return false
    }
    return true
  }

  /// Whether a whole record of a format that is known stands in a place.
  private static func isRecord(_ board: borrowing some Board, slot: Int, offset: Int) -> Bool {
    guard board.recordWord(slot: slot, offset: offset) == PairingRecord.magic,
      board.recordWord(slot: slot, offset: offset &+ 4) & 0xffff == 1
    else { return false }
    var crc = CRC32()
    for index in stride(from: 0, to: PairingRecord.checksumOffset, by: 4) {
      crc.update(littleEndian: board.recordWord(slot: slot, offset: offset &+ index))
    }
    return board.recordWord(slot: slot, offset: offset &+ PairingRecord.checksumOffset) == crc.value
  }

  private static func firstBlankPlace(_ board: borrowing some Board, slot: Int) -> Int {
    // The search goes from the back, so that a half-erased front does not make a place behind a damaged one pass for
    // blank.
    var place = places(board)
    while place > 0 {
      let offset = (place &- 1) &* PairingRecord.size
      if !isBlank(board, slot: slot, offset: offset, count: PairingRecord.size) { break }
      place &-= 1
    }
    return place
  }

  @inline(never)
  private static func isBlank(_ board: borrowing some Board, slot: Int, offset: Int, count: Int) -> Bool {
    for position in stride(from: offset, to: offset &+ count, by: 4)
    where board.recordWord(slot: slot, offset: position) != .max {
      return false
    }
    return true
  }
}
