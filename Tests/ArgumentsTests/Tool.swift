import Foundation

/// A program of the system, run to its end.
enum Tool {
  static func isInstalled(_ name: String) -> Bool {
    ["/usr/bin", "/bin", "/usr/local/bin"].contains { access("\($0)/\(name)", X_OK) == 0 }
  }

  /// Status and both outputs together; `input` on stdin.
  static func run(
    _ name: String, _ arguments: [String], path: String = "", input: String = ""
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name] + arguments
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = path + ":/usr/local/bin:/usr/bin:/bin"
    environment["LC_ALL"] = "C.UTF-8"
    environment["HOME"] = path.isEmpty ? "/nonexistent" : path
    process.environment = environment
    let output = Pipe()
    let feed = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = feed
    try process.run()
    try feed.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try feed.fileHandleForWriting.close()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  /// A folder with `files`, and a stand-in `weldtech` that knows some dynamic values; gone after `body`.
  static func withFolder<Result>(
    _ files: [String: String], _ body: (URL) throws -> Result
  ) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("arguments-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = folder.appendingPathComponent("weldtech")
    let answers = """
      #!/bin/sh
      case "$1 $2" in
        'completion-values ports') printf '/dev/ttyUSB0\\tCP2102\\n/dev/ttyACM1\\tCH340: serial\\n' ;;
        'completion-values installations') printf '0A3F\\t白塔焊接\\n' ;;
        'completion-values codes') printf '150621-00A000-5\\n' ;;
      esac
      """
    try answers.write(to: program, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    for (name, text) in files {
      try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
    return try body(folder)
  }
}
