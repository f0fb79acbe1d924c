import Foundation
import Testing

@testable import Records

@Suite struct WrittenTextTests {
  private func read(_ text: String, _ shape: WrittenText.Shape = .title) throws(WrittenText.Fault) -> [UInt32] {
    try WrittenText(text, shape, drawnBy: nil).text.unicodeScalars.map(\.value)
  }

  private func fault(_ text: String, _ shape: WrittenText.Shape = .title) -> WrittenText.Fault? {
    do {
      _ = try WrittenText(text, shape, drawnBy: nil)
      return nil
    } catch { return error }
  }

  @Test(arguments: [
    ("e\u{301}", "\u{E9}"), ("\u{41}\u{30A}", "\u{C5}"), ("\u{1100}\u{1161}", "\u{AC00}"),
    // A compatibility ideograph becomes the ideograph that it stands for.
    ("\u{F9DC}", "\u{9686}"), ("\u{2F800}", "\u{4E3D}"), ("a\u{323}\u{307}", "\u{1EA1}\u{307}"),
    ("a\u{307}\u{323}", "\u{1EA1}\u{307}"),
  ])
  func `joins letters and marks`(written: String, kept: String) throws {
    #expect(try read(written) == kept.unicodeScalars.map(\.value))
  }

  @Test(arguments: [
    ("\u{FEFF}示例", "示例"), ("示\u{200B}例", "示例"), ("ZX7\u{200D}-315", "ZX7-315"), ("示\u{2060}例\u{AD}", "示例"),
    ("  示例\u{200B} \t", "示例"), ("示\u{3164}例", "示例"), ("a\u{A0}b\u{2003}c\td", "a b c d"), ("示　例", "示　例"),
    ("示\u{202F}例", "示 例"), ("\u{180B}示例", "示例"), ("☎\u{FE0F}", "☎"),
  ])
  func `drops what is not seen and spells nothing`(written: String, kept: String) throws {
    #expect(try read(written) == kept.unicodeScalars.map(\.value))
  }

  @Test(arguments: [
    // These texts are Mongolian: a form of a letter, a separated vowel, a suffix behind a narrow space,
    // joiners.
    "\u{182D}\u{180B}\u{180D}", "\u{182D}\u{180E}\u{1820}", "\u{182E}\u{202F}\u{1824}\u{1828}",
    "\u{182E}\u{200D}\u{1820}", "\u{200D}\u{1820}", "\u{182E}\u{200C}\u{1820}", "\u{1820}\u{180F}",
    "\u{182D}\u{180C}",
    // These texts are ideographs with a variant shape, as a family uses it.
    "\u{845B}\u{E0100}", "\u{9089}\u{E010E}", "\u{4E00}\u{FE00}",
    // This text is Persian, in which the non-joiner is part of the spelling.
    "\u{645}\u{6CC}\u{200C}\u{62E}",
  ])
  func `keeps what spells a word`(text: String) throws {
    #expect(try read(text) == text.unicodeScalars.map(\.value))
  }

  @Test(arguments: [
    ("示例\u{202E}焊接铺", UnusableCharacter.Reason.bidi, "U+202E", 3), ("\u{200E}a", .bidi, "U+200E", 1),
    ("a\u{200F}", .bidi, "U+200F", 1), ("\u{61C}a", .bidi, "U+061C", 1),
    ("a\u{2066}b\u{2069}", .bidi, "U+2066", 1),
    ("a\u{202D}1\u{202C}", .bidi, "U+202D", 1), ("王\u{E000}", .privateUse, "U+E000", 2),
    ("\u{F0000}", .privateUse, "U+F0000", 1), ("a\u{10FFFD}", .privateUse, "U+10FFFD", 2),
    ("王\u{378}", .unassigned, "U+0378", 2), ("王\u{FFFE}", .unassigned, "U+FFFE", 2),
    ("a\u{2028}b", .lineEnd, "U+2028", 2), ("a\u{2029}b", .lineEnd, "U+2029", 2),
    ("a\nb", .lineEnd, "U+000A", 2),
    ("a\u{85}b", .lineEnd, "U+0085", 2), ("a\u{B}b", .lineEnd, "U+000B", 2),
    ("a\u{1B}[31mb", .control, "U+001B", 2),
    ("a\u{0}", .control, "U+0000", 2), ("a\u{7F}", .control, "U+007F", 2), ("a\u{9B}b", .control, "U+009B", 2),
    ("a\u{FFF9}b", .control, "U+FFF9", 2), ("树林\u{FFFD}镇", .replacement, "U+FFFD", 3),
  ])
  func `refuses by name what misleads`(
    text: String, reason: UnusableCharacter.Reason, codePoint: String, position: Int
  ) {
    guard case .character(let character) = fault(text) else {
      Issue.record("taken")
      return
    }
    #expect(character.reason == reason)
    #expect(character.codePoint == codePoint)
    // A mark may belong to the character before it.
    #expect(abs(character.position - position) <= 1)
  }

  @Test func `names the mark`() {
    #expect(UnusableCharacter("\u{202E}", reason: .bidi, position: 1).name == "RIGHT-TO-LEFT OVERRIDE")
  }

  @Test func `lines are of a note only`() throws {
    #expect(try WrittenText("一\r\n二\r三\n四", .note, drawnBy: nil).text == "一\n二\n三\n四")
    #expect(fault("一\u{2028}二", .note) != nil)
    #expect(fault("一\u{C}二", .note) != nil)
    #expect(try WrittenText("一\n", .name, drawnBy: nil).text == "一")
  }

  @Test(arguments: [
    "", " ", "\u{FEFF}", "\u{200B}\u{2060}", "\u{3164}", "\u{2800}", "　\t", "\u{301}", "\u{E0100}",
  ])
  func `nothing seen is nothing written`(text: String) throws {
    #expect(fault(text) == .empty)
    #expect(try WrittenText.optional(text, .title, drawnBy: nil) == nil)
  }

  @Test func `is bounded in characters and in bytes`() throws {
    let ideograph = "\u{20000}\u{E0100}"
    #expect(
      try WrittenText(String(repeating: ideograph, count: 40), .name, drawnBy: nil).text.utf8.count == 320)
    #expect(fault(String(repeating: "字", count: 41), .name) == .tooLong(maxCharacters: 40))
    #expect(fault("a" + String(repeating: "\u{335}", count: 400), .name) == .tooManyBytes(max: 320))
    #expect(fault(String(repeating: "a", count: 10_000_000), .name) == .tooLong(maxCharacters: 40))
  }

  /// A font that has only ideographs of the first block and ASCII.
  private struct Few: GlyphCoverage {
    func firstWithoutGlyph(in text: String) -> Unicode.Scalar? {
      text.unicodeScalars.first { $0.value > 0x7E && !(0x4E00...0x9FFF).contains($0.value) }
    }
  }

  @Test func `names the character that no font has`() {
    #expect(throws: WrittenText.Fault.character(UnusableCharacter("\u{20000}", reason: .noGlyph, position: 2)))
    {
      try WrittenText("王\u{20000}", .name, drawnBy: Few())
    }
  }

  @Test func `what is kept is read for ever`() throws {
    let kept = "a\u{0}\u{202E}\u{E000}\u{FFFF}" + String(repeating: "字", count: 1_000)
    let bytes = try RecordCoding.encode(WrittenText(asKept: kept))
    #expect(try RecordCoding.decode(WrittenText.self, from: bytes).text == kept)
    #expect(try RecordCoding.encode(["x": WrittenText("好", .name, drawnBy: nil)]) == Data(#"{"x":"好"}"#.utf8))
  }
}
