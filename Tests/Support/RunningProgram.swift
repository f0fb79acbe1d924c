public import Foundation
import Glibc
import Synchronization
import Testing

/// A program that a test has started. Its output goes to files, so that nothing can block it and no other child holds its
/// pipes.
public final class RunningProgram: @unchecked Sendable {
  private let process = Process()
  private let ending = ProgramEnd()
  private let folder = TemporaryFolder()
  private var outputFile: String { folder.file("stdout") }
  private var diagnosticsFile: String { folder.file("stderr") }

  /// Starts the program at `path`.
  /// - Parameters:
  ///   - environment: all variables of the program; nil for those of the tests.
  ///   - input: the contents of stdin, which is empty by default.
  ///   - workingFolder: the folder in which the program runs; nil for that of the tests.
  ///   - terminal: the terminal in place of stdin, unless there is an `input`, and of stdout and stderr, whose
  ///     output is then not stored; nil for none.
  public init(
    _ path: String, _ arguments: [String], environment: [String: String]? = nil, input: Data? = nil,
    folder workingFolder: String? = nil, terminal: FileHandle? = nil
  ) throws {
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    if let environment { process.environment = environment }
    if let workingFolder { process.currentDirectoryURL = URL(filePath: workingFolder) }
    for file in [outputFile, diagnosticsFile] {
      _ = FileManager.default.createFile(atPath: file, contents: nil)
    }
    process.standardOutput = terminal ?? FileHandle(forWritingAtPath: outputFile)
    process.standardError = terminal ?? FileHandle(forWritingAtPath: diagnosticsFile)
    if let input {
      process.standardInput = FileHandle(forReadingAtPath: try folder.write("stdin", input))
    } else {
      process.standardInput = terminal ?? FileHandle.nullDevice
    }
    process.terminationHandler = { [ending] _ in ending.come() }
    try Self.withAllSignals { try process.run() }
  }

  /// Runs `body` with no signal blocked. A child process inherits its parent's blocked signals; the threads of
  /// a test block all signals, and those of a shell do not.
  private static func withAllSignals(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }

  deinit { signal(SIGKILL) }

  public var processIdentifier: Int32 { process.processIdentifier }
  public var isRunning: Bool { !ending.hasCome }
  /// The text on stdout so far.
  public var written: String { String(decoding: Self.bytes(outputFile), as: UTF8.self) }
  /// The text on stderr so far.
  public var said: String { String(decoding: Self.bytes(diagnosticsFile), as: UTF8.self) }

  /// Waits for the first line of stdout and reads it as JSON.
  public func firstLine() throws -> [String: Any] {
    guard wait(until: { $0.written.contains("\n") }), let text = written.split(separator: "\n").first else {
      throw NoAnswer(diagnostics: said)
    }
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// Sends a signal, unless the program has ended.
  public func signal(_ number: Int32) {
    if isRunning { _ = Glibc.kill(process.processIdentifier, number) }
  }

  /// Waits until `condition` holds. The condition is checked again whenever the program writes and whenever
  /// something changes in `folders`. Returns false where the program has ended without it, or
  /// `Waiting.guardTime` is over.
  public func wait(watching folders: [String] = [], until condition: (RunningProgram) -> Bool) -> Bool {
    guard let changes = FolderChanges(of: [folder.path] + folders) else {
      Issue.record("cannot watch \(folders): \(String(cString: strerror(errno)))")
      return false
    }
    let limit = ContinuousClock.now + Waiting.guardTime
    while true {
      // The condition is checked once more after the end, when everything is written.
      let isLast = !isRunning
      if condition(self) { return true }
      guard !isLast, Waiting.forInput(on: [changes.descriptor, ending.descriptor], until: limit) else {
        return false
      }
      changes.take()
    }
  }

  /// Waits until `descriptor`, such as a terminal's, has something to read; false where the program has ended and
  /// nothing is left.
  public func waitForInput(on descriptor: Int32) -> Bool {
    _ = Waiting.forInput(on: descriptor, ending.descriptor)
    return Waiting.hasInput(on: descriptor)
  }

  /// Waits for the program's end. A program that hangs is killed when `Waiting.guardTime` is over, and the test fails.
  @discardableResult
  public func end() -> ProgramOutcome {
    if !Waiting.forInput(on: ending.descriptor) {
      Issue.record("still running: \(process.arguments ?? [])\n\(said)")
      signal(SIGKILL)
    }
    process.waitUntilExit()
    let status = process.terminationStatus
    return ProgramOutcome(
      status: process.terminationReason == .uncaughtSignal ? -status : status,
      outputBytes: Self.bytes(outputFile), diagnostics: said)
  }

  /// Interrupts the program as Ctrl-C does, and waits for its end.
  @discardableResult
  public func stop() -> ProgramOutcome {
    signal(SIGINT)
    return end()
  }

  /// Kills the program by a signal that it cannot catch, and waits for its end.
  @discardableResult
  public func kill() -> ProgramOutcome {
    signal(SIGKILL)
    return end()
  }

  private static func bytes(_ file: String) -> Data { FileManager.default.contents(atPath: file) ?? Data() }

  public struct NoAnswer: Error {
    public let diagnostics: String
  }
}

/// Makes the end of a program visible on a descriptor, so that a test can wait for it together with other
/// descriptors: a socket whose other end is closed when the program has ended.
private final class ProgramEnd: Sendable {
  let descriptor: Int32
  private let writer: Mutex<Int32>

  init() {
    var ends: [Int32] = [-1, -1]
    // A child that inherited the writer's end would keep it open after the program's end.
    if socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) != 0 {
      Issue.record("no pair of sockets: \(String(cString: strerror(errno)))")
    }
    descriptor = ends[0]
    writer = Mutex(ends[1])
  }

  deinit {
    come()
    close(descriptor)
  }

  var hasCome: Bool { writer.withLock { $0 < 0 } }

  func come() {
    writer.withLock { writer in
      if writer >= 0 { close(writer) }
      writer = -1
    }
  }
}
