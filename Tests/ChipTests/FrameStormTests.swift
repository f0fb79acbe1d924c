import Foundation
import ModuleCore
import Testing

@testable import Chip

/// Frames of all kinds for the shipped image, executed: no fault, no reset, no closed relay, and an answer whenever it
/// is asked who it is.
///
/// `WELDTECH_FRAMES` is how many are drawn (100,000 in `make soak`), `WELDTECH_FRAMES_SEED` where the draw begins.
@Suite struct FrameStormTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let count = environment["WELDTECH_FRAMES"].flatMap(Int.init) ?? 600
  private static let seed = environment["WELDTECH_FRAMES_SEED"].flatMap { UInt64($0) } ?? 1
  /// Frames between two questions.
  private static let round = 100

  @Test func `frames of all kinds end in neither a trap nor a reset`() throws {
    let rig = try ChipRig()
    rig.boot()
    #expect(try rig.pair(key: ConversationRequests.key))
    let boots = try rig.ask(.identity)[ModuleField.boots]?.unsigned
    var storm = try FrameStorm(seed: Self.seed, uniqueID: rig.uniqueID, update: try ChipRig.shippedUpdate())
    var (bytes, replies) = (0, 0)
    for frame in 0..<Self.count {
      let next = storm.next()
      bytes += next.count
      replies += try give(next, to: rig)
      guard rig.chip.state == .running, rig.chip.faults == 0 else {
        Issue.record("frame \(frame) of seed \(Self.seed): \(rig.chip.state), \(next)")
        return
      }
      guard frame % Self.round == Self.round - 1 || frame == Self.count - 1 else { continue }
      // What is still being reckoned, such as the digest of an upload, is answered first.
      rig.wait(milliseconds: 500)
      _ = rig.chip.link.takeSent()
      let identity = try rig.ask(.identity)
      guard identity[ModuleField.boots]?.unsigned == boots, rig.chip.surface.closings == 0 else {
        Issue.record("frames up to \(frame) of seed \(Self.seed): a reset, or a closed relay; \(identity)")
        return
      }
    }
    #expect(replies > Self.count / 2)
    print(
      "\(Self.count) frames on the executed chip: \(bytes) bytes, \(replies) lines of replies, no trap, no reset"
    )
  }

  /// Puts bytes on the wire and waits until the module has taken them and said all it has to say.
  /// - Returns: the lines of its replies.
  private func give(_ bytes: [UInt8], to rig: ChipRig) throws -> Int {
    rig.chip.link.arrive(bytes, now: rig.chip.now)
    rig.chip.run(until: rig.chip.link.lineIsFreeAt)
    var lines = 0
    while rig.chip.state == .running {
      rig.wait(milliseconds: 3)
      let said = rig.chip.link.takeSent()
      // While a sector is erased it is silent, and not done.
      if said.isEmpty, rig.chip.flash.busyUntil <= rig.chip.now { break }
      lines += said.count { $0 == 0x0a }
    }
    return lines
  }
}
