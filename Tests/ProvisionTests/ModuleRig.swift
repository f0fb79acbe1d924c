import ModuleCore
import Records

@testable import Provision

/// The module's own program on a board in memory, at the other end of a `MemoryLink`.
final class ModuleRig {
  private(set) var link: MemoryLink
  private(set) var module: Module<WorkbenchBoard>
  /// Filters the messages between the wire and the module; it may change, drop or invent replies.
  var tamper: (([UInt8], _ module: ([UInt8]) -> [UInt8]) -> [UInt8])?

  init(_ board: WorkbenchBoard = WorkbenchBoard()) {
    module = Module(board: board)
    link = MemoryLink { _ in [] }
    reconnect()
  }

  var board: WorkbenchBoard {
    get { module.board }
    set { module.board = newValue }
  }

  /// Plugs the cable in again.
  func reconnect() {
    link = MemoryLink { [unowned self] bytes in
      let answer = { (bytes: [UInt8]) -> [UInt8] in
        self.pass(milliseconds: 10)
        return self.module.receive(bytes)
      }
      return tamper?(bytes, answer) ?? answer(bytes)
    }
  }

  /// Switches the power off and on.
  func restart() {
    var board = module.board
    board.setRelay(closed: false)
    module = Module(board: board)
  }

  func pass(milliseconds: UInt64) {
    module.board.milliseconds += milliseconds
    module.tick()
  }

  /// Leaves a pending key, as after another laptop has sent its key and gone away.
  func leavePending(_ key: SecretKey, for installation: InstallationID) throws {
    _ = try link.client().pairBegin(key, for: installation)
  }
}

/// Hardware in memory whose parts can fail.
struct WorkbenchBoard: Board {
  var wasResetByWatchdog: Bool { false }
  var milliseconds: UInt64 = 1_000
  var identity = BoardIdentity(
    uniqueID: Array(1...12), serialNumber: Array("WT0102030405".utf8), chip: Array("STM32F405".utf8),
    imei: Array("860000000000017".utf8), iccid: Array("89860000000000000017".utf8))
  var runningImage: ImageHeader? { nil }
  var sealIsClosed = true
  var values = BoardReadings(
    millivolts: 229_500, milliamperes: 120, feedbackIsClosed: false, time: 0, hasFix: true,
    latitude: 40_400_000, longitude: 109_800_000, satellites: 9, hasSimCard: true, isRegistered: true,
    signalStrength: -71)
  /// Whether the contact fails to close.
  var contactIsStuckOpen = false
  /// Whether the contact fails to open.
  var contactIsStuckClosed = false
  /// Milliamperes by which the current sensor's zero moves from one reading to the next.
  var zeroDriftMilliamperesAReading: Int32 = 0
  /// Number of readings before satellite receiver and modem have a result.
  var readingsUntilItKnowsItsPlace = 0
  private var relayIsClosed = false
  private var randomCount: UInt8 = 0
  private var slots = [[UInt8]](repeating: [UInt8](repeating: 0xFF, count: 4_096), count: 2)

  mutating func setRelay(closed: Bool) { relayIsClosed = closed }

  mutating func readings() -> BoardReadings {
    values.milliamperes += zeroDriftMilliamperesAReading
    var now = values
    if readingsUntilItKnowsItsPlace > 0 {
      readingsUntilItKnowsItsPlace -= 1
      (now.hasFix, now.satellites, now.hasSimCard, now.isRegistered, now.signalStrength) = (
        false, 0, false, false, 0
      )
    }
    now.feedbackIsClosed = contactIsStuckClosed || relayIsClosed && !contactIsStuckOpen
    return now
  }

  mutating func randomBytes(_ count: Int) -> Octets? {
    randomCount &+= 1
    return Octets(Array(SHA256.digest([randomCount]).prefix(count)))
  }

  mutating func setClock(_ seconds: UInt64) -> Bool {
    values.time = seconds
    return true
  }

  var recordSlotSize: Int { 4_096 }

  func recordWord(slot: Int, offset: Int) -> UInt32 {
    slots[slot][offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func programRecord(slot: Int, offset: Int, word: UInt32) -> Bool {
    for index in 0..<4 { slots[slot][offset + index] &= UInt8(truncatingIfNeeded: word >> (8 * index)) }
    return true
  }

  mutating func eraseRecord(slot: Int) -> Bool {
    slots[slot] = [UInt8](repeating: 0xFF, count: recordSlotSize)
    return true
  }

  func flashWord(_ address: UInt32) -> UInt32 { .max }

  mutating func programUpload(offset: Int, word: UInt32) -> Bool { false }

  mutating func eraseUpload() -> Bool { false }
}
