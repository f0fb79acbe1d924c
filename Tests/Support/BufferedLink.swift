public import Provision

/// A port whose buffer takes everything at once and gives it to the wire as fast as the wire takes it, in virtual
/// time. Changing the framing does not wait for the buffer, as on a pseudo-terminal.
public final class BufferedLink: Link {
  /// Number of bytes that are given to the wire before the answers are looked at.
  private static let chunk = 16

  private let link: any Link
  private let clock: VirtualTime
  /// Moment before which nothing leaves the buffer, because the chip is busy.
  private let heldUntil: ContinuousClock.Instant
  private var buffer: [UInt8] = []

  /// - Parameters:
  ///   - link: the wire.
  ///   - clock: the wire's clock.
  ///   - time: the time from now in which the chip takes nothing.
  public init(over link: any Link, clock: VirtualTime, heldFor time: Duration = .zero) {
    (self.link, self.clock) = (link, clock)
    heldUntil = clock.now + time
  }

  public func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError) { buffer += bytes }

  public func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8] {
    if clock.now < heldUntil { clock.advance(by: min(deadline, heldUntil) - clock.now) }
    while !buffer.isEmpty, clock.now >= heldUntil, clock.now < deadline {
      let piece = Array(buffer.prefix(Self.chunk))
      buffer.removeFirst(piece.count)
      try link.write(piece, deadline: clock.now + .seconds(3_600))
      do throws(LinkError) {
        return try link.read(upTo: count, deadline: clock.now)
      } catch {
        guard error == .timeout else { throw error }
      }
    }
    return try link.read(upTo: count, deadline: max(deadline, clock.now))
  }

  public func discardInput() throws(LinkError) { try link.discardInput() }
  public func setFraming(_ framing: LinkFraming) throws(LinkError) { try link.setFraming(framing) }
  public func close() { link.close() }
}
