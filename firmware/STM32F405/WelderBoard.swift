import Chip

/// The module's own board: relay coil on PB12, its contact's feedback on PB13, the seal's loop on PB14. Both
/// inputs are pulled down, and are high when closed, so that a broken wire reads as open.
struct WelderBoard: Board {
  private static var coil: UInt32 { 1 << 12 }
  private static var feedback: UInt32 { 1 << 13 }
  private static var sealLoop: UInt32 { 1 << 14 }
  private static var inputs: Register { Register(Peripheral.gpioB &+ 0x10) }
  private static var outputs: Register { Register(Peripheral.gpioB &+ 0x18) }

  private let chip: BoardIdentity
  let runningImage: ImageHeader?
  let wasResetByWatchdog: Bool
  private let sensors: Sensors
  private var receiver: GNSSReceiver
  private var modem: Modem
  private var random: RandomGenerator
  private let flash = RecordFlash()

  init(clocks: Clocks) {
    Self.outputs.value = Self.coil << 16
    Register(Peripheral.gpioB).put(0b00_00_01, at: 24, width: 6)
    Register(Peripheral.gpioB &+ 0x0C).put(0b10_10_00, at: 24, width: 6)
    RealTimeClock.start()
    sensors = Sensors()
    receiver = GNSSReceiver(clocks: clocks)
    modem = Modem(clocks: clocks)
    random = RandomGenerator()
    let uniqueID = Self.readUniqueID()
    chip = BoardIdentity(
      uniqueID: uniqueID, serialNumber: BoardIdentity.serialNumber(uniqueID: uniqueID),
      chip: Octets("STM32F405"))
    runningImage = Self.readHeader()
    // RCC_CSR keeps the reason for the last reset until it is cleared.
    let causes = Register(Peripheral.rcc &+ 0x74)
    wasResetByWatchdog = causes.value & 1 << 29 != 0
    causes.set(1 << 24)
  }

  var milliseconds: UInt64 { wt_milliseconds() }

  var identity: BoardIdentity {
    var identity = chip
    identity.imei = modem.dialogue.imei
    identity.iccid = modem.dialogue.iccid
    return identity
  }

  /// Takes the bytes of satellite receiver and modem. The main loop calls this function every few milliseconds.
  mutating func listen() {
    let now = milliseconds
    receiver.listen(now: now)
    modem.listen(now: now)
  }

  func setRelay(closed: Bool) { Self.outputs.value = closed ? Self.coil : Self.coil << 16 }

  var sealIsClosed: Bool { Self.inputs.value & Self.sealLoop != 0 }

  func readings() -> BoardReadings {
    let measured = sensors.measure()
    let fix = receiver.fix(now: milliseconds)
    return BoardReadings(
      millivolts: measured.millivolts, milliamperes: measured.milliamperes,
      feedbackIsClosed: Self.inputs.value & Self.feedback != 0, time: RealTimeClock.seconds(),
      hasFix: fix != nil,
      latitude: fix?.latitude ?? 0, longitude: fix?.longitude ?? 0, satellites: fix?.satellites ?? 0,
      hasSimCard: modem.dialogue.hasCard, isRegistered: modem.dialogue.isRegistered,
      signalStrength: modem.dialogue.signalStrength)
  }

  mutating func randomBytes(_ count: Int) -> Octets? { random.bytes(count) }

  mutating func setClock(_ seconds: UInt64) -> Bool {
    RealTimeClock.set(seconds)
  }

  // MARK: - Record

  var recordSlotSize: Int { Int(FlashMap.recordSlotSize) }

  func recordWord(slot: Int, offset: Int) -> UInt32 { flash.word(slot: slot, offset: offset) }

  func programRecord(slot: Int, offset: Int, word: UInt32) -> Bool {
    flash.program(slot: slot, offset: offset, word: word)
  }

  func eraseRecord(slot: Int) -> Bool { flash.erase(slot: slot) }

  // MARK: - Application and update

  func flashWord(_ address: UInt32) -> UInt32 {
    guard address >= FlashMap.base, address &- FlashMap.base <= FlashMap.size &- 4 else { return .max }
    return FlashController.word(address)
  }

  func programUpload(offset: Int, word: UInt32) -> Bool {
    guard offset >= 0, offset <= Int(FlashMap.uploadSize) &- 4 else { return false }
    return FlashController.program(FlashMap.upload &+ UInt32(truncatingIfNeeded: offset), word)
  }

  func eraseUpload() -> Bool { FlashController.erase(sector: 5) }

  // MARK: - What the chip says of itself

  private static func readUniqueID() -> Octets {
    var bytes = Octets()
    for offset in stride(from: 0 as UInt32, to: 12, by: 4) {
      bytes.append(littleEndian: wt_probe_load(Peripheral.uniqueID &+ offset))
    }
    return bytes
  }

  private static func readHeader() -> ImageHeader? {
    let start = FlashMap.application &+ UInt32(truncatingIfNeeded: ImageHeader.offset)
    return try? ImageHeader { FlashController.word(start &+ $0) }
  }
}
