import Foundation
import TestSupport

extension Weldtech {
  /// Runs the program and has the kernel kill it at its `number`th write to the disk or to stdout, from 1.
  /// - Returns: true where the program was killed; false where it makes fewer writes.
  static func kill(atWrite number: Int, _ arguments: [String]) throws -> Bool {
    let calls = "pwrite64,fdatasync,fsync,write,rename,renameat2"
    let outcome = try InstalledProgram("strace").run(
      [
        "-f", "-o", "/dev/null", "-e", "trace=\(calls)", "-e", "inject=\(calls):signal=KILL:when=\(number)",
        path,
      ] + arguments)
    return outcome.status != 0
  }
}

extension Laptop {
  /// Copies the home, for a run that may be killed.
  /// - Returns: the path of the copy.
  func copyHome(_ name: String) throws -> String {
    let copy = scratch.file(name)
    try FileManager.default.copyItem(atPath: home, toPath: copy)
    return copy
  }
}
