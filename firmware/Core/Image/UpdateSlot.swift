/// The last 64 bytes of the sector for uploads, which name the uploaded file and say how far its installation
/// has come. The boot block reads and writes them too (`firmware/Boot/choose.c`).
///
///     +0x1FFC0  length of the uploaded file u32
///     +0x1FFC4  its SHA-256, 32 bytes of ones where the client stated none
///     +0x1FFE4  first word of the digest of the application that it replaces
///     +0x1FFE8  flags, a word each, zero where set: pending, kept, trial, confirmed, over; a word is spare
///     +0x20000  the end
enum UpdateSlot {
  static var sessionOffset: Int { 0x1_ffc0 }
  static var sessionSize: Int { 36 }
  static var replacedOffset: Int { 0x1_ffe4 }
  static var flagsOffset: Int { 0x1_ffe8 }
  /// Maximum size of the uploaded file, bytes.
  static var capacity: Int { Int(FlashMap.applicationSize) &+ 0x1000 }

  enum Flag: Int {
    case pending = 0
    /// The application that the upload replaces is in the backup.
    case kept
    /// The upload was put in the application's place and is about to be started.
    case trial
    case confirmed
    /// The upload will not be installed: it was taken back, or overtaken by the cable.
    case over

    var offset: Int { flagsOffset &+ 4 &* rawValue }
  }

  @inline(never)
  static func isSet(_ flag: Flag, _ board: borrowing some Board) -> Bool { word(flag.offset, board) == 0 }

  /// The word at an offset into the sector.
  static func word(_ offset: Int, _ board: borrowing some Board) -> UInt32 {
    board.flashWord(FlashMap.upload &+ UInt32(truncatingIfNeeded: offset))
  }

  /// The image header at an absolute address, 20 words.
  static func header(at address: UInt32, _ board: borrowing some Board) -> ImageHeader? {
    let words = words(address, board)
    return try? ImageHeader { words[Int(truncatingIfNeeded: $0 >> 2)] }
  }

  @inline(never)
  private static func words(
    _ address: UInt32, _ board: borrowing some Board
  ) -> InlineArray<20, UInt32> {
    var words = InlineArray<20, UInt32>(repeating: 0)
    for index in 0..<20 {
      words[index] = board.flashWord(address &+ UInt32(truncatingIfNeeded: 4 &* index))
    }
    return words
  }

  /// `count` bytes, a multiple of 4, from an absolute address.
  @inline(never)
  static func octets(_ address: UInt32, _ count: Int, _ board: borrowing some Board) -> Octets {
    var octets = Octets()
    for offset in stride(from: 0, to: count, by: 4) {
      octets.append(littleEndian: board.flashWord(address &+ UInt32(truncatingIfNeeded: offset)))
    }
    return octets
  }

  @inline(never)
  static func set(_ flag: Flag, _ board: inout some Board) -> Bool {
    board.programUpload(offset: flag.offset, word: 0) && isSet(flag, board)
  }

  /// Whether an upload waits for a start, or is running and not confirmed.
  static func isUnderWay(_ board: borrowing some Board) -> Bool {
    guard isSet(.pending, board) else { return false }
    if isSet(.confirmed, board) { return false }
    return !isSet(.over, board)
  }

  /// Whether an upload was started once, or will never be.
  static func isUsed(_ board: borrowing some Board) -> Bool {
    if isSet(.trial, board) { return true }
    return isSet(.over, board)
  }

  // MARK: - The uploaded file

  /// Length of the file whose upload was begun, bytes; nil where none was begun.
  static func length(_ board: borrowing some Board) -> Int? {
    let length = word(sessionOffset, board)
    return length > 0 && length <= UInt32(truncatingIfNeeded: capacity) ? Int(length) : nil
  }

  /// The words that name a file: its length, and its digest, which is 32 bytes of ones where none was stated.
  static func session(length: Int, sha: Octets) -> Octets {
    var session = Octets()
    session.append(littleEndian: UInt32(truncatingIfNeeded: length))
    for index in 0..<sha.count { session.append(sha[index]) }
    return session
  }

  static func storedSession(_ board: borrowing some Board) -> Octets {
    octets(FlashMap.upload &+ UInt32(truncatingIfNeeded: sessionOffset), sessionSize, board)
  }

  /// The SHA-256 of the file as its client stated it; ones where none was stated.
  static func statedDigest(_ board: borrowing some Board) -> Octets {
    octets(FlashMap.upload &+ UInt32(truncatingIfNeeded: sessionOffset &+ 4), SHA256.digestSize, board)
  }

  /// The SHA-256 of the file in the sector, over its whole length; nil where no upload was begun.
  @inline(never)
  static func fileDigest(_ board: borrowing some Board) -> Octets? {
    guard let length = length(board) else { return nil }
    var hash = SHA256()
    let whole = length & ~3
    Self.hash(FlashMap.upload, UInt32(truncatingIfNeeded: whole), into: &hash, board)
    if whole < length {
      let last = word(whole, board)
      for index in 0..<length &- whole {
        hash.update(UInt8(truncatingIfNeeded: last >> UInt32(truncatingIfNeeded: 8 &* index)))
      }
    }
    return hash.finish()
  }

  /// Whether the file has the SHA-256 that its client stated; true where none was stated.
  static func isAsStated(_ board: borrowing some Board) -> Bool {
    let stated = statedDigest(board)
    if stated.matches(Octets(repeating: 0xff, count: SHA256.digestSize)) { return true }
    return fileDigest(board)?.matches(stated) ?? false
  }

  /// The number of bytes of a file of `length` bytes that are in the sector, without the last word that is not
  /// blank. That word is written again, since the power may have failed in the middle of it.
  @inline(never)
  static func progress(of length: Int, _ board: borrowing some Board) -> Int {
    var end = (length &+ 3) & ~3
    while end > 0 {
      end &-= 4
      if word(end, board) != .max { return end }
    }
    return 0
  }

  static func hash(
    _ address: UInt32, _ count: UInt32, into hash: inout SHA256, _ board: borrowing some Board
  ) {
    var position: UInt32 = 0
    while position < count {
      hash.update(littleEndian: board.flashWord(address &+ position))
      position &+= 4
    }
  }

  /// Overwrites the image's header and the file's length and digest with zeros, before an erasure that a power
  /// cut may interrupt. Whatever flags are left then mean nothing to the boot block without the image's header,
  /// and the rest of the file is worthless without its digest. False where the flash failed.
  @inline(never)
  static func spoil(_ board: inout some Board) -> Bool {
    let header = UpdateContainer.headerSize &+ ImageHeader.offset
    for offset in stride(from: header, to: header &+ ImageHeader.size, by: 4)
    where !board.programUpload(offset: offset, word: 0) {
      return false
    }
    for offset in stride(from: sessionOffset, to: sessionOffset &+ sessionSize, by: 4)
    where !board.programUpload(offset: offset, word: 0) {
      return false
    }
    return true
  }
}
