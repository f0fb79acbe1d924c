public import Provision

/// A wire on which the chip's answers to the start of a program by AN3155's "go" do not arrive.
public final class AnswerLosingLink: Link {
  /// The part of the start whose acknowledgement is lost. The chip starts the program after the second.
  public enum Part: CaseIterable, Sendable {
    case command, address
  }

  private let link: any Link
  private let part: Part
  private var count: Int
  private var wasCommand = false
  private var isNextLost = false

  /// - Parameter count: number of acknowledgements of `part` that are lost, the first ones.
  public init(over link: any Link, losing count: Int, of part: Part) {
    (self.link, self.count, self.part) = (link, count, part)
  }

  public func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError) {
    try link.write(bytes, deadline: deadline)
    let isCommand = bytes == [0x21, 0xde]
    isNextLost = count > 0 && (part == .command ? isCommand : wasCommand)
    wasCommand = isCommand
    if isNextLost { count -= 1 }
  }

  public func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8] {
    if isNextLost {
      isNextLost = false
      _ = try link.read(upTo: 1, deadline: deadline)
    }
    return try link.read(upTo: count, deadline: deadline)
  }

  public func discardInput() throws(LinkError) { try link.discardInput() }
  public func setFraming(_ framing: LinkFraming) throws(LinkError) { try link.setFraming(framing) }
  public func close() { link.close() }
}
