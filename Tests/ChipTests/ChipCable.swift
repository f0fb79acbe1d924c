import Bench
import Provision
import Synchronization
import TestSupport

@testable import Chip

/// The cable between the laptop's code and an executed chip, in virtual time: the chip runs as long as the laptop
/// waits, and nothing depends on how busy the machine is.
final class ChipCable: Link {
  private(set) var chip: ExecutedChip
  let clock: VirtualTime
  /// Changes each byte on its way; a result of nil loses the byte.
  var spoil: (UInt8) -> UInt8? = { $0 }
  /// Whether the bytes that the chip sends are lost.
  var losesAnswers: () -> Bool = { false }
  /// The function that is called when the ROM bootloader has started a program that has not executed any
  /// instruction yet.
  var onGo: () -> Void = {}
  /// Number of bytes from the laptop after which the cable is pulled.
  var pullsAfter: Int?
  private(set) var bytesSent = 0
  private(set) var isPulled = false
  /// Baud rate of the laptop's port, bits a second.
  private(set) var baudRate = 115_200
  /// All baud rates that the laptop's port has had, bits a second.
  private(set) var baudRates: Set<Int> = []
  private var inbox: [UInt8] = []
  private static let step = Duration.microseconds(500)

  init(
    _ configuration: ModuleBench.Configuration, countsInstructions: Bool = false
  ) throws {
    let clock = VirtualTime()
    self.clock = clock
    // The module refuses a generator that says the same twice.
    let numbers = Mutex(SplitMix64(seed: 37))
    chip = try ExecutedChip(
      configuration: configuration, countsInstructions: countsInstructions,
      random: { count in
        numbers.withLock { numbers in (0..<count).map { _ in UInt8(truncatingIfNeeded: numbers.next()) } }
      }, now: { clock.now })
  }

  /// Plugs the cable in again.
  func plugIn() {
    (isPulled, pullsAfter, inbox, spoil) = (false, nil, [], { $0 })
    losesAnswers = { false }
  }

  /// Switches the chip off and on.
  /// - Parameter holdsBoot0: whether BOOT0 is held high meanwhile.
  func cyclePower(holdsBoot0: Bool = false, noise: () -> UInt8 = { 0 }) {
    chip.chip.boot0IsHigh = holdsBoot0
    chip.chip.cutPower(noise: noise)
    chip.restart()
    chip.chip.boot0IsHigh = false
    inbox = []
  }

  /// Cuts the power after this number of instructions of the chip's program, and restores it.
  func cutPower(afterInstructions count: UInt64) {
    chip.chip.cutAfterInstructions = chip.chip.processor.instructions + count
  }

  /// Cuts the power in the middle of this operation of the flash, counted from the first of all, and restores
  /// it.
  func cutPower(inOperation number: Int) { chip.chip.cutInOperation = number }

  /// Loses all bytes that the loader sends from now on.
  func muteLoader() {
    let chip = chip.chip
    losesAnswers = { [unowned chip] in chip.isInRAM }
  }

  /// The seed of the state in which a cut leaves the cells.
  var cutSeed: UInt8 = 1
  /// Number of times that power was cut.
  private(set) var cuts = 0

  /// Lets the chip run without the laptop.
  func wait(_ time: Duration) {
    let end = clock.now + time
    while clock.now < end { pass(Self.step) }
  }

  private func pass(_ time: Duration) {
    clock.advance(by: time)
    perform(chip.tick())
    guard chip.chip.isCut else { return }
    chip.chip.cutAfterInstructions = nil
    chip.chip.cutInOperation = nil
    cuts += 1
    var noise = cutSeed
    cyclePower {
      noise = noise &* 37 &+ 11
      return noise
    }
  }

  private func perform(_ outputs: [BenchChipOutput]) {
    for output in outputs {
      switch output {
      case .send(let bytes): if !isPulled, !losesAnswers() { inbox += bytes.compactMap(spoil) }
      case .pause(let time): clock.advance(by: time)
      case .did: break
      }
    }
  }

  // MARK: - Link

  func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError) {
    for byte in bytes {
      // The buffer of an adapter is limited.
      while !isPulled, !chip.takesMore {
        guard clock.now < deadline else { throw .timeout }
        pass(min(Self.step, deadline - clock.now))
      }
      if isPulled { throw .closed }
      bytesSent += 1
      if let pullsAfter, bytesSent > pullsAfter {
        isPulled = true
        throw .closed
      }
      if !chip.keepsLineTime { clock.advance(by: .nanoseconds(11_000_000_000 / baudRate)) }
      guard let byte = spoil(byte) else { continue }
      let wasInROM = chip.chip.state == .bootloader
      perform(chip.receive(byte))
      if wasInROM, chip.chip.state == .running { onGo() }
    }
  }

  func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8] {
    while inbox.isEmpty {
      if isPulled { throw .closed }
      guard clock.now < deadline else { throw .timeout }
      pass(min(Self.step, deadline - clock.now))
    }
    defer { inbox.removeFirst(min(count, inbox.count)) }
    return Array(inbox.prefix(count))
  }

  func discardInput() throws(LinkError) {
    if isPulled { throw .closed }
    inbox = []
  }

  func setFraming(_ framing: LinkFraming) throws(LinkError) {
    if isPulled { throw .closed }
    // Bytes on the wire are sent first.
    pass(.milliseconds(1))
    baudRate = framing.baudRate
    baudRates.insert(baudRate)
    chip.follow(baudRate: baudRate)
  }

  func close() { isPulled = true }
}

extension Microcontroller {
  /// Whether the chip executes a program that was sent into its RAM.
  var isInRAM: Bool { state == .running && processor.programCounter >= processor.ram.start }
}
