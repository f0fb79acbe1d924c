/// The first eight bytes of a message of MCUmgr's Simple Management Protocol:
///
///     +0    +1     +2..3      +4..5     +6        +7       +8…
///     op    flags  length BE  group BE  sequence  command  CBOR map
///     op    bits 0..2: operation; bits 3..4: version
public struct SMPHeader: Sendable {
  public enum Operation: UInt8, Sendable {
    case read = 0
    case readReply = 1
    case write = 2
    case writeReply = 3

    /// The operation that answers this request; nil for a reply.
    public var reply: Operation? {
      switch self {
      case .read: .readReply
      case .write: .writeReply
      case .readReply, .writeReply: nil
      }
    }
  }

  /// The largest message, header included, in bytes.
  public static var maximumMessageSize: Int { 1024 }
  public static var size: Int { 8 }

  public var operation: Operation
  /// The version of the protocol: 0 for SMP's first, 1 for the one that its documents call "version 2".
  public var version: UInt8
  public var group: UInt16
  public var sequence: UInt8
  public var command: UInt8

  /// Reads a message's header; nil where the bytes are no message because they are too short, too long, or of
  /// another length than stated.
  init?(_ message: Span<UInt8>) {
    guard message.count >= Self.size, message.count <= Self.maximumMessageSize,
      let operation = Operation(rawValue: message[0] & 7), message[0] >> 5 == 0,
      Int(message.bigEndian(at: 2, size: 2)) == message.count &- Self.size
    else { return nil }
    self.operation = operation
    version = message[0] >> 3
    group = UInt16(truncatingIfNeeded: message.bigEndian(at: 4, size: 2))
    sequence = message[6]
    command = message[7]
  }
}
