import Bench
import ModuleCore

/// The microcontroller behind the bench's wire. It executes the program in its flash or RAM, or runs the
/// bench's ROM bootloader where that program has jumped there or there is no program.
struct ExecutedChip: BenchChip {
  /// Time on the wire of as many bytes as an adapter has in its buffer, nanoseconds.
  private static let ahead: UInt64 = 3_000_000
  /// The chip's time between two polls of the laptop's bytes, nanoseconds. A chip that is behind the clock on
  /// the wall still receives each byte at the moment at which it was sent.
  private static let slice: UInt64 = 2_000_000
  /// Time that the firmware takes between doing what it was asked and reporting it, nanoseconds.
  private static let workTime: UInt64 = 5_000_000

  let chip: Microcontroller
  private let memory: ROMMemory
  private let timings: FlashTimings
  /// Time that a byte spends within laptop and adapter in each direction, nanoseconds.
  private let latency: UInt64
  private let maxAdapterBaudRate: Int?
  private let pace: ChipPace
  private let now: @Sendable () -> ContinuousClock.Instant
  private let start: ContinuousClock.Instant
  private var bootloader: ROMBootloader?
  /// The decoder of the requests to the firmware, by which the bench knows what the firmware has just done.
  private var requests = ConsoleFrameDecoder()
  private var works: [(at: UInt64, work: ModuleBenchFault.Work)] = []
  /// Number of bytes, in both directions, that were sent faster than the adapter's limit.
  private var overdriven = 0

  /// - Parameters:
  ///   - pace: records how far the chip falls behind.
  ///   - countsInstructions: allows a power cut at any instruction.
  ///   - now: the clock with which the chip keeps pace.
  init(
    configuration: ModuleBench.Configuration, pace: ChipPace = ChipPace(), countsInstructions: Bool = false,
    random: @escaping @Sendable (Int) -> [UInt8]?, now: @escaping @Sendable () -> ContinuousClock.Instant
  ) throws(ChipError) {
    chip = try Microcontroller(
      flash: configuration.flash, timings: configuration.timings, uniqueID: configuration.uniqueID,
      surroundings: configuration.surroundings, oscillatorError: configuration.oscillatorError,
      countsInstructions: countsInstructions, random: random)
    memory = ROMMemory(
      flash: configuration.flash, uniqueID: configuration.uniqueID, ram: chip.processor.ram)
    timings = configuration.timings
    latency = UInt64(max(0, configuration.adapterLatency / .nanoseconds(1)))
    maxAdapterBaudRate = configuration.maxAdapterBaudRate
    self.pace = pace
    self.now = now
    start = now()
    meetBootloader()
  }

  mutating func restart() {
    chip.powerUp()
    requests.reset()
    works = []
    bootloader = nil
    meetBootloader()
  }

  /// Gives the wire to the bench's own bootloader where the chip has jumped to its ROM.
  private mutating func meetBootloader() {
    guard chip.state == .bootloader, bootloader == nil else { return }
    bootloader = ROMBootloader(memory: memory, timings: timings)
  }

  var bitsAByte: Int { bootloader == nil ? 10 : 11 }
  var keepsLineTime: Bool { bootloader == nil }
  var patience: Duration { keepsLineTime ? (isBehind ? .zero : .milliseconds(1)) : .milliseconds(20) }
  var takesMore: Bool { bootloader != nil || chip.link.lineIsFreeAt < wall + Self.ahead + latency }
  var relayIsClosed: Bool { chip.surface.relayIsClosed }

  mutating func follow(baudRate: Int) { chip.link.baudRate = UInt64(max(1, baudRate)) }

  func snapshot(into truth: inout ModuleBenchTruth) {
    truth.look(firmwareRuns: chip.state == .running, relayIsClosed: relayIsClosed)
  }

  mutating func receive(_ byte: UInt8) -> [BenchChipOutput] {
    if bootloader != nil {
      chip.idle(until: wall)
      var outputs: [BenchChipOutput] = []
      for output in bootloader?.receive(byte) ?? [] { outputs += perform(output) }
      return outputs
    }
    guard passes() else { return [] }
    chip.link.arrive([byte], now: max(wall, chip.now) + latency)
    if let work = requests.take(byte).flatMap(ModuleBenchFault.Work.init(request:)) {
      works.append((chip.link.lineIsFreeAt + Self.workTime, work))
    }
    return []
  }

  /// Whether a byte gets through. An adapter that is driven faster than it can work drops every 53rd byte.
  private mutating func passes() -> Bool {
    guard let maxAdapterBaudRate, chip.link.baudRate > UInt64(maxAdapterBaudRate) else { return true }
    overdriven += 1
    return overdriven % 53 != 0
  }

  // MARK: - Running

  private var isBehind: Bool { chip.now + Self.slice < wall }

  private var wall: UInt64 { UInt64(max(0, (now() - start) / .nanoseconds(1))) }

  mutating func tick() -> [BenchChipOutput] {
    let time = wall
    pace.note(wall: time, chip: bootloader == nil ? chip.now : time)
    guard bootloader == nil else {
      chip.idle(until: time)
      return []
    }
    chip.run(until: min(time, chip.now + Self.slice))
    pace.note(wall: wall, chip: chip.now)
    meetBootloader()
    // Bytes that were sent before the ROM took over the wire are still on their way.
    let heard = bootloader == nil ? time &- min(time, latency) : .max
    var sent: [UInt8] = []
    for byte in chip.link.takeSent(until: heard) where passes() { sent.append(byte) }
    var outputs: [BenchChipOutput] = sent.isEmpty ? [] : [.send(sent)]
    while let first = works.first, first.at <= chip.now {
      works.removeFirst()
      outputs.append(.did(first.work))
    }
    return outputs
  }

  private mutating func perform(_ output: ROMBootloader.Output) -> [BenchChipOutput] {
    switch output {
    case .send(let bytes): return [.send(bytes)]
    case .busy(.erasing, let time): return [.pause(time), .did(.erase)]
    case .busy(.programming, let time): return [.pause(time), .did(.write)]
    case .busy(.reading, let time): return [.pause(time), .did(.verify)]
    case .reset:
      restart()
      return []
    case .start(let table):
      bootloader = nil
      requests.reset()
      chip.idle(until: wall)
      chip.start(at: table)
      return []
    }
  }
}
