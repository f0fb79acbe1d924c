import Foundation
import Testing

/// The built program, run as its users run it.
enum Weldtech {
  /// It lies beside the test bundle.
  static let path: String = {
    let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: bundle).deletingLastPathComponent().appending(path: "weldtech").path()
  }()

  struct Outcome {
    /// The exit status, or minus the signal that ended it.
    var status: Int32
    var output: String
    var diagnostics: String

    /// The one JSON document on stdout.
    func document(_ place: SourceLocation = #_sourceLocation) throws -> [String: Any] {
      #expect(output.hasSuffix("\n") && !output.dropLast().isEmpty, "\(diagnostics)", sourceLocation: place)
      let value = try? JSONSerialization.jsonObject(with: Data(output.utf8))
      return try #require(
        value as? [String: Any], "stdout is not one JSON object: \(output)\n\(diagnostics)",
        sourceLocation: place)
    }

    /// The dotted code of the error document; nil where there is none.
    var errorCode: String? { error?["code"] as? String }

    var error: [String: Any]? {
      let value = try? JSONSerialization.jsonObject(with: Data(output.utf8))
      return (value as? [String: Any])?["error"] as? [String: Any]
    }
  }

  /// Runs it to its end. Stdin is empty unless told; stdout and stderr are no terminals.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], input: String? = nil, seconds: Double = 120
  ) throws -> Outcome {
    let running = try Running(arguments, environment: environment, input: input)
    return running.end(within: seconds)
  }

  /// Only what a user's shell would have, in a known language.
  static func environment(_ more: [String: String]) -> [String: String] {
    let own = ProcessInfo.processInfo.environment
    // The suite is run in several time zones, and so is the program.
    return ["PATH": own["PATH"] ?? "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "en_GB.UTF-8"]
      .merging(own.filter { $0.key == "TZ" }) { $1 }
      .merging(more) { $1 }
  }
}

/// A program that runs. Its output goes to files, so that nothing can block it and no other child holds its pipes.
final class Running: @unchecked Sendable {
  let process = Process()
  private let folder: Scratch
  private let output: String
  private let diagnostics: String

  /// - Parameter executable: another program that is given `weldtech` and the arguments, such as `setpriv`.
  init(
    _ arguments: [String], environment: [String: String] = [:], input: String? = nil,
    executable: String = Weldtech.path
  ) throws {
    folder = try Scratch()
    output = folder.file("stdout")
    diagnostics = folder.file("stderr")
    for file in [output, diagnostics] { FileManager.default.createFile(atPath: file, contents: nil) }
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    process.environment = Weldtech.environment(environment)
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: diagnostics)
    if let input {
      try Data(input.utf8).write(to: URL(filePath: folder.file("stdin")))
      process.standardInput = FileHandle(forReadingAtPath: folder.file("stdin"))
    } else {
      process.standardInput = FileHandle.nullDevice
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

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  var written: String { Self.text(output) }
  var said: String { Self.text(diagnostics) }

  /// The first line of stdout as JSON, once it is there.
  func firstLine(within seconds: Double = 20) throws -> [String: Any] {
    let deadline = Date() + seconds
    while Date() < deadline {
      if let end = written.firstIndex(of: "\n") {
        let line = try JSONSerialization.jsonObject(with: Data(written[..<end].utf8))
        return try #require(line as? [String: Any])
      }
      guard process.isRunning else { break }
      usleep(10_000)
    }
    throw NoAnswer(diagnostics: said)
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits until `condition` holds; false after `seconds`.
  func wait(within seconds: Double = 20, until condition: (Running) -> Bool) -> Bool {
    let deadline = Date() + seconds
    while Date() < deadline {
      if condition(self) { return true }
      usleep(5_000)
    }
    return condition(self)
  }

  func end(within seconds: Double) -> Weldtech.Outcome {
    if !wait(within: seconds, until: { !$0.process.isRunning }) {
      Issue.record("still running after \(seconds) s: \(process.arguments ?? [])\n\(said)")
      signal(SIGKILL)
    }
    process.waitUntilExit()
    let status = process.terminationStatus
    return Weldtech.Outcome(
      status: process.terminationReason == .uncaughtSignal ? -status : status, output: written,
      diagnostics: said)
  }

  /// Ends it as Ctrl-C does.
  @discardableResult
  func stop() -> Weldtech.Outcome {
    signal(SIGINT)
    return end(within: 20)
  }

  private static func text(_ file: String) -> String {
    String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
  }

  struct NoAnswer: Error {
    var diagnostics: String
  }
}

/// A folder for one test, gone when it is.
final class Scratch: Sendable {
  let path = NSTemporaryDirectory() + "weldtech-acceptance-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit {
    chmod(path, 0o700)
    try? FileManager.default.removeItem(atPath: path)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file and answers its path.
  func write(_ name: String, _ data: Data) throws -> String {
    try data.write(to: URL(filePath: file(name)))
    return file(name)
  }

  func write(_ name: String, _ text: String) throws -> String { try write(name, Data(text.utf8)) }
}
