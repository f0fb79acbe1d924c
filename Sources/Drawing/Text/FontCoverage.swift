/// Tells which characters can be drawn, because one of the fonts in use has them.
public struct FontCoverage: Sendable {
  public init() {}

  /// The first character of `text` that no installed font has; nil where all of it can be drawn.
  ///
  /// Fonts are loaded only for characters outside the known set of Noto Sans CJK SC, because loading them takes
  /// some 50 ms, which most registrations can save.
  public func firstWithoutGlyph(in text: String) -> Unicode.Scalar? {
    guard !text.unicodeScalars.allSatisfy(Self.isPlain) else { return nil }
    let typesetter = Typesetter()
    let style = TextStyle(sizePoints: 10)
    func isDrawn(_ text: String) -> Bool { typesetter.set(text, style: style).unknownGlyphCount == 0 }
    guard !isDrawn(text) else { return nil }
    // Whole characters are asked for first, because some marks can be drawn only together with their letter.
    for character in text where !isDrawn(String(character)) {
      let scalars = character.unicodeScalars
      return scalars.first { !isDrawn(String($0)) } ?? scalars.first
    }
    return text.unicodeScalars.first
  }

  /// The known set: letters, figures and signs of ASCII, the ideographs of Unicode 1.1 and their punctuation.
  static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E, 0xB7, 0x2014, 0x2018...0x2019, 0x201C...0x201D, 0x2026, 0x3000...0x3003, 0x3008...0x3011,
      0x3014...0x3015, 0x4E00...0x9FA5, 0xFF01...0xFF5E, 0xFFE5:
      true
    default: false
    }
  }
}
