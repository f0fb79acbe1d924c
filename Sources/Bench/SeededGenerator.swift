/// The generator SplitMix64 of Steele, Lea and Flood. It gives the same numbers for the same seed, in every run
/// and on every machine. Seeds need not look random: 1, 2 and 3 give sequences that have nothing in common. Only
/// seeds that differ by a small multiple of the generator's step give the same sequence, some places further on.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 up to and without `bound`, which is 1 or more.
  public mutating func next(below bound: Int) -> Int { Int(next() % UInt64(bound)) }

  public mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next()) }
}
