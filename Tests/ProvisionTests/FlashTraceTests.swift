import Bench
import ModuleCore
import Records
import Testing

@testable import Provision

/// Checks what is judged before an update by authority, what the record keeps of the update, and the erasure of
/// a module.
@Suite struct FlashTraceTests {
  private struct Dead: Error {}

  /// Gathers the steps of a run.
  private final class Steps { var all: [FlashStep] = [] }

  private let rig: PairedBench

  init() throws { rig = try PairedBench() }

  // MARK: - What is told of it

  @Test func `what an authority is for is on record before the module is given it, whoever gives it`() throws {
    for kind in FlashAuthority.Kind.allCases {
      for deed in FlashAuthority.Deed.allCases {
        let rig = try PairedBench()
        if kind != .laptopProof { try rig.forgetKey(platformHasIt: true) }
        if kind == .openSeal {
          rig.setCase(open: true)
          try rig.pass(.seconds(11))
        }
        let before = try rig.client().identity()
        var authorized = 0
        rig.bench.tamper = { answer in
          if let reply = message(in: answer), reply.group == SMPGroup.module,
            reply.command == ModuleCommand.authorize.rawValue
          {
            authorized += 1
          }
          return answer
        }
        rig.onAttempt = { _ in #expect(authorized == 0) }
        let result = try rig.flash(.init(readsBack: deed == .bootloader), usesOpenSeal: kind == .openSeal)
        let authority = FlashAuthority(kind: kind, deed: deed)
        #expect(result.authority == authority && result.previousVersion == "1.0.0")
        let attempt = try #require(rig.attempts.first, "\(authority)")
        #expect(rig.attempts.count == 1 && attempt.authority == authority)
        #expect(attempt.firmwareSha256 == rig.new.manifest.sha256 && attempt.firmwareVersion == "1.1.0")
        #expect(attempt.installedVersion == "1.0.0" && attempt.keyID == rig.keyID)
        #expect(attempt.state == before.state && attempt.chipID == result.chipID)
        let after = try #require(result.module)
        #expect(attempt.authorityUsed(until: after.state, keyID: after.keyID) == authority)
        #expect(attempt.authorityUsed(until: before.state, keyID: before.keyID) == nil)
        #expect(attempt.sealWasOpened(until: after.state) == (kind == .openSeal))
      }
    }
  }

  @Test func `a protection and an erasure are on record as what they are`() throws {
    _ = try rig.flash(.init(erasesKey: true))
    #expect(rig.attempts.map(\.erasesKey) == [true] && rig.attempts.map(\.protects) == [nil])
    let other = try PairedBench()
    _ = try other.flasher().protect()
    #expect(other.attempts.map(\.protects) == [true] && other.attempts.map(\.firmwareVersion) == [nil])
  }

  @Test func `no module is given what cannot be put on record, and what nobody proved is not on record`() throws
  {
    try rig.forgetKey(platformHasIt: true)
    rig.onAttempt = { _ in throw Dead() }
    for options in [Flasher.Options(), .init(readsBack: true), .init(erasesKey: true)] {
      for usesOpenSeal in [false, true] {
        #expect(throws: FlashError.cancelled(during: .authorizing)) {
          _ = try rig.flash(options, usesOpenSeal: usesOpenSeal)
        }
      }
    }
    #expect(throws: FlashError.cancelled(during: .authorizing)) { _ = try rig.flasher().protect() }
    try rig.expectUntouched()
    rig.onAttempt = { _ in }
    for answer in [ProofAnswer.unreachable, .unknownKey, .refused(code: "no")] {
      rig.platform.answer = answer
      #expect(throws: FlashError.self) { _ = try rig.flash() }
    }
    #expect(rig.attempts.isEmpty)
    try rig.expectUntouched()
  }

  @Test func `a cut anywhere leaves on record by whose authority the next run finds it done`() throws {
    let whole = try PairedBench()
    whole.bench.bytesUntilPull = .max
    _ = try whole.flash()
    let sent = .max - (whole.bench.bytesUntilPull ?? 0)
    var found = 0
    // The last 200 bytes are those of the start, the confirmation and the readings, and are tried more closely.
    for bytes in Array(stride(from: 40, to: sent - 200, by: 1_511))
      + Array(stride(from: sent - 200, to: sent, by: 9))
    {
      let rig = try PairedBench()
      rig.bench.bytesUntilPull = bytes
      // A run that lacks nothing but the last reading of the seal ends well.
      if (try? rig.flash()) != nil { continue }
      rig.bench.plugIn()
      try rig.pass(.seconds(6))
      let result = try rig.flash()
      let authority = FlashAuthority(kind: .laptopProof, deed: .update)
      let module = try #require(result.module)
      let last = try #require(rig.attempts.last, "\(bytes)")
      #expect(
        (result.authority ?? last.authorityUsed(until: module.state, keyID: module.keyID)) == authority,
        "\(bytes)")
      if result.authority == nil { found += 1 }
      #expect(last.sealWasOpened(until: module.state) == false)
    }
    #expect(found > 5, "\(found)")
  }

  @Test func `a module that does not say how its seal's loop is leaves that open`() throws {
    rig.bench.tamper = { answer in
      guard let reply = message(in: answer), reply.group == SMPGroup.module,
        reply.command == ModuleCommand.readings.rawValue
      else { return answer }
      return []
    }
    #expect(try rig.flash().sealLoop == nil)
    #expect(try rig.flash().sealLoop == nil)
    rig.bench.tamper = { $0 }
    #expect(try rig.flash().sealLoop == .stayedClosed)
    rig.setCase(open: true)
    #expect(try rig.flash().sealLoop == .opened)
  }

  // MARK: - What is judged before

  @Test(arguments: ImageFault.UpdateFault.allCases, [false, true])
  func `a container that is not the image's is refused before anybody is asked or opens the case`(
    fault: ImageFault.UpdateFault, usesOpenSeal: Bool
  ) throws {
    try rig.forgetKey(platformHasIt: true)
    for image in try BootloaderImages.firmwareWithSpoiltUpdates(version: "1.1.0", fault) {
      let steps = Steps()
      #expect(throws: FlashError.image(.update(fault))) {
        _ = try rig.flasher(usesOpenSeal: usesOpenSeal).flash(
          .image(image.image), onEvent: { steps.all.append($0) })
      }
      #expect(steps.all == [.connecting])
    }
    #expect(rig.platform.asked.isEmpty && rig.attempts.isEmpty)
    try rig.expectUntouched()
  }

  @Test func `by the open seal, too, an image is judged before anybody opens the case`() throws {
    let newer = try PairedBench(version: "1.5.0", update: "1.4.0")
    let tooOld = try PairedBench(version: "1.0.0", update: "2.0.0", lowest: "1.5.0")
    for (rig, error) in [
      (newer, FlashError.downgrade(installed: "1.5.0", offered: "1.4.0")),
      (tooOld, .tooOld(installed: "1.0.0", lowest: "1.5.0", offered: "2.0.0")),
    ] {
      for options in [Flasher.Options(), .init(readsBack: true), .init(erasesKey: true)] {
        let steps = Steps()
        #expect(throws: error) {
          _ = try rig.flash(options, usesOpenSeal: true, onEvent: { steps.all.append($0) })
        }
        #expect(steps.all == [.connecting])
      }
      #expect(rig.attempts.isEmpty)
      try rig.expectUntouched()
    }
  }

  // MARK: - Erasing

  @Test func `a chip that is not protected is erased whole, with its key, by an authority for the bootloader`()
    throws
  {
    try rig.forgetKey(platformHasIt: true)
    let free = rig.bench.flash.sectors[9].address
    #expect(rig.bench.flash.program(free, [1, 2, 3, 4]))
    let result = try rig.flash(.init(erasesKey: true))
    #expect(result.keyErased && result.skipped == nil)
    #expect(result.authority == FlashAuthority(kind: .platformProof, deed: .bootloader))
    #expect(rig.platform.asked.map(\.purpose) == [.bootloader])
    let module = try rig.client().identity()
    #expect(module.keyID == nil && module.pendingKeyID == nil && module.firmwareVersion == "1.1.0")
    #expect(rig.bench.flash.read(free, count: 4) == [0xff, 0xff, 0xff, 0xff])
    // The chip runs its image already, and is erased all the same.
    #expect(try rig.flash(.init(erasesKey: true)).keyErased)
  }

  @Test func `an erasure that is cut off anywhere is finished by the same command, and no half key is left`()
    throws
  {
    let whole = try PairedBench()
    whole.bench.bytesUntilPull = .max
    _ = try whole.flash(.init(erasesKey: true, usesLoader: false))
    let sent = .max - (whole.bench.bytesUntilPull ?? 0)
    for bytes in stride(from: 60, to: sent, by: 97) where bytes < 700 || bytes % 11 == 0 {
      for losesPower in [false, true] {
        let rig = try PairedBench()
        rig.bench.bytesUntilPull = bytes
        #expect(throws: FlashError.self) {
          _ = try rig.flash(.init(erasesKey: true, usesLoader: false))
        }
        rig.bench.plugIn()
        if losesPower { rig.bench.cyclePower() }
        if case .firmware(let module) = try rig.flasher().findModule(baudRates: [115_200]) {
          #expect(module.keyID == rig.keyID || module.keyID == nil, "\(bytes)")
        }
        let result = try rig.flash(.init(erasesKey: true, usesLoader: false))
        #expect(result.keyErased, "\(bytes)")
        #expect(try rig.client().identity().keyID == nil, "\(bytes)")
      }
    }
  }
}
