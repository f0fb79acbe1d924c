import Glibc
import Synchronization

/// Reads lines from a terminal, with editing; see `LineEditorCore` for the keys. The terminal's own mode is
/// restored when a line is complete or cancelled, and when the program ends.
public final class LineEditor: LineSource {
  public let isTerminal: Bool
  private let descriptor: Int32
  /// The bytes that were typed ahead, or pasted after the end of the last line.
  private let ahead = Mutex<[UInt8]>([])

  /// Makes an editor on a descriptor, by default stdin, which must stay open as long as the editor exists.
  public init(fileDescriptor: Int32 = 0) {
    descriptor = fileDescriptor
    isTerminal = isatty(fileDescriptor) == 1
  }

  public func readLine(prompt: String, drawingOn sink: Sink) throws(PromptError) -> String {
    try readLine(LineEditorCore(prompt: prompt), drawingOn: sink)
  }

  public func readLine(prompt: String, completing completer: @escaping LineCompleter, drawingOn sink: Sink)
    throws(PromptError) -> String
  {
    try readLine(LineEditorCore(prompt: prompt, completer: completer), drawingOn: sink)
  }

  public func takeTypedLine() -> String? {
    guard isTerminal else { return nil }
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // The terminal is in line mode between questions, so that a read finds whole lines.
    guard poll(&wanted, 1, 0) > 0, wanted.revents & Int16(POLLIN) != 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
    guard count >= 0 else { return nil }
    return String(decoding: buffer.prefix(count).prefix { $0 != 0x0A }, as: UTF8.self)
  }

  public func discardTyped() {
    guard isTerminal else { return }
    _ = takeAhead()
    tcflush(descriptor, TCIFLUSH)
  }

  private func readLine(_ line: LineEditorCore, drawingOn sink: Sink) throws(PromptError) -> String {
    guard let mode = TerminalMode(raw: descriptor) else { throw .notATerminal }
    let changes = WindowChanges()
    defer { _ = mode }
    var core = line
    sink.write(core.draw(columns: sink.columns))
    while core.state == .editing {
      let bytes = takeAhead()
      let typed = try bytes.isEmpty ? read(waitingBy: changes, drawingOn: sink) : bytes
      for (index, byte) in typed.enumerated() {
        core.feed(byte)
        if core.state != .editing {
          keepAhead(Array(typed[(index + 1)...]))
          break
        }
      }
      show(core.takeCandidates(), on: sink)
      sink.write(core.draw(columns: sink.columns))
    }
    sink.write(.lineStart + "\n")
    switch core.state {
    case .cancelled: throw .cancelled
    case .ended: throw .endOfInput
    case .accepted, .editing: return core.text
    }
  }

  // MARK: - Private

  /// Shows the possible completions, 40 at most, above the line that is edited.
  private func show(_ candidates: [String], on sink: Sink) {
    guard !candidates.isEmpty else { return }
    let maxShown = 40
    let more = candidates.count > maxShown ? ["… (\(candidates.count))"] : []
    let words = (candidates.prefix(maxShown) + more).map { DisplayWidth.printable($0) }
    sink.write(.lineStart + .eraseToEnd)
    for line in DisplayWidth.wrap(words.joined(separator: "   "), to: sink.columns - 1) {
      sink.write(ScreenText(line) + "\n")
    }
  }

  private func takeAhead() -> [UInt8] {
    ahead.withLock { bytes in
      defer { bytes = [] }
      return bytes
    }
  }

  private func keepAhead(_ rest: [UInt8]) {
    ahead.withLock { $0 = rest }
  }

  /// Reads the bytes that are typed next. Returns none where a signal ended the wait, such as a change of the
  /// window's size, so that the line is drawn anew.
  private func read(waitingBy changes: borrowing WindowChanges, drawingOn sink: Sink) throws(PromptError)
    -> [UInt8]
  {
    var buffer = [UInt8](repeating: 0, count: 256)
    while true {
      if Interruption.isRequested {
        sink.write(.lineStart + "\n")
        throw .cancelled
      }
      guard changes.wait(for: descriptor) else { return [] }
      let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { return Array(buffer.prefix(count)) }
      if count < 0, errno == EINTR { continue }
      throw .endOfInput
    }
  }
}

/// Lets a change of the window's size (SIGWINCH) and a request to stop (SIGINT, SIGTERM, SIGHUP) end the wait
/// for a key, as long as this value exists. These signals are blocked except during the wait, so that none is
/// lost between two waits.
private struct WindowChanges: ~Copyable {
  private var action = sigaction()
  private var mask = sigset_t()

  init() {
    var handler = sigaction()
    handler.__sigaction_handler.sa_handler = { _ in }
    sigaction(SIGWINCH, &handler, &action)
    var blocked = sigset_t()
    sigemptyset(&blocked)
    for signal in [SIGWINCH, SIGINT, SIGTERM, SIGHUP] { sigaddset(&blocked, signal) }
    pthread_sigmask(SIG_BLOCK, &blocked, &mask)
  }

  /// Waits until a descriptor can be read.
  /// - Returns: false where a signal has ended the wait.
  func wait(for descriptor: Int32) -> Bool {
    // pselect(2) takes only descriptors below 1024; for any other, the read itself waits.
    guard (0..<1_024).contains(descriptor) else { return true }
    var readable = fd_set()
    withUnsafeMutableBytes(of: &readable) { bytes in
      let words = bytes.bindMemory(to: Int.self)
      words[Int(descriptor) / Int.bitWidth] |= 1 << (Int(descriptor) % Int.bitWidth)
    }
    var open = mask
    sigdelset(&open, SIGWINCH)
    return pselect(descriptor + 1, &readable, nil, nil, nil, &open) >= 0 || errno != EINTR
  }

  deinit {
    var (before, mask) = (action, mask)
    sigaction(SIGWINCH, &before, nil)
    pthread_sigmask(SIG_SETMASK, &mask, nil)
  }
}
