import Foundation
import TestSupport
import Testing

/// Runs the built program as its users do.
enum Weldtech {
  /// The path of the program, which lies beside the test bundle.
  static let path: String = {
    let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: bundle).deletingLastPathComponent().appending(path: "weldtech").path()
  }()

  /// Runs the program to its end. Stdin is empty by default; stdout and stderr are no terminals.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], input: String? = nil
  ) throws -> ProgramOutcome {
    try RunningProgram(arguments, environment: environment, input: input).end()
  }

  /// The variables of a user's shell in a known language, with others added.
  static func environment(_ more: [String: String]) -> [String: String] {
    let own = ProcessInfo.processInfo.environment
    // The suite is run in several time zones, and the program gets the same one.
    return ["PATH": own["PATH"] ?? "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "en_GB.UTF-8"]
      .merging(own.filter { $0.key == "TZ" }) { $1 }
      .merging(more) { $1 }
  }
}

extension RunningProgram {
  /// Starts the built program, or another program that is given `weldtech` and the arguments, such as
  /// `setpriv`.
  convenience init(
    _ arguments: [String], environment: [String: String] = [:], input: String? = nil,
    executable: String = Weldtech.path
  ) throws {
    try self.init(
      executable, arguments, environment: Weldtech.environment(environment), input: input.map { Data($0.utf8) })
  }
}

extension ProgramOutcome {
  /// Reads the one JSON document on stdout.
  func document(_ place: SourceLocation = #_sourceLocation) throws -> [String: Any] {
    #expect(output.hasSuffix("\n") && !output.dropLast().isEmpty, "\(diagnostics)", sourceLocation: place)
    return try #require(
      object, "stdout is not one JSON object: \(output)\n\(diagnostics)", sourceLocation: place)
  }

  /// The dotted code of the error document; nil where there is none.
  var errorCode: String? { error?["code"] as? String }

  var error: [String: Any]? { object?["error"] as? [String: Any] }

  private var object: [String: Any]? { try? JSONSerialization.jsonObject(with: outputBytes) as? [String: Any] }
}
