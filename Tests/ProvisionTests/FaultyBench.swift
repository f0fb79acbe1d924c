import ModuleCore
import Provision
import TestSupport

@testable import Bench

/// A fault of a wire, drawn from a seed so that a run can be repeated.
struct WireFault {
  enum Kind: CaseIterable {
    /// Single bits are flipped, bytes get lost, or bytes arrive twice.
    case noise, loss, doubling
    /// The chip falls silent, the cable is pulled, the supply fails within an operation of the flash, or the
    /// supply dips between two bytes, after which the chip restarts.
    case silence, pull, brownOut, dip
    /// The adapter loses bytes above 57,600 baud all the time.
    case slowAdapter
  }

  let kind: Kind
  private var generator: SplitMix64

  init(_ kind: Kind, seed: UInt64) {
    self.kind = kind
    generator = SplitMix64(seed: seed)
  }

  mutating func draw(below limit: Int) -> Int {
    generator.next(below: max(1, limit))
  }
}

/// A wire in memory to the whole simulated module, with ROM bootloader, boot block and firmware, on a virtual
/// clock.
class FaultyBench: Link {
  let clock = VirtualTime()
  let flash: FlashArray
  private(set) var chip: ModuleBenchChip
  private var fault: WireFault?
  /// Number of bytes of which one is damaged.
  private var rarity = Int.max
  /// Number of bytes from the laptop until silence or pull.
  private var bytesLeft = Int.max
  private var isSilent = false
  private var isClosed = false
  private var answers: [UInt8] = []
  private var baudRate = 115_200

  init(flash: FlashArray = .stm32f405()) {
    self.flash = flash
    let clock = clock
    chip = ModuleBenchChip(
      configuration: .init(timings: .typical, flash: flash), random: { [UInt8](repeating: 7, count: $0) },
      now: { clock.now })
  }

  /// - Parameter span: number of bytes or flash operations within which the fault occurs.
  func begin(_ fault: WireFault, span: Int) {
    var fault = fault
    switch fault.kind {
    case .noise, .loss, .doubling: rarity = 200 + fault.draw(below: 6000)
    case .silence, .pull, .dip: bytesLeft = fault.draw(below: span)
    case .brownOut:
      flash.failPower(afterOperations: fault.draw(below: span / 4), seed: UInt64(fault.draw(below: 1 << 30)))
    case .slowAdapter: rarity = 400
    }
    self.fault = fault
  }

  /// Removes the fault, except for a slow adapter, which stays slow. A chip that is silent or without power is
  /// switched off and on, as a technician would.
  func mend() {
    if isSilent || flash.isWithoutPower || fault?.kind == .brownOut {
      flash.failPower(afterOperations: nil)
      chip.restart()
    }
    if fault?.kind != .slowAdapter { (fault, rarity) = (nil, .max) }
    (bytesLeft, isSilent, isClosed, answers) = (.max, false, false, [])
  }

  func cyclePower() {
    chip.restart()
    answers = []
  }

  // MARK: - Link

  func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError) {
    if isClosed { throw .closed }
    for byte in bytes {
      clock.advance(by: .nanoseconds(11_000_000_000 / baudRate))
      if bytesLeft <= 0 {
        if fault?.kind == .pull {
          isClosed = true
          throw .closed
        }
        if fault?.kind == .dip {
          cyclePower()
          bytesLeft = .max
        } else {
          isSilent = true
        }
      }
      bytesLeft -= 1
      for arrived in spoilt(byte) where !isSilent { perform(chip.receive(arrived)) }
    }
    perform(chip.tick())
  }

  func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8] {
    if isClosed { throw .closed }
    if answers.isEmpty {
      clock.advance(by: deadline - clock.now)
      throw .timeout
    }
    defer { answers.removeFirst(min(count, answers.count)) }
    return Array(answers.prefix(count))
  }

  func discardInput() throws(LinkError) { answers = [] }
  func setFraming(_ framing: LinkFraming) throws(LinkError) { baudRate = framing.baudRate }
  func close() { isClosed = true }

  // MARK: - Private helpers

  private func perform(_ outputs: [BenchChipOutput]) {
    for output in outputs {
      switch output {
      case .pause(let time): clock.advance(by: time)
      case .did: break
      case .send(let bytes):
        if flash.isWithoutPower { isSilent = true }
        guard !isSilent else { continue }
        for byte in bytes { answers += spoilt(byte) }
      }
    }
  }

  private func spoilt(_ byte: UInt8) -> [UInt8] {
    guard rarity < .max, var fault else { return [byte] }
    defer { self.fault = fault }
    if fault.kind == .slowAdapter, baudRate <= 57_600 { return [byte] }
    guard fault.draw(below: rarity) == 0 else { return [byte] }
    switch fault.kind {
    case .noise: return [byte ^ 1 << UInt8(fault.draw(below: 8))]
    case .doubling: return [byte, byte]
    default: return []
    }
  }
}

/// A bench behind an adapter whose DTR is connected to reset and whose RTS to BOOT0. The chip runs nothing
/// until it is reset with BOOT0 high.
final class WiredBench: FaultyBench, ModemLines {
  private var boot0IsHigh = false
  private var isReset = false

  init() {
    super.init()
    begin(WireFault(.silence, seed: 0), span: 1)
  }

  func setRTS(_ asserted: Bool) throws(LinkError) { boot0IsHigh = !asserted }

  func setDTR(_ asserted: Bool) throws(LinkError) {
    if isReset, !asserted, boot0IsHigh { mend() }
    isReset = asserted
  }
}
