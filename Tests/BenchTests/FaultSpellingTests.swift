import Testing

@testable import Bench

@Suite struct FaultSpellingTests {
  @Test(arguments: [
    "silence-after=0", "pull-during=pair", "brownout-after=17", "brownout-during=test", "noise=7:2000",
    "pull-after=900,noise=7:2000,half=1:1000000", "silence-during=erase,pull-after=5",
    "piece=7:20000,clipped=7:10000",
  ])
  func `reads what it spells`(text: String) {
    #expect(ModuleBenchFault(text)?.spelling == text)
  }

  @Test(arguments: [
    "", ",", "noise", "noise=1", "noise=1:0", "noise=1:1000001", "noise=-1:5", "noise=1:2:3", "hum=1:2",
    "pull-after=-1", "pull-during=lunch", "pull-after=1,", "noise=4294967296:5",
  ])
  func `refuses what is spelt otherwise`(text: String) { #expect(ModuleBenchFault(text) == nil) }

  @Test func `goes wrong in the same places for the same seed`() {
    func pass(_ text: String) -> [[UInt8]] {
      var wire = FaultyWire(ModuleBenchFault(text))
      return (0..<2_000).map { wire.send(UInt8(truncatingIfNeeded: $0)).arriving }
    }
    #expect(pass("noise=3:50000") == pass("noise=3:50000"))
    #expect(pass("noise=3:50000") != pass("noise=4:50000"))
    let struck = pass("lost=9:100000").count { $0.isEmpty }
    #expect((100...300).contains(struck))
    #expect(pass("doubled=9:100000").count { $0.count == 2 } > 100)
    #expect(pass("flipped=9:100000").enumerated().count { $1 != [UInt8(truncatingIfNeeded: $0)] } > 100)
  }

  @Test func `flips one bit of a piece and clips the last byte of an answer as often as it says`() {
    var wire = FaultyWire(ModuleBenchFault("piece=4:20000,clipped=5:10000"))
    let sent = [UInt8](repeating: 0x55, count: 258)
    var (flipped, clipped) = (0, 0)
    for _ in 0..<10_000 {
      let differences = zip(wire.piece(sent), sent).map { ($0 ^ $1).nonzeroBitCount }
      #expect(differences.count == sent.count && [0, 1].contains(differences.reduce(0, +)))
      flipped += differences.reduce(0, +)
      let answer = wire.answer([1, 2, 3])
      #expect(answer == [1, 2, 3] || answer == [1, 2])
      clipped += 3 - answer.count
    }
    #expect((150...250).contains(flipped) && (70...130).contains(clipped))
    #expect(wire.send(9).arriving == [9])
  }

  @Test func `cuts answers short once`() {
    var half = FaultyWire(ModuleBenchFault("half=1:1000000"))
    #expect(half.answer([UInt8](repeating: 1, count: 100)).count < 100)
    var wire = FaultyWire(ModuleBenchFault("brownout-after=1,pull-during=pair"))
    #expect(wire.send(1).effects.isEmpty)
    #expect(wire.send(2).effects == [.brownout])
    #expect(wire.send(3).effects.isEmpty)
    #expect(wire.did(.test).isEmpty)
    #expect(wire.did(.pair) == [.pull])
    #expect(wire.did(.pair).isEmpty)
  }
}
