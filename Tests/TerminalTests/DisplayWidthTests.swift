import Terminal
import TestSupport
import Testing

@Suite struct DisplayWidthTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("电焊机", 6), ("焊A机", 5), ("，。！", 6), ("１２３", 6), ("ｱｲｳ", 3), ("アイウ", 6),
    ("é", 1), ("e\u{301}", 1), ("が", 2), ("か\u{3099}", 2), ("한국", 4), ("\u{1112}\u{1161}\u{11AB}", 2),
    ("…—“”·°±×", 8), ("😀", 2), ("👨‍👩‍👧", 2), ("👍🏽", 2), ("🇨🇳", 2), ("❤", 1), ("❤\u{FE0F}", 2),
    ("1\u{FE0F}\u{20E3}", 2),
    ("a\u{200B}b", 2), ("\u{FEFF}a", 1), ("\u{1B}[0m", 3), ("\t", 0), ("𠮷野家", 6), ("🫠", 2), ("กำ", 2),
    ("😀\u{301}", 2),
    ("★☆", 2), ("㎡", 2), ("℃", 1), ("〇", 2), ("\u{3000}", 2),
  ])
  func `a text takes the columns that a terminal gives it`(text: String, columns: Int) {
    #expect(DisplayWidth.columns(of: text) == columns)
  }

  @Test(arguments: [
    ("电焊机", 6, "电焊机"), ("电焊机", 5, "电焊…"), ("电焊机", 4, "电…"), ("电焊机", 2, "…"), ("电焊机", 1, "…"),
    ("电焊机", 0, ""), ("welder", 5, "weld…"), ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"), ("👨‍👩‍👧👨‍👩‍👧", 3, "👨‍👩‍👧…"),
  ])
  func `a text is cut to whole characters with an ellipsis`(text: String, width: Int, expected: String) {
    #expect(DisplayWidth.truncate(text, to: width) == expected)
  }

  @Test func `padding counts columns, at either side`() {
    #expect(DisplayWidth.pad("焊机", to: 6) == "焊机  ")
    #expect(DisplayWidth.pad("焊机", to: 6, .trailing) == "  焊机")
    #expect(DisplayWidth.pad("焊机焊机", to: 6) == "焊机焊机")
  }

  @Test(arguments: [
    ("the quick brown fox", 10, ["the quick", "brown fox"]),
    ("达拉特旗电焊机加芯赋码", 10, ["达拉特旗电", "焊机加芯赋", "码"]),
    // A break before the comma would put it at the start of the second line.
    ("达拉特旗，电焊机", 8, ["达拉特", "旗，电焊", "机"]),
    ("请用（weldtech ports）查看", 14, ["请用（weldtech", "ports）查看"]),
    ("请用（说明）", 6, ["请用", "（说", "明）"]),
    ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
    ("a\n\nb", 10, ["a", "", "b"]), ("", 10, [""]), ("  indented text", 10, ["  indented", "text"]),
    ("一二三", 0, ["一", "二", "三"]), ("a  b", 3, ["a", "b"]), ("电焊 machine", 12, ["电焊 machine"]),
  ])
  func `a text wraps between words and between Chinese characters`(text: String, width: Int, lines: [String]) {
    #expect(DisplayWidth.wrap(text, to: width) == lines)
  }

  @Test func `what a file or a module says cannot move the cursor`() {
    #expect(DisplayWidth.printable("a\u{1B}[2Jb\tc\nd\u{9B}e\u{202E}f") == "a�[2Jb c d�e�f")
    #expect(DisplayWidth.printable("电焊机 👨‍👩‍👧 e\u{301}") == "电焊机 👨‍👩‍👧 e\u{301}")
  }

  @Test func `no line of a wrapped text is too wide whatever the text`() {
    let alphabet = Array("电焊机，。（）ab 　-1.e\u{301}😀\n")
    for seed in 0..<UInt64(500) {
      var random = SplitMix64(seed: seed)
      let text = String(
        (0..<Int.random(in: 0...60, using: &random)).map { _ in alphabet[random.next(below: alphabet.count)] })
      let width = Int.random(in: 2...20, using: &random)
      for line in DisplayWidth.wrap(text, to: width) {
        #expect(DisplayWidth.columns(of: line) <= width, "seed \(seed): \(text.debugDescription) at \(width)")
      }
      #expect(DisplayWidth.columns(of: DisplayWidth.truncate(text, to: width)) <= width, "seed \(seed)")
    }
  }
}
