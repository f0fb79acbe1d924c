import ModuleCore
import Provision
import Synchronization
import TestSupport

@testable import Bench

/// A wire in memory to the simulated module, with the faults of `bench module --fault`. Bytes, adapter, flash
/// and the firmware's start take their time on a virtual clock.
final class NoisyBench: Link {
  /// Time within the adapter in each direction, as USB adapters have it.
  private static let latency = Duration.milliseconds(1)
  /// Time that a firmware spends on its own digest before it answers.
  var deafness = Duration.milliseconds(400)

  let clock = VirtualTime()
  let flash: FlashArray
  private(set) var chip: ModuleBenchChip
  private var wire: FaultyWire
  /// A change that is made to each answer of the module.
  var tamper: ([UInt8]) -> [UInt8] = { $0 }
  /// The world that the module's sensors see.
  let surroundings = Surroundings()
  /// Number of bytes from the laptop until the cable is pulled; nil for never.
  var bytesUntilPull: Int?
  private var bitNanoseconds = 1_000_000_000 / 115_200
  private var answers: [(byte: UInt8, at: ContinuousClock.Instant)] = []
  private var deafUntil: ContinuousClock.Instant

  /// - Parameter fault: the fault in the form of `ModuleBenchFault`; nil for a sound wire.
  init(flash: FlashArray = .stm32f405(), fault: String?) {
    self.flash = flash
    let clock = clock
    let numbers = Mutex(SplitMix64(seed: 7))
    chip = ModuleBenchChip(
      configuration: .init(timings: .typical, flash: flash, surroundings: surroundings),
      random: { count in
        numbers.withLock { numbers in (0..<count).map { _ in UInt8(truncatingIfNeeded: numbers.next()) } }
      }, now: { clock.now })
    wire = FaultyWire(fault.flatMap { ModuleBenchFault($0) })
    deafUntil = clock.now
  }

  /// Switches the module off and on.
  func cyclePower() {
    chip.restart()
    answers = []
    deafUntil = clock.now + deafness
  }

  /// Plugs the cable in again.
  func plugIn() {
    bytesUntilPull = nil
    answers = []
  }

  // MARK: - Link

  func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError) {
    clock.advance(by: Self.latency)
    for byte in wire.piece(bytes) {
      if bytesUntilPull == 0 { throw .closed }
      bytesUntilPull = bytesUntilPull.map { $0 - 1 }
      clock.advance(by: .nanoseconds(bitNanoseconds * chip.bitsAByte))
      for arrived in wire.send(byte).arriving {
        let wasFirmware = isFirmware
        if wasFirmware, clock.now < deafUntil { continue }
        perform(chip.receive(arrived))
        if isFirmware, !wasFirmware { deafUntil = clock.now + deafness }
      }
    }
    perform(chip.tick())
  }

  func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8] {
    if bytesUntilPull == 0 { throw .closed }
    let due = answers.prefix(count).prefix { $0.at <= max(deadline, clock.now) }
    guard let last = due.last else {
      clock.advance(by: deadline - clock.now)
      throw .timeout
    }
    clock.advance(by: last.at - clock.now)
    answers.removeFirst(due.count)
    return due.map(\.byte)
  }

  func discardInput() throws(LinkError) { answers.removeAll { $0.at <= clock.now } }
  func setFraming(_ framing: LinkFraming) throws(LinkError) {
    bitNanoseconds = 1_000_000_000 / framing.baudRate
  }
  func close() {}

  // MARK: - Private helpers

  private var isFirmware: Bool { chip.bitsAByte == 10 }

  private func perform(_ outputs: [BenchChipOutput]) {
    for output in outputs {
      switch output {
      case .pause(let time): clock.advance(by: time)
      case .did: break
      case .send(let bytes):
        var at = max(clock.now + Self.latency, answers.last?.at ?? clock.now)
        for byte in tamper(wire.answer(bytes)) {
          at += .nanoseconds(bitNanoseconds * chip.bitsAByte)
          answers.append((byte, at))
        }
      }
    }
  }
}
