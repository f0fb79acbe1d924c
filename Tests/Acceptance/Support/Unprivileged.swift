import Foundation
import TestSupport
import Testing

/// Runs commands as a user who is not root, since root may read, write and open everything. Where the tests are
/// not run by root, the user is their own.
struct Unprivileged {
  private static let nobody = 65_534
  private let laptop: Laptop

  /// Makes that user the owner of the laptop's folder, so that the user is refused only the entries that a test
  /// protects.
  init(_ laptop: Laptop) throws {
    self.laptop = laptop
    guard getuid() == 0 else { return }
    let files = FileManager.default.enumerator(atPath: laptop.scratch.path)
    for file in [""] + (files?.compactMap { $0 as? String } ?? []) {
      lchown(laptop.scratch.file(file), uid_t(Self.nobody), gid_t(Self.nobody))
    }
  }

  func run(_ arguments: [String], home: String?) throws -> ProgramOutcome {
    let command = ["--home", home ?? laptop.home] + arguments
    guard getuid() == 0 else { return try Weldtech.run(command) }
    let identity = ["--reuid=\(Self.nobody)", "--regid=\(Self.nobody)", "--clear-groups"]
    return try RunningProgram(identity + [Weldtech.path] + command, executable: "/usr/bin/setpriv").end()
  }

  /// Runs a command that must fail, and returns the code of its error.
  func failure(_ arguments: String..., home: String? = nil) throws -> String? {
    let outcome = try run(["--json"] + arguments, home: home)
    #expect(outcome.errorCode != nil, "\(outcome)")
    return outcome.errorCode
  }
}
