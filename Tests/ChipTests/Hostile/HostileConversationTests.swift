import Foundation
import Testing

@testable import Chip

/// Holds conversations in which somebody who has the cable, but not the key, talks to a paired module. No
/// foreign image ever runs, the pairing and the running image stay, and every use of the open case is counted.
///
/// `WELDTECH_CONVERSATIONS` is the number of conversations (10,000 in `make soak`),
/// `WELDTECH_CONVERSATION_SEED` the seed of the first; the seeds of the others follow by one. A failure prints
/// `WELDTECH_CONVERSATION=<seed>`, which holds that conversation again.
@Suite struct HostileConversationTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let count = environment["WELDTECH_CONVERSATIONS"].flatMap(Int.init) ?? 40
  private static let firstSeed = environment["WELDTECH_CONVERSATION_SEED"].flatMap { UInt64($0) } ?? 1

  @Test(.enabled(if: environment["WELDTECH_CONVERSATION"] == nil))
  func `no conversation without the key makes a foreign image run, loses the pairing, or goes uncounted`()
    throws
  {
    let rig = try HostileRig()
    for seed in Self.firstSeed..<Self.firstSeed + UInt64(Self.count) { hold(rig, seed: seed) }
    print("\(Self.count) hostile conversations from seed \(Self.firstSeed): \(rig.tally)")
    let tally = rig.tally
    #expect(tally.conversations == Self.count)
    #expect(tally.refusals > Self.count / 4 && tally.cuts > Self.count / 8)
    #expect(tally.authorities > 0 && tally.updates > 0 && tally.entries > 0)
    #expect(tally.services > 0 && tally.foreign > 0)
  }

  @Test(
    .enabled(
      if: environment["WELDTECH_CONVERSATION"] != nil, "WELDTECH_CONVERSATION names one that is held again"))
  func `one conversation, held again`() throws {
    let seed = try #require(Self.environment["WELDTECH_CONVERSATION"].flatMap { UInt64($0) })
    let rig = try HostileRig()
    rig.log = { print($0) }
    hold(rig, seed: seed)
  }

  private func hold(_ rig: HostileRig, seed: UInt64) {
    do {
      try rig.hold(seed: seed)
    } catch {
      Issue.record("WELDTECH_CONVERSATION=\(seed): \(error)")
    }
  }
}
