internal import ModuleCore

/// The hardware around the module's program on the bench: relay and contact, sensors with their noise, and the
/// flash that it shares with the ROM bootloader. A new board is made at each power-up; `Surroundings` and
/// `FlashArray` outlive it.
struct SimulatedBoard: Board {
  /// Time that the contact takes to follow its coil, milliseconds.
  private static let contactDelay: UInt64 = 15

  let identity: BoardIdentity
  let runningImage: ImageHeader?
  /// Number of times that the relay was closed since power-up.
  private(set) var closings = 0
  private let flash: FlashArray
  private let surroundings: Surroundings
  private let random: @Sendable (Int) -> [UInt8]?
  private let now: @Sendable () -> UInt64
  private let poweredUpAt: UInt64
  private var relayIsClosed = false
  private var relayChangedAt: UInt64 = 0
  private var noise: SeededGenerator

  /// - Parameters:
  ///   - uniqueID: 12 bytes; serial number, IMEI, ICCID and noise follow from it.
  ///   - header: the header of the image that runs.
  ///   - random: gives this number of random bytes, or nil for a generator that fails.
  ///   - now: returns milliseconds by a monotonic clock that continues through resets.
  init(
    flash: FlashArray, uniqueID: [UInt8], header: ImageHeader?, surroundings: Surroundings,
    random: @escaping @Sendable (Int) -> [UInt8]?, now: @escaping @Sendable () -> UInt64
  ) {
    self.flash = flash
    self.surroundings = surroundings
    self.random = random
    self.now = now
    poweredUpAt = now()
    runningImage = header
    let world = surroundings.world
    identity = BoardIdentity(
      uniqueID: uniqueID, serialNumber: BoardIdentity.serialNumber(uniqueID: uniqueID),
      chip: Array(STM32Model.stm32f405.name.utf8),
      imei: world.hasModem ? Array(BoardNumbers.imei(of: uniqueID).utf8) : nil,
      iccid: world.hasModem && world.hasSIM ? Array(BoardNumbers.iccid(of: uniqueID).utf8) : nil)
    noise = SeededGenerator(seed: uniqueID.reduce(1) { $0 &* 31 &+ UInt64($1) })
  }

  var milliseconds: UInt64 { now() &- poweredUpAt }

  /// The simulated board has no watchdog.
  var wasResetByWatchdog: Bool { false }

  // MARK: - Relay and sensors

  mutating func setRelay(closed: Bool) {
    guard closed != relayIsClosed else { return }
    relayIsClosed = closed
    relayChangedAt = milliseconds
    if closed { closings += 1 }
  }

  var sealIsClosed: Bool { world.sealClosed }

  mutating func readings() -> BoardReadings {
    let world = surroundings.world
    let contactIsClosed = contactIsClosed(world)
    let minutes = Double(milliseconds) / 60_000
    var amps = world.zeroOffsetAmps + world.zeroDriftAmpsPerMinute * minutes + 0.03 * nextNoise()
    if contactIsClosed { amps += world.weldingAmps }
    // The voltage divider and its filter leave a noise of 0.3 % of the supply.
    var volts = max(0, world.supplyVolts * (1 + 0.003 * nextNoise()))
    if !world.converterWorks { (volts, amps) = (0, 0) }
    let hasSIM = world.hasModem && world.hasSIM
    return BoardReadings(
      millivolts: UInt32(clamping: Int64(volts * 1000)), milliamperes: Int32(clamping: Int64(amps * 1000)),
      feedbackIsClosed: contactIsClosed && world.contact != .unwired,
      time: surroundings.clock(now: now()), hasFix: world.hasFix,
      latitude: world.hasFix ? microdegrees(world.latitude) : 0,
      longitude: world.hasFix ? microdegrees(world.longitude) : 0,
      satellites: world.hasFix ? UInt8(clamping: world.satellites) : 0, hasSimCard: hasSIM,
      isRegistered: hasSIM && world.isRegistered,
      signalStrength: hasSIM ? Int16(clamping: world.signalDBm) : 0)
  }

  private func contactIsClosed(_ world: World) -> Bool {
    if world.contact == .welded { return true }
    let hasFollowed = milliseconds >= relayChangedAt &+ Self.contactDelay
    return hasFollowed ? relayIsClosed : !relayIsClosed && relayChangedAt > 0
  }

  /// An angle in millionths of a degree, which moves by a few metres from reading to reading.
  private mutating func microdegrees(_ degrees: Double) -> Int32 {
    Int32(clamping: Int64((degrees * 1_000_000 + 20 * nextNoise()).rounded()))
  }

  /// A number between -1 and 1.
  private mutating func nextNoise() -> Double { Double(noise.next() >> 11) / Double(1 << 52) - 1 }

  // MARK: - Random numbers and clock

  mutating func randomBytes(_ count: Int) -> Octets? {
    world.randomWorks ? random(count).map { Octets($0) } : nil
  }

  mutating func setClock(_ seconds: UInt64) -> Bool { surroundings.setClock(seconds, now: now()) }

  // MARK: - Flash

  var recordSlotSize: Int { Int(FlashMap.recordSlotSize) }

  func recordWord(slot: Int, offset: Int) -> UInt32 { address(slot, offset).flatMap(flash.word) ?? .max }

  mutating func programRecord(slot: Int, offset: Int, word: UInt32) -> Bool {
    guard world.hasFlashController, let address = address(slot, offset) else { return false }
    return flash.program(address, word: word)
  }

  mutating func eraseRecord(slot: Int) -> Bool {
    guard world.hasFlashController, let sector = address(slot, 0).flatMap(flash.sector) else { return false }
    return flash.erase(sector: sector)
  }

  func flashWord(_ address: UInt32) -> UInt32 { flash.word(address) ?? .max }

  mutating func programUpload(offset: Int, word: UInt32) -> Bool {
    guard world.hasFlashController, offset >= 0, offset % 4 == 0, offset <= Int(FlashMap.uploadSize) - 4
    else { return false }
    return flash.program(FlashMap.upload + UInt32(offset), word: word)
  }

  mutating func eraseUpload() -> Bool {
    guard world.hasFlashController, let sector = flash.sector(at: FlashMap.upload) else { return false }
    return flash.erase(sector: sector)
  }

  private var world: World { surroundings.world }

  /// The address of a word; nil where the word is not inside the slot.
  private func address(_ slot: Int, _ offset: Int) -> UInt32? {
    guard (0...1).contains(slot), offset >= 0, offset <= recordSlotSize - 4 else { return nil }
    let (first, second) = FlashMap.recordSlots
    return (slot == 0 ? first : second) + UInt32(offset)
  }
}
