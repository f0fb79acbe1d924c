import Bench
import FoundationEssentials
import Glibc
import Records
import Terminal

/// Starts the program that executes the microcontroller of the simulated module: `weldtech-chip`, which is a
/// separate program because libunicorn is under the GPL.
enum ChipLauncher {
  /// Replaces this process by `weldtech-chip`, so that signals and output go to that program.
  /// - Throws: `ChipProgramMissing`, or an error of encoding; the function does not return otherwise.
  static func run(_ order: ChipOrder, environment: Environment) throws -> Never {
    let path = program(environment)
    guard access(path, X_OK) == 0 else { throw ChipProgramMissing(path: path) }
    let bytes = Array(try JSONEncoder().encode(order))
    // The order is too large for a pipe, so it is passed in a file.
    guard let file = try? UnnamedFile.holding(bytes), dup2(file, 0) == 0 else {
      throw ChipProgramMissing(path: path)
    }
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), nil]
    execv(path, &arguments)
    throw ChipProgramMissing(path: path)
  }

  /// Finds the path in `WELDTECH_CHIP`, or otherwise beside this program.
  private static func program(_ environment: Environment) -> String {
    if let path = environment["WELDTECH_CHIP"] { return path }
    let folder = environment.executable.lastIndex(of: "/").map { environment.executable[...$0] } ?? ""
    return folder + "weldtech-chip"
  }
}

/// The error that the program for executing the chip is missing or does not start.
struct ChipProgramMissing: Error {
  let path: String
}

extension ChipProgramMissing: Explained {
  var failure: Failure {
    Failure(
      code: "bench.engine",
      message: Text(
        zh: "执行芯片的程序 \(path) 无法启动",
        en: "the program that executes the chip, \(path), does not start"),
      hint: Text(
        zh: "运行 make build，或用 WELDTECH_CHIP 指明它在哪里；--engine core 不需要它",
        en: "run make build, or say by WELDTECH_CHIP where it is; --engine core does without it"),
      exit: .failed)
  }
}
