import Foundation
import TestSupport

/// A folder in which a shell finds a substitute `weldtech` that knows some dynamic values, and some files of
/// the test.
struct ShellFolder {
  private let folder = TemporaryFolder()
  var path: String { folder.path }

  init(_ files: [String: String] = [:]) throws {
    let answers = """
      #!/bin/sh
      case "$1 $2" in
        'completion-values ports') printf '/dev/ttyUSB0\\tCP2102\\n/dev/ttyACM1\\tCH340: serial\\n' ;;
        'completion-values installations') printf '0A3F\\t白塔焊接\\n' ;;
        'completion-values codes') printf '150621-00A000-5\\n' ;;
      esac
      """
    chmod(try folder.write("weldtech", answers), 0o755)
    for (name, text) in files { try folder.write(name, text) }
  }

  /// Runs a program that finds only the system's programs and the substitute, and nothing of the user's.
  func run(_ name: String, _ arguments: [String], input: String = "") throws -> ProgramOutcome {
    try InstalledProgram(name).run(
      arguments,
      environment: ["PATH": path + ":/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": path],
      input: Data(input.utf8))
  }
}
