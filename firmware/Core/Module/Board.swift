/// What the module's program needs of the hardware around it.
///
/// The microcontroller's registers are one implementation, the bench's simulated board another. Nothing here
/// throws or blocks for long: what fails says so by nil or false.
public protocol Board {
  /// Milliseconds since power-up; never goes back.
  var milliseconds: UInt64 { get }
  var identity: BoardIdentity { get }
  /// Whether it was the watchdog that started the module this time.
  var wasResetByWatchdog: Bool { get }
  /// The header of the image that is running, where there is a sound one.
  var runningImage: ImageHeader? { get }

  /// Closes or opens the contact that lets the welder start.
  mutating func setRelay(closed: Bool)
  var sealIsClosed: Bool { get }
  mutating func readings() -> BoardReadings

  /// Random bytes, or nil where the generator failed its own checks.
  mutating func randomBytes(_ count: Int) -> [UInt8]?

  /// Sets the clock, in seconds since 1970; false where it does not run.
  mutating func setClock(_ seconds: UInt64) -> Bool

  // The flash that keeps the pairing: slots 0 and 1, `recordSlotSize` bytes each.

  /// Bytes in one slot, a multiple of `PairingRecord.size`.
  var recordSlotSize: Int { get }
  /// `count` bytes of a slot, fewer only where the range is not inside.
  func readRecord(slot: Int, offset: Int, count: Int) -> [UInt8]
  /// Programs bytes in ascending order; false where the flash reported an error.
  mutating func programRecord(slot: Int, offset: Int, _ bytes: [UInt8]) -> Bool
  /// Erases a slot, which takes up to half a second; false where the flash reported an error.
  mutating func eraseRecord(slot: Int) -> Bool

  // The flash that keeps the application, and an update beside it (`FlashMap`).

  /// `count` bytes from an absolute address, fewer only where they are not all in flash.
  func readFlash(_ address: UInt32, count: Int) -> [UInt8]
  /// Programs whole words from an offset, a multiple of 4, into the upload's sector; false where the flash reported
  /// an error or the range is not inside.
  mutating func programUpload(offset: Int, _ bytes: [UInt8]) -> Bool
  /// Erases the upload's sector, which takes up to two seconds; false where the flash reported an error.
  mutating func eraseUpload() -> Bool
}
