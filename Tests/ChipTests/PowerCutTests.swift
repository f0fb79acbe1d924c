import Bench
import ModuleCore
import Testing

@testable import Chip

/// Power goes at an instruction of the shipped image.
@Suite struct PowerCutTests {
  /// Cuts in the instructions of a pairing, all different, the same in every run. A pairing takes some 300,000.
  private static func cuts(_ count: Int) -> [UInt64] {
    var seed: UInt64 = 7
    return (0..<count).map { _ in
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (seed >> 33) % 300_000
    }
  }

  @Test func `after a cut anywhere in a pairing, one key or none is there, and pairing again succeeds`() throws
  {
    let rig = try ChipRig(countsInstructions: true)
    rig.boot()
    var struck = 0
    for (index, cut) in Self.cuts(12).enumerated() {
      rig.blankRecords()
      rig.chip.powerUp()
      rig.boot()
      rig.chip.cutAfterInstructions = rig.chip.processor.instructions + cut
      let wasWhole = try rig.pair(key: ChipRig.key)
      rig.chip.cutAfterInstructions = nil
      if !wasWhole { struck += 1 }
      var noise = UInt8(truncatingIfNeeded: index)
      rig.chip.cutPower {
        noise = noise &* 37 &+ 11
        return noise
      }
      rig.boot()
      let identity = try rig.ask(.identity)
      let kept = identity[ModuleField.keyId]?.byteString
      #expect(kept == nil || kept == Authenticator.keyId(of: ChipRig.key), "cut after \(cut)")
      if wasWhole { #expect(kept != nil) }
      #expect(try rig.pair(key: ChipRig.key))
      #expect(try rig.ask(.identity)[ModuleField.keyId]?.byteString == Authenticator.keyId(of: ChipRig.key))
      #expect(rig.chip.surface.closings == 0)
    }
    #expect(struck > 0)
  }
}
