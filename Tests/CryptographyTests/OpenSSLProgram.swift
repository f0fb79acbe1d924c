import Foundation
import TestSupport

/// Runs the openssl program in a folder of its own.
final class OpenSSLProgram {
  struct Failed: Error { let outcome: ProgramOutcome }

  private static let program = InstalledProgram("openssl")
  static var isThere: Bool { program.isInstalled }

  private let folder = TemporaryFolder()

  func write(_ text: String, _ name: String) throws { try folder.write(name, text) }

  func write(_ bytes: [UInt8], _ name: String) throws { try folder.write(name, bytes) }

  func read(_ name: String) throws -> [UInt8] { [UInt8](try folder.bytes(name)) }

  @discardableResult
  func run(_ arguments: String) throws -> [UInt8] {
    let outcome = try Self.program.run(
      arguments.split(separator: " ").map(String.init), folder: folder.path)
    guard outcome.status == 0 else { throw Failed(outcome: outcome) }
    return [UInt8](outcome.outputBytes)
  }
}
