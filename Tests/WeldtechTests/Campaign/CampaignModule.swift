import Foundation
import Provision
import Records
import Synchronization
import TestSupport

@testable import Bench
@testable import weldtech

/// A laptop's clock that shows the same time as the module.
struct VirtualClock: Clock {
  let time: VirtualTime
  let start: ContinuousClock.Instant

  init(_ time: VirtualTime) {
    self.time = time
    start = time.now
  }

  func now() -> Timestamp {
    let began = FixedClock().now()
    return Timestamp(
      secondsSince1970: began.secondsSince1970 + (time.now - start).components.seconds,
      offsetSeconds: began.offsetSeconds)
  }
}

/// A simulated module, with chip and program as in `bench module`, at the end of a faulty cable in memory.
final class CampaignModule: Link {
  /// The time of a byte on the wire at 115,200 baud.
  private static let byteTime = Duration.microseconds(87)

  let time = VirtualTime()
  let surroundings = Surroundings(.threePhase)
  private let flash: FlashArray
  private var chip: ModuleBenchChip
  private var wire = FaultyWire(nil)
  private var incoming: [UInt8] = []
  private var isSilent = false
  private var isPulled = false

  init(flash: FlashArray) {
    self.flash = flash
    let time = time
    let state = Mutex(UInt64(1))
    var configuration = ModuleBench.Configuration(timings: .typical, flash: flash)
    configuration.surroundings = surroundings
    chip = ModuleBenchChip(
      configuration: configuration,
      random: { count in
        state.withLock { state in
          (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
          }
        }
      }, now: { time.now })
  }

  var truth: ModuleBenchTruth {
    var truth = ModuleBenchTruth()
    chip.snapshot(into: &truth)
    return truth
  }

  /// Makes a new module, switched on.
  func renew() {
    flash.erase(sector: 1)
    flash.erase(sector: 2)
    surroundings.world = .threePhase
    chip.restart()
  }

  /// Plugs the cable in with a fault, and cycles the power of a module that hangs.
  func plug(_ fault: ModuleBenchFault? = nil) -> SMPClient {
    if isSilent { chip.restart() }
    (isSilent, isPulled, incoming) = (false, false, [])
    wire = FaultyWire(fault)
    return SMPClient(link: self, now: { [time] in time.now })
  }

  /// Opens or closes the case, and waits until the module has noticed it.
  func setCase(open: Bool) {
    surroundings.world.sealClosed = !open
    pass(.seconds(11))
  }

  func pass(_ duration: Duration) {
    let end = time.now + duration
    while time.now < end {
      time.advance(by: min(.milliseconds(50), end - time.now))
      perform(chip.tick())
    }
  }

  // MARK: - The laptop's end

  func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError) {
    if isPulled { throw .closed }
    for byte in bytes {
      time.advance(by: Self.byteTime)
      let sent = wire.send(byte)
      apply(sent.effects)
      guard !isPulled, !isSilent else { continue }
      for byte in sent.arriving { perform(chip.receive(byte)) }
    }
    perform(chip.tick())
  }

  func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8] {
    if isPulled { throw .closed }
    if incoming.isEmpty {
      pass(max(.zero, deadline - time.now))
      throw .timeout
    }
    let got = Array(incoming.prefix(count))
    incoming.removeFirst(got.count)
    time.advance(by: Self.byteTime * got.count)
    return got
  }

  func discardInput() throws(LinkError) {
    if isPulled { throw .closed }
    incoming = []
  }

  func setFraming(_ framing: LinkFraming) throws(LinkError) {}
  func close() {}

  // MARK: -

  private func perform(_ outputs: [BenchChipOutput]) {
    for output in outputs {
      switch output {
      case .pause(let duration): time.advance(by: duration)
      case .send(let answer): if !isSilent { incoming += wire.answer(answer) }
      case .did(let work):
        let effects = wire.did(work)
        apply(effects)
        // A chip that resets sends nothing more.
        if effects.contains(.brownout) { return }
      }
    }
  }

  private func apply(_ effects: [ModuleBenchFault.Effect]) {
    for effect in effects {
      switch effect {
      case .silence: isSilent = true
      case .pull: isPulled = true
      case .brownout: chip.restart()
      }
    }
  }
}
