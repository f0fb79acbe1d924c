import Bench
import ModuleCore
import TestSupport
import Testing

@testable import Chip
@testable import Provision

/// Sends and starts a loader that nobody hears. The ROM path then does the work without being asked, and
/// success is reported only after every byte was read back.
@Suite struct LoaderFallbackTests {
  /// The earlier contents of the chip's flash.
  enum Before: CaseIterable {
    case blank
    /// The flash holds the boot block, and an application whose writing was interrupted.
    case cutOff
    /// The flash holds a running firmware, which runs again when the silent loader has reset the chip.
    case other
  }

  private func rig(_ before: Before) throws -> LoaderRig {
    let rig = try LoaderRig(timings: .instant)
    for piece in rig.image.pieces where before != .blank {
      let isBoot = piece.address == FlashMap.bootBlock
      let application = before == .other ? LoaderRig.other(piece.bytes) : [1, 2, 3, 4]
      rig.flash.program(piece.address, isBoot ? piece.bytes : application)
    }
    rig.cable.cyclePower()
    rig.cable.wait(.milliseconds(800))
    return rig
  }

  private enum Direction: CaseIterable { case both, answers }

  /// Loses the bytes that the loader sends, or the bytes of both directions.
  private func lose(_ direction: Direction, of rig: LoaderRig) {
    rig.cable.muteLoader()
    guard direction == .both else { return }
    let chip = rig.cable.chip.chip
    rig.cable.spoil = { [unowned chip] byte in chip.isInRAM ? nil : byte }
  }

  @Test(arguments: Before.allCases, Direction.allCases)
  private func `a loader that nobody hears costs time, and the ROM path does the work`(
    before: Before, direction: Direction
  ) throws {
    let rig = try rig(before)
    lose(direction, of: rig)
    var steps: [FlashStep] = []
    let result = try rig.flash { steps.append($0) }
    #expect(steps.contains(.startingLoader))
    #expect(result.proofs == [.read])
    #expect(result.seconds < 30)
    #expect(rig.holdsImage)
    #expect(rig.cable.chip.chip.state == .running)
    #expect(rig.cable.chip.chip.surface.closings == 0)
  }

  @Test(arguments: [1, 2, 5], AnswerLosingLink.Part.allCases)
  func `a loader whose start is acknowledged by answers that are lost does the work`(
    count: Int, part: AnswerLosingLink.Part
  ) throws {
    let rig = try rig(.cutOff)
    let link = AnswerLosingLink(over: rig.cable, losing: count, of: part)
    let result = try rig.flash(over: link)
    #expect(result.proofs == [.digest])
    #expect(rig.holdsImage)
  }

  @Test(arguments: [100, 1_000, 8_000])
  func `a flashing that was cancelled goes on at once, over a port that holds what is sent`(milliseconds: Int)
    throws
  {
    let rig = try rig(.cutOff)
    let clock = rig.cable.clock
    var isWriting = false
    let flasher = Flasher(
      link: BufferedLink(over: rig.cable, clock: clock), notes: rig.notes, baudRates: rig.baudRates,
      now: { clock.now })
    #expect(throws: FlashError.self) {
      try flasher.flash(
        .image(rig.image),
        onEvent: { if case .writing(let bytes, _) = $0, bytes > 0 { isWriting = true } },
        isCancelled: { isWriting })
    }
    #expect(rig.cable.chip.chip.isInRAM)
    rig.cable.wait(.milliseconds(milliseconds))
    #expect(try rig.flash(over: BufferedLink(over: rig.cable, clock: clock)).proofs == [.digest])
    #expect(rig.holdsImage)
  }

  @Test func `after a loader that stopped the chip for good, the same command does without it`() throws {
    let rig = try rig(.cutOff)
    let chip = rig.cable.chip.chip
    var starts = 0
    rig.cable.onGo = { [unowned chip] in
      guard chip.isInRAM else { return }
      starts += 1
      // The instruction is undefined.
      chip.processor.write(chip.processor.programCounter & ~3, words: [0xdeff_deff, 0xdeff_deff])
    }
    #expect(throws: FlashError.bootloaderSilent) { try rig.flash() }
    #expect(chip.state == .lockedUp)
    rig.cable.cyclePower()
    rig.cable.wait(.milliseconds(20))
    #expect(try rig.flash().proofs == [.read])
    #expect(starts == 1)
    #expect(rig.holdsImage)
  }

  @Test func `where a byte reads back wrong after that, there is no success`() throws {
    let rig = try rig(.cutOff)
    lose(.both, of: rig)
    let place = FlashMap.application + 1000
    #expect(throws: FlashError.verification(address: place)) {
      try rig.flash { step in
        guard case .verifying(bytes: 0, of: _) = step, let cell = rig.flash.read(place, count: 1)?.first else {
          return
        }
        rig.flash.put(place, [~cell])
      }
    }
  }
}
