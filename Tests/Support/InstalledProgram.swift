public import Foundation

/// A program of this machine, given by its path or its name. A name is looked up in the folder of
/// `scripts/setup peers`, then in the folders of PATH, and then in the system's own.
public struct InstalledProgram: Sendable {
  public struct NotInstalled: Error {
    public let name: String
  }

  public let name: String
  /// The path of the executable file; nil where the program is not installed.
  public let path: String?

  public init(_ name: String) {
    self.name = name
    guard !name.hasPrefix("/") else {
      path = FileManager.default.isExecutableFile(atPath: name) ? name : nil
      return
    }
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let listed = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    path = (["\(root)/.build/peers/bin"] + listed + ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin"])
      .map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  public var isInstalled: Bool { path != nil }

  /// Starts the program.
  /// - Parameters:
  ///   - environment: all variables of the program; nil for those of the tests.
  ///   - input: the contents of stdin, which is empty by default.
  ///   - folder: the folder in which the program runs; nil for that of the tests.
  public func start(
    _ arguments: [String], environment: [String: String]? = nil, input: Data? = nil, folder: String? = nil
  ) throws -> RunningProgram {
    guard let path else { throw NotInstalled(name: name) }
    return try RunningProgram(path, arguments, environment: environment, input: input, folder: folder)
  }

  /// Runs the program to its end.
  @discardableResult
  public func run(
    _ arguments: [String], environment: [String: String]? = nil, input: Data? = nil, folder: String? = nil
  ) throws -> ProgramOutcome {
    try start(arguments, environment: environment, input: input, folder: folder).end()
  }
}

extension InstalledProgram {
  /// Runs the program to its end and returns its output on stdout, whatever its exit status.
  public func output(_ arguments: [String]) throws -> String { try run(arguments).output }
}

/// The result of a program that has ended.
public struct ProgramOutcome: Sendable {
  /// The exit status, or minus the signal that ended the program.
  public var status: Int32
  public var outputBytes: Data
  public var diagnostics: String

  public var output: String { String(decoding: outputBytes, as: UTF8.self) }
  /// The text on stdout followed by the text on stderr.
  public var everything: String { output + diagnostics }
}
