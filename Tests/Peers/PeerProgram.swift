import Foundation
import TestSupport

extension InstalledProgram {
  /// A program of this package, which lies beside the bundle of the tests.
  static func ours(_ name: String) -> InstalledProgram {
    let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return InstalledProgram(URL(filePath: bundle).deletingLastPathComponent().appending(path: name).path)
  }
}

/// Programs that others wrote.
extension InstalledProgram {
  static let stm32flash = InstalledProgram("stm32flash")
  static let smpmgr = InstalledProgram("smpmgr")
  static let stm32loader = InstalledProgram("stm32loader")
  static let esptool = InstalledProgram("esptool")
  static let emulator = InstalledProgram("qemu-system-arm")
  static let esp32Mock = InstalledProgram("esp32-mock-bootloader")
  static let schemathesis = InstalledProgram("schemathesis")
  static let compiler = InstalledProgram("cc")

  /// Runs the program to its end, with `variables` added to those of the tests.
  func run(
    _ arguments: [String], adding variables: [String: String], folder: String? = nil
  ) throws -> ProgramOutcome {
    try run(
      arguments, environment: ProcessInfo.processInfo.environment.merging(variables) { $1 }, folder: folder)
  }
}
