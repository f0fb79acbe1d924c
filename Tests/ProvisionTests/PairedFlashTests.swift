import Bench
import Cryptography
import Foundation
import ModuleCore
import Records
import TestSupport
import Testing

@testable import Provision

/// Checks that a paired module is updated through its own firmware, by whoever has the authority.
@Suite struct PairedFlashTests {
  private struct Dead: Error {}

  /// Gathers the steps of a run.
  private final class Steps {
    var all: [FlashStep] = []

    var offsets: [Int] { all.compactMap { if case .uploading(let bytes, _) = $0 { bytes } else { nil } } }
    func count(_ step: FlashStep) -> Int { all.count { $0 == step } }
  }

  private let rig: PairedBench

  init() throws { rig = try PairedBench() }

  // MARK: - Who gives the authority

  @Test func `this laptop gives the authority while it has the key, and the platform is not asked`() throws {
    let steps = Steps()
    let result = try rig.flash(onEvent: { steps.all.append($0) })
    #expect(result.authority == FlashAuthority(kind: .laptopProof, deed: .update))
    #expect(result.proofs == [.claimed] && result.skipped == nil && result.sealStayedClosed)
    #expect(result.module?.history.provenUpdates == 1 && result.module?.history.serviceUpdates == 0)
    #expect(rig.platform.asked.isEmpty)
    #expect(steps.all.prefix(2) == [.connecting, .authorizing])
    #expect(steps.count(.authorizing) == 1 && steps.count(.enteringBootloader) == 0)
    #expect(steps.offsets.first == 0 && steps.offsets == steps.offsets.sorted())
    try rig.expectUpdated()
    let again = try rig.flash()
    #expect(again.skipped == .alreadyInstalled && again.authority == nil && again.sealStayedClosed)
    #expect(try rig.client().identity().history.provenUpdates == 1)
  }

  @Test func `the platform gives the authority for this file and version where the laptop has no key`() throws {
    try rig.forgetKey(platformHasIt: true)
    let result = try rig.flash()
    #expect(result.authority == FlashAuthority(kind: .platformProof, deed: .update))
    let sha256 = try #require(rig.new.manifest.update.flatMap { Hex.decode($0.sha256) })
    #expect(rig.platform.asked.map(\.purpose) == [.update(sha256: sha256, version: "1.1.0")])
    #expect(rig.platform.asked.map(\.keyID) == [rig.keyID])
    try rig.expectUpdated()
  }

  @Test(
    arguments: [
      (.unreachable, .unreachable), (.unknownKey, .unknownKey), (.refused(code: "no"), .refused(code: "no")),
      (.judged(isRight: true), .refused(code: nil)), (.proof([UInt8](repeating: 1, count: 32)), .wrongProof),
    ] as [(ProofAnswer, AuthorityFailure)])
  func `without a proof the module stays as it is, and the same command goes on later`(
    answer: ProofAnswer, trouble: AuthorityFailure
  ) throws {
    try rig.forgetKey(platformHasIt: true)
    rig.platform.answer = answer
    #expect(throws: FlashError.authority(keyID: rig.keyID, trouble)) { _ = try rig.flash() }
    try rig.expectUntouched()
    rig.platform.answer = nil
    #expect(try rig.flash().authority?.kind == .platformProof)
    try rig.expectUpdated()
  }

  @Test func `a laptop that knows no platform and has no key is told so`() throws {
    try rig.forgetKey(platformHasIt: false)
    #expect(throws: FlashError.authority(keyID: rig.keyID, .unreachable)) {
      _ = try rig.flash(withoutPlatform: true)
    }
    try rig.expectUntouched()
  }

  @Test func `a person who ends the wait for the platform ends the run`() throws {
    try rig.forgetKey(platformHasIt: true)
    rig.platform.onProof = { throw Dead() }
    #expect(throws: FlashError.cancelled(during: .authorizing)) { _ = try rig.flash() }
    try rig.expectUntouched()
  }

  // MARK: - Late and lost

  @Test func `a proof that comes later than the challenge is good for is asked for anew, and given up`() throws
  {
    try rig.forgetKey(platformHasIt: true)
    rig.platform.onProof = { [clock = rig.bench.clock] in clock.advance(by: .seconds(31)) }
    #expect(throws: FlashError.authority(keyID: rig.keyID, .tooSlow)) { _ = try rig.flash() }
    #expect(rig.platform.asked.count == 3 && Set(rig.platform.asked.map(\.challenge)).count == 3)
    try rig.expectUntouched()
    rig.platform.onProof = { [clock = rig.bench.clock, platform = rig.platform] in
      if platform.asked.count == 4 { clock.advance(by: .seconds(45)) }
    }
    #expect(try rig.flash().authority?.kind == .platformProof)
    #expect(rig.platform.asked.count == 5)
    try rig.expectUpdated()
  }

  @Test func `the lost reply to an authority is asked for once more, and counts once for an update`() throws {
    var lost = 0
    rig.bench.tamper = { answer in
      guard lost == 0, message(in: answer)?.command == ModuleCommand.authorize.rawValue,
        message(in: answer)?.group == SMPGroup.module
      else { return answer }
      lost += 1
      return []
    }
    let result = try rig.flash()
    #expect(lost == 1 && result.module?.history.provenUpdates == 1)
    try rig.expectUpdated()
  }

  @Test func `the lost reply to an authority for the bootloader takes another challenge`() throws {
    var lost = 0
    rig.bench.tamper = { answer in
      guard lost == 0, message(in: answer)?.command == ModuleCommand.authorize.rawValue,
        message(in: answer)?.group == SMPGroup.module
      else { return answer }
      lost += 1
      return []
    }
    let result = try rig.flasher().protect()
    #expect(lost == 1 && result.authority == FlashAuthority(kind: .laptopProof, deed: .bootloader))
    #expect(rig.bench.flash.isReadProtected)
    #expect(try rig.client().identity().history.provenEntries == 2)
  }

  // MARK: - Cut off

  @Test func `pulled after any number of bytes, the next run goes on where the upload was`() throws {
    let whole = try PairedBench()
    var sent = 0
    whole.bench.bytesUntilPull = .max
    _ = try whole.flash()
    sent = .max - (whole.bench.bytesUntilPull ?? 0)
    #expect(sent > 6_000)
    var resumed = 0
    for bytes in stride(from: 40, to: sent, by: 797) {
      for restarts in [false, true] {
        let rig = try PairedBench()
        let (first, second) = (Steps(), Steps())
        rig.bench.bytesUntilPull = bytes
        #expect(throws: FlashError.self) { _ = try rig.flash(onEvent: { first.all.append($0) }) }
        rig.bench.plugIn()
        if restarts { rig.bench.cyclePower() }
        let result = try rig.flash(onEvent: { second.all.append($0) })
        // An image on trial has proved itself after five seconds.
        try rig.pass(.seconds(6))
        try rig.expectUpdated()
        // An update that had started before the cut is found installed.
        if result.skipped == .alreadyInstalled { continue }
        let count = result.module?.history.provenUpdates ?? 0
        guard let reached = first.offsets.last else {
          #expect((1...2).contains(count), "\(bytes)")
          continue
        }
        // Without a restart in between the module still has the authority.
        #expect(count == (restarts ? 2 : 1), "\(bytes)")
        guard reached > 0, first.count(.starting) == 0 else { continue }
        resumed += 1
        // After a restart the last word that is not blank is written again.
        let next = second.offsets.dropFirst().first ?? 0
        #expect(next >= reached - 8, "\(bytes): \(reached), \(second.offsets)")
      }
    }
    #expect(resumed > 8)
  }

  @Test(arguments: [3_000, 6_071])
  func `a module that starts anew half-way is given the authority once more, and goes on`(bytes: Int) throws {
    let steps = Steps()
    let bench = rig.bench
    var hasRestarted = false
    let result = try rig.flash(onEvent: { step in
      steps.all.append(step)
      if case .uploading(let reached, _) = step, reached > bytes, !hasRestarted {
        hasRestarted = true
        bench.cyclePower()
      }
    })
    #expect(hasRestarted && steps.count(.authorizing) == 2)
    #expect(result.module?.history.provenUpdates == 2)
    try rig.expectUpdated()
  }

  @Test
  func
    `an update that was cut off before it was confirmed is confirmed by the next run, and outlives the power`()
    throws
  {
    let bench = rig.bench
    bench.tamper = { answer in
      let said = message(in: answer)
      if said?.group == SMPGroup.operatingSystem, said?.command == OperatingSystemCommand.reset.rawValue {
        bench.bytesUntilPull = 0
      }
      return answer
    }
    #expect(throws: FlashError.self) { _ = try rig.flash() }
    bench.tamper = { $0 }
    bench.bytesUntilPull = nil
    let active = try rig.client().imageState().first { $0.isActive }
    #expect(active?.version == "1.1.0" && active?.isConfirmed == false)
    #expect(try rig.flash().skipped == .alreadyInstalled)
    try rig.expectUpdated()
    rig.bench.cyclePower()
    try rig.expectUpdated()
    #expect(try rig.client().identity().history.provenUpdates == 1)
  }

  @Test func `a module that starts anew after each authority is given up, and stays as it is`() throws {
    let bench = rig.bench
    #expect(throws: FlashError.authority(keyID: rig.keyID, .lost)) {
      _ = try rig.flash(onEvent: { if case .uploading = $0 { bench.cyclePower() } })
    }
    try rig.expectPairing()
    #expect(try rig.client().imageState().first { $0.isActive }?.version == "1.0.0")
    _ = try rig.flash()
    try rig.expectUpdated()
  }

  // MARK: - By the open seal

  @Test func `by the open seal the case is waited for, and the module counts it`() throws {
    try rig.forgetKey(platformHasIt: true)
    let steps = Steps()
    var asked = 0
    let result = try rig.flash(
      usesOpenSeal: true,
      onEvent: { step in
        steps.all.append(step)
        if case .uploading(0, _) = step { asked += 1 }
        if asked == 5 { self.rig.setCase(open: true) }
      })
    #expect(result.authority == FlashAuthority(kind: .openSeal, deed: .update))
    #expect(result.module?.history.openSealCounts == OpenSealCounts(updates: 1, bootloaderEntries: 0))
    #expect(result.module?.history.provenUpdates == 0 && !result.sealStayedClosed)
    #expect(rig.platform.asked.isEmpty && steps.count(.awaitingOpenSeal) == 1 && asked > 12)
    try rig.expectUpdated()
  }

  @Test func `by the open seal a case that stays closed is given up after a minute, and counts nothing`() throws
  {
    let begun = rig.bench.clock.now
    #expect(throws: FlashError.authority(keyID: rig.keyID, .caseClosed)) {
      _ = try rig.flash(usesOpenSeal: true)
    }
    #expect((58...75).contains((rig.bench.clock.now - begun) / .seconds(1)))
    try rig.expectUntouched()
  }

  @Test func `a person who does not open the case ends the wait`() throws {
    let steps = Steps()
    #expect(throws: FlashError.cancelled(during: .awaitingOpenSeal)) {
      _ = try rig.flash(
        usesOpenSeal: true, onEvent: { steps.all.append($0) },
        isCancelled: { steps.count(.awaitingOpenSeal) > 0 })
    }
    try rig.expectUntouched()
  }

  @Test func `a case that is closed half-way has to be opened again, which counts again`() throws {
    rig.setCase(open: true)
    try rig.pass(.seconds(11))
    let steps = Steps()
    let result = try rig.flash(
      usesOpenSeal: true,
      onEvent: { step in
        steps.all.append(step)
        if case .uploading(let bytes, _) = step, bytes > 2_000 {
          self.rig.setCase(open: steps.count(.awaitingOpenSeal) > 0)
        }
        if step == .awaitingOpenSeal { self.rig.setCase(open: true) }
      })
    #expect(steps.count(.awaitingOpenSeal) == 1)
    #expect(result.module?.history.serviceUpdates == 2)
    try rig.expectUpdated()
  }

  @Test func `an open case alone does not stand for a proof that was not waived`() throws {
    try rig.forgetKey(platformHasIt: false)
    rig.setCase(open: true)
    try rig.pass(.seconds(11))
    #expect(throws: FlashError.authority(keyID: rig.keyID, .unknownKey)) { _ = try rig.flash() }
    try rig.expectUntouched()
  }

  @Test func `a seal that is opened during an update does not count as closed`() throws {
    let result = try rig.flash(onEvent: { step in
      guard case .uploading(let bytes, _) = step else { return }
      // The module notices only an opening that lasts.
      self.rig.setCase(open: (1_000...4_000).contains(bytes))
      self.rig.bench.clock.advance(by: .milliseconds(400))
    })
    #expect(result.authority?.kind == .laptopProof)
    #expect(try rig.client().readings().sealClosed && !result.sealStayedClosed)
  }

  // MARK: - What the authority is given for

  @Test
  func `nobody is asked for an image that may not replace the module's, and downgrades take their option`()
    throws
  {
    let rig = try PairedBench(version: "1.5.0", update: "1.4.0")
    try rig.forgetKey(platformHasIt: true)
    for options in [Flasher.Options(), .init(readsBack: true), .init(erasesKey: true)] {
      #expect(throws: FlashError.downgrade(installed: "1.5.0", offered: "1.4.0")) { _ = try rig.flash(options) }
    }
    #expect(rig.platform.asked.isEmpty)
    try rig.expectUntouched()
    _ = try rig.flash(.init(allowsDowngrade: true))
    try rig.expectUpdated()
  }

  @Test func `no option has an image authorised that replaces only newer ones`() throws {
    let rig = try PairedBench(version: "1.0.0", update: "2.0.0", lowest: "1.5.0")
    try rig.forgetKey(platformHasIt: true)
    for options in [
      Flasher.Options(), .init(allowsDowngrade: true), .init(allowsDowngrade: true, readsBack: true),
      .init(allowsDowngrade: true, erasesKey: true),
    ] {
      #expect(throws: FlashError.tooOld(installed: "1.0.0", lowest: "1.5.0", offered: "2.0.0")) {
        _ = try rig.flash(options)
      }
    }
    #expect(rig.platform.asked.isEmpty)
    try rig.expectUntouched()
  }

  @Test func `nobody is asked where the module's version cannot be read`() throws {
    try rig.forgetKey(platformHasIt: true)
    rig.bench.tamper = { answer in
      guard var reply = message(in: answer), let place = reply.payload.firstRange(of: Array("1.0.0".utf8))
      else {
        return answer
      }
      reply.payload.replaceSubrange(place, with: Array("1.x.0".utf8))
      return reply.frame
    }
    for options in [Flasher.Options(), .init(readsBack: true)] {
      #expect(throws: FlashError.firmware(.unusableReply(.field("fw"), during: .identity))) {
        _ = try rig.flash(options)
      }
    }
    #expect(rig.platform.asked.isEmpty)
    rig.bench.tamper = { $0 }
    try rig.expectUntouched()
  }

  @Test func `an image without the file of an update is refused before anybody is asked`() throws {
    try rig.forgetKey(platformHasIt: true)
    let image = try BootloaderImages.firmware(version: "1.2.0")
    #expect(throws: FlashError.image(.manifest(field: "update"))) {
      _ = try rig.flasher().flash(.image(image))
    }
    #expect(rig.platform.asked.isEmpty)
    try rig.expectUntouched()
  }

  // MARK: - Into the bootloader

  @Test func `reading back takes an authority of its own, and goes through the bootloader`() throws {
    try rig.forgetKey(platformHasIt: true)
    let steps = Steps()
    let result = try rig.flash(.init(readsBack: true, usesLoader: false), onEvent: { steps.all.append($0) })
    #expect(result.authority == FlashAuthority(kind: .platformProof, deed: .bootloader))
    #expect(rig.platform.asked.map(\.purpose) == [.bootloader])
    #expect(result.proofs == [.read] && !result.sealStayedClosed && result.skipped == nil)
    #expect(steps.all.prefix(3) == [.connecting, .authorizing, .enteringBootloader])
    #expect(steps.offsets.isEmpty && result.module?.history.provenEntries == 1)
    try rig.expectPairing()
    #expect(try Hex.encode(rig.client().identity().imageSha256) == rig.new.manifest.appSha256)
  }

  @Test func `without an authority nobody gets into the bootloader`() throws {
    try rig.forgetKey(platformHasIt: false)
    #expect(throws: FlashError.authority(keyID: rig.keyID, .unknownKey)) { _ = try rig.flasher().protect() }
    #expect(throws: FlashError.authority(keyID: rig.keyID, .unknownKey)) {
      _ = try rig.flash(.init(readsBack: true))
    }
    #expect(throws: FlashError.authority(keyID: rig.keyID, .unknownKey)) {
      _ = try rig.flash(.init(erasesKey: true))
    }
    #expect(!rig.bench.flash.isReadProtected)
    try rig.expectUntouched()
  }

  @Test func `a protected module is updated with an authority, and erased with one`() throws {
    let protected = try rig.flasher().protect()
    #expect(protected.authority == FlashAuthority(kind: .laptopProof, deed: .bootloader))
    #expect(!protected.wasProtected)
    #expect(rig.bench.flash.isReadProtected && rig.notes.isProtected(chipID: protected.chipID))
    let again = try rig.flasher().protect()
    #expect(again.chipID == protected.chipID && again.wasProtected && again.authority == nil)
    let result = try rig.flash()
    #expect(result.authority == FlashAuthority(kind: .laptopProof, deed: .update) && result.sealStayedClosed)
    try rig.expectUpdated()
    #expect(throws: FlashError.readProtected) { _ = try rig.flash(.init(readsBack: true)) }
    let newer = try BootloaderImages.firmware(version: "1.2.0")
    let erased = try rig.flasher().flash(.image(newer), options: .init(erasesKey: true))
    #expect(erased.keyErased && erased.authority == FlashAuthority(kind: .laptopProof, deed: .bootloader))
    #expect(try rig.client().identity().keyID == nil)
  }

  @Test func `by the open seal the bootloader is entered, and the module counts it`() throws {
    try rig.forgetKey(platformHasIt: false)
    let steps = Steps()
    let result = try rig.flasher(usesOpenSeal: true).protect(onEvent: { step in
      steps.all.append(step)
      if step == .awaitingOpenSeal { self.rig.setCase(open: true) }
    })
    #expect(result.authority == FlashAuthority(kind: .openSeal, deed: .bootloader))
    #expect(steps.count(.awaitingOpenSeal) == 1 && rig.bench.flash.isReadProtected)
    #expect(
      try rig.client().identity().history.openSealCounts == OpenSealCounts(updates: 0, bootloaderEntries: 1))
  }

  @Test func `a chip that is in its bootloader already is flashed there`() throws {
    let clock = rig.bench.clock
    let flasher = rig.flasher()
    guard case .firmware(let running) = try flasher.findModule(baudRates: [115_200]) else {
      Issue.record("no firmware")
      return
    }
    let watch = FlashWatch(onEvent: { _ in }, isCancelled: { false })
    _ = try flasher.enterBootloader(
      baudRate: 115_200, from: running, for: FlashPermission.Aim(), watch: watch)
    let result = try Flasher(link: rig.bench, now: { clock.now }).flash(
      .image(rig.new), options: .init(usesLoader: false))
    #expect(result.authority == nil && result.proofs == [.read])
    // Nobody has watched the loop meanwhile.
    #expect(result.sealLoop == nil)
    try rig.expectPairing()
  }

  // MARK: - A bad cable

  @Test func `on a bad cable the update ends true, at the latest on a good one`() throws {
    let clean = try PairedBench().flash().duration
    var delayed = 0
    for seed in 1...10 {
      let rig = try PairedBench()
      rig.plugInto(cableWith: "piece=\(seed):120000,clipped=\(seed + 1_000_000):60000,half=\(seed + 7):20000")
      var result: FlashResult?
      for attempt in 0..<4 where result == nil {
        if attempt == 3 { rig.plugInto(cableWith: nil) }
        result = try? rig.flash()
      }
      let ended = try #require(result, "seed \(seed)")
      #expect(ended.proofs == [.claimed], "seed \(seed)")
      if ended.duration > clean + .milliseconds(500) { delayed += 1 }
      rig.plugInto(cableWith: nil)
      try rig.pass(.seconds(6))
      try rig.expectUpdated()
      let history = try rig.client().identity().history
      #expect(history.provenUpdates ?? 0 >= 1 && history.serviceUpdates == 0, "seed \(seed)")
    }
    #expect(delayed > 5, "the cable was bad for \(delayed) of 10")
  }
}
