/// Takes the bytes of a wire one at a time and gives the messages back.
///
/// Holds at most one message. What is no frame (a console's output, noise, half a line) is passed over; a first
/// line, wherever it begins, always starts a new frame, so that one damaged frame costs no other. Text between
/// two lines of a frame does no harm.
public struct ConsoleFrameDecoder: Sendable {
  /// Frames begun and given up: an invalid character, too long, a wrong CRC.
  public private(set) var damagedFrames: UInt32 = 0

  private enum Place {
    case betweenLines
    case afterMarker(first: Bool)
    case inLine
  }

  private var place = Place.betweenLines
  /// Whether a first line was seen and the frame is still good.
  private var inFrame = false
  private var text = Base64.Decoder()
  private var packet: [UInt8] = []

  public init() { packet.reserveCapacity(ConsoleFraming.maximumMessageSize &+ 4) }

  /// Takes one byte; a message where it was the last one of a frame.
  public mutating func take(_ byte: UInt8) -> [UInt8]? {
    switch place {
    case .betweenLines:
      if byte == ConsoleFraming.firstMarker.0 { place = .afterMarker(first: true) }
      if byte == ConsoleFraming.nextMarker.0 { place = .afterMarker(first: false) }
    case .afterMarker(let first):
      takeSecondMarker(byte, first: first)
    case .inLine:
      return takeInLine(byte)
    }
    return nil
  }

  /// Takes many bytes; the messages that became whole with them, in order.
  public mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
    var messages: [[UInt8]] = []
    for byte in bytes {
      if let message = take(byte) { messages.append(message) }
    }
    return messages
  }

  /// Forgets a frame that has begun, as after a pause longer than the wire's own.
  public mutating func reset() {
    if inFrame { giveUp() }
    place = .betweenLines
  }

  // MARK: - Lines

  private mutating func takeSecondMarker(_ byte: UInt8, first: Bool) {
    switch (byte, first) {
    case (ConsoleFraming.firstMarker.1, true):
      if inFrame { giveUp() }
      begin()
      place = .inLine
    case (ConsoleFraming.nextMarker.1, false):
      place = inFrame ? .inLine : .betweenLines
    case (ConsoleFraming.firstMarker.0, _):
      place = .afterMarker(first: true)
    case (ConsoleFraming.nextMarker.0, _):
      place = .afterMarker(first: false)
    default:
      place = .betweenLines
    }
  }

  private mutating func takeInLine(_ byte: UInt8) -> [UInt8]? {
    switch byte {
    case ConsoleFraming.lineFeed:
      place = .betweenLines
      return finishedMessage()
    case ConsoleFraming.carriageReturn:
      return nil
    case ConsoleFraming.firstMarker.0:
      // The rest of this line and its line feed were lost; the next frame need not be.
      giveUp()
      place = .afterMarker(first: true)
      return nil
    default:
      break
    }
    switch text.take(byte) {
    case .nothing:
      break
    case .byte(let value):
      packet.append(value)
      if packet.count >= 2, packet.count > wantedSize { spoil() }
    case .invalid:
      spoil()
    }
    return nil
  }

  // MARK: - Frames

  /// Bytes in the whole packet by its own length field, and never more than a message can have.
  private var wantedSize: Int {
    guard packet.count >= 2 else { return 2 }
    let stated = Int(packet[0]) << 8 | Int(packet[1])
    return stated > ConsoleFraming.maximumMessageSize &+ 2 ? 0 : stated &+ 2
  }

  private mutating func begin() {
    packet.removeAll(keepingCapacity: true)
    text = Base64.Decoder()
    inFrame = true
  }

  private mutating func giveUp() {
    damagedFrames &+= 1
    inFrame = false
    packet.removeAll(keepingCapacity: true)
  }

  private mutating func spoil() {
    giveUp()
    place = .betweenLines
  }

  private mutating func finishedMessage() -> [UInt8]? {
    guard packet.count >= 4, packet.count == wantedSize else { return nil }
    let end = packet.count &- 2
    var crc = CRC16()
    for index in 2..<end { crc.update(packet[index]) }
    guard text.isComplete, packet.bigEndian(UInt16.self, at: end) == crc.value else {
      giveUp()
      return nil
    }
    let message = Array(packet[2..<end])
    packet.removeAll(keepingCapacity: true)
    inFrame = false
    return message
  }
}
