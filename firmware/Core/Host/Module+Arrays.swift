extension Module {
  /// Takes bytes from the wire.
  /// - Returns: the framed replies.
  public mutating func receive(_ bytes: [UInt8]) -> [UInt8] {
    var replies: [UInt8] = []
    for byte in bytes { receive(byte) { replies.append($0) } }
    return replies
  }

  /// Takes one byte, and returns the framed reply where the byte ends a request.
  public mutating func receive(_ byte: UInt8) -> [UInt8]? {
    let reply = receive([byte])
    return reply.isEmpty ? nil : reply
  }
}
