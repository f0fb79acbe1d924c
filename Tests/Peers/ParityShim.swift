import Foundation
import TestSupport
import Testing

/// `ptyshim.c`, compiled into a folder of its own: preloaded, it lets a program that insists on parity and modem
/// lines talk to a pty.
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
