import Foundation

/// A program that someone else wrote, run to its end.
struct PeerProgram {
  /// Nil where it is not installed.
  let path: String?

  static let stm32flash = PeerProgram(named: "stm32flash")
  static let smpmgr = PeerProgram(named: "smpmgr")
  static let stm32loader = PeerProgram(named: "stm32loader")
  static let esptool = PeerProgram(named: "esptool")
  static let emulator = PeerProgram(named: "qemu-system-arm")
  static let esp32Mock = PeerProgram(named: "esp32-mock-bootloader")
  static let schemathesis = PeerProgram(named: "schemathesis")
  static let compiler = PeerProgram(named: "cc")

  var isInstalled: Bool { path != nil }

  /// Looks where `scripts/setup peers` installs, then along the PATH.
  private init(named name: String) {
    let venv = FileManager.default.currentDirectoryPath + "/.build/peers/bin"
    let folders =
      [venv] + (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    path = folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  struct Outcome {
    let status: Int32
    /// Standard output and error, as they came.
    let output: String
  }

  /// Runs until it is terminated; what it says is not kept.
  func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: path ?? "")
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Ended by force after `seconds`; the status is then not 0.
  /// - Parameter folder: where it runs; nil is where the tests do.
  func run(
    _ arguments: [String], environment: [String: String] = [:], folder: String? = nil, seconds: Int = 120
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: path ?? "")
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(filePath: folder) }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // A peer that waits for ever is a failed test, not a hung run.
    let deadline = DispatchWorkItem { process.terminate() }
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds), execute: deadline)
    defer { deadline.cancel() }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
  }
}
