/// Tells which characters can be drawn: those that some font has by which a text is set.
public struct FontCoverage: Sendable {
  public init() {}

  /// The first character of `text` that no installed font has; nil where all of it can be drawn.
  ///
  /// Fonts are asked only where there is more than what Noto Sans CJK SC is known to have: loading them takes some
  /// 50 ms, which most registrations need not wait for.
  public func firstWithoutGlyph(in text: String) -> Unicode.Scalar? {
    guard !text.unicodeScalars.allSatisfy(Self.isPlain) else { return nil }
    let typesetter = Typesetter()
    let style = TextStyle(sizePoints: 10)
    func isDrawn(_ text: String) -> Bool { typesetter.set(text, style: style).unknownGlyphCount == 0 }
    guard !isDrawn(text) else { return nil }
    // A mark may be drawn only together with its letter, so whole characters are asked for first.
    for character in text where !isDrawn(String(character)) {
      let scalars = character.unicodeScalars
      return scalars.first { !isDrawn(String($0)) } ?? scalars.first
    }
    return text.unicodeScalars.first
  }

  /// Letters, figures and signs of ASCII, the ideographs of Unicode 1.1 and the punctuation that goes with them.
  static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E, 0xB7, 0x2014, 0x2018...0x2019, 0x201C...0x201D, 0x2026, 0x3000...0x3003, 0x3008...0x3011,
      0x3014...0x3015, 0x4E00...0x9FA5, 0xFF01...0xFF5E, 0xFFE5:
      true
    default: false
    }
  }
}
