import Characters
import Foundation
import Terminal
import TestSupport
import Testing

/// A pty whose far end is the terminal of the code under test.
final class Pty: Sendable {
  let primary: Int32
  let secondary: Int32

  init() throws {
    var primary: Int32 = -1
    var secondary: Int32 = -1
    var size = winsize(ws_row: 24, ws_col: 60, ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&primary, &secondary, nil, nil, &size) == 0)
    self.primary = primary
    self.secondary = secondary
  }

  deinit {
    close(primary)
    close(secondary)
  }

  func type(_ bytes: [UInt8]) { _ = write(primary, bytes, bytes.count) }

  /// Reads what is drawn until it contains `text`, and returns everything that was read.
  func read(until text: String) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1024)
    while !String(decoding: bytes, as: UTF8.self).contains(text), Waiting.forInput(on: primary) {
      let count = Glibc.read(primary, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  var isRaw: Bool {
    var attributes = termios()
    tcgetattr(secondary, &attributes)
    return attributes.c_lflag & tcflag_t(ICANON | ECHO | ISIG) != tcflag_t(ICANON | ECHO | ISIG)
  }
}

/// Runs `ask` on a thread of its own against a pty, while `person` types.
func converse<Answer: Sendable>(
  language: Language = .zh, isJSON: Bool = false,
  _ ask: @escaping @Sendable (Prompter) throws(PromptError) -> Answer, person: (Pty) -> Void
) throws -> (answer: Result<Answer, PromptError>, pty: Pty) {
  let pty = try Pty()
  let screen = Sink(fileDescriptor: pty.secondary)
  let console = Console(
    output: Transcript().sink, diagnostics: screen, source: LineEditor(fileDescriptor: pty.secondary),
    language: language, isJSON: isJSON)
  let answer = Watched<Result<Answer, PromptError>?>(nil)
  Thread.detachNewThread {
    let result = Result { () throws(PromptError) in try ask(Prompter(console)) }
    answer.change { $0 = result }
  }
  person(pty)
  #expect(answer.wait { $0 != nil })
  return (try #require(answer.latest), pty)
}

@Suite struct PromptTests {
  private let name = Text(zh: "单位名称", en: "Unit name")

  @Test func `a Chinese answer is typed, corrected and taken, byte by byte`() throws {
    let question = name
    let (answer, pty) = try converse { prompter throws(PromptError) in
      try prompter.text(question)
    } person: { pty in
      // The editor redraws the line after everything that it reads. The test waits for that after each byte, so
      // that no two bytes arrive at once.
      let drawn = "\u{1B}[K"
      _ = pty.read(until: "单位名称：" + drawn)
      #expect(pty.isRaw)
      for byte in Array("鑫源汽车维侈\u{7F}修".utf8) {
        pty.type([byte])
        _ = pty.read(until: drawn)
      }
      pty.type([0x0D])
    }
    #expect(try answer.get() == "鑫源汽车维修")
    #expect(!pty.isRaw)
  }

  @Test func `a wrong answer is asked for again with the reason`() throws {
    let question = Text(zh: "人数", en: "Number")
    let (answer, _) = try converse(language: .en) { prompter throws(PromptError) in
      try prompter.text(
        question, normalize: { TextNormalization.trimmed($0) },
        problem: { Int($0) == nil ? Text(zh: "不是整数", en: "no whole number") : nil })
    } person: { pty in
      _ = pty.read(until: "Number: ")
      pty.type(Array("many\r".utf8))
      #expect(pty.read(until: "no whole number").contains("many"))
      pty.type(Array("\r".utf8))
      _ = pty.read(until: "an answer is needed")
      pty.type(Array(" 12 \r".utf8))
    }
    #expect(try answer.get() == "12")
  }

  @Test func `Enter takes the default that is shown`() throws {
    let question = name
    let (answer, _) = try converse { prompter throws(PromptError) in
      try prompter.text(question, fallback: "白塔")
    } person: { pty in
      _ = pty.read(until: "[白塔]：")
      pty.type([0x0D])
    }
    #expect(try answer.get() == "白塔")
  }

  @Test(arguments: ["<\r", "＜\r", " 返回 \r"])
  func `going back is an answer of its own, where the prompter goes back`(typed: String) throws {
    let question = name
    let (answer, _) = try converse { prompter throws(PromptError) in
      try Prompter(prompter.console, goesBack: true).text(question, mayBeEmpty: true)
    } person: { pty in
      pty.type(Array(typed.utf8))
    }
    #expect(throws: PromptError.back) { try answer.get() }
    let (plain, _) = try converse { prompter throws(PromptError) in
      try prompter.text(question)
    } person: { pty in
      pty.type(Array(typed.utf8))
    }
    #expect(try ["<", "＜", "返回"].contains(plain.get()))
  }

  @Test func `a suggestion is shown with its source, and Tab completes an answer`() throws {
    let question = name
    let (answer, _) = try converse { prompter throws(PromptError) in
      try prompter.text(
        question, fallback: "/tmp/long", note: Text(zh: "最新", en: "newest"), shown: "long",
        completer: { LineCompletion(text: $0 + "b", candidates: ["ab", "abc"]) })
    } person: { pty in
      _ = pty.read(until: "单位名称 [long，最新]：")
      pty.type(Array("a\t".utf8))
      #expect(pty.read(until: "：ab").contains("ab   abc"))
      pty.type([0x0D])
    }
    #expect(try answer.get() == "ab")
  }

  @Test func `several lines pasted at once answer several questions`() throws {
    let question = name
    let (answer, _) = try converse { prompter throws(PromptError) in
      [try prompter.text(question), try prompter.text(question), try prompter.text(question)]
    } person: { pty in
      pty.type(Array("一\r二\r三\r".utf8))
    }
    #expect(try answer.get() == ["一", "二", "三"])
  }

  @Test(arguments: [
    ("2\r", "tig"), ("２\r", "tig"), ("tig\r", "tig"), ("ＴＩＧ\r", "tig"), ("氩弧焊\r", "tig"),
    (" TIG welding \r", "tig"),
    ("\r", "spot"), ("9\r4\r0\rspot\r", "spot"),
  ])
  func `a choice is taken by number, code, word or default`(typed: String, expected: String) throws {
    let (answer, _) = try converse { prompter throws(PromptError) in
      try prompter.choose(
        Text(zh: "焊机类型", en: "Process"),
        [
          Choice("manualArc", Text(zh: "手工电弧焊", en: "manual arc"), value: "manualArc"),
          Choice("tig", Text(zh: "氩弧焊", en: "TIG welding"), value: "tig"),
          Choice("spot", Text(zh: "点焊", en: "spot"), value: "spot"),
        ], fallback: 2)
    } person: { pty in
      #expect(pty.read(until: "[3]：").contains("  2  氩弧焊\r\n"))
      pty.type(Array(typed.utf8))
    }
    #expect(try answer.get() == expected)
  }

  @Test(arguments: [
    ("y\r", true), ("是\r", true), ("Ｎ\r", false), ("否\r", false), ("\r", true), ("maybe\rno\r", false),
  ])
  func `yes and no are understood in both languages`(typed: String, expected: Bool) throws {
    let (answer, _) = try converse { prompter throws(PromptError) in
      try prompter.confirm(Text(zh: "继续", en: "Go on"), fallback: true)
    } person: { pty in
      _ = pty.read(until: "继续（Y/n）：")
      pty.type(Array(typed.utf8))
    }
    #expect(try answer.get() == expected)
  }

  @Test(arguments: [([0x61, 0x03], PromptError.cancelled), ([0x04], .endOfInput)] as [([UInt8], PromptError)])
  func `Ctrl-C and Ctrl-D end the question and give the terminal back`(
    typed: [UInt8], expected: PromptError
  ) throws {
    let question = name
    let (answer, pty) = try converse { prompter throws(PromptError) in
      try prompter.text(question)
    } person: { pty in
      _ = pty.read(until: "：")
      pty.type(typed)
    }
    #expect(throws: expected) { try answer.get() }
    #expect(!pty.isRaw)
  }

  @Test func `a long question stands above its answer`() throws {
    let question = Text(verbatim: String(repeating: "很长的问题", count: 8))
    let (answer, _) = try converse { prompter throws(PromptError) in
      try prompter.text(question)
    } person: { pty in
      let screen = pty.read(until: "> ")
      for line in screen.split(separator: "\r\n") { #expect(DisplayWidth.columns(of: line) < 70) }
      pty.type(Array("答\r".utf8))
    }
    #expect(try answer.get() == "答")
  }

  @Test func `nothing is asked where stdin is no terminal or JSON is wanted`() throws {
    let question = name
    let console = Console(
      output: Transcript().sink, diagnostics: Transcript(isTerminal: true).sink,
      source: LineEditor(fileDescriptor: open("/dev/null", O_RDONLY)), language: .en)
    #expect(!console.canPrompt)
    #expect(throws: PromptError.notATerminal) { try Prompter(console).text(question) }
    #expect(throws: PromptError.notATerminal) { try Prompter(console).confirm(question) }
    let (answer, _) = try converse(isJSON: true) { prompter throws(PromptError) in
      try prompter.choose(question, [Choice("a", question, value: 1)])
    } person: { _ in
    }
    #expect(throws: PromptError.notATerminal) { try answer.get() }
  }
}
