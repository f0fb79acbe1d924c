extension Module {
  /// Takes what came in on the wire.
  /// - Returns: the bytes to be sent, framed.
  public mutating func receive(_ bytes: [UInt8]) -> [UInt8] {
    var replies: [UInt8] = []
    for byte in bytes { receive(byte) { replies.append($0) } }
    return replies
  }

  /// Takes one byte, and gives the reply, framed, where it ended a request.
  public mutating func receive(_ byte: UInt8) -> [UInt8]? {
    let reply = receive([byte])
    return reply.isEmpty ? nil : reply
  }
}
