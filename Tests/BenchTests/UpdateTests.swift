import Foundation
import ModuleCore
import Testing

@testable import Bench

/// Checks an update by upload, from the first byte to the confirmed start, over a flash that loses power.
@Suite struct UpdateTests {
  /// Makes an image of the minimum size, so that a test can interrupt every write of an update.
  static func image(_ version: UInt8, fill: UInt8 = 0x42) -> [UInt8] {
    var image = [UInt8](repeating: fill, count: 0x280)
    func put(_ bytes: [UInt8], at offset: Int) {
      image.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
    put(word(0x2002_0000) + word(0x0801_0251), at: 0)
    put([UInt8](repeating: 0, count: 80), at: 0x200)
    put(Array("WTFW".utf8) + [1, 0, 80, 0] + word(0x280) + word(0x0801_0000), at: 0x200)
    put([version, 0, 0, 0, 0, 0, 0x13, 0x04] + Array("STM32F405".utf8), at: 0x210)
    put(SHA256.digest(image), at: 0x230)
    return image
  }

  static func container(_ image: [UInt8], _ version: UInt8) -> [UInt8] {
    let body =
      word(0x96f3_b83d) + word(0x0801_0000) + word(32) + word(UInt32(image.count)) + word(0)
      + [version, 0, 0, 0] + word(0) + word(0) + image
    return body + [0x07, 0x69, 40, 0, 0x10, 0, 32, 0] + SHA256.digest(body)
  }

  static func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

  static func flash(_ image: [UInt8]) -> FlashArray {
    let flash = FlashArray.stm32f405()
    flash.program(FlashMap.bootBlock, word(0x2002_0000) + word(0x0800_0101))
    flash.program(FlashMap.application, image)
    return flash
  }

  /// The major version of the application in place that may be started; nil where none may.
  static func installed(_ flash: FlashArray) -> UInt16? {
    (try? ImageHeader.checkFlash { flash.read($0, count: $1) ?? [] })?.version.major
  }

  static func isSet(_ flag: Int, _ flash: FlashArray) -> Bool {
    flash.read(0x0803_ffe8 + UInt32(flag * 4), count: 4) == [0, 0, 0, 0]
  }

  /// A module that has just been switched on; nil where its boot block starts nothing.
  struct Rig {
    let time = SimulatedBoardTests.HandTurnedTime()
    var module: Module<SimulatedBoard>

    init?(_ flash: FlashArray) {
      guard BootBlock.choose(flash) else { return nil }
      self.init(module: flash)
    }

    /// Makes the module without running its boot block.
    init(module flash: FlashArray) {
      let header = try? ImageHeader.checkFlash { flash.read($0, count: $1) ?? [] }
      let time = time
      module = Module(
        board: SimulatedBoard(
          flash: flash, uniqueID: Array("WELDTECHSIM1".utf8), header: header, surroundings: Surroundings(),
          random: { [UInt8](repeating: 1, count: $0) }, now: { time.now }))
    }

    mutating func ask(
      _ operation: SMPMessage.Operation, _ command: UInt8, _ fields: CBORMapWriter = CBORMapWriter(),
      group: UInt16 = SMPGroup.image
    ) throws -> CBORItem {
      let request = SMPMessage(
        operation: operation, version: 1, group: group, sequence: 1, command: command, payload: fields.encoded)
      let wire = try #require(request.encoded.flatMap { ConsoleFraming.encode($0) })
      var decoder = ConsoleFrameDecoder()
      let reply = try #require(decoder.take(module.receive(wire)).first.flatMap { SMPMessage($0) })
      return try CBORItem(reply.payload)
    }

    mutating func pass(_ milliseconds: UInt64) {
      for _ in 0..<milliseconds / 100 {
        time.pass(100)
        module.tick()
      }
    }

    /// Sends a piece of a file, and returns the offset in the answer; nil for a refusal.
    mutating func send(_ file: [UInt8], from offset: Int, count: Int = 101) throws -> Int? {
      var fields = CBORMapWriter()
      fields.put("off", unsigned: UInt64(offset))
      fields.put("data", bytes: Array(file[offset..<min(offset + count, file.count)]))
      if offset == 0 {
        fields.put("len", unsigned: UInt64(file.count))
        fields.put("sha", bytes: SHA256.digest(file))
      }
      return try ask(.write, 1, fields)["off"]?.unsigned.map { Int($0) }
    }

    mutating func upload(_ file: [UInt8]) throws -> Bool {
      var offset = 0
      while offset < file.count {
        guard let next = try send(file, from: offset), next > offset || offset == 0 else { return false }
        offset = next
      }
      return true
    }

    /// Pairs the module, whose flash may fail meanwhile.
    mutating func pair() throws {
      let key = [UInt8](repeating: 0x5a, count: 32)
      var begin = CBORMapWriter()
      begin.put("key", bytes: key)
      begin.put("inst", string: "11111111-2222-4333-8444-555555555555")
      _ = try ask(.write, ModuleCommand.pairBegin.rawValue, begin, group: SMPGroup.module)
      var commit = CBORMapWriter()
      commit.put("kid", bytes: Authenticator.keyID(of: key))
      commit.put("mac", bytes: Authenticator.commit(key: key, uniqueID: Array("WELDTECHSIM1".utf8)))
      _ = try ask(.write, ModuleCommand.pairCommit.rawValue, commit, group: SMPGroup.module)
    }

    mutating func isPaired() throws -> Bool {
      let identity = try ask(.read, ModuleCommand.identity.rawValue, group: SMPGroup.module)
      return identity["state"]?.unsigned == 2
    }

    mutating func mark(_ file: [UInt8], confirm: Bool = false) throws -> Bool {
      var fields = CBORMapWriter()
      fields.put("hash", bytes: Array(file.suffix(32)))
      fields.put("confirm", boolean: confirm)
      return try ask(.write, 0, fields)["images"] != nil
    }
  }

  static let old = image(1), new = image(2, fill: 0x24)
  static let file = container(new, 2)

  /// Makes one attempt at an update as a laptop does: uploads the new image where the old one is installed,
  /// starts it on trial, and lets it be confirmed.
  static func update(_ flash: FlashArray) throws {
    guard var rig = Rig(flash) else { return }
    if installed(flash) == 1 {
      guard try rig.upload(file), try rig.mark(file), let next = Rig(flash) else { return }
      rig = next
    }
    _ = try rig.ask(.read, 0)
    rig.pass(6_000)
  }

  // MARK: - The way there

  @Test func `an update is installed on trial and confirms itself`() throws {
    let flash = Self.flash(Self.old)
    var rig = try #require(Rig(flash))
    #expect(try rig.upload(Self.file))
    #expect(try rig.mark(Self.file))
    let waiting = try #require(try rig.ask(.read, 0)["images"]?.elements)
    #expect(waiting.count == 2 && waiting[1]["pending"]?.boolean == true && waiting[1]["slot"]?.unsigned == 1)
    rig = try #require(Rig(flash))
    #expect(Self.installed(flash) == 2)
    let trial = try #require(try rig.ask(.read, 0)["images"]?.elements)
    #expect(trial[0]["confirmed"]?.boolean == false && trial[0]["active"]?.boolean == true)
    #expect(trial[0]["hash"]?.byteString == Array(Self.file.suffix(32)))
    rig.pass(4_900)
    #expect(!Self.isSet(3, flash))
    rig.pass(200)
    #expect(Self.isSet(3, flash))
    rig = try #require(Rig(flash))
    #expect(try rig.ask(.read, 0)["images"]?.elements?[0]["confirmed"]?.boolean == true)
    #expect(Self.installed(flash) == 2)
  }

  @Test func `a trial that nobody talked to is taken back at the next start`() throws {
    let flash = Self.flash(Self.old)
    var rig = try #require(Rig(flash))
    #expect(try rig.upload(Self.file) && rig.mark(Self.file, confirm: true))
    rig = try #require(Rig(flash))
    rig.pass(60_000)
    #expect(Self.installed(flash) == 2)
    rig = try #require(Rig(flash))
    #expect(Self.installed(flash) == 1)
    #expect(flash.read(FlashMap.application, count: 0x280) == Self.old)
    // An image whose trial failed is not tried again, but may be uploaded again.
    #expect(try !rig.mark(Self.file))
    try Self.update(flash)
    #expect(Self.installed(flash) == 2 && Self.isSet(3, flash))
  }

  @Test func `a trial is confirmed at once where the client says so`() throws {
    let flash = Self.flash(Self.old)
    var rig = try #require(Rig(flash))
    #expect(try rig.upload(Self.file) && rig.mark(Self.file))
    rig = try #require(Rig(flash))
    var fields = CBORMapWriter()
    fields.put("confirm", boolean: true)
    let reply = try rig.ask(.write, 0, fields)
    #expect(reply["images"]?.elements?[0]["confirmed"]?.boolean == true && Self.isSet(3, flash))
  }

  // MARK: - The cable in between

  @Test func `another image by the cable is not taken back`() throws {
    for stage in 0...2 {
      let flash = Self.flash(Self.old)
      var rig = try #require(Rig(flash))
      #expect(try rig.upload(Self.file) && rig.mark(Self.file))
      if stage == 1 { rig = try #require(Rig(flash)) }
      if stage == 2 { try Self.update(flash) }
      flash.erase(sector: 4)
      flash.program(FlashMap.application, Self.image(3))
      for _ in 0..<3 {
        _ = try #require(Rig(flash))
        #expect(Self.installed(flash) == 3)
      }
    }
  }

  @Test func `a broken application with nothing under way leads to the bootloader`() throws {
    let flash = Self.flash(Self.old)
    try Self.update(flash)
    flash.program(FlashMap.application + 0x260, [0])
    #expect(!BootBlock.choose(flash))
    #expect(!BootBlock.choose(Self.flash([])))
  }

  @Test func `a broken application is made good from what is under way`() throws {
    let flash = Self.flash(Self.old)
    var rig = try #require(Rig(flash))
    #expect(try rig.upload(Self.file) && rig.mark(Self.file))
    flash.program(FlashMap.application + 0x260, [0])
    _ = try #require(Rig(flash))
    #expect(Self.installed(flash) == 2)
  }

  // MARK: - Refusals

  @Test(arguments: [(0, 0x3e, 23), (4, 0x01, 22), (32 + 0x200, 0, 22), (32 + 0x218, 0x54, 22), (20, 9, 22)])
  func `What is no image for this module is refused`(offset: Int, value: Int, code: UInt64) throws {
    let flash = Self.flash(Self.old)
    var rig = try #require(Rig(flash))
    var file = Self.file
    file[offset] = UInt8(value)
    var fields = CBORMapWriter()
    fields.put("off", unsigned: 0)
    fields.put("len", unsigned: UInt64(file.count))
    fields.put("data", bytes: Array(file[..<700]))
    let reply = try rig.ask(.write, 1, fields)
    #expect(reply["err"]?["group"]?.unsigned == 1 && reply["err"]?["rc"]?.unsigned == code)
    #expect(try !rig.mark(file))
  }

  @Test func `damage behind the headers is found at the end`() throws {
    let flash = Self.flash(Self.old)
    var rig = try #require(Rig(flash))
    var file = Self.file
    file[32 + 0x270] ^= 1
    #expect(try rig.upload(file))
    #expect(try !rig.mark(file))
    try Self.update(flash)
    #expect(Self.installed(flash) == 2)
  }

  @Test func `an upload is refused while one is under way but the same is welcome`() throws {
    let flash = Self.flash(Self.old)
    var rig = try #require(Rig(flash))
    #expect(try rig.upload(Self.file) && rig.mark(Self.file))
    #expect(try rig.upload(Self.file) && rig.mark(Self.file))
    let other = Self.container(Self.image(3), 3)
    #expect(try !rig.upload(other))
    #expect(try rig.ask(.write, 5)["err"]?["rc"]?.unsigned == 28)
  }

  @Test func `an image for another version than the module's is refused`() throws {
    var demanding = Self.image(5)
    demanding.replaceSubrange(0x228..<0x22a, with: [2, 0])
    demanding.replaceSubrange(0x230..<0x250, with: [UInt8](repeating: 0, count: 32))
    demanding.replaceSubrange(0x230..<0x250, with: SHA256.digest(demanding))
    var rig = try #require(Rig(Self.flash(Self.old)))
    #expect(try !rig.upload(Self.container(demanding, 5)))
  }

  // MARK: - Power cuts

  private static let cutsAll = ProcessInfo.processInfo.environment["WELDTECH_CUTS"] == "all"

  /// This test cuts power at some 60 of the 700 moments, the same in every run, and at all of them with
  /// WELDTECH_CUTS=all.
  @Test func `any write of an update may be the last`() throws {
    let whole = Self.flash(Self.old)
    whole.failPower(afterOperations: 1_000_000)
    try Self.update(whole)
    let operations = 1_000_000 - (whole.operationsLeft ?? 0)
    #expect(operations > 600 && Self.installed(whole) == 2)
    for cut in stride(from: 0, to: operations, by: Self.cutsAll ? 1 : operations / 60) {
      let flash = Self.flash(Self.old)
      flash.failPower(afterOperations: cut, seed: UInt64(cut))
      try Self.update(flash)
      let wasConfirmed = Self.isSet(3, flash)
      // Power fails once more while the module recovers, and then stays on.
      flash.failPower(afterOperations: cut &* 7919 % 400, seed: UInt64(cut))
      _ = BootBlock.choose(flash)
      flash.failPower(afterOperations: nil)
      #expect(BootBlock.choose(flash), "cut \(cut)")
      let version = Self.installed(flash)
      #expect(version == 2 || (version == 1 && !wasConfirmed), "cut \(cut)")
      for _ in 0..<2 where !(Self.installed(flash) == 2 && Self.isSet(3, flash)) { try Self.update(flash) }
      #expect(Self.installed(flash) == 2 && BootBlock.choose(flash), "cut \(cut)")
      #expect(Self.installed(flash) == 2, "cut \(cut)")
    }
  }

  /// The most dangerous erasure is that of a confirmed update, whose flags must not become valid again.
  @Test func `no cut in the next upload takes a confirmed image back`() throws {
    let confirmed = Self.flash(Self.old)
    try Self.update(confirmed)
    let cells = try #require(confirmed.read(0x0800_0000, count: 1 << 20))
    let third = Self.container(Self.image(3), 3)
    for cut in 0..<120 {
      let flash = FlashArray.stm32f405()
      flash.program(0x0800_0000, cells)
      flash.failPower(afterOperations: cut % 40, seed: UInt64(cut))
      var rig = try #require(Rig(flash))
      _ = try rig.upload(third)
      flash.failPower(afterOperations: nil)
      #expect(BootBlock.choose(flash) && Self.installed(flash) == 2, "cut \(cut)")
    }
  }

  /// The holder of the key has not asked for an image that was uploaded before the module had a key. This test
  /// cuts power at every eighth moment, and at every moment with WELDTECH_CUTS=all.
  @Test(arguments: [false, true])
  func `an upload from before the first pairing is not started after it, wherever power fails in pairing`(
    isMarked: Bool
  ) throws {
    let uploaded = Self.flash(Self.old)
    var rig = try #require(Rig(uploaded))
    #expect(try rig.upload(Self.file))
    if isMarked { #expect(try rig.mark(Self.file)) }
    let cells = try #require(uploaded.read(0x0800_0000, count: 1 << 20))
    var (paired, cut, isWhole) = (0, 0, false)
    while !isWhole {
      let flash = FlashArray.stm32f405()
      flash.program(0x0800_0000, cells)
      flash.failPower(afterOperations: nil)
      // The power fails only after the module's start, so that the module with the upload is the one that is
      // paired.
      var rig = Rig(module: flash)
      flash.failPower(afterOperations: cut, seed: UInt64(cut))
      try rig.pair()
      isWhole = !flash.isWithoutPower
      flash.failPower(afterOperations: nil)
      var again = Rig(module: flash)
      let isPaired = try again.isPaired()
      #expect(isPaired || !isWhole, "cut \(cut)")
      if isPaired {
        paired += 1
        #expect(try !again.mark(Self.file), "cut \(cut)")
      }
      for _ in 0..<2 { #expect(BootBlock.choose(flash), "cut \(cut)") }
      #expect(Self.installed(flash) == 1 || (isMarked && !isPaired), "cut \(cut)")
      cut += Self.cutsAll ? 1 : 8
    }
    #expect(cut > 280 && paired > 0)
  }
}
