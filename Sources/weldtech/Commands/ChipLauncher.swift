import Bench
import FoundationEssentials
import Glibc
import Records
import Terminal

/// Hands the simulated module over to the program that executes its microcontroller: `weldtech-chip`, which is a
/// program of its own because libunicorn is under the GPL.
enum ChipLauncher {
  /// Becomes that program, in this process: signals and output are then its own.
  /// - Throws: where the program is missing. It does not return otherwise.
  static func run(_ order: ChipOrder, environment: Environment) throws -> Never {
    let path = program(environment)
    guard access(path, X_OK) == 0 else { throw ChipProgramMissing(path: path) }
    let bytes = Array(try JSONEncoder().encode(order))
    // The order is larger than a pipe takes.
    guard let file = try? UnnamedFile.holding(bytes), dup2(file, 0) == 0 else {
      throw ChipProgramMissing(path: path)
    }
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), nil]
    execv(path, &arguments)
    throw ChipProgramMissing(path: path)
  }

  /// Finds `WELDTECH_CHIP`, else the program beside this one.
  private static func program(_ environment: Environment) -> String {
    if let path = environment["WELDTECH_CHIP"] { return path }
    let folder = environment.executable.lastIndex(of: "/").map { environment.executable[...$0] } ?? ""
    return folder + "weldtech-chip"
  }
}

/// The error that the program which executes the chip is missing or does not start.
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
