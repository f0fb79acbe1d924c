/// A microcontroller behind the bench's wire: bytes in, bytes and delays out.
public protocol BenchChip {
  /// Power goes and comes back.
  mutating func restart()
  /// Bits that one byte takes on the wire: the ROM bootloader has a parity bit.
  var bitsAByte: Int { get }
  /// Whether the chip has a time of its own and reckons by it what bytes take on the wire, both ways; the bench then
  /// neither waits nor withholds.
  var keepsLineTime: Bool { get }
  /// Whether so little is on the wire that the laptop's adapter would put more on it.
  var takesMore: Bool { get }
  /// At what speed its wire carries bytes now, bits a second, where that changes; nil for what the bench was told.
  var lineSpeed: Int? { get }
  /// The laptop's port is at this speed, bits a second.
  mutating func follow(speed: Int)
  /// Takes one byte from the laptop.
  mutating func receive(_ byte: UInt8) -> [BenchChipOutput]
  /// How long it may be left alone before it is asked again whether it has done something by itself.
  var patience: Duration { get }
  /// Time passes; called at least every 20 ms.
  mutating func tick() -> [BenchChipOutput]
  var relayIsClosed: Bool { get }
  /// Says what is so, without disturbing it.
  func testify(_ truth: inout ModuleBenchTruth)
}

extension BenchChip {
  public var keepsLineTime: Bool { false }
  public var takesMore: Bool { true }
  public var lineSpeed: Int? { nil }
  public var patience: Duration { .milliseconds(20) }
  public mutating func follow(speed: Int) {}
}

/// What a chip does as it is given bytes and time.
public enum BenchChipOutput: Hashable, Sendable {
  case send([UInt8])
  /// The chip stands still for so long.
  case pause(Duration)
  /// It has done this and not yet said so.
  case did(ModuleBenchFault.Work)
}
