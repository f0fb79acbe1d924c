/// Steele, Lea and Flood's generator: the same numbers for the same seed, in every run and on every machine.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// 0 up to and without `bound`, which is 1 or more.
  public mutating func next(below bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// One to `most` changes: a byte overwritten by one of `spice`, one put in, or up to `longest` taken out in a stretch.
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
