import Bench
import ModuleCore

/// The microcontroller behind the bench's wire: the program in its flash, executed, or the ROM bootloader where that
/// program has gone there or there is none.
struct ExecutedChip: BenchChip {
  private let chip: Microcontroller
  private let memory: ROMMemory
  private let timings: FlashTimings
  private let now: @Sendable () -> ContinuousClock.Instant
  private let start: ContinuousClock.Instant
  private var bootloader: ROMBootloader?
  /// Reads the firmware's requests along with it, to know what it has just done.
  private var requests = ConsoleFrameDecoder()

  /// - Parameter now: the clock that the chip is not to run ahead of, nor fall behind.
  init(
    configuration: ModuleBench.Configuration, random: @escaping @Sendable (Int) -> [UInt8]?,
    now: @escaping @Sendable () -> ContinuousClock.Instant
  ) throws(ChipError) {
    chip = try Microcontroller(
      flash: configuration.flash, timings: configuration.timings, uniqueID: configuration.uniqueID,
      surroundings: configuration.surroundings, random: random)
    memory = ROMMemory(flash: configuration.flash, uniqueID: configuration.uniqueID)
    timings = configuration.timings
    self.now = now
    start = now()
    meetBootloader()
  }

  mutating func restart() {
    chip.powerUp()
    requests.reset()
    bootloader = nil
    meetBootloader()
  }

  /// Where the chip has gone to its ROM, the bench's own bootloader takes the wire.
  private mutating func meetBootloader() {
    guard chip.state == .bootloader, bootloader == nil else { return }
    bootloader = ROMBootloader(memory: memory, timings: timings)
  }

  var bitsAByte: Int { bootloader == nil ? 10 : 11 }
  var relayIsClosed: Bool { chip.surface.relayIsClosed }

  func testify(_ truth: inout ModuleBenchTruth) {
    truth.look(firmwareRuns: chip.state == .running, relayIsClosed: relayIsClosed)
  }

  mutating func receive(_ byte: UInt8) -> [BenchChipOutput] {
    var outputs = runToNow()
    if bootloader != nil {
      for output in bootloader?.receive(byte) ?? [] { outputs += perform(output) }
      return outputs
    }
    let work = requests.take(byte).flatMap(ModuleBenchFault.Work.init(request:))
    chip.link.arrive([byte], now: chip.now)
    // The byte's own time on the wire, and a little for the program to take it.
    outputs += run(until: chip.now + 100_000)
    if let work { outputs += run(until: chip.now + 5_000_000) + [.did(work)] }
    return outputs + catchBreath()
  }

  mutating func tick() -> [BenchChipOutput] { runToNow() }

  // MARK: - Running

  private var wall: UInt64 { UInt64(max(0, (now() - start) / .nanoseconds(1))) }

  private mutating func runToNow() -> [BenchChipOutput] { run(until: wall) }

  private mutating func run(until time: UInt64) -> [BenchChipOutput] {
    guard bootloader == nil else {
      chip.idle(until: time)
      return []
    }
    chip.run(until: time)
    meetBootloader()
    let sent = chip.link.takeSent()
    return sent.isEmpty ? [] : [.send(sent)]
  }

  /// Where the chip's time has run ahead, the laptop waits as it would for the real one.
  private func catchBreath() -> [BenchChipOutput] {
    let time = chip.now
    let wall = wall
    return time > wall + 1_000_000 ? [.pause(.nanoseconds(Int64(time - wall)))] : []
  }

  private mutating func perform(_ output: ROMBootloader.Output) -> [BenchChipOutput] {
    switch output {
    case .send(let bytes): return [.send(bytes)]
    case .busy(.erasing, let time): return [.pause(time), .did(.erase)]
    case .busy(.programming, let time): return [.pause(time), .did(.write)]
    case .busy(.reading, let time): return [.pause(time), .did(.verify)]
    case .start(let table):
      bootloader = nil
      requests.reset()
      chip.start(at: table)
      return []
    }
  }
}
