import Bench
import Foundation
import ModuleCore
import Testing

@testable import Chip

/// Measures the memory and the time that the shipped image takes.
@Suite struct MemoryAndTimeTests {
  private static let stackTop: UInt32 = 0x2001_fff0

  /// The deepest stack in bytes, found by the memory that no program has written since power-up.
  private static func deepestStack(_ chip: Microcontroller, blank: UInt32) -> Int {
    var address: UInt32 = 0x2001_0000
    while address < stackTop, chip.processor.word(address) == blank { address += 4 }
    return Int(stackTop - address)
  }

  @Test func `a conversation with every command and an update stays within the stack that the manifest states`()
    throws
  {
    let rig = try ChipRig()
    let blank = rig.chip.processor.word(0x2001_0000)
    #expect(rig.chip.processor.word(0x2001_8000) == blank)
    rig.boot()
    for command in [ModuleCommand.identity, .configuration, .readings, .challenge, .stop] {
      #expect(try rig.ask(command)[ModuleField.error] == nil)
    }
    try rig.pair(key: ChipRig.key)
    try configure(rig)
    var clock = CBORMapWriter()
    clock.put(ModuleField.time, unsigned: 1_795_000_000)
    clock.put(ModuleField.authenticationCode, bytes: Authenticator.clock(key: ChipRig.key, time: 1_795_000_000))
    #expect(try rig.ask(.setClock, clock)[ModuleField.error] == nil)
    #expect(try rig.start(key: ChipRig.key, seconds: 5)[ModuleField.error] == nil)
    #expect(try rig.ask(.stop)[ModuleField.error] == nil)
    let key = [UInt8](repeating: 0x77, count: 32)
    try replace(rig, by: key)
    let challenge = try #require(try rig.ask(.challenge)[ModuleField.challenge]?.byteString)
    let entry = rig.bootloaderAuthority(key: key, challenge: challenge)
    #expect(try rig.ask(.authorize, entry)[ModuleField.error] == nil)
    try rig.install(try ChipRig.shippedUpdate(version: (9, 2, 0)), key: key)
    let state = try #require(
      try rig.exchange(.read, SMPGroup.image, ImageCommand.state.rawValue, CBORMapWriter()))
    #expect(state[ModuleField.images]?.elements?.count == 2)

    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../firmware/STM32F405/deepest-stack").standardizedFileURL
    let text = try String(contentsOf: file, encoding: .utf8)
    let stated = try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    let seen = Self.deepestStack(rig.chip, blank: blank)
    #expect(seen > 1000 && seen <= stated, "\(seen) bytes of stack were seen")
  }

  @Test(arguments: [FlashTimings.typical, .slowest])
  func `a start is answered within 20 ms with any number of places left in the journal`(timings: FlashTimings)
    throws
  {
    let rig = try ChipRig(timings: timings)
    rig.boot()
    rig.boot()
    try rig.pair(key: ChipRig.key)
    var worst: UInt64 = 0
    // Each of these operations takes a record. A slot has 32 places, and the other slot is erased in advance
    // only on a quiet wire.
    for round in 0..<40 as Range<UInt64> {
      let given = try rig.ask(.challenge)
      let challenge = try #require(given[ModuleField.challenge]?.byteString)
      let counter = try #require(given[ModuleField.counter]?.unsigned) + 64
      var fields = CBORMapWriter()
      fields.put(ModuleField.counter, unsigned: counter)
      fields.put(ModuleField.seconds, unsigned: 1)
      fields.put(
        ModuleField.authenticationCode,
        bytes: Authenticator.start(key: ChipRig.key, counter: counter, seconds: 1, challenge: challenge))
      let time = try rig.answerTime(.start, fields)
      worst = max(worst, time)
      #expect(time <= 20_000_000, "start \(round) took \(time / 1000) µs")
    }
    #expect(rig.chip.surface.closings > 0)
    #expect(worst > 1_000_000, "no start wrote a record: \(worst)")
    print("the worst start took \(worst / 1000) µs at \(timings.programWord) a word")
  }

  @Test func `the watchdog brings a chip back whose program stands, with the relay open`() throws {
    let rig = try ChipRig()
    rig.boot()
    try rig.pair(key: ChipRig.key)
    #expect(try rig.start(key: ChipRig.key, seconds: 600)[ModuleField.error] == nil)
    #expect(rig.chip.surface.relayIsClosed)
    rig.hang()
    rig.wait(milliseconds: 4_000)
    #expect(!rig.chip.surface.relayIsClosed)
    let identity = try rig.ask(.identity)
    #expect(identity[ModuleField.watchdogResets]?.unsigned == 1)
    #expect(identity[ModuleField.keyID]?.byteString == Authenticator.keyID(of: ChipRig.key))
  }

  // MARK: - Steps

  private func configure(_ rig: ChipRig) throws {
    let parts = ModuleConfiguration(
      labelCode: Array("150621-00A001-K".utf8), platformAddress: [UInt8](repeating: 0x61, count: 128),
      accessPoint: [UInt8](repeating: 0x62, count: 63), trustAnchor: [UInt8](repeating: 3, count: 32))
    var fields = CBORMapWriter()
    fields.put(ModuleField.labelCode, text: parts.labelCode)
    fields.put(ModuleField.platformAddress, text: parts.platformAddress)
    fields.put(ModuleField.accessPoint, text: parts.accessPoint)
    fields.put(ModuleField.trustAnchor, bytes: parts.trustAnchor)
    fields.put(
      ModuleField.authenticationCode, bytes: Authenticator.configuration(key: ChipRig.key, parts))
    #expect(try rig.ask(.configure, fields)[ModuleField.error] == nil)
  }

  private func replace(_ rig: ChipRig, by key: [UInt8]) throws {
    let uniqueID = Array("WELDTECHSIM1".utf8)
    var begin = CBORMapWriter()
    begin.put(ModuleField.key, bytes: key)
    begin.put(ModuleField.installation, text: ChipRig.installation)
    #expect(try rig.ask(.pairBegin, begin)[ModuleField.error] == nil)
    let challenge = try #require(try rig.ask(.challenge)[ModuleField.challenge]?.byteString)
    let keyID = Authenticator.keyID(of: key)
    var fields = CBORMapWriter()
    fields.put(ModuleField.keyID, bytes: keyID)
    fields.put(ModuleField.authenticationCode, bytes: Authenticator.commit(key: key, uniqueID: uniqueID))
    fields.put(
      ModuleField.proof,
      bytes: Authenticator.replacement(
        key: ChipRig.key, challenge: challenge, newKeyID: keyID, uniqueID: uniqueID))
    #expect(try rig.ask(.pairReplace, fields)[ModuleField.error] == nil)
  }
}
