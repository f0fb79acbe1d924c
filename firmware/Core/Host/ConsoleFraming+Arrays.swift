extension ConsoleFraming {
  /// The framed bytes of a message; nil where the message is longer than 1,024 bytes.
  public static func encode(_ message: [UInt8]) -> [UInt8]? {
    guard message.count <= maximumMessageSize else { return nil }
    var text: [UInt8] = []
    encode(message.span) { text.append($0) }
    return text
  }
}

extension ConsoleFrameDecoder {
  /// Takes one byte, and returns the message whose frame it ends; nil for other bytes.
  public mutating func take(_ byte: UInt8) -> [UInt8]? {
    completes(with: byte) ? Array(message) : nil
  }

  /// Takes many bytes, and returns the messages that they complete, in order.
  public mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
    var messages: [[UInt8]] = []
    for byte in bytes {
      if let message = take(byte) { messages.append(message) }
    }
    return messages
  }
}
