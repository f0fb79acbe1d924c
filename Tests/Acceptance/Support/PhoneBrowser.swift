import Foundation
import TestSupport
import Testing

/// Headless Chromium as a phone, driven by `Tests/Acceptance/Phone/drive-phone`.
enum PhoneBrowser {
  private static let folder =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Phone"
  private static let python = InstalledProgram("\(folder)/../../../.build/peers/bin/python3")

  /// The reason why the tests with a browser cannot run here; nil where they can.
  static let missing: String? = {
    for (name, list) in [("chromium", "tests"), ("chromedriver", "tests")]
    where !InstalledProgram(name).isInstalled {
      return "\(name) is not installed: scripts/setup \(list)"
    }
    let hasSelenium = (try? python.run(["-c", "import selenium, PIL"]))?.status == 0
    return hasSelenium ? nil : "selenium is not installed: scripts/setup peers"
  }()

  /// Runs `drive-phone`.
  /// - Parameter arguments: the arguments of `drive-phone`.
  /// - Returns: the JSON document that `drive-phone` prints.
  static func drive(_ arguments: [String], environment: [String: String] = [:]) throws -> [String: Any] {
    let outcome = try python.run(
      ["-B", "\(folder)/drive-phone"] + arguments,
      environment: Weldtech.environment(["LANG": "zh_CN.UTF-8", "HOME": "/tmp"].merging(environment) { $1 }))
    try #require(outcome.status == 0, "\(arguments): \(outcome.everything)")
    return try outcome.document()
  }
}
