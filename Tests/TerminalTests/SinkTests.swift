import Foundation
import Terminal
import Testing

@Suite struct SinkTests {
  @Test func `a write goes out whole through a pipe that fills up`() throws {
    let pipe = Pipe()
    let descriptor = pipe.fileHandleForWriting.fileDescriptor
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    let sink = Sink(fileDescriptor: descriptor)
    let text = String((0..<60_000).flatMap { "\($0)焊" })
    Thread.detachNewThread {
      sink.write(ScreenText(text))
      try? pipe.fileHandleForWriting.close()
    }
    #expect(try pipe.fileHandleForReading.readToEnd() == Data(text.utf8))
    #expect(sink.failure == nil)
    #expect(!sink.isTerminal)
    #expect(sink.columns == 80)
  }

  @Test func `a reader that went away is remembered and nothing more is written`() {
    signal(SIGPIPE, SIG_IGN)
    let pipe = Pipe()
    let sink = Sink(fileDescriptor: pipe.fileHandleForWriting.fileDescriptor)
    pipe.fileHandleForReading.closeFile()
    sink.write("a")
    sink.write("b")
    #expect(sink.failure == .readerGone)
  }

  @Test func `a terminal's width is asked anew each time`() throws {
    let pty = try Pty()
    let sink = Sink(fileDescriptor: pty.secondary)
    #expect(sink.isTerminal)
    #expect(sink.columns == 60)
    var size = winsize(ws_row: 24, ws_col: 132, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(pty.primary, UInt(TIOCSWINSZ), &size)
    #expect(sink.columns == 132)
  }

  @Test func `a full disk is a failure`() {
    let sink = Sink(fileDescriptor: open("/dev/full", O_WRONLY))
    sink.write("a")
    #expect(sink.failure == .failed(errno: ENOSPC))
  }

  @Test(arguments: [
    (["LANG": "zh_CN.UTF-8"], Language.zh), (["LANG": "en_GB.UTF-8"], .en), ([:], .en),
    (["LC_ALL": "C", "LANG": "zh_CN.UTF-8"], .en), (["LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "C"], .zh),
  ])
  func `the language is the locale's`(environment: [String: String], expected: Language) {
    #expect(Language(environment: environment) == expected)
  }

  @Test func `amounts are readable`() {
    #expect(
      [0, 1023, 1024, 1_572_864, Int.max].map(Measures.bytes) == [
        "0 B", "1023 B", "1.0 KiB", "1.5 MiB", "8388608.0 TiB",
      ])
    #expect([-5, 7, 125, 3725].map(Measures.duration(seconds:)) == ["0 s", "7 s", "2:05", "1:02:05"])
    #expect([0.04, -0.25, 2.96, .nan].map(Measures.tenths) == ["0.0", "-0.3", "3.0", "?"])
  }
}
