/// A microcontroller behind the bench's wire: bytes in, bytes and delays out.
public protocol BenchChip {
  /// Power goes and comes back.
  mutating func restart()
  /// Bits that one byte takes on the wire: the ROM bootloader has a parity bit.
  var bitsAByte: Int { get }
  /// Takes one byte from the laptop.
  mutating func receive(_ byte: UInt8) -> [BenchChipOutput]
  /// Time passes; called at least every 20 ms.
  mutating func tick() -> [BenchChipOutput]
  var relayIsClosed: Bool { get }
  /// Says what is so, without disturbing it.
  func testify(_ truth: inout ModuleBenchTruth)
}

/// What a chip does as it is given bytes and time.
public enum BenchChipOutput: Hashable, Sendable {
  case send([UInt8])
  /// The chip stands still for so long.
  case pause(Duration)
  /// It has done this and not yet said so.
  case did(ModuleBenchFault.Work)
}
