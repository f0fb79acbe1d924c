import Foundation
import TestSupport
import Testing

/// A command that is killed before each of its writes to the disk and to the answer, by the kernel and so at exactly that
/// write, and run again.
enum KilledCommand {
  static let isPossible = InstalledProgram("strace").isInstalled

  /// The record of an installation in a copy of a laptop's home.
  static func record(_ id: String, in home: String) throws -> [String: Any] {
    try Weldtech.run(["--home", home, "--json", "show", id]).document()
  }

  /// Kills one command at each write, or at every `stride`th, until it makes no more.
  /// - Parameters:
  ///   - first: the number of the first write at which it is killed, from 1.
  ///   - check: judges a copy of the home after the kill and the same command again.
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
