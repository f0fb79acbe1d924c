/// A complete message of SMP, for programs that have a heap; `SMPHeader` describes the layout.
public struct SMPMessage: Sendable {
  public typealias Operation = SMPHeader.Operation

  /// The largest message, header included, in bytes.
  public static var maximumSize: Int { SMPHeader.maximumMessageSize }
  public static var headerSize: Int { SMPHeader.size }

  public var operation: Operation
  /// The version of the protocol: 0 for SMP's first, 1 for the one that its documents call "version 2".
  public var version: UInt8
  public var group: UInt16
  public var sequence: UInt8
  public var command: UInt8
  /// The payload: one CBOR map, or no bytes.
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

  /// Reads a message; nil where the bytes are none because they are too short, too long, or of another length
  /// than stated.
  public init?(_ bytes: [UInt8]) {
    guard let header = SMPHeader(bytes.span) else { return nil }
    self.init(
      operation: header.operation, version: header.version, group: header.group, sequence: header.sequence,
      command: header.command, payload: Array(bytes[Self.headerSize...]))
  }

  /// The message's bytes; nil where the payload does not fit.
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
