internal import Bench

/// The bench's seeded generator, for use in tests.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var generator: SeededGenerator

  public init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  public mutating func next() -> UInt64 { generator.next() }

  /// A number from 0 to `bound` − 1; `bound` is at least 1.
  public mutating func next(below bound: Int) -> Int { generator.next(below: bound) }

  /// Makes 1 to `most` changes: a byte is replaced by a byte of `spice`, a byte of `spice` is inserted, or 1 to
  /// `longest` bytes in a row are removed.
  public mutating func spoil(_ bytes: [UInt8], with spice: [UInt8], most: Int, longest: Int) -> [UInt8] {
    var bytes = bytes
    for _ in 0...next(below: most) where !bytes.isEmpty {
      let place = next(below: bytes.count)
      switch next(below: 3) {
      case 0: bytes[place] = spice[next(below: spice.count)]
      case 1: bytes.insert(spice[next(below: spice.count)], at: place)
      default: bytes.removeSubrange(place..<min(bytes.count, place + 1 + next(below: longest)))
      }
    }
    return bytes
  }
}
