/// Base64 (RFC 4648, section 4), in the streaming form that console framing needs.
enum Base64 {
  static func character(_ sextet: UInt8) -> UInt8 {
    switch sextet & 63 {
    case let value where value < 26: 0x41 &+ value
    case let value where value < 52: 0x61 &+ value &- 26
    case let value where value < 62: 0x30 &+ value &- 52
    case 62: 0x2b
    default: 0x2f
    }
  }

  /// The six bits of a character; nil where the character is not in the alphabet.
  static func sextet(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x41...0x5a: character &- 0x41
    case 0x61...0x7a: character &- 0x61 &+ 26
    case 0x30...0x39: character &- 0x30 &+ 52
    case 0x2b: 62
    case 0x2f: 63
    default: nil
    }
  }

  static var padding: UInt8 { 0x3d }

  /// Takes characters one at a time and returns each byte that they complete.
  struct Decoder {
    private var bits: UInt32 = 0
    private var held: UInt8 = 0
    private var padding: UInt8 = 0

    enum Step {
      case nothing
      case byte(UInt8)
      case invalid
    }

    /// Whether the text may end here.
    var isComplete: Bool { held == 0 && padding == 0 }

    mutating func take(_ character: UInt8) -> Step {
      if character == Base64.padding { return takePadding() }
      guard padding == 0, let sextet = Base64.sextet(character) else { return .invalid }
      bits = (bits << 6 | UInt32(sextet)) & 0xffff
      held = (held &+ 1) & 3
      switch held {
      case 1: return .nothing
      case 2: return .byte(UInt8(truncatingIfNeeded: bits >> 4))
      case 3: return .byte(UInt8(truncatingIfNeeded: bits >> 2))
      default: return .byte(UInt8(truncatingIfNeeded: bits))
      }
    }

    /// Takes a padding character. Padding completes the group of four: two `=` after two characters, one after
    /// three.
    private mutating func takePadding() -> Step {
      guard held >= 2 else { return .invalid }
      padding &+= 1
      if held &+ padding == 4 { (held, padding) = (0, 0) }
      return .nothing
    }
  }
}
