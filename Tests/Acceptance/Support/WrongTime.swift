import Foundation
import TestSupport
import Testing

/// Runs the built program with another clock and in another time zone. The program's clock is shifted by a
/// constant, so that time goes on between commands: `Tests/Fixtures/Clock/wrongtime.c` replaces the functions
/// of the C library.
struct WrongTime {
  /// The path of the library, compiled once in a run; nil where there is no C compiler.
  static let library: String? = {
    let source = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Fixtures/Clock/wrongtime.c").path()
    let library = scratch.file("wrongtime.so")
    let outcome = try? InstalledProgram("cc").run(["-O1", "-shared", "-fPIC", "-o", library, source])
    return outcome?.status == 0 ? library : nil
  }()
  private static let scratch = TemporaryFolder()

  static let isThere: ConditionTrait = .enabled(if: library != nil, "no C compiler: apt-get install g++")

  let environment: [String: String]
  /// The difference between the program's clock and the machine's, seconds.
  let seconds: Int

  /// Shifts the clock.
  /// - Parameters:
  ///   - start: the present time of the shifted clock, RFC 3339.
  ///   - zone: the time zone, in the form of TZ.
  init(_ start: String, zone: String) throws {
    let wanted = try #require(ISO8601DateFormatter().date(from: start))
    seconds = Int(wanted.timeIntervalSinceNow.rounded(.up))
    environment = [
      "TZ": zone, "LD_PRELOAD": try #require(Self.library), "WRONGTIME_SECONDS": "\(seconds)",
    ]
  }

  /// The present time of the program's clock.
  var now: Date { Date() + Double(seconds) }
}
