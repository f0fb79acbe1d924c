import Bench
import Provision

/// A wire in memory to the simulated ROM bootloader, whose real state machine runs without a pty and without
/// delays.
final class BootloaderLink: Link {
  var rom: ROMBootloader
  /// All bytes that were sent, in order.
  private(set) var sent: [UInt8] = []
  /// The address that the chip has jumped to.
  private(set) var started: UInt32?
  /// Number of bytes from the laptop after which the cable is pulled.
  var pulledAfter = Int.max
  /// Number of bytes from the laptop after which the chip falls silent.
  var silentAfter = Int.max
  /// The chip falls silent when this closure returns true for its work.
  var silentDuring: (ROMBootloader.Work) -> Bool = { _ in false }
  /// Index of the byte that is damaged on its way to the chip, and the bits that are flipped; nil for none.
  var spoiled: (index: Int, bits: UInt8)?
  /// The bytes that every erasure leaves behind, as a worn cell would.
  var leftByErase: (address: UInt32, bytes: [UInt8])?
  private(set) var framings: [LinkFraming] = []
  private var answers: [UInt8] = []
  private var isSilent = false
  private var isClosed = false

  init(
    _ model: STM32Model = .stm32f405, flash: FlashArray? = nil, uniqueID: [UInt8] = Array(1...12)
  ) {
    rom = ROMBootloader(
      memory: ROMMemory(model, flash: flash ?? FlashArray(model), uniqueID: uniqueID, ram: nil),
      timings: .instant)
  }

  func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError) {
    for byte in bytes {
      if sent.count >= pulledAfter { isClosed = true }
      if isClosed { throw .closed }
      let index = sent.count
      sent.append(byte)
      if sent.count > silentAfter { isSilent = true }
      if isSilent { continue }
      let flipped = spoiled.map { $0.index == index ? $0.bits : 0 } ?? 0
      for output in rom.receive(byte ^ flipped) {
        switch output {
        case .send(let answer): if !isSilent { answers += answer }
        case .busy(let work, _):
          if silentDuring(work) { isSilent = true }
          if case .erasing = work, let leftByErase {
            rom.memory.flash.program(leftByErase.address, leftByErase.bytes)
          }
        case .start(let address): started = address
        case .reset: break
        }
      }
    }
  }

  /// Returns the bytes that have arrived, or throws at once. Time does not pass here, so that no further bytes
  /// arrive.
  func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8] {
    if isClosed { throw .closed }
    guard !answers.isEmpty else { throw .timeout }
    defer { answers.removeFirst(min(count, answers.count)) }
    return Array(answers.prefix(count))
  }

  func discardInput() throws(LinkError) { answers = [] }
  func setFraming(_ framing: LinkFraming) throws(LinkError) { framings.append(framing) }
  func close() { isClosed = true }

  /// Removes the fault and leaves the bootloader in its state, as when another program takes over.
  func mend() {
    (pulledAfter, silentAfter, silentDuring, spoiled) = (Int.max, Int.max, { _ in false }, nil)
    (isSilent, isClosed, answers) = (false, false, [])
  }
}
