import Bench
import Cryptography
import Foundation
import TestSupport
import Testing

/// Runs PyPI's schemathesis, which makes valid and invalid requests from `docs/platform-api.yaml`, against the
/// platform of the bench. `WELDTECH_API_EXAMPLES` gives the number of examples of each operation and phase, 22
/// by default, which makes about 1,000 requests.
@Suite(
  .enabled(if: InstalledProgram.schemathesis.isInstalled, "schemathesis is not installed: scripts/setup peers"))
struct SchemathesisTests {
  private static let examples =
    ProcessInfo.processInfo.environment["WELDTECH_API_EXAMPLES"].flatMap { Int($0) } ?? 22
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().path + "/Schemathesis"
  private static let description =
    URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path + "/docs/platform-api.yaml"

  @Test func `in 1,000 requests or more and along links the platform's answers are what its description says`()
    throws
  {
    let scratch = TemporaryFolder()
    let data = TemporaryFolder(isInMemory: true)
    let platform = try LocalPlatform(
      .init(dataFolder: data.path, random: SeededBytes(seed: 1).bytes))
    let url = try platform.start()
    defer { platform.stop() }
    let outcome = try InstalledProgram.schemathesis.run(
      [
        "--config-file", Self.folder + "/schemathesis.toml", "run", Self.description, "-u", url, "--seed", "19",
        "--workers", "1", "--max-examples", "\(Self.examples)", "--continue-on-failure", "--no-color",
      ],
      adding: [
        "SCHEMATHESIS_HOOKS": Self.folder + "/hooks.py",
        "PLATFORM_CERTIFICATE": data.path + "/platform-certificate.pem",
      ], folder: scratch.path)
    #expect(outcome.status == 0, "\(outcome.everything)")
    // A line such as `2012 generated, 2012 passed` shows that none failed and none could not be sent.
    let counts = outcome.everything.split(separator: "\n").last { $0.contains(" generated, ") }.map {
      $0.split { !$0.isNumber }.compactMap { Int($0) }
    }
    #expect(counts?.count == 2 && counts?.first == counts?.last, "\(outcome.everything)")
    #expect((counts?.first ?? 0) >= max(1_000, 44 * Self.examples), "\(outcome.everything)")
    // A line such as `API Links: 5 covered / 17 selected / 17 total` shows that requests followed upon others.
    let links = outcome.everything.split(separator: "\n").last { $0.contains("API Links:") }.flatMap {
      $0.split { !$0.isNumber }.compactMap { Int($0) }.first
    }
    #expect((links ?? 0) >= 3, "\(outcome.everything)")
  }
}
