internal import Glibc

/// The wire between a pty and the simulated chip, with its baud rate, its faults and the power switch.
struct ModuleBenchService: ~Copyable {
  private var wire: FaultyWire
  private let now: @Sendable () -> ContinuousClock.Instant
  private var chip: any BenchChip
  private var terminal: ModuleBenchTerminal?
  private var line: BenchLine
  /// The chip's outputs that are due, in order, each with its moment.
  private var outputs: [(output: BenchChipOutput, bitsAByte: Int?, at: ContinuousClock.Instant)] = []
  private var chipIsFreeAt: ContinuousClock.Instant
  private var isSilent = false
  /// The longest delay of an output or of a byte on the line, because the machine was too busy.
  private(set) var maxDelay = Duration.zero

  private let published: PublishedBenchTruth

  init(
    configuration: ModuleBench.Configuration, chip: any BenchChip, published: PublishedBenchTruth,
    now: @escaping @Sendable () -> ContinuousClock.Instant
  ) {
    self.published = published
    line = BenchLine(baudRate: configuration.wireBaudRate, latency: configuration.adapterLatency)
    wire = FaultyWire(configuration.fault)
    self.now = now
    self.chip = chip
    chipIsFreeAt = now()
    publishTruth()
  }

  var isPluggedIn: Bool { terminal != nil }

  mutating func plugIn() throws(ModuleBenchError) -> String {
    guard terminal == nil else { throw .alreadyStarted }
    let terminal = try ModuleBenchTerminal()
    let path = terminal.path
    self.terminal = consume terminal
    return path
  }

  mutating func unplug() {
    terminal = nil
    line.cut()
    outputs = []
  }

  // MARK: - Serving

  /// Waits up to 20 ms for bytes from the laptop or for an output that is due, and handles them.
  mutating func serve() {
    switch chip.takesMore ? terminal?.wait(patience) : pause() {
    case .bytes(let bytes):
      if let baudRate = terminal?.baudRate { chip.follow(baudRate: baudRate) }
      if let baudRate = chip.baudRate { line.change(to: baudRate) }
      line.send(wire.piece(bytes), bitsAByte: chip.keepsLineTime ? nil : chip.bitsAByte, now: now())
    case .closing:
      terminal?.refresh()
      if isSilent {
        isSilent = false
        line.cut()
        outputs = []
        chip.restart()
        publishTruth()
      }
    case .nothing, nil: break
    }
    processDue()
    let relayWasClosed = chip.relayIsClosed
    plan(at: now()) { $0.tick() }
    if chip.relayIsClosed != relayWasClosed { publishTruth() }
    processDue()
  }

  private var patience: Duration {
    let next = line.next(chipIsFreeAt: chipIsFreeAt)
    let moments = [outputs.first?.at, next].compactMap(\.self)
    return min(chip.patience, max(.zero, (moments.min() ?? now() + .seconds(1)) - now()))
  }

  /// Waits 0.5 ms, because the chip's own line holds as many bytes as an adapter would put on it.
  private func pause() -> ModuleBenchTerminal.Arrival {
    usleep(500)
    return .nothing
  }

  /// Delivers the bytes and performs the outputs that are due.
  private mutating func processDue() {
    while isPluggedIn {
      let time = now()
      if let due = line.next(chipIsFreeAt: chipIsFreeAt) { maxDelay = max(maxDelay, time - due) }
      if let first = outputs.first, first.at <= time {
        maxDelay = max(maxDelay, time - first.at)
        outputs.removeFirst()
        perform(first.output, bitsAByte: first.bitsAByte, at: first.at)
      } else if outputs.isEmpty, chipIsFreeAt <= time, let (byte, at) = line.arrived(by: time) {
        let sent = wire.send(byte)
        apply(sent.effects)
        // A chip without power or cable receives nothing.
        guard isPluggedIn, !isSilent else { continue }
        for byte in sent.arriving { plan(at: max(at, chipIsFreeAt)) { $0.receive(byte) } }
      } else {
        let answer = line.delivered(by: time)
        guard !answer.isEmpty else { return }
        terminal?.send(answer)
      }
    }
  }

  /// Runs `work` on the chip, and sets the moment of each of its outputs.
  private mutating func plan(
    at begin: ContinuousClock.Instant, _ work: (inout any BenchChip) -> [BenchChipOutput]
  ) {
    let bits = chip.keepsLineTime ? nil : chip.bitsAByte
    var time = max(begin, outputs.last?.at ?? begin)
    for output in work(&chip) {
      if case .pause(let duration) = output {
        time += duration
      } else {
        outputs.append((output, bits, time))
      }
    }
    chipIsFreeAt = max(chipIsFreeAt, time)
  }

  private mutating func perform(
    _ output: BenchChipOutput, bitsAByte: Int?, at time: ContinuousClock.Instant
  ) {
    switch output {
    case .pause: break
    case .did(let work):
      let effects = wire.did(work)
      if !effects.isEmpty {
        publishTruth()
        apply(effects)
      }
    case .send(let answer):
      // The snapshot is published before the answer is sent, so that a test that has the answer also sees the
      // state behind it.
      publishTruth()
      if !isSilent { line.answer(wire.answer(answer), bitsAByte: bitsAByte, at: time) }
    }
  }

  private func publishTruth() {
    var truth = published.latest
    let relayWasClosed = truth.relayIsClosed
    chip.snapshot(into: &truth)
    if truth.relayIsClosed, !relayWasClosed { truth.relayClosings += 1 }
    published.latest = truth
  }

  private mutating func apply(_ effects: [ModuleBenchFault.Effect]) {
    for effect in effects {
      switch effect {
      case .silence: isSilent = true
      case .pull: unplug()
      case .brownout:
        outputs = []
        chip.restart()
        publishTruth()
      }
    }
  }
}
