/// The times that a simulated chip takes to program and erase its flash.
public struct FlashTimings: Hashable, Sendable {
  /// Time to program one 32-bit word.
  public var programWord: Duration
  /// Time to erase one sector, by its size in bytes.
  public var erase: [Int: Duration]

  public init(programWord: Duration, erase: [Int: Duration]) {
    (self.programWord, self.erase) = (programWord, erase)
  }

  /// Timings in which nothing takes any time.
  public static let instant = FlashTimings(programWord: .zero, erase: [:])

  /// Time to erase a sector of this size: the time of the smallest known size that is at least as large, or
  /// else of the largest known size.
  public func erase(sectorBytes: Int) -> Duration {
    let size = erase.keys.filter { $0 >= sectorBytes }.min() ?? erase.keys.max()
    return size.flatMap { erase[$0] } ?? .zero
  }

  public func program(bytes: Int) -> Duration { programWord * ((bytes + 3) / 4) }
}
