/// The hardware around the module's program, as far as the program needs it.
///
/// The microcontroller's registers are one implementation, the bench's simulated board another. No function
/// throws: a failure shows by nil or false. Only the erasures block for long.
public protocol Board {
  /// Milliseconds since power-up; never goes back.
  var milliseconds: UInt64 { get }
  var identity: BoardIdentity { get }
  /// Whether the watchdog started the module this time.
  var wasResetByWatchdog: Bool { get }
  /// The header of the image that is running; nil where there is no sound one.
  var runningImage: ImageHeader? { get }

  /// Closes or opens the contact that lets the welder start.
  mutating func setRelay(closed: Bool)
  var sealIsClosed: Bool { get }
  mutating func readings() -> BoardReadings

  /// `count` random bytes, at most 36; nil where the generator failed its own checks.
  mutating func randomBytes(_ count: Int) -> Octets?

  /// Sets the clock, in seconds since 1970; false where the clock does not run.
  mutating func setClock(_ seconds: UInt64) -> Bool

  // The flash that keeps the pairing: slots 0 and 1, `recordSlotSize` bytes each.

  /// Bytes in one slot, a multiple of `PairingRecord.size`.
  var recordSlotSize: Int { get }
  /// The word, little-endian, at an offset divisible by 4 into a slot; all ones where there is none.
  func recordWord(slot: Int, offset: Int) -> UInt32
  /// Programs a word; false where the flash reported an error.
  mutating func programRecord(slot: Int, offset: Int, word: UInt32) -> Bool
  /// Erases a slot, which takes up to half a second; false where the flash reported an error.
  mutating func eraseRecord(slot: Int) -> Bool

  // The flash that keeps the application, and an update beside it (`FlashMap`).

  /// The word, little-endian, at an absolute address divisible by 4; all ones where there is none.
  func flashWord(_ address: UInt32) -> UInt32
  /// Programs a word at an offset, a multiple of 4, into the upload's sector; false where the flash reported an error
  /// or there is no such place.
  mutating func programUpload(offset: Int, word: UInt32) -> Bool
  /// Erases the upload's sector, which takes up to two seconds; false where the flash reported an error.
  mutating func eraseUpload() -> Bool
}
