import Foundation
import Testing

/// The built program under another clock and in another zone: libfaketime moves the clock for the program only, by a
/// constant, so that time goes on from one command to the next.
struct WrongTime {
  static let library = ["x86_64", "aarch64"].map { "/usr/lib/\($0)-linux-gnu/faketime/libfaketime.so.1" }
    .first { FileManager.default.fileExists(atPath: $0) }
  static let isThere: ConditionTrait = .enabled(
    if: library != nil, "libfaketime is missing: apt-get install faketime")

  let environment: [String: String]
  /// How far the program's clock is ahead, seconds.
  let seconds: Int

  /// - Parameters:
  ///   - start: RFC 3339, what the clock says now.
  ///   - zone: as in TZ.
  init(_ start: String, zone: String) throws {
    let wanted = try #require(ISO8601DateFormatter().date(from: start))
    seconds = Int(wanted.timeIntervalSinceNow.rounded(.up))
    environment = [
      "TZ": zone, "LD_PRELOAD": try #require(Self.library), "FAKETIME": "\(seconds < 0 ? "" : "+")\(seconds)",
      "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1", "FAKETIME_DONT_RESET": "1",
    ]
  }

  /// What the program's clock says now.
  var now: Date { Date() + Double(seconds) }
}
