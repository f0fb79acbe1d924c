internal import Glibc

/// The wire between a pty and the simulated chip: its speed, its faults, and the power switch.
struct ModuleBenchService: ~Copyable {
  private let wireSpeed: Int?
  private let fault: ModuleBenchFault?
  private let now: @Sendable () -> ContinuousClock.Instant
  private var chip: any BenchChip
  private var terminal: ModuleBenchTerminal?
  /// Bytes that came from the laptop since the module was made.
  private var received = 0
  private var faultIsOver = false
  private var isSilent = false

  private let witness: ModuleBenchWitness

  init(
    configuration: ModuleBench.Configuration, chip: any BenchChip, witness: ModuleBenchWitness,
    now: @escaping @Sendable () -> ContinuousClock.Instant
  ) {
    self.witness = witness
    wireSpeed = configuration.wireSpeed
    fault = configuration.fault
    self.now = now
    self.chip = chip
    testify()
  }

  var isPluggedIn: Bool { terminal != nil }

  mutating func plugIn() throws(ModuleBenchError) -> String {
    guard terminal == nil else { throw .alreadyStarted }
    let terminal = try ModuleBenchTerminal()
    let path = terminal.path
    self.terminal = consume terminal
    return path
  }

  mutating func unplug() { terminal = nil }

  // MARK: - Serving

  /// Waits up to 20 ms for the laptop and answers it.
  mutating func serve() {
    guard chip.takesMore else {
      rest(.microseconds(500))
      return perform(chip.tick())
    }
    switch terminal?.wait(milliseconds: chip.keepsLineTime ? 1 : 20) {
    case .bytes(let bytes): take(bytes)
    case .closing:
      terminal?.refresh()
      if isSilent {
        isSilent = false
        chip.restart()
        testify()
      }
    case .nothing, nil: break
    }
    let relayWasClosed = chip.relayIsClosed
    perform(chip.tick())
    if chip.relayIsClosed != relayWasClosed { testify() }
  }

  private func testify() {
    var truth = witness.latest
    let relayWasClosed = truth.relayIsClosed
    chip.testify(&truth)
    if truth.relayIsClosed, !relayWasClosed { truth.relayClosings += 1 }
    witness.latest = truth
  }

  private mutating func take(_ bytes: [UInt8]) {
    // The last bit of the last byte is here only after all of them have passed.
    if let speed = terminal?.speed { chip.follow(speed: speed) }
    rest(wireTime(bytes.count))
    for byte in bytes {
      received += 1
      if case .after(let count) = fault?.moment, received > count { strike() }
      // A chip without power or cable takes nothing.
      guard isPluggedIn, !isSilent else { return }
      perform(chip.receive(byte))
    }
  }

  private mutating func perform(_ outputs: [BenchChipOutput]) {
    for output in outputs {
      switch output {
      case .pause(let time): rest(time)
      case .did(let work):
        if fault?.moment == .during(work) {
          testify()
          strike()
        }
      case .send(let answer):
        // First what is so, then what is said: whoever has the answer can ask for the truth behind it.
        testify()
        guard !isSilent else { continue }
        rest(wireTime(answer.count))
        terminal?.send(answer)
      }
    }
  }

  /// The fault happens, once.
  private mutating func strike() {
    guard !faultIsOver, let fault else { return }
    faultIsOver = true
    switch fault.effect {
    case .silence: isSilent = true
    case .pull: unplug()
    }
  }

  // MARK: - Time

  private func wireTime(_ bytes: Int) -> Duration {
    guard let wireSpeed, wireSpeed > 0, !chip.keepsLineTime else { return .zero }
    return .nanoseconds(1_000_000_000 / wireSpeed * chip.bitsAByte * bytes)
  }

  private func rest(_ time: Duration) {
    guard time > .zero else { return }
    let end = now() + time
    while true {
      let left = end - now()
      guard left > .zero else { return }
      let (seconds, attoseconds) = left.components
      var wait = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
      nanosleep(&wait, nil)
    }
  }
}
