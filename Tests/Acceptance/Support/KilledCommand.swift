import Foundation
import TestSupport
import Testing

/// Runs a command, has the kernel kill it before one of its writes to the disk or to stdout, and runs it again,
/// for one write after the other.
enum KilledCommand {
  static let isPossible = InstalledProgram("strace").isInstalled

  /// Returns the record of an installation in a copy of a laptop's home.
  static func record(_ id: String, in home: String) throws -> [String: Any] {
    try Weldtech.run(["--home", home, "--json", "show", id]).document()
  }

  /// Kills one command at each write, or at every `stride`th write, until the command makes fewer writes.
  /// - Parameters:
  ///   - first: the number of the first write at which the command is killed, from 1.
  ///   - check: judges a copy of the home, in which the command was killed and run again.
  static func everywhere(
    _ laptop: Laptop, _ command: [String], stride: Int = 1, from first: Int = 1,
    _ check: (_ home: String, _ again: ProgramOutcome, _ place: String) throws -> Void
  ) throws {
    var number = first
    while true {
      let place = "\(command[0]), write \(number)"
      let home = try laptop.copyHome("\(command.prefix(2).joined(separator: "-"))-\(number)")
      let isKilled = try Weldtech.kill(atWrite: number, ["--home", home, "--json"] + command)
      let again = try Weldtech.run(["--home", home, "--json"] + command)
      try check(home, again, place)
      guard isKilled else { break }
      number += stride
      try #require(number < 1_000)
    }
    #expect(number > 10, "a command that stores an event makes some writes")
  }
}
