import Foundation
import Synchronization
import Terminal
import TestSupport
import Testing

/// A clock that only the test advances.
private final class Hand: Sendable {
  private let seconds = Mutex(0.0)
  func move(by step: Double) { seconds.withLock { $0 += step } }
  var now: Duration { .seconds(seconds.withLock { $0 }) }
}

@Suite struct ProgressDisplayTests {
  private let title = Text(zh: "写入固件", en: "Writing firmware")

  private func flash(_ form: ProgressDisplay.Form, language: Language, columns: Int = 80) -> String {
    let transcript = Transcript(isTerminal: form == .terminal, columns: columns)
    let hand = Hand()
    let progress = ProgressDisplay(form, on: transcript.sink, language: language, now: { hand.now })
    progress.begin(title, total: 65536)
    for block in 1...64 {
      hand.move(by: 0.5)
      progress.advance(to: block * 1024)
      if block == 32 { progress.note(Text(zh: "第 3 扇区重写一次", en: "sector 3 written again")) }
    }
    progress.finish()
    return transcript.text
  }

  @Test func `a pipe gets few lines`() {
    let expected = """
      Writing firmware…
      Writing firmware: 31%, 20.0 KiB / 64.0 KiB
      sector 3 written again
      Writing firmware: 62%, 40.0 KiB / 64.0 KiB
      Writing firmware: 93%, 60.0 KiB / 64.0 KiB
      Writing firmware: done, 64.0 KiB, 32 s

      """
    #expect(flash(.lines, language: .en) == expected)
  }

  @Test func `a terminal gets one line with bar, rate and time left`() {
    let text = flash(.terminal, language: .zh, columns: 100)
    let frame =
      "\r写入固件  [###############---------------]   50%  32.0 KiB / 64.0 KiB  2.0 KiB/s  剩余 16 s\u{1B}[K"
    #expect(text.contains(frame))
    #expect(text.contains("\r\u{1B}[K第 3 扇区重写一次\n"))
    #expect(text.hasSuffix("\r\u{1B}[K写入固件：完成，64.0 KiB，32 s\n"))
  }

  @Test(arguments: [20, 30, 40, 60, 80, 120])
  func `the drawn line fits the terminal`(columns: Int) {
    for frame in flash(.terminal, language: .zh, columns: columns).split(separator: "\r") {
      let line = frame.replacingOccurrences(of: "\u{1B}[K", with: "")
      if line.hasSuffix("\n") { continue }
      #expect(DisplayWidth.columns(of: line) < columns, "\(line)")
    }
  }

  @Test func `JSON lines are one object each`() throws {
    let lines = flash(.jsonLines, language: .en).split(separator: "\n")
    for line in lines {
      #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
    }
    let first =
      #"{"done":0,"event":"begin","seconds":0,"title":"Writing firmware","total":65536,"unit":"bytes"}"#
    #expect(lines.first.map(String.init) == first)
    #expect(lines.last?.contains(#""event":"finish""#) == true)
  }

  @Test func `silence is silent and odd numbers do no harm`() {
    #expect(flash(.silent, language: .zh).isEmpty)
    let transcript = Transcript(isTerminal: true)
    let hand = Hand()
    let progress = ProgressDisplay(.terminal, on: transcript.sink, language: .en, now: { hand.now })
    progress.advance(to: 3)
    progress.finish()
    for (total, done) in [(0, 0), (0, 5), (-1, Int.max), (Int.max, Int.min), (Int.max, Int.max), (1, 7)] {
      progress.begin(title, total: total, unit: .items(Text(zh: "张", en: "labels")))
      hand.move(by: 1.5)
      progress.advance(to: done)
      hand.move(by: 100_000)
      progress.advance(to: done)
    }
    progress.fail()
    #expect(transcript.text.hasSuffix("Writing firmware: not finished, 7 / 1 labels, 27:46:42\n"))
  }

  @Test func `the form follows the console`() {
    let hand = Hand()
    for (isTerminal, isJSON, isVerbose, expected) in [
      (true, false, false, "\r"), (false, false, false, "Writing firmware…\n"), (true, true, false, ""),
      (true, true, true, "{"),
    ] {
      let transcript = Transcript(isTerminal: isTerminal)
      let console = Console(
        output: Transcript().sink, diagnostics: transcript.sink, language: .en, isJSON: isJSON,
        isVerbose: isVerbose)
      ProgressDisplay(for: console, now: { hand.now }).begin(title, total: 10)
      #expect(transcript.text.hasPrefix(expected))
      #expect(expected.isEmpty == transcript.text.isEmpty)
    }
  }
}
