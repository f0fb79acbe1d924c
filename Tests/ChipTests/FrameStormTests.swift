import Foundation
import ModuleCore
import Testing

@testable import Chip

/// Sends frames of all kinds to the executed shipped image. The image must run without a fault, a reset or a
/// closed relay, and the module must answer whenever it is asked for its identity.
///
/// `WELDTECH_FRAMES` is the number of frames (100,000 in `make soak`), `WELDTECH_FRAMES_SEED` the seed of the
/// draw.
@Suite struct FrameStormTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let count = environment["WELDTECH_FRAMES"].flatMap(Int.init) ?? 600
  private static let seed = environment["WELDTECH_FRAMES_SEED"].flatMap { UInt64($0) } ?? 1
  /// Number of frames between two questions.
  private static let round = 100

  @Test func `frames of all kinds end in neither a trap nor a reset`() throws {
    let rig = try ChipRig()
    rig.boot()
    #expect(try rig.pair(key: ConversationRequests.key))
    let boots = try rig.ask(.identity)[ModuleField.boots]?.unsigned
    var storm = try FrameStorm(seed: Self.seed, uniqueID: rig.uniqueID, update: try ChipRig.shippedUpdate())
    var (bytes, replies) = (0, 0)
    for frame in 0..<Self.count {
      if frame == Self.count / 2 {
        // For the second half the case has been open for long enough, and uploads are taken.
        rig.surroundings.world.sealClosed = false
        rig.wait(milliseconds: 10_200)
      }
      let next = storm.next()
      bytes += next.count
      replies += try give(next, to: rig)
      guard rig.chip.state == .running, rig.chip.faults == 0 else {
        Issue.record("frame \(frame) of seed \(Self.seed): \(rig.chip.state), \(next)")
        return
      }
      guard frame % Self.round == Self.round - 1 || frame == Self.count - 1 else { continue }
      waitUntilDone(rig)
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

  /// Waits until the module has done what it was asked for. It computes the digest of an upload, or erases
  /// several sectors one after the other, for up to some seconds, and answers after that.
  private func waitUntilDone(_ rig: ChipRig) {
    while rig.chip.state == .running {
      let busyUntil = rig.chip.flash.busyUntil
      rig.wait(milliseconds: 500)
      let isSilent = rig.chip.link.takeSent().isEmpty
      if isSilent, rig.chip.flash.busyUntil == busyUntil, busyUntil <= rig.chip.now { return }
    }
  }

  /// Puts bytes on the wire and waits until the module has taken them and sent all its replies.
  /// - Returns: the number of lines in the replies.
  private func give(_ bytes: [UInt8], to rig: ChipRig) throws -> Int {
    rig.chip.link.arrive(bytes, now: rig.chip.now)
    rig.chip.run(until: rig.chip.link.lineIsFreeAt)
    var lines = 0
    while rig.chip.state == .running {
      rig.wait(milliseconds: 3)
      let said = rig.chip.link.takeSent()
      // The module is silent while a sector is erased, although it has not finished.
      if said.isEmpty, rig.chip.flash.busyUntil <= rig.chip.now { break }
      lines += said.count { $0 == 0x0a }
    }
    return lines
  }
}
