/// A microcontroller behind the bench's wire. It takes bytes, and returns bytes and delays.
public protocol BenchChip {
  /// Switches the chip off and on.
  mutating func restart()
  /// Number of bits that one byte takes on the wire; the ROM bootloader adds a parity bit.
  var bitsAByte: Int { get }
  /// Whether the chip has a clock of its own, by which it times the bytes on the wire in both directions. The
  /// bench then neither waits nor withholds bytes.
  var keepsLineTime: Bool { get }
  /// Whether the chip takes more bytes now. False where the wire holds as many bytes as the laptop's adapter
  /// would keep there.
  var takesMore: Bool { get }
  /// Present baud rate of the chip's wire, bits a second, where the chip changes it; nil for the baud rate of
  /// the bench's configuration.
  var baudRate: Int? { get }
  /// Tells the chip the baud rate of the laptop's port, bits a second.
  mutating func follow(baudRate: Int)
  /// Takes one byte from the laptop, and returns the chip's outputs in order.
  mutating func receive(_ byte: UInt8) -> [BenchChipOutput]
  /// Maximum time that the bench waits before it calls `tick` again.
  var patience: Duration { get }
  /// Advances the chip to the present moment; called at least every 20 ms.
  mutating func tick() -> [BenchChipOutput]
  var relayIsClosed: Bool { get }
  /// Writes the chip's present state into `truth` without disturbing the chip.
  func snapshot(into truth: inout ModuleBenchTruth)
}

extension BenchChip {
  public var keepsLineTime: Bool { false }
  public var takesMore: Bool { true }
  public var baudRate: Int? { nil }
  public var patience: Duration { .milliseconds(20) }
  public mutating func follow(baudRate: Int) {}
}

/// Something that a chip does in answer to bytes or as time passes.
public enum BenchChipOutput: Hashable, Sendable {
  case send([UInt8])
  /// The chip does nothing for this time.
  case pause(Duration)
  /// The chip has completed this work and has not reported it yet.
  case did(ModuleBenchFault.Work)
}
