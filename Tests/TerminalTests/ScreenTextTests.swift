import Foundation
import Terminal
import TestSupport
import Testing

/// Checks that text from outside has no effect on a terminal.
@Suite struct ScreenTextTests {
  @Test(arguments: [
    ("焊机 ZX7-315", "焊机 ZX7-315"), ("a\nb\tc", "a\nb\tc"), ("\u{1B}[2Ja", "\u{FFFD}[2Ja"),
    ("\u{1B}]0;title\u{7}", "\u{FFFD}]0;title\u{FFFD}"), ("\u{9B}31ma", "\u{FFFD}31ma"),
    ("a\u{8}b\u{7F}", "a\u{FFFD}b\u{FFFD}"),
    ("100\rA", "100 A"), ("a\u{202E}b\u{202C}", "a\u{FFFD}b\u{FFFD}"),
    ("a\u{200F}\u{61C}\u{2066}b", "a\u{FFFD}\u{FFFD}\u{FFFD}b"),
    ("a\u{2028}b\u{85}c\u{0}", "a b c\u{FFFD}"), ("ᠮᠣᠩ\u{202F}ᠤᠨ", "ᠮᠣᠩ\u{202F}ᠤᠨ"),
  ])
  func `outside text is made harmless`(text: String, shown: String) {
    #expect(ScreenText(text).description == shown)
    #expect("\(text)" as ScreenText == ScreenText(text))
  }

  @Test func `styles are put around text that has been made harmless`() {
    let styling = Styling(isEnabled: true)
    #expect(styling("\u{1B}[0mx", .red).description == "\u{1B}[31m\u{FFFD}[0mx\u{1B}[0m")
    #expect("<\(styling("x", .red, .bold))>" as ScreenText == "<" + styling("x", .red, .bold) + ">")
    #expect(("<\(styling("x", .red))>" as ScreenText).description == "<\u{1B}[31mx\u{1B}[0m>")
    #expect(Styling.plain("\u{1B}x", .red).description == "\u{FFFD}x")
  }

  private static let hostile = "x\u{1B}[2J\u{9B}2J\u{202E}\u{7}\r\u{0}y"

  private static func isHarmless(_ text: String, allowing sequences: [String]) -> Bool {
    var rest = text
    for sequence in sequences { rest = rest.replacingOccurrences(of: sequence, with: "") }
    return rest.unicodeScalars.allSatisfy {
      $0 == "\n"
        || !($0.value < 0x20 || (0x7F..<0xA0).contains($0.value) || (0x202A...0x202E).contains($0.value))
    }
  }

  @Test(arguments: [true, false])
  func `every way to the console is filtered, on a terminal and in a pipe`(isTerminal: Bool) {
    let (output, diagnostics) = (Transcript(isTerminal: isTerminal), Transcript(isTerminal: isTerminal))
    let console = Console(output: output.sink, diagnostics: diagnostics.sink, language: .zh, isVerbose: true)
    console.put(Self.hostile)
    console.say(Text(verbatim: Self.hostile), .red, .bold)
    console.sayMore(Text(verbatim: Self.hostile))
    var table = Table([.init(Text(verbatim: Self.hostile))])
    table.add([Table.Cell(Self.hostile, .green)])
    console.output.write(table.render(in: .zh, width: nil, styling: console.outputStyling))
    var details = Details()
    details.heading(Text(verbatim: Self.hostile))
    details.row(Text(verbatim: Self.hostile), Self.hostile, .yellow)
    console.output.write(details.render(in: .zh, width: 60, styling: console.outputStyling))
    let progress = ProgressDisplay(
      isTerminal ? .terminal : .lines, on: console.diagnostics, language: .zh,
      styling: console.diagnosticsStyling,
      now: { .zero })
    progress.begin(Text(verbatim: Self.hostile), total: 10, unit: .items(Text(verbatim: Self.hostile)))
    progress.advance(to: 5)
    progress.note(Text(verbatim: Self.hostile))
    progress.finish(Text(verbatim: Self.hostile))
    let ours = ["\u{1B}[K", "\u{1B}[0m"] + ["1", "2", "31;1", "31", "32", "33", "36"].map { "\u{1B}[\($0)m" }
    #expect(Self.isHarmless(output.text, allowing: isTerminal ? ours : []), "\(output.text.debugDescription)")
    #expect(
      Self.isHarmless(diagnostics.text, allowing: isTerminal ? ours + ["\r"] : []),
      "\(diagnostics.text.debugDescription)")
    #expect(output.text.contains("x") && diagnostics.text.contains("x"))
  }

  @Test func `a prompt is filtered, and what is typed at it`() {
    var core = LineEditorCore(prompt: Self.hostile, text: Self.hostile)
    let drawn = core.draw(columns: 80).description
    #expect(
      Self.isHarmless(drawn, allowing: ["\r", "\u{1B}[K", "\u{1B}[\(drawn.split(separator: "[").last ?? "")"]))
  }

  @Test func `a JSON document keeps its strings and shows no control`() throws {
    let output = Transcript()
    let strings = [Self.hostile, "\u{7F}\u{85}\u{9F}", "\u{2028}\u{2066}\u{200E}", "焊机"]
    let document = String(decoding: try JSONEncoder().encode(strings), as: UTF8.self)
    output.sink.write(json: document)
    #expect(Self.isHarmless(output.text, allowing: []))
    #expect(try JSONDecoder().decode([String].self, from: Data(output.text.utf8)) == strings)
  }
}
