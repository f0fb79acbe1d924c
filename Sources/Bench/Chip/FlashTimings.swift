/// How long a simulated chip takes for its flash.
public struct FlashTimings: Hashable, Sendable {
  /// One 32-bit word.
  public var programWord: Duration
  /// One sector, by its size in bytes.
  public var erase16KiB: Duration
  public var erase64KiB: Duration
  public var erase128KiB: Duration

  public init(programWord: Duration, erase16KiB: Duration, erase64KiB: Duration, erase128KiB: Duration) {
    self.programWord = programWord
    self.erase16KiB = erase16KiB
    self.erase64KiB = erase64KiB
    self.erase128KiB = erase128KiB
  }

  /// What an STM32F405 typically takes at 3.3 V with 32-bit access (data sheet DS8626, table "Flash memory
  /// programming").
  public static let typical = FlashTimings(
    programWord: .microseconds(16), erase16KiB: .milliseconds(250), erase64KiB: .milliseconds(550),
    erase128KiB: .seconds(1))

  /// The longest that the same table allows.
  public static let slowest = FlashTimings(
    programWord: .microseconds(100), erase16KiB: .milliseconds(500), erase64KiB: .milliseconds(1_100),
    erase128KiB: .seconds(2))

  /// No time at all.
  public static let instant = FlashTimings(
    programWord: .zero, erase16KiB: .zero, erase64KiB: .zero, erase128KiB: .zero)

  public func erase(sectorBytes: Int) -> Duration {
    switch sectorBytes {
    case ...16_384: erase16KiB
    case ...65_536: erase64KiB
    default: erase128KiB
    }
  }

  public func program(bytes: Int) -> Duration { programWord * ((bytes + 3) / 4) }
}
