/// How long a simulated chip takes for its flash.
public struct FlashTimings: Hashable, Sendable {
  /// Time to program one 32-bit word.
  public var programWord: Duration
  /// Time to erase one sector, by its size in bytes.
  public var erase: [Int: Duration]

  public init(programWord: Duration, erase: [Int: Duration]) {
    (self.programWord, self.erase) = (programWord, erase)
  }

  /// No time at all.
  public static let instant = FlashTimings(programWord: .zero, erase: [:])

  /// Time to erase a sector of this size: that of the smallest size known which is not below it, else of the largest.
  public func erase(sectorBytes: Int) -> Duration {
    let size = erase.keys.filter { $0 >= sectorBytes }.min() ?? erase.keys.max()
    return size.flatMap { erase[$0] } ?? .zero
  }

  public func program(bytes: Int) -> Duration { programWord * ((bytes + 3) / 4) }
}
