/// Decodes the bytes of a wire one at a time and returns the messages.
///
/// The decoder holds at most one message. Bytes that are no frame (a console's output, noise, half a line) are
/// ignored. A first line always starts a new frame, wherever it begins, so that a damaged frame costs no other
/// frame. Text between two lines of a frame does no harm.
public struct ConsoleFrameDecoder: Sendable {
  /// Number of frames that were begun and then abandoned, because of an invalid character, their length or a
  /// wrong CRC.
  public private(set) var damagedFrames: UInt32 = 0

  private enum Place {
    case betweenLines
    case afterMarker(first: Bool)
    case inLine
  }

  private var place = Place.betweenLines
  /// Whether a first line was received and the frame has no fault so far.
  private var inFrame = false
  private var text = Base64.Decoder()
  /// The bytes of length, message and CRC received so far.
  private var packet = InlineArray<1028, UInt8>(repeating: 0)
  private var count = 0

  public init() {}

  /// The message that the last byte has completed.
  public var message: Span<UInt8> {
    @_lifetime(borrow self)
    get { packet.span.extracting(2..<max(2, count &- 2)) }
  }

  /// Takes one byte. Returns true where it was the last one of a frame; `message` is then valid until the next
  /// byte.
  public mutating func completes(with byte: UInt8) -> Bool {
    switch place {
    case .betweenLines:
      if byte == ConsoleFraming.firstMarker.0 { place = .afterMarker(first: true) }
      if byte == ConsoleFraming.nextMarker.0 { place = .afterMarker(first: false) }
    case .afterMarker(let first):
      takeSecondMarker(byte, first: first)
    case .inLine:
      return takeInLine(byte)
    }
    return false
  }

  /// Drops a frame that has begun, as after a long pause.
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

  private mutating func takeInLine(_ byte: UInt8) -> Bool {
    switch byte {
    case ConsoleFraming.lineFeed:
      place = .betweenLines
      return finishesMessage()
    case ConsoleFraming.carriageReturn:
      return false
    case ConsoleFraming.firstMarker.0:
      // The rest of this line and its line feed were lost, but the next frame may be sound.
      giveUp()
      place = .afterMarker(first: true)
      return false
    default:
      break
    }
    switch text.take(byte) {
    case .nothing:
      break
    case .byte(let value):
      guard count < packet.count else {
        spoil()
        break
      }
      packet[count] = value
      count &+= 1
      if count >= 2, count > wantedSize { spoil() }
    case .invalid:
      spoil()
    }
    return false
  }

  // MARK: - Frames

  /// Number of bytes of the whole packet by its own length field; 2 before that field is complete, and 0 where
  /// the packet would exceed the longest message.
  private var wantedSize: Int {
    guard count >= 2 else { return 2 }
    let stated = Int(packet[0]) << 8 | Int(packet[1])
    return stated > ConsoleFraming.maximumMessageSize &+ 2 ? 0 : stated &+ 2
  }

  private mutating func begin() {
    count = 0
    text = Base64.Decoder()
    inFrame = true
  }

  private mutating func giveUp() {
    damagedFrames &+= 1
    inFrame = false
    count = 0
  }

  private mutating func spoil() {
    giveUp()
    place = .betweenLines
  }

  private mutating func finishesMessage() -> Bool {
    guard inFrame, count >= 4, count == wantedSize else { return false }
    let stated = packet.span.bigEndian(at: count &- 2, size: 2)
    guard text.isComplete, stated == UInt32(CRC16.checksum(message)) else {
      giveUp()
      return false
    }
    inFrame = false
    return true
  }
}
