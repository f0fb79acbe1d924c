import Foundation
import Glibc
import TestSupport
import Testing

/// A terminal of 80 columns with a running program, for a test that reads and types as a person does.
final class TerminalSession {
  private let program: RunningProgram
  private let primary: Int32
  private let secondary: Int32
  private var screen: [UInt8] = []
  /// The number of bytes on the screen when the last question was answered; these bytes are not searched again.
  private var seen = 0
  private let settings: termios

  /// The number of questions that were answered.
  private(set) var questions = 0
  /// The number of key strokes for all answers: 1 for a key and for Enter, 3.5 for a Chinese character.
  private(set) var strokes = 0.0

  /// Starts the program on a terminal.
  /// - Parameter folder: the folder in which the program runs; nil for that of the tests.
  init(
    _ arguments: [String], environment: [String: String] = [:], folder: String? = nil, columns: UInt16 = 80
  ) throws {
    var primary: Int32 = -1
    var secondary: Int32 = -1
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&primary, &secondary, nil, nil, &size) == 0)
    // A child process of another test would otherwise keep the terminal open.
    for descriptor in [primary, secondary] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    self.primary = primary
    self.secondary = secondary
    var settings = termios()
    tcgetattr(secondary, &settings)
    self.settings = settings
    program = try RunningProgram(
      Weldtech.path, arguments,
      environment: Weldtech.environment(["TERM": "xterm-256color"].merging(environment) { $1 }), folder: folder,
      terminal: FileHandle(fileDescriptor: secondary, closeOnDealloc: false))
  }

  deinit {
    program.signal(SIGKILL)
    close(primary)
    close(secondary)
  }

  /// The text that was shown, without the sequences that move the cursor or change a colour.
  var text: String { Self.plain(screen) }
  var raw: String { String(decoding: screen, as: UTF8.self) }

  /// Waits for `question` and answers it.
  func answer(_ question: String, _ answer: String, place: SourceLocation = #_sourceLocation) throws {
    try read(until: question, place: place)
    seen = screen.count
    questions += 1
    strokes += Self.strokes(for: answer)
    type(answer + "\r")
  }

  /// Waits for `question` and answers it as a scanner does, which types the text and Enter and takes no key
  /// strokes.
  func scan(_ question: String, _ text: String, place: SourceLocation = #_sourceLocation) throws {
    try read(until: question, place: place)
    seen = screen.count
    questions += 1
    type(text + "\r")
  }

  /// Returns the number of key strokes for a line and its Enter.
  static func strokes(for line: String) -> Double {
    line.unicodeScalars.reduce(1) { $0 + ((0x2E80...0x9FFF).contains($1.value) ? 3.5 : 1) }
  }

  /// Changes the width of the window and signals the change to the program, as a terminal emulator does.
  func resize(columns: UInt16) {
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(primary, UInt(TIOCSWINSZ), &size)
    seen = screen.count
    // The kernel signals only the programs of the session that the terminal controls, to which this one does
    // not belong.
    program.signal(SIGWINCH)
  }

  /// Waits until `text` is shown after the last answer.
  func read(until text: String, place: SourceLocation = #_sourceLocation) throws {
    while !Self.plain(screen[seen...]).contains(text) {
      try #require(take(), "'\(text)' was not shown:\n\(self.text)", sourceLocation: place)
    }
  }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(primary, bytes, bytes.count)
  }

  /// Reads to the program's end and returns its exit status.
  func end() -> Int32 {
    while take() {}
    return program.end().status
  }

  /// Interrupts the program while it asks nothing, as Ctrl-C does on a terminal that controls the program.
  func interrupt() { program.signal(SIGINT) }

  /// Ends the program without a chance to do anything, as a dead battery does.
  func kill() {
    program.signal(SIGKILL)
    _ = program.end()
  }

  /// Whether echo, line mode and signals are the same as before the program ran.
  var isAsItWas: Bool {
    var now = termios()
    tcgetattr(secondary, &now)
    return now.c_lflag == settings.c_lflag && now.c_iflag == settings.c_iflag
      && now.c_oflag == settings.c_oflag
  }

  /// Waits for the program's next output and takes it; returns false where the program has ended and all output
  /// is taken.
  private func take() -> Bool {
    guard program.waitForInput(on: primary) else { return false }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(primary, &buffer, buffer.count)
    guard count > 0 else { return false }
    screen += buffer.prefix(count)
    return true
  }

  private static func plain(_ bytes: some Collection<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self).replacing(/\u{1B}\[[0-9;?]*[A-Za-z]/, with: "")
  }
}
