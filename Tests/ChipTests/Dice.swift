/// Numbers that are the same in every run: SplitMix64.
final class Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  func byte() -> UInt8 { UInt8(truncatingIfNeeded: next()) }

  func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in byte() } }

  /// 0 up to and without `end`.
  func below(_ end: Int) -> Int { end > 0 ? Int(next() % UInt64(end)) : 0 }
}
