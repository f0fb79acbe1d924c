internal import Bench

/// The bench's seeded generator, for use in tests.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var generator: SeededGenerator

  public init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  public mutating func next() -> UInt64 { generator.next() }

  /// A number from 0 up to and without `bound`, which is 1 or more.
  public mutating func next(below bound: Int) -> Int { generator.next(below: bound) }

  /// Changes bytes in one to `most` places: a byte is replaced by one of `spice`, one is inserted, or up to
  /// `longest` in a row are removed.
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
