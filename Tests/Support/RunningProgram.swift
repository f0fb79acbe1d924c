public import Foundation
import Glibc
import Testing

/// A program that runs. Its output goes to files, so that nothing can block it and no other child holds its pipes.
public final class RunningProgram: @unchecked Sendable {
  private let process = Process()
  private let folder = TemporaryFolder()
  private var outputFile: String { folder.file("stdout") }
  private var diagnosticsFile: String { folder.file("stderr") }

  /// Starts the program at `path`.
  /// - Parameters:
  ///   - environment: all its variables; nil for those of the tests.
  ///   - input: what it reads from stdin, which is empty unless told.
  ///   - workingFolder: where it runs; nil for where the tests do.
  ///   - terminal: takes the place of stdin, stdout and stderr; nothing is kept of what the program writes then.
  public init(
    _ path: String, _ arguments: [String], environment: [String: String]? = nil, input: Data? = nil,
    folder workingFolder: String? = nil, terminal: FileHandle? = nil
  ) throws {
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    if let environment { process.environment = environment }
    if let workingFolder { process.currentDirectoryURL = URL(filePath: workingFolder) }
    for file in [outputFile, diagnosticsFile] { FileManager.default.createFile(atPath: file, contents: nil) }
    process.standardOutput = terminal ?? FileHandle(forWritingAtPath: outputFile)
    process.standardError = terminal ?? FileHandle(forWritingAtPath: diagnosticsFile)
    if let input {
      process.standardInput = FileHandle(forReadingAtPath: try folder.write("stdin", input))
    } else {
      process.standardInput = terminal ?? FileHandle.nullDevice
    }
    try Self.withAllSignals { try process.run() }
  }

  /// A child inherits its parent's blocked signals, and threads of a test block all of them; a shell's do not.
  private static func withAllSignals(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }

  deinit { if isRunning { signal(SIGKILL) } }

  public var isRunning: Bool { process.isRunning }
  /// The text on stdout so far.
  public var written: String { String(decoding: Self.bytes(outputFile), as: UTF8.self) }
  /// The text on stderr so far.
  public var said: String { String(decoding: Self.bytes(diagnosticsFile), as: UTF8.self) }

  /// Reads the first line of stdout as JSON, once it is there.
  public func firstLine(within seconds: Double = 20) throws -> [String: Any] {
    let deadline = Date() + seconds
    while Date() < deadline {
      if let end = written.firstIndex(of: "\n") {
        let line = try JSONSerialization.jsonObject(with: Data(written[..<end].utf8))
        return try #require(line as? [String: Any])
      }
      guard isRunning else { break }
      usleep(10_000)
    }
    throw NoAnswer(diagnostics: said)
  }

  public func signal(_ number: Int32) { _ = Glibc.kill(process.processIdentifier, number) }

  /// Waits until `condition` holds; false after `seconds`.
  public func wait(within seconds: Double = 20, until condition: (RunningProgram) -> Bool) -> Bool {
    let deadline = Date() + seconds
    while Date() < deadline {
      if condition(self) { return true }
      usleep(5_000)
    }
    return condition(self)
  }

  /// Waits for the program's end; after `seconds` it is killed, and the test fails.
  @discardableResult
  public func end(within seconds: Double) -> ProgramOutcome {
    if !wait(within: seconds, until: { !$0.isRunning }) {
      Issue.record("still running after \(seconds) s: \(process.arguments ?? [])\n\(said)")
      signal(SIGKILL)
    }
    process.waitUntilExit()
    let status = process.terminationStatus
    return ProgramOutcome(
      status: process.terminationReason == .uncaughtSignal ? -status : status,
      outputBytes: Self.bytes(outputFile), diagnostics: said)
  }

  /// Ends the program as Ctrl-C does.
  @discardableResult
  public func stop() -> ProgramOutcome {
    signal(SIGINT)
    return end(within: 20)
  }

  /// Ends the program as nothing can refuse.
  @discardableResult
  public func kill() -> ProgramOutcome {
    signal(SIGKILL)
    return end(within: 20)
  }

  private static func bytes(_ file: String) -> Data { FileManager.default.contents(atPath: file) ?? Data() }

  public struct NoAnswer: Error {
    public let diagnostics: String
  }
}
