internal import Synchronization

/// Bytes that look random and are the same in every run, for fixtures that need keys, challenges and contents.
public final class SeededBytes: Sendable {
  private let generator: Mutex<SplitMix64>

  public init(seed: UInt64) { generator = Mutex(SplitMix64(seed: seed)) }

  /// The next `count` bytes, different at each call.
  public func bytes(_ count: Int) -> [UInt8] { generator.withLock { $0.bytes(count) } }
}

extension SplitMix64 {
  public mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  /// The first `count` bytes for a seed.
  public static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = SplitMix64(seed: seed)
    return generator.bytes(count)
  }
}
