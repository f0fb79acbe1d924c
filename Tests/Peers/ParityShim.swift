import Foundation
import Testing

/// `ptyshim.c`, compiled into a folder of its own: preloaded, it lets a program that insists on parity and modem
/// lines talk to a pty.
struct ParityShim {
  let folder: String

  var environment: [String: String] { ["LD_PRELOAD": "\(folder)/ptyshim.so"] }

  init() throws {
    folder = NSTemporaryDirectory() + "weldtech-peer-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "ptyshim.c").path()
    let outcome = try PeerProgram.compiler.run([
      "-shared", "-fPIC", "-Wall", "-Werror", "-o", "\(folder)/ptyshim.so", source, "-ldl",
    ])
    try #require(outcome.status == 0, "\(outcome.output)")
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
