import Bench
import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Checks that there is no false success, no hang, and no disagreement between module and record, whatever
/// happens on the wire, and that the same command finishes every failed run. `WELDTECH_FAULTED_RUNS` gives the
/// number of runs, `WELDTECH_FAULT_SEED` the seed of a single one.
@Suite struct FaultedRunTests {
  private static let variables = ProcessInfo.processInfo.environment
  private static let count = variables["WELDTECH_FAULTED_RUNS"].flatMap { Int($0) } ?? 200
  private static let only = variables["WELDTECH_FAULT_SEED"].flatMap { UInt64($0) }
  /// The number of runs that share their laptops' fieldbooks.
  private static let batch = 500

  @Test func `faulted pairings and tests end in agreement, at the latest when run again`() throws {
    let seeds = Self.only.map { $0..<($0 + 1) } ?? 1..<UInt64(Self.count + 1)
    let flash = try ShippedRelease.program()
    var (pairs, tests) = (0, 0)
    var (maxPairDuration, maxTestDuration) = (Duration.zero, Duration.zero)
    for first in stride(from: seeds.lowerBound, to: seeds.upperBound, by: Self.batch) {
      let campaign = try Campaign(flash: flash)
      for seed in first..<min(first + UInt64(Self.batch), seeds.upperBound) {
        do {
          try campaign.run(seed: seed)
        } catch {
          Issue.record(error, "WELDTECH_FAULT_SEED=\(seed) runs this one alone")
          return
        }
      }
      pairs += campaign.struckPairs
      tests += campaign.struckTests
      maxPairDuration = max(maxPairDuration, campaign.maxPairDuration)
      maxTestDuration = max(maxTestDuration, campaign.maxTestDuration)
    }
    print(
      "\(seeds.count) faulted runs: \(pairs) pairings and \(tests) tests failed and were run again;",
      "the longest pairing took \(maxPairDuration), the longest test \(maxTestDuration)")
    if Self.only == nil { #expect(pairs > seeds.count / 5 && tests > seeds.count / 5) }
  }
}
