/// Keeps the newest `PairingRecord` in two slots of flash.
///
/// A slot is a row of places of one record each, filled from the front; when the last is taken, writing goes on in
/// the other slot. A place is written once between two erasures, and a slot is erased only when the newest record
/// stands, read back and found equal, in the other one. So at every instant the newest record or the one before it
/// is readable, whatever a power cut leaves behind.
struct RecordJournal {
  /// Where the newest record stands.
  private var slot = 0
  /// The first place of `slot` that was never written.
  private var nextPlace = 0
  private(set) var record: PairingRecord?
  /// Whether the slot that does not hold the newest record is known to be erased.
  private var spareIsBlank = false
  /// Whether the last erasure failed; another is tried only after another record was written.
  private var erasureFailed = false

  /// Finds the newest record.
  init(_ board: borrowing some Board) {
    for slot in 0...1 {
      for place in 0..<Self.places(board) {
        let offset = place &* PairingRecord.size
        guard PairingRecord.hasMagic(board.readRecord(slot: slot, offset: offset, count: 4)),
          let found = PairingRecord(
            board.readRecord(slot: slot, offset: offset, count: PairingRecord.size))
        else { continue }
        if let record, found.sequence <= record.sequence { continue }
        record = found
        self.slot = slot
      }
    }
    nextPlace = Self.firstBlankPlace(board, slot: slot)
    spareIsBlank = Self.isBlank(board, slot: 1 &- slot, offset: 0, count: board.recordSlotSize)
  }

  /// Writes `new` with the next sequence number and makes it the record. False, with nothing changed, where the
  /// flash failed or, with `mayErase` false, where only an erasure would make room.
  mutating func write(_ new: PairingRecord, to board: inout some Board, mayErase: Bool) -> Bool {
    var new = new
    new.sequence = (record?.sequence ?? 0) &+ 1
    let bytes = new.encoded
    var (slot, place) = (slot, nextPlace)
    // A place that fails is left as it is, and the next one is tried; then the other slot, once.
    var slotsLeft = 2
    while slotsLeft > 0 {
      while place < Self.places(board) {
        let offset = place &* PairingRecord.size
        place &+= 1
        if board.programRecord(slot: slot, offset: offset, bytes),
          board.readRecord(slot: slot, offset: offset, count: bytes.count) == bytes
        {
          if slot != self.slot { spareIsBlank = false }
          (self.slot, nextPlace) = (slot, place)
          record = new
          erasureFailed = false
          return true
        }
        if slot == self.slot { nextPlace = place } else { spareIsBlank = false }
        // Flash that is not there at all fails at once rather than place by place.
        if Self.isBlank(board, slot: slot, offset: offset, count: bytes.count) { return false }
      }
      slotsLeft &-= 1
      slot = 1 &- self.slot
      if slotsLeft > 0, !prepareSpare(&board, mayErase: mayErase) { return false }
      place = 0
    }
    return false
  }

  /// Whether an erasure now would save a later write from having to wait for it.
  var wantsErasure: Bool { record != nil && !spareIsBlank && !erasureFailed }

  /// Erases the slot that does not hold the newest record, where it is not blank already.
  @discardableResult
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

  private static func firstBlankPlace(_ board: borrowing some Board, slot: Int) -> Int {
    // From the back: a place behind a damaged one must not be taken for blank by a half-erased front.
    var place = places(board)
    while place > 0 {
      let offset = (place &- 1) &* PairingRecord.size
      if !isBlank(board, slot: slot, offset: offset, count: PairingRecord.size) { break }
      place &-= 1
    }
    return place
  }

  private static func isBlank(
    _ board: borrowing some Board, slot: Int, offset: Int, count: Int
  ) -> Bool {
    var position = offset
    let end = offset &+ count
    while position < end {
      let bytes = board.readRecord(slot: slot, offset: position, count: min(256, end &- position))
      guard !bytes.isEmpty else { return false }
      for byte in bytes where byte != 0xff { return false }
      position &+= bytes.count
    }
    return true
  }
}
