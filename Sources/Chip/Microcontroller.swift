import Bench
import ModuleCore

/// An STM32F405 that executes the program in its flash: the processor and the peripherals around it on the
/// chip.
///
/// Its time is its own: cycles of the clock that the program has set, expressed in nanoseconds. Where the
/// program only polls the same registers again and again, time advances to the next possible event.
final class Microcontroller: ProcessorBus {
  enum State: Hashable {
    case running
    /// The program has jumped to the ROM bootloader.
    case bootloader
    /// A fault occurred within a fault handler, which only a reset ends.
    case lockedUp
  }

  /// Number of polls of unchanging registers, with next to nothing between them, after which a program counts
  /// as waiting.
  private static let patience = 6
  private static let cyclesBetweenLooks: UInt64 = 240

  let processor: Processor
  var state = State.running
  var flash: FlashController
  var surface: Surface
  var link = UART(baudRate: 115_200)
  var position = UART(baudRate: 9_600)
  var modem = UART(baudRate: 115_200)
  var devices: BoardDevices
  var interrupts = InterruptController()
  var backup = BackupDomain()
  var stream = ReceiveStream()
  var clocks: ClockTree
  private let random: (Int) -> [UInt8]?

  // The moment of the anchor, nanoseconds. The present time is this moment plus the time that the cycles since
  // `anchorCycles` take at the present frequency.
  var anchorTime: UInt64 = 0
  var anchorCycles: UInt64 = 0
  var eventCycles: UInt64 = 0
  var limit: UInt64 = 0

  var tickControl: UInt32 = 0
  var tickReload: UInt32 = 0
  var nextTick = UInt64.max
  var tickIsPending = false
  var tickHasPassed = false
  var watchdog = Watchdog()
  var converter = Converter()
  var plain: [UInt32: UInt32] = [:]
  var vectors: UInt32 = 0
  var resetIsDue = false
  var randomControl: UInt32 = 0
  var storesToMend: [(address: UInt32, bytes: Int)] = []

  var quietLooks = 0
  var lastLookAt: UInt64 = 0
  /// The latest readings with their addresses. The index of a reading is 6 bits that are hashed from its
  /// address.
  var lastLooks = [(address: UInt32, value: UInt32)](repeating: (0, 0), count: 64)
  /// The number of instructions after which the power is cut; nil for no such cut.
  var cutAfterInstructions: UInt64? {
    didSet { processor.attentionAtInstruction = cutAfterInstructions ?? .max }
  }
  /// The operation of the flash controller, counted from 1, in the middle of which the power is cut; nil for no
  /// such cut.
  var cutInOperation: Int?
  var isCut = false
  /// Number of faults that were entered and not left.
  var faults = 0
  /// Whether BOOT0 is held high, so that the chip starts its ROM bootloader at any reset.
  var boot0IsHigh = false

  /// - Parameters:
  ///   - oscillatorError: error of the chip's own oscillator, parts per million.
  ///   - random: gives the bytes of the chip's random number generator, or nil where the generator fails.
  ///   - countsInstructions: allows a power cut at any instruction.
  init(
    flash: FlashArray, timings: FlashTimings, uniqueID: [UInt8], surroundings: Surroundings,
    oscillatorError: Int = 0, countsInstructions: Bool = false, random: @escaping (Int) -> [UInt8]?
  ) throws(ChipError) {
    processor = try Processor(uniqueID: uniqueID, countsInstructions: countsInstructions)
    self.flash = FlashController(array: flash, timings: timings)
    surface = Surface(surroundings: surroundings)
    devices = BoardDevices(now: 0, uniqueID: uniqueID)
    self.random = random
    clocks = ClockTree(oscillator: UInt64(16_000_000 + 16 * max(-50_000, min(oscillatorError, 50_000))))
    processor.bus = self
    powerUp()
  }

  // MARK: - Power and reset

  func powerUp() {
    processor.ram.forget()
    devices.powerUp(now: now)
    if !world.clockHasBattery { backup = BackupDomain() }
    reset(.power)
  }

  private var world: World { surface.surroundings.world }

  /// Cuts the power at this very instruction.
  func cutPower(noise: () -> UInt8) {
    flash.cutPower(now: now, noise: noise)
    surface.setCoil(false, now: now)
    powerUp()
  }

  private func reset(_ cause: ClockTree.ResetCause) {
    let time = now
    clocks.reset(cause)
    flash.reset()
    for unit in [\Microcontroller.link, \.position, \.modem] { self[keyPath: unit].reset() }
    (tickControl, tickReload, nextTick, tickIsPending, tickHasPassed) = (0, 0, .max, false, false)
    (watchdog, converter, plain, vectors, randomControl) = (Watchdog(), Converter(), [:], 0, 0)
    stream = ReceiveStream()
    interrupts = InterruptController()
    backup.reset(now: time)
    (resetIsDue, isCut, storesToMend) = (false, false, [])
    // Pins float at reset, and the input of the coil's driver is pulled down.
    surface.setCoil(false, now: time)
    showFlash()
    anchor(at: time)
    // A blank chip is plugged in with BOOT0 held high; otherwise it would start nothing.
    let startsROM = boot0IsHigh || processor.word(Processor.flashStart) == .max
    state = startsROM ? .bootloader : .running
    if !startsROM { processor.start(at: Processor.flashStart) }
  }

  /// Starts a program as the ROM bootloader does on Go: without a reset, and with the serial line at the baud
  /// rate that was measured.
  func start(at table: UInt32) {
    showFlash()
    link.leaveROM(clock: clocks.apb2)
    state = .running
    processor.start(at: table)
  }

  /// Shows the core the bytes of the flash array.
  private func showFlash() {
    guard let bytes = flash.array.read(flash.array.start, count: flash.array.byteCount) else { return }
    bytes.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return }
      processor.flash.copyMemory(from: base, byteCount: min(source.count, Processor.flashBytes))
    }
  }

  // MARK: - Time

  /// The chip's time, nanoseconds since it was made. While the ROM bootloader has the chip, only `idle`
  /// advances this time.
  var now: UInt64 {
    anchorTime + (processor.cycles - anchorCycles) * 1_000_000 / kilohertz
  }

  private var kilohertz: UInt64 { max(1, clocks.frequency / 1000) }

  private func anchor(at time: UInt64) {
    anchorTime = time
    anchorCycles = processor.cycles
  }

  /// Advances the time without executing a program, as in the ROM bootloader.
  func idle(until time: UInt64) { if time > now { anchor(at: time) } }

  private func plan() {
    let time = now
    var next = min(limit, nextTick, watchdog.end)
    next = min(next, link.nextEvent(after: time), position.nextEvent(after: time), modem.nextEvent(after: time))
    for moment in [flash.busyUntil, converter.doneAt] where moment > time { next = min(next, moment) }
    next = min(next, devices.nextEvent)
    let wait = next > time ? next - time : 0
    // The count is rounded up, so that the event is due when the cycles have passed.
    eventCycles = processor.cycles + (wait * kilohertz + 999_999) / 1_000_000
    processor.attentionAtCycles = storesToMend.isEmpty && !operationIsDue ? eventCycles : 0
  }

  // MARK: - Running

  /// Executes until this moment, or until a power cut, a jump to the bootloader or a lock-up.
  func run(until time: UInt64) {
    limit = time
    while state == .running, now < time, !isCut {
      processDue()
      // An event may change a register, so the count of polls without a change begins anew.
      quietLooks = 0
      if !processor.isHandlingException, !processor.exceptionsAreMasked { enterHandler() }
      plan()
      switch processor.run() {
      case .asked, .exceptionReturn: break
      case .systemMemory: state = .bootloader
      case .fault:
        // A fault within a fault handler locks the core up.
        if faults > 1 { state = .lockedUp }
        faults += 1
        processor.enterException(handler: vector(3))
      }
      if !processor.isHandlingException { faults = 0 }
      mendStores()
      if watchdog.end <= now { reset(.watchdog) }
      if resetIsDue { reset(.software) }
    }
  }

  private func enterHandler() {
    if tickIsPending {
      tickIsPending = false
      processor.enterException(handler: vector(15))
    } else if link.requestsInterrupt, interrupts.isEnabled(37) {
      processor.enterException(handler: vector(16 + 37))
    } else if position.requestsInterrupt, interrupts.isEnabled(38) {
      processor.enterException(handler: vector(16 + 38))
    } else if modem.requestsInterrupt, interrupts.isEnabled(52) {
      processor.enterException(handler: vector(16 + 52))
    }
  }

  private func vector(_ index: UInt32) -> UInt32 { processor.word(vectors &+ 4 * index) }

  private func processDue() {
    let time = now
    processDueLinkBytes(time)
    devices.processDue(now: time, world: surface.surroundings, position: &position, mobile: &modem)
    position.processDue(now: time, clock: clocks.apb1)
    modem.processDue(now: time, clock: clocks.apb1)
    while nextTick <= time {
      tickHasPassed = true
      tickIsPending = tickControl & 2 != 0
      nextTick += tickPeriod
    }
  }

  private func processDueLinkBytes(_ time: UInt64) {
    link.processDue(now: time, clock: clocks.apb2) { stream.take($0, into: processor.ram) }
  }

  private var tickPeriod: UInt64 {
    max(1000, (UInt64(tickReload & 0xff_ffff) + 1) * 1_000_000 / kilohertz)
  }

  private var operationIsDue: Bool { cutInOperation.map { flash.operations >= $0 } ?? false }

  func stepped() {
    mendStores()
    processor.attentionAtCycles = eventCycles
    let instructionIsDue = cutAfterInstructions.map { processor.instructions >= $0 } ?? false
    if operationIsDue || instructionIsDue {
      isCut = true
      processor.requestStop()
    } else if processor.cycles >= eventCycles {
      processor.requestStop()
    }
  }

  // MARK: - The bus

  func writeFlash(_ address: UInt32, _ value: UInt32, bytes: Int) {
    if world.hasFlashController { flash.program(address, value, bytes: bytes, now: now) }
    storesToMend.append((address, bytes))
    quietLooks = 0
    plan()
  }

  /// Restores the bytes of the cells where a store has put its own value, because the cells hold the true
  /// state.
  private func mendStores() {
    for store in storesToMend {
      guard let bytes = flash.array.read(store.address, count: store.bytes) else { continue }
      let offset = Int(store.address - Processor.flashStart)
      for (index, byte) in bytes.enumerated() {
        processor.flash.storeBytes(of: byte, toByteOffset: offset + index, as: UInt8.self)
      }
    }
    storesToMend.removeAll(keepingCapacity: true)
  }

  func read(_ address: UInt32, bytes: Int) -> UInt32 {
    if !storesToMend.isEmpty { mendStores() }
    processDueEvents()
    let value = look(address)
    let slot = Int(address >> 2 ^ address >> 10) & 63
    let isQuiet = lastLooks[slot] == (address, value) && changesInTime(address)
    lastLooks[slot] = (address, value)
    if isQuiet, processor.cycles &- lastLookAt <= Self.cyclesBetweenLooks {
      quietLooks += 1
      if quietLooks >= Self.patience, processor.cycles < eventCycles { processor.cycles = eventCycles }
    } else {
      quietLooks = 0
    }
    lastLookAt = processor.cycles
    return value
  }

  /// Whether an event can change what is read at this address. Where none can, a program counts polls instead
  /// of waiting for a moment, and each poll takes its own time.
  private func changesInTime(_ address: UInt32) -> Bool {
    switch address & ~0x3ff {
    case 0x4002_3800: false
    case 0x4001_2000: world.converterWorks
    default: true
    }
  }

  /// Delivers received bytes and finished ticks where the program may poll them before the next block begins.
  private func processDueEvents() { if processor.cycles >= eventCycles { processDue() } }

  private func look(_ address: UInt32) -> UInt32 {
    let time = now
    let offset = address & 0x3ff
    switch address & ~0x3ff {
    case 0x4001_1000: return link.read(offset, now: time)
    case 0x4000_4400: return position.read(offset, now: time)
    case 0x4000_4c00: return modem.read(offset, now: time)
    case 0x4002_3800 where offset == 0x70: return backup.readControl(now: time, world: world)
    case 0x4002_3800: return clocks.read(offset, fastClockStarts: world.fastClockStarts)
    case 0x4000_2800: return backup.read(offset, now: time, world: world)
    case 0xe000_e000 where offset >= 0x100 && offset < 0x200: return interrupts.read(offset - 0x100)
    case 0x4002_6400 where offset >= 0x40 && offset < 0x58:
      processDueLinkBytes(time)
      return stream.read(offset - 0x40)
    case 0x4002_3c00: return world.hasFlashController ? flash.read(offset, now: time) : 0
    case 0x4002_0400 where offset == 0x10: return portB(time)
    case 0x4001_2000: return world.converterWorks ? converter.read(offset, now: time) : 0
    case 0x5006_0800: return readRandom(offset)
    default: break
    }
    switch address {
    case 0xe000_e010:
      defer { tickHasPassed = false }
      return tickControl | (tickHasPassed ? 1 << 16 : 0)
    case 0xe000_e014: return tickReload
    case 0xe000_ed08: return vectors
    default: return plain[address] ?? 0
    }
  }

  func write(_ address: UInt32, _ value: UInt32, bytes: Int) {
    let time = now
    let offset = address & 0x3ff
    // A program that waits may feed the watchdog meanwhile.
    if address != 0x4000_3000 { quietLooks = 0 }
    defer { plan() }
    switch address & ~0x3ff {
    case 0x4001_1000: return link.write(offset, value, now: time, clock: clocks.apb2)
    case 0x4000_4400: return position.write(offset, value, now: time, clock: clocks.apb1)
    case 0x4000_4c00: return modem.write(offset, value, now: time, clock: clocks.apb1)
    case 0x4002_3800 where offset == 0x70: return backup.writeControl(value, now: time, isOpen: backupIsOpen)
    case 0x4002_3800:
      anchor(at: time)
      return clocks.write(offset, value)
    case 0x4000_2800: return backup.write(offset, value, now: time, isOpen: backupIsOpen, world: world)
    case 0xe000_e000 where offset >= 0x100 && offset < 0x200: return interrupts.write(offset - 0x100, value)
    case 0x4002_6400 where offset >= 0x40 && offset < 0x58: return stream.write(offset - 0x40, value)
    case 0x4002_3c00:
      guard world.hasFlashController, let erased = flash.write(offset, value, now: time) else { return }
      return (processor.flash + Int(erased.address - Processor.flashStart)).initializeMemory(
        as: UInt8.self, repeating: 0xff, count: erased.bytes
      ).update(repeating: 0xff, count: erased.bytes)
    case 0x4001_2000:
      return converter.write(offset, value, now: time, bus: clocks.apb2) { [surface] channel in
        surface.counts(channel: channel, now: time)
      }
    case 0x4000_3000: return watchdog.write(offset, value, now: time)
    case 0x5006_0800 where offset == 0: randomControl = value
    default: break
    }
    switch address {
    case 0xe000_e010:
      tickControl = value & 7
      nextTick = value & 1 != 0 ? time + tickPeriod : .max
    case 0xe000_e014: tickReload = value
    case 0xe000_ed08: vectors = value
    case 0xe000_ed0c where value >> 16 == 0x05fa && value & 4 != 0:
      resetIsDue = true
      processor.requestStop()
    case 0xe000_ed28: break
    case 0x4002_0418:
      let pins = (plain[0x4002_0414] ?? 0) & ~(value >> 16) | value & 0xffff
      plain[0x4002_0414] = pins
      moveCoil(time)
    default:
      plain[address] = value
      if address & ~0x3ff == 0x4002_0400 { moveCoil(time) }
    }
  }

  /// Whether PWR_CR's bit DBP is set.
  private var backupIsOpen: Bool { (plain[0x4000_7000] ?? 0) & 1 << 8 != 0 }

  // MARK: - Pins and random numbers

  private func moveCoil(_ time: UInt64) {
    let isOutput = (plain[0x4002_0400] ?? 0) >> 24 & 3 == 1
    surface.setCoil(isOutput && (plain[0x4002_0414] ?? 0) & 1 << 12 != 0, now: time)
  }

  private func portB(_ time: UInt64) -> UInt32 {
    (surface.feedback(now: time) ? 1 << 13 : 0)
      | (surface.surroundings.world.sealClosed ? 1 << 14 : 0) | (surface.relayIsClosed ? 1 << 12 : 0)
  }

  private func readRandom(_ offset: UInt32) -> UInt32 {
    guard randomControl & 4 != 0 else { return 0 }
    let bytes = surface.surroundings.world.randomWorks ? random(4) : nil
    switch offset {
    case 0x00: return randomControl
    // A failing generator reports a seed error, both current and latched.
    case 0x04: return bytes == nil ? 1 << 2 | 1 << 6 : 1
    case 0x08: return bytes?.reduce(0) { $0 << 8 | UInt32($1) } ?? 0
    default: return 0
    }
  }
}
