import Bench
import Fieldbook
import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Kills `sync` at random writes while it sends many records and files at once, and continues with the same
/// fieldbook. `WELDTECH_SYNC_KILLS` gives the number of kills, `WELDTECH_SYNC_KILL_SEED` the seed.
@Suite(.enabled(if: InstalledProgram("strace").isInstalled, "no strace here"))
struct DeliveryKillTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let kills = environment["WELDTECH_SYNC_KILLS"].flatMap { Int($0) } ?? 10
  private static let seed = environment["WELDTECH_SYNC_KILL_SEED"].flatMap { UInt64($0) } ?? 25

  @Test func `a delivery that is killed at any write is finished by the next, whole and once`() throws {
    let office = try Office()
    let laptop = try office.laptop()
    var dice = SplitMix64(seed: Self.seed)
    var killed = 0
    var tried = 0
    while killed < Self.kills, tried < Self.kills * 4 {
      tried += 1
      if try Fieldbook(home: laptop.home).queueSummary().isEmpty {
        try laptop.fill(5, bytes: 2_000 + dice.next(below: 60_000))
      }
      if try Weldtech.kill(atWrite: 1 + dice.next(below: 120), ["--home", laptop.home, "sync"]) { killed += 1 }
      try expectNoFalseMark(laptop, office, "seed \(Self.seed), run \(tried)")
    }
    #expect(killed == Self.kills, "seed \(Self.seed)")

    try laptop.json("sync")
    let fieldbook = try Fieldbook(home: laptop.home)
    #expect(try fieldbook.queueSummary().isEmpty && fieldbook.setAsideCount() == 0)
    try expectNoFalseMark(laptop, office, "seed \(Self.seed), at the end")
    let held = office.platform.installations()
    #expect(try held.count == fieldbook.list(limit: 10_000).count && held.allSatisfy { $0.revision == 1 })
    #expect(try office.platform.keyIds().count == held.count)
    #expect(try fieldbook.verifyLog().entries > 0)
  }

  /// Checks that the platform has every record, file and key that the fieldbook marks as acknowledged.
  private func expectNoFalseMark(_ laptop: Laptop, _ office: Office, _ place: Comment) throws {
    let fieldbook = try Fieldbook(home: laptop.home)
    let keys = Set(try office.platform.keyIds())
    for row in try fieldbook.list(limit: 10_000) {
      let state = try fieldbook.deliveryState(of: row.id)
      for revision in state.revisions where revision.acknowledgedAt != nil {
        let sent = try #require(try fieldbook.closedRecord(row.id, revision: revision.number))
        #expect(try office.platform.record(row.id.text) == sent.body, place)
      }
      for file in state.files where file.acknowledgedAt != nil {
        #expect(office.platform.hasFile(file.sha256), place)
      }
      for key in state.keys where key.acknowledgedAt != nil { #expect(keys.contains(key.keyID), place) }
    }
  }
}

extension Laptop {
  /// Fills the fieldbook with signed installations, each with `photos` photos of `bytes` bytes, by the
  /// benchmarks' program.
  func fill(_ count: Int, photos: Int = 2, bytes: Int = 3_000) throws {
    let program = Weldtech.path.replacingOccurrences(
      of: "/weldtech", with: "/archive-program", options: .backwards)
    let filled = try RunningProgram(
      program, ["fill", home, String(count), String(photos), String(bytes)]
    ).end()
    #expect(filled.status == 0, "\(filled.diagnostics)")
  }
}
