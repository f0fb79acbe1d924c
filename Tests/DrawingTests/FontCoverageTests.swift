import Foundation
import Testing

@testable import Drawing

/// Checks the fonts of labels and agreements, which scripts/setup installs.
@Suite struct FontCoverageTests {
  /// The PostScript names of the faces that pango uses for a text, in order.
  private func faces(_ text: String, weight: TextStyle.Weight = .regular) -> [String] {
    Typesetter().set(text, style: TextStyle(sizePoints: 10, weight: weight)).glyphRuns.map(\.face.name)
  }

  @Test func `what is not asked for is there`() {
    let plain = (0x20...UInt32(0xFFFF)).compactMap(Unicode.Scalar.init).filter(FontCoverage.isPlain)
    #expect(plain.count > 21_000)
    let text = String(String.UnicodeScalarView(plain))
    #expect(Typesetter().set(text, style: TextStyle(sizePoints: 10)).unknownGlyphCount == 0)
    #expect(Set(faces(text)) == ["NotoSansCJKsc-Regular"])
    #expect(Set(faces(text, weight: .bold)) == ["NotoSansCJKsc-Bold"])
  }

  @Test(arguments: [
    // The characters are rare ones in names, from each extension that has a font.
    "䶮㛃㵥𠅤𡐓𬭎𬬻𬎆", "\u{3400}\u{4DB5}", "\u{20000}\u{2A6D6}", "\u{2A700}\u{2B734}", "\u{2B740}\u{2B81D}",
    "\u{2B820}\u{2CEA1}", "\u{2CEB0}\u{2EBE0}", "\u{30000}", "葛\u{E0100}", "ᠮᠣᠩᠭᠣᠯ",
    "\u{182D}\u{180E}\u{1820}\u{202F}\u{1824}",
    "ӨҮё", "é ü", "한글", "·—…℃㎡№①Ⅳ",
  ])
  func `names as people have them are drawn`(text: String) {
    #expect(FontCoverage().firstWithoutGlyph(in: text) == nil)
  }

  @Test(
    arguments: [
      ("王\u{E863}明", 0xE863), ("王\u{10FFFD}", 0x10FFFD), ("示例\u{1E4D0}", 0x1E4D0),
      ("\u{20000}\u{1E4D1}\u{1E4D0}", 0x1E4D1),
      // BabelStone Han has a glyph of its own for this private-use character, and counts as a font without one.
      ("\u{E000}", 0xE000),
    ] as [(String, UInt32)])
  func `the first character that no font has is named`(text: String, value: UInt32) {
    #expect(FontCoverage().firstWithoutGlyph(in: text)?.value == value)
  }

  @Test func `the chain is taken in its order`() {
    #expect(faces("王\u{2A701}") == ["NotoSansCJKsc-Regular", "BabelStoneHan"])
    #expect(faces("ᠮᠣᠩ") == ["NotoSansMongolian-Regular"])
    #expect(
      faces("\u{20002}").allSatisfy { ["HanaMinB", "BabelStoneHan", "NotoSansCJKsc-Regular"].contains($0) })
  }
}
