/// A microcontroller behind the bench's wire: bytes in, bytes and delays out.
public protocol BenchChip {
  /// Switches the chip off and on.
  mutating func restart()
  /// Bits that one byte takes on the wire; the ROM bootloader has a parity bit.
  var bitsAByte: Int { get }
  /// Whether the chip has a time of its own and reckons by it what bytes take on the wire, both ways; the bench then
  /// neither waits nor withholds.
  var keepsLineTime: Bool { get }
  /// Whether so little is on the wire that the laptop's adapter would put more on it.
  var takesMore: Bool { get }
  /// Speed of the chip's wire now, bits a second, where that changes; nil for the speed that the bench was told.
  var baudRate: Int? { get }
  /// Tells the chip the speed of the laptop's port, bits a second.
  mutating func follow(baudRate: Int)
  /// Takes one byte from the laptop.
  mutating func receive(_ byte: UInt8) -> [BenchChipOutput]
  /// Time that the chip may be left alone before it is asked again whether it has done something by itself.
  var patience: Duration { get }
  /// Lets time pass; called at least every 20 ms.
  mutating func tick() -> [BenchChipOutput]
  var relayIsClosed: Bool { get }
  /// Says what is so, without disturbing the chip.
  func snapshot(into truth: inout ModuleBenchTruth)
}

extension BenchChip {
  public var keepsLineTime: Bool { false }
  public var takesMore: Bool { true }
  public var baudRate: Int? { nil }
  public var patience: Duration { .milliseconds(20) }
  public mutating func follow(baudRate: Int) {}
}

/// A thing that a chip does as it is given bytes and time.
public enum BenchChipOutput: Hashable, Sendable {
  case send([UInt8])
  /// The chip stands still for so long.
  case pause(Duration)
  /// The chip has done this and not yet said so.
  case did(ModuleBenchFault.Work)
}
