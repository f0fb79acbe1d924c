import CUTF8Proc
import Glibc

extension String {
  /// The text in Unicode's normal form C: letters and their marks joined where one character stands for both.
  ///
  /// `utf8proc_map` writes a new string for its caller to free, and with a length it does not stop at a NUL
  /// (https://juliastrings.github.io/utf8proc/doc/utf8proc_8h.html). It fails only for bytes that are no UTF-8,
  /// which a string of Swift's never has, and where memory runs out.
  public var inNormalFormC: String {
    if utf8.allSatisfy({ $0 < 0x80 }) { return self }
    var text = self
    return text.withUTF8 { bytes in
      var joined: UnsafeMutablePointer<UInt8>?
      let count = utf8proc_map(
        bytes.baseAddress, bytes.count, &joined,
        utf8proc_option_t(UTF8PROC_STABLE.rawValue | UTF8PROC_COMPOSE.rawValue))
      defer { free(joined) }
      guard count >= 0, let joined else { return String(decoding: bytes, as: UTF8.self) }
      return String(decoding: UnsafeBufferPointer(start: joined, count: count), as: UTF8.self)
    }
  }
}

extension Unicode.Scalar {
  /// Whether the character is invisible: it has no width, marks a direction, fills a place, or is a control
  /// character that is no white space.
  public var isUnseen: Bool {
    let properties = properties
    if properties.isDefaultIgnorableCodePoint { return true }
    switch properties.generalCategory {
    case .format: return true
    case .control: return !properties.isWhitespace
    default: return false
    }
  }

  /// Whether the character sets the direction of the text around it (Unicode's `Bidi_Control`), or is one of
  /// the deprecated format characters U+206A to U+206F.
  public var isBidiControl: Bool {
    switch value {
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x206F: true
    default: false
    }
  }

  /// Whether the character begins a new line (UAX #14's classes BK, CR, LF and NL).
  public var isLineEnd: Bool {
    switch value {
    case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// Whether the character selects a form of the Mongolian letter before it, or separates that letter from its
  /// last vowel.
  public var isMongolianSelector: Bool { (0x180B...0x180F).contains(value) }

  /// Whether the character selects a form of the ideograph before it.
  public var isVariationSelector: Bool {
    (0xFE00...0xFE0F).contains(value) || (0xE0100...0xE01EF).contains(value)
  }

  /// Whether the character is a Mongolian letter, or a selector or vowel separator that goes with one.
  public var isMongolian: Bool {
    (0x1820...0x18AA).contains(value) || (0x11660...0x1166C).contains(value) || isMongolianSelector
  }

  /// Whether the character is a letter of a script whose letters change beside a joiner or a non-joiner: Arabic
  /// and related scripts, the scripts of India, Mongolian.
  public var isJoining: Bool {
    switch value {
    case 0x0600...0x08FF, 0x0900...0x0DFF: properties.isAlphabetic
    default: isMongolian
    }
  }
}
