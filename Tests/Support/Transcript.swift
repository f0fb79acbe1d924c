import Synchronization
public import Terminal

/// A sink in memory that stores everything written to it.
public final class Transcript: Sendable {
  public let sink: Sink
  private let kept: Kept

  private final class Kept: Sendable {
    let bytes = Mutex<[UInt8]>([])
  }

  public init(isTerminal: Bool = false, columns: Int = 80) {
    let kept = Kept()
    self.kept = kept
    sink = Sink(
      isTerminal: isTerminal, columns: { columns }, send: { bytes in kept.bytes.withLock { $0 += bytes } })
  }

  public var text: String { kept.bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}
