import Foundation
import TestSupport
import Testing

/// The built program under another clock and in another zone. The clock is moved for the program only, by a constant, so
/// that time goes on from one command to the next: `Tests/Fixtures/Clock/wrongtime.c` answers in the C library's place.
struct WrongTime {
  /// The path of the library, compiled once a run; nil where there is no C compiler.
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
  /// How far the program's clock is ahead, seconds.
  let seconds: Int

  /// Moves the clock.
  /// - Parameters:
  ///   - start: RFC 3339, what the clock says now.
  ///   - zone: as in TZ.
  init(_ start: String, zone: String) throws {
    let wanted = try #require(ISO8601DateFormatter().date(from: start))
    seconds = Int(wanted.timeIntervalSinceNow.rounded(.up))
    environment = [
      "TZ": zone, "LD_PRELOAD": try #require(Self.library), "WRONGTIME_SECONDS": "\(seconds)",
    ]
  }

  /// The time that the program's clock says now.
  var now: Date { Date() + Double(seconds) }
}
