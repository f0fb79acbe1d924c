import Foundation
import TestSupport
import Testing

/// The library `ptyshim.c`, compiled in a folder of its own. A program that insists on parity and modem lines
/// can talk to a pty once the library is preloaded.
struct ParityShim {
  private let temporary = TemporaryFolder()
  var folder: String { temporary.path }

  var environment: [String: String] { ["LD_PRELOAD": "\(folder)/ptyshim.so"] }

  init() throws {
    let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "ptyshim.c").path()
    let outcome = try InstalledProgram.compiler.run([
      "-shared", "-fPIC", "-Wall", "-Werror", "-o", "\(folder)/ptyshim.so", source, "-ldl",
    ])
    try #require(outcome.status == 0, "\(outcome.everything)")
  }
}
