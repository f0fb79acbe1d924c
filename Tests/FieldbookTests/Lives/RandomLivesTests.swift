import Cryptography
import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

/// Checks random lives of welders, which are surveyed, registered, installed, corrected, inspected, repaired,
/// exchanged, labelled and sealed again, sold, moved, delivered, refused and retired. Several lives share a
/// fieldbook. The test keeps the current state and the ledger's figures a second time, independently of the
/// fieldbook, and compares the two. `WELDTECH_LIVES` gives the number of lives. In half of the fieldbooks, the
/// process that takes the steps is killed again and again.
@Suite struct RandomLivesTests {
  private static let lives =
    ProcessInfo.processInfo.environment["WELDTECH_LIVES"].flatMap(Int.init) ?? 30
  private static let livesOfOne = 15
  private static let worlds = max(2, (lives + livesOfOne - 1) / livesOfOne)

  @Test(arguments: Array(stride(from: 1, through: worlds, by: 2)))
  func
    `at each moment of random lives one module, seal, label and owner are current, and the ledger is right`(
      seed: Int
    ) throws
  {
    let folder = TemporaryFolder()
    try LivesWorld.begin(in: folder.path, welders: Self.livesOfOne)
    var world = try LivesWorld(in: folder.path, seed: UInt64(seed))
    while try world.live() { if world.notes.steps % 40 == 0 { try world.checkLedger() } }
    #expect(world.notes.welders.count == Self.livesOfOne, "seed \(seed): all have come")
    try world.checkAll()
    try world.checkExports()
  }

  @Test(arguments: Array(stride(from: 2, through: worlds, by: 2)))
  func `random lives are whole and counted right after each kill`(seed: Int) throws {
    let folder = TemporaryFolder()
    try LivesWorld.begin(in: folder.path, welders: Self.livesOfOne)
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    var random = SplitMix64(seed: UInt64(seed))
    var (kills, runs) = (0, 0)
    var hit: Set<String> = []
    while true {
      runs += 1
      let environment = ProcessInfo.processInfo.environment.merging([
        KilledLife.folder: folder.path, KilledLife.seed: "\(seed * 1_000 + runs)",
        KilledLife.writes: "\(random.next(below: 600))",
      ]) { $1 }
      let outcome = try RunningProgram(
        bundle, ["--testing-library", "swift-testing", "--filter", "FieldbookTests.KilledLives"],
        environment: environment
      ).end()
      let notes = try JSONDecoder().decode(
        LivesWorld.Notes.self, from: Data(contentsOf: URL(filePath: folder.file("notes.json"))))
      let world = try LivesWorld(in: folder.path, seed: 0)
      try world.checkAll()
      if outcome.status == 0 { break }
      guard outcome.status == -SIGKILL else {
        Issue.record("seed \(seed), run \(runs): \(outcome.status)\n\(outcome.output)\(outcome.diagnostics)")
        return
      }
      kills += 1
      if let next = notes.next { hit.insert(next.id) }
    }
    let world = try LivesWorld(in: folder.path, seed: 0)
    #expect(world.notes.welders.count == Self.livesOfOne && kills > 0, "seed \(seed): \(kills) kills")
    try world.checkExports()
    print("seed \(seed): \(kills) kills, in the midst of a step of \(hit.count) of \(Self.livesOfOne) welders")
  }
}

/// Runs in the process that is killed. It continues the lives of a folder where the process before it was
/// killed.
@Suite(.enabled(if: ProcessInfo.processInfo.environment[KilledLife.folder] != nil)) struct KilledLives {
  @Test func `lives on until it is killed`() throws {
    let environment = ProcessInfo.processInfo.environment
    let killSwitch = KillSwitch(after: try #require(environment[KilledLife.writes].flatMap(Int.init)))
    var world = try LivesWorld(
      in: try #require(environment[KilledLife.folder]),
      seed: try #require(environment[KilledLife.seed].flatMap(UInt64.init)), killSwitch: killSwitch)
    while try world.live() {}
    withExtendedLifetime(killSwitch) {}
  }
}

/// The variables that the process is given: the folder, the seed, and the number of writes that it makes.
private enum KilledLife {
  static let folder = "WELDTECH_LIVES_FOLDER"
  static let seed = "WELDTECH_LIVES_SEED"
  static let writes = "WELDTECH_LIVES_WRITES"
}

extension Sample {
  /// The id of a key, which is the beginning of its digest.
  static func keyID(of bytes: [UInt8]) -> String { String(SHA256Digest(of: bytes).hex.prefix(16)) }
}
