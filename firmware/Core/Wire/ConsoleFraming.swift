/// SMP's console framing, which sends a message as lines of text that can share a wire with a console:
///
///     line     0x06 0x09 base64 0x0A      first line of a frame
///              0x04 0x14 base64 0x0A      each line after it
///     decoded  length u16 BE | message | CRC-16/XMODEM u16 BE over the message
///              length counts message and CRC
///
/// Source: Zephyr, `smp_transport`.
public enum ConsoleFraming {
  /// The largest message, header included, in bytes.
  public static var maximumMessageSize: Int { SMPHeader.maximumMessageSize }
  /// The longest line, its two markers and the line feed included, in bytes.
  public static var maximumLineSize: Int { 127 }

  static var firstMarker: (UInt8, UInt8) { (0x06, 0x09) }
  static var nextMarker: (UInt8, UInt8) { (0x04, 0x14) }
  static var lineFeed: UInt8 { 0x0a }
  static var carriageReturn: UInt8 { 0x0d }

  /// Bytes of a packet in each line, whole groups of four base64 characters, so that a receiver may decode each
  /// line by itself.
  private static var bytesALine: Int { (maximumLineSize &- 3) / 4 &* 3 }

  /// Passes the bytes to send for a message of at most 1,024 bytes to `sink`, one after another.
  static func encode(_ message: Span<UInt8>, to sink: (UInt8) -> Void) {
    let crc = CRC16.checksum(message)
    let end = message.count &+ 4
    func packet(_ index: Int) -> UInt8 {
      let at = index &- 2
      if at < 0 { return UInt8(truncatingIfNeeded: (end &- 2) >> (index == 0 ? 8 : 0)) }
      if at < message.count { return message[at] }
      return at < end &- 2 ? UInt8(truncatingIfNeeded: crc >> (at == message.count ? 8 : 0)) : 0
    }
    var offset = 0
    while offset < end {
      if offset % bytesALine == 0 {
        let marker = offset == 0 ? firstMarker : nextMarker
        sink(marker.0)
        sink(marker.1)
      }
      let (first, second, third) = (packet(offset), packet(offset &+ 1), packet(offset &+ 2))
      sink(Base64.character(first >> 2))
      sink(Base64.character(first << 4 | second >> 4))
      sink(end &- offset > 1 ? Base64.character(second << 2 | third >> 6) : Base64.padding)
      sink(end &- offset > 2 ? Base64.character(third) : Base64.padding)
      offset &+= 3
      if offset >= end || offset % bytesALine == 0 { sink(lineFeed) }
    }
  }
}
