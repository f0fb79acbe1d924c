/// A message of MCUmgr's Simple Management Protocol:
///
///     +0    +1     +2..3      +4..5     +6        +7       +8…
///     op    flags  length BE  group BE  sequence  command  CBOR map
///     op    bits 0..2: operation; bits 3..4: version
public struct SMPMessage: Sendable {
  public enum Operation: UInt8, Sendable {
    case read = 0
    case readReply = 1
    case write = 2
    case writeReply = 3

    /// What a request is answered with, or nil for a reply.
    public var reply: Operation? {
      switch self {
      case .read: .readReply
      case .write: .writeReply
      case .readReply, .writeReply: nil
      }
    }
  }

  /// The largest message, header included, in bytes.
  public static var maximumSize: Int { 1024 }
  public static var headerSize: Int { 8 }

  public var operation: Operation
  /// 0 for SMP's first version, 1 for what its documents call "version 2".
  public var version: UInt8
  public var group: UInt16
  public var sequence: UInt8
  public var command: UInt8
  /// One CBOR map, or nothing.
  public var payload: [UInt8]

  public init(
    operation: Operation, version: UInt8, group: UInt16, sequence: UInt8, command: UInt8, payload: [UInt8]
  ) {
    self.operation = operation
    self.version = version & 3
    self.group = group
    self.sequence = sequence
    self.command = command
    self.payload = payload
  }

  /// Reads a message, or nil where it is none: too short, too long, or of another length than it states.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.headerSize, bytes.count <= Self.maximumSize,
      let operation = Operation(rawValue: bytes[0] & 7),
      bytes[0] >> 5 == 0,
      let length = bytes.bigEndian(UInt16.self, at: 2), Int(length) == bytes.count &- Self.headerSize,
      let group = bytes.bigEndian(UInt16.self, at: 4)
    else { return nil }
    self.init(
      operation: operation, version: bytes[0] >> 3, group: group, sequence: bytes[6], command: bytes[7],
      payload: Array(bytes[Self.headerSize...]))
  }

  /// The message's bytes, or nil where the payload does not fit.
  public var encoded: [UInt8]? {
    guard payload.count <= Self.maximumSize &- Self.headerSize else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.headerSize &+ payload.count)
    bytes.append(operation.rawValue | version << 3)
    bytes.append(0)
    bytes.append(bigEndian: UInt16(truncatingIfNeeded: payload.count))
    bytes.append(bigEndian: group)
    bytes.append(sequence)
    bytes.append(command)
    bytes.append(contentsOf: payload)
    return bytes
  }

  /// The reply to this request, carrying `payload`; nil where this is no request.
  public func reply(_ payload: [UInt8]) -> SMPMessage? {
    guard let operation = operation.reply else { return nil }
    return SMPMessage(
      operation: operation, version: version, group: group, sequence: sequence, command: command,
      payload: payload)
  }
}
