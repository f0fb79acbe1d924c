/// SMP's console framing, a message as lines of text that can share a wire with a console:
///
///     line     0x06 0x09 base64 0x0A      first line of a frame
///              0x04 0x14 base64 0x0A      each line after it
///     decoded  length u16 BE | message | CRC-16/XMODEM u16 BE over the message
///              length counts message and CRC
///
/// Source: Zephyr, `smp_transport`.
public enum ConsoleFraming {
  /// The largest message, header included, in bytes.
  public static var maximumMessageSize: Int { SMPMessage.maximumSize }
  /// The longest line, its two markers and the line feed included, in bytes.
  public static var maximumLineSize: Int { 127 }

  static var firstMarker: (UInt8, UInt8) { (0x06, 0x09) }
  static var nextMarker: (UInt8, UInt8) { (0x04, 0x14) }
  static var lineFeed: UInt8 { 0x0a }
  static var carriageReturn: UInt8 { 0x0d }

  /// A message as the bytes to send, or nil where it is longer than 1,024 bytes.
  public static func encode(_ message: [UInt8]) -> [UInt8]? {
    guard message.count <= maximumMessageSize else { return nil }
    var packet: [UInt8] = []
    packet.reserveCapacity(message.count &+ 4)
    packet.append(bigEndian: UInt16(truncatingIfNeeded: message.count &+ 2))
    packet.append(contentsOf: message)
    packet.append(bigEndian: CRC16.checksum(message))

    // Lines hold whole quartets, so that a receiver may decode each by itself.
    let bytesALine = (maximumLineSize &- 3) / 4 &* 3
    var text: [UInt8] = []
    text.reserveCapacity((packet.count &+ 2) / 3 &* 4 &+ (packet.count / bytesALine &+ 1) &* 3)
    var offset = 0
    while offset < packet.count {
      let marker = offset == 0 ? firstMarker : nextMarker
      text.append(marker.0)
      text.append(marker.1)
      let end = min(offset &+ bytesALine, packet.count)
      while offset < end {
        Base64.appendQuartet(of: packet, at: offset, to: &text)
        offset &+= 3
      }
      text.append(lineFeed)
    }
    return text
  }
}
