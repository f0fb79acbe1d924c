import TestSupport

/// A source of numbers that are the same in every run.
final class Dice: RandomNumberGenerator {
  private var numbers: SplitMix64

  init(seed: UInt64) { numbers = SplitMix64(seed: seed) }

  func next() -> UInt64 { numbers.next() }

  /// Begins anew with another seed.
  func begin(seed: UInt64) { numbers = SplitMix64(seed: seed) }

  func byte() -> UInt8 { UInt8(truncatingIfNeeded: next()) }

  func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in byte() } }

  /// A number from 0 up to and without `end`.
  func below(_ end: Int) -> Int { end > 0 ? Int(next() % UInt64(end)) : 0 }
}
