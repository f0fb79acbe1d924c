import Terminal
import TestSupport
import Testing

@Suite struct LineEditorCoreTests {
  private func edit(_ keys: String, text: String = "") -> LineEditorCore {
    var core = LineEditorCore(prompt: "名称：", text: text)
    for byte in keys.utf8 { core.feed(byte) }
    return core
  }

  @Test(arguments: [
    ("abc", "abc", 3), ("电焊机", "电焊机", 3), ("电焊机\u{7F}", "电焊", 2), ("abc\u{8}", "ab", 2),
    ("e\u{301}\u{7F}", "", 0), ("👨‍👩‍👧\u{7F}", "", 0), ("ab\u{1B}[Dx", "axb", 2), ("电焊\u{1B}[D机", "电机焊", 2),
    ("abc\u{1}x", "xabc", 1), ("abc\u{1B}[Hx", "xabc", 1), ("abc\u{1B}[1~x", "xabc", 1),
    ("abc\u{1B}OHx", "xabc", 1),
    ("abc\u{1}\u{5}x", "abcx", 4), ("abc\u{1}\u{1B}[Fx", "abcx", 4), ("abc\u{1}\u{1B}[4~x", "abcx", 4),
    ("abc\u{1}\u{1B}[3~", "bc", 0), ("abc\u{1}\u{4}", "bc", 0), ("abc\u{1}\u{1B}[C\u{B}", "a", 1),
    ("ab cd\u{15}", "", 0), ("ab cd\u{17}", "ab ", 3), ("ab cd  \u{17}x", "ab x", 4),
    ("ab cd\u{1B}[1;5Dx", "ab xcd", 4), ("ab cd\u{1}\u{1B}[1;5Cx", "abx cd", 3),
    ("ab\u{1B}[A\u{1B}[B\u{1B}[5~c", "abc", 3),
    ("\u{7F}\u{1B}[D\u{1B}[C\u{1B}[3~\u{17}a", "a", 1), ("a\u{0}\u{7}\tb", "ab", 2), ("ab\u{1B}bx", "xab", 1),
    ("１３８", "１３８", 3), ("𠮷", "𠮷", 1),
  ])
  func `keys edit the line`(keys: String, text: String, cursor: Int) {
    let core = edit(keys)
    #expect(core.text == text)
    #expect(core.cursor == cursor)
    #expect(core.state == .editing)
  }

  @Test(arguments: [
    ("ab\rcd", LineEditorCore.State.accepted, "ab"), ("ab\ncd", .accepted, "ab"),
    ("ab\u{3}cd", .cancelled, "ab"),
    ("\u{4}", .ended, ""), ("ab\u{4}", .editing, "ab"),
  ])
  func `a key ends the line and what follows is not taken`(
    keys: String, state: LineEditorCore.State, text: String
  ) {
    let core = edit(keys)
    #expect(core.state == state)
    #expect(core.text == text)
  }

  @Test(
    arguments: [
      ([0xE7, 0x84], ""), ([0xE7, 0x84, 0x61], "a"), ([0xE7, 0x84, 0x8A], "焊"), ([0xC0, 0xAF, 0x61], "a"),
      ([0xED, 0xA0, 0x80, 0x61], "a"), ([0xF4, 0x90, 0x80, 0x80, 0x61], "a"), ([0x80, 0xBF, 0x61], "a"),
      ([0xE7, 0xE7, 0x84, 0x8A], "焊"), ([0xC2, 0x9B, 0x61], "a"), ([0xFF, 0xFE, 0x61], "a"),
      ([0x1B, 0x5B, 0xE7, 0x84, 0x8A], ""),
    ] as [([UInt8], String)])
  func `broken UTF-8 is skipped and the next character found`(bytes: [UInt8], text: String) {
    var core = LineEditorCore(prompt: "")
    for byte in bytes { core.feed(byte) }
    #expect(core.text == text)
  }

  @Test func `the line is drawn with the cursor in its column`() {
    var core = edit("电焊机\u{1B}[D")
    #expect(core.draw(columns: 80).description == "\r名称：电焊机\u{1B}[K\r\u{1B}[10C")
  }

  @Test func `a line that is too long scrolls with the cursor`() {
    var core = LineEditorCore(prompt: "> ", text: "一二三四五六七八九十")
    #expect(core.draw(columns: 13).description == "\r> …七八九十\u{1B}[K\r\u{1B}[11C")
    core.feed(0x01)
    #expect(core.draw(columns: 13).description == "\r> 一二三四五\u{1B}[K\r\u{1B}[2C")
    // The terminal is wide enough again, and the line is shown from its beginning.
    core.feed(0x05)
    #expect(core.draw(columns: 40).description == "\r> 一二三四五六七八九十\u{1B}[K\r\u{1B}[22C")
  }

  @Test func `any bytes leave a whole line that fits its row`() {
    let pieces: [UInt8] = [
      0x1B, 0x5B, 0x44, 0x43, 0x33, 0x7E, 0x7F, 0x01, 0xE7, 0x84, 0x8A, 0xCC, 0x81, 0x61,
    ]
    for seed in 0..<UInt64(300) {
      var random = SplitMix64(seed: seed)
      var core = LineEditorCore(prompt: "提示：")
      for _ in 0..<200 {
        core.feed(
          seed % 2 == 0
            ? UInt8.random(in: 0...255, using: &random) : pieces[random.next(below: pieces.count)])
        let columns = Int.random(in: 0...60, using: &random)
        let drawing = core.draw(columns: columns).description
        guard let shown = drawing.dropFirst().split(separator: "\u{1B}").first else { continue }
        #expect(DisplayWidth.columns(of: shown) < max(8, columns), "seed \(seed)")
        #expect(core.cursor <= core.text.count, "seed \(seed)")
      }
    }
  }

  @Test func `a line without end is cut off`() {
    var core = LineEditorCore(prompt: "")
    for _ in 0..<(LineEditorCore.maxBytes + 100) { core.feed(0x61) }
    #expect(core.text.utf8.count == LineEditorCore.maxBytes)
  }

  @Test func `Tab completes what stands before the cursor, and keeps the endings for once`() {
    var core = LineEditorCore(prompt: "") { typed in
      LineCompletion(text: typed + "工坊", candidates: typed == "焊" ? ["焊工坊", "焊工坊二"] : [])
    }
    for byte in Array("焊尾\u{1B}[D\t".utf8) { core.feed(byte) }
    #expect(core.text == "焊工坊尾" && core.cursor == 3)
    #expect(core.takeCandidates() == ["焊工坊", "焊工坊二"])
    #expect(core.takeCandidates().isEmpty)
    // Without a function that completes, the Tab key does nothing.
    #expect(edit("焊\t接").text == "焊接")
  }
}
