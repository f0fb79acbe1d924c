import Testing

@testable import ModuleCore

@Suite struct ModulePairingTests {
  @Test func `identity follows the pairing`() throws {
    var dialogue = ModuleDialogue()
    var identity = try dialogue.send(.identity)
    #expect(identity["sn"]?.string == "WT0102030405" && identity["chip"]?.string == "STM32F405")
    #expect(identity["uid"]?.byteString?.count == 12 && identity["fw"]?.string == "1.2.3")
    #expect(
      identity["sha"]?.byteString == dialogue.module.board.runningImage.map { Array($0.digest) })
    #expect(identity["imei"]?.string == "860000000000015" && identity["iccid"] == nil)
    #expect(identity["state"]?.unsigned == 0 && identity["kid"] == nil && identity["pkid"] == nil)
    #expect(identity["boots"]?.unsigned == 1 && identity["inst"] == nil)
    try dialogue.begin()
    identity = try dialogue.send(.identity)
    #expect(identity["state"]?.unsigned == 1 && identity["kid"] == nil)
    #expect(identity["pkid"]?.byteString == Authenticator.keyID(of: ModuleDialogue.key))
    #expect(identity["inst"] == nil)
    try dialogue.commit()
    identity = try dialogue.send(.identity)
    #expect(identity["state"]?.unsigned == 2 && identity["pkid"] == nil)
    #expect(identity["kid"]?.byteString == Authenticator.keyID(of: ModuleDialogue.key))
    #expect(identity["inst"]?.text == ModuleDialogue.installation)
  }

  @Test func `every step may be repeated`() throws {
    var dialogue = ModuleDialogue()
    for _ in 0..<2 { try dialogue.begin() }
    #expect(try dialogue.prove() == ModuleDialogue.key)
    for _ in 0..<2 { try dialogue.commit() }
    for _ in 0..<2 { try dialogue.configure() }
    let words = dialogue.module.board.wordsWritten
    try dialogue.begin()
    #expect(try dialogue.prove() == ModuleDialogue.key)
    try dialogue.commit()
    #expect(dialogue.module.board.wordsWritten == words)
  }

  @Test func `begin replaces a pending key and leaves a committed one`() throws {
    var dialogue = ModuleDialogue()
    try dialogue.begin(ModuleDialogue.otherKey)
    try dialogue.begin()
    #expect(try dialogue.prove() == ModuleDialogue.key)
    try dialogue.commit()
    try dialogue.begin(ModuleDialogue.otherKey)
    #expect(try dialogue.prove() == ModuleDialogue.otherKey)
    #expect(try dialogue.send(.identity)["state"]?.unsigned == 2)
    #expect(throws: ModuleRefusal.bound) { try dialogue.commit(ModuleDialogue.otherKey) }
    try dialogue.begin()
    #expect(try dialogue.prove() == ModuleDialogue.key)
    #expect(try dialogue.send(.identity)["pkid"] == nil)
  }

  @Test func `the configuration is read back and survives a reset`() throws {
    var dialogue = ModuleDialogue()
    #expect(try dialogue.send(.configuration)["code"]?.string == "")
    try dialogue.pair()
    dialogue = ModuleDialogue(dialogue.module.board.poweredUpAgain())
    let read = try dialogue.send(.configuration)
    #expect(read["code"]?.text == ModuleDialogue.configuration.labelCode)
    #expect(read["url"]?.text == ModuleDialogue.configuration.platformAddress)
    #expect(read["apn"]?.text == ModuleDialogue.configuration.accessPoint)
    #expect(read["trust"]?.byteString == ModuleDialogue.configuration.trustAnchor)
    #expect(try dialogue.send(.identity)["boots"]?.unsigned == 2)
  }

  @Test func `the clock is set only by the key`() throws {
    var dialogue = ModuleDialogue()
    #expect(throws: ModuleRefusal.notPaired) { try dialogue.setClock(1_732_406_400) }
    try dialogue.pair()
    #expect(throws: ModuleRefusal.notAuthentic) {
      try dialogue.setClock(1_732_406_400, key: ModuleDialogue.otherKey)
    }
    #expect(throws: ModuleRefusal.malformed) { try dialogue.setClock(0) }
    try dialogue.setClock(1_732_406_400)
    #expect(try dialogue.send(.readings)["time"]?.unsigned == 1_732_406_400)
    dialogue.module.board.clockRuns = false
    #expect(throws: ModuleRefusal.unknown) { try dialogue.setClock(1_732_406_500) }
  }

  @Test func `an unpaired module refuses what needs a key`() throws {
    var dialogue = ModuleDialogue()
    #expect(throws: ModuleRefusal.notPaired) { _ = try dialogue.prove() }
    #expect(throws: ModuleRefusal.notPaired) { try dialogue.commit() }
    #expect(throws: ModuleRefusal.notPaired) { try dialogue.configure() }
    #expect(throws: ModuleRefusal.notPaired) { try dialogue.startAsAsked() }
    try dialogue.begin()
    #expect(throws: ModuleRefusal.notPaired) { try dialogue.configure() }
    #expect(throws: ModuleRefusal.notPaired) { try dialogue.commit(ModuleDialogue.otherKey) }
    #expect(throws: ModuleRefusal.notAuthentic) {
      try dialogue.commit(signedWith: ModuleDialogue.otherKey)
    }
    try dialogue.commit()
    #expect(throws: ModuleRefusal.bound) { try dialogue.commit(ModuleDialogue.otherKey) }
    #expect(throws: ModuleRefusal.notAuthentic) {
      try dialogue.commit(signedWith: ModuleDialogue.otherKey)
    }
    #expect(throws: ModuleRefusal.notAuthentic) {
      try dialogue.configure(key: ModuleDialogue.otherKey)
    }
  }

  @Test func `without random numbers nothing is paired or started`() throws {
    var dialogue = ModuleDialogue()
    dialogue.module.board.random = nil
    #expect(throws: ModuleRefusal.noRandom) { try dialogue.begin() }
    #expect(throws: ModuleRefusal.noRandom) { _ = try dialogue.challenge() }
    #expect(try dialogue.send(.identity)["state"]?.unsigned == 0)
  }

  @Test func `without a flash a pairing is refused and nothing changes`() throws {
    var board = MemoryBoard()
    board.wordsUntilCut = 0
    var dialogue = ModuleDialogue(board)
    #expect(throws: ModuleRefusal.storage) { try dialogue.begin() }
    #expect(try dialogue.send(.identity)["state"]?.unsigned == 0)
    #expect(try dialogue.send(.identity)["boots"]?.unsigned == 1)
  }

  @Test func `commands under the wrong operation or unknown are refused`() throws {
    var dialogue = ModuleDialogue()
    for (operation, command) in [(.read, 7), (.write, 0), (.read, 99)]
      as [(SMPMessage.Operation, UInt8)]
    {
      let reply = try dialogue.send(operation, group: 64, command: command)
      #expect(reply["err"]?["rc"]?.unsigned == 1)
    }
    dialogue.version = 0
    #expect(try dialogue.send(.write, group: 64, command: 3)["rc"]?.unsigned == 2)
  }

  /// Each field is missing, of another type, or just outside its range of lengths or values.
  @Test(
    arguments: [
      (.pairBegin, "a0"), (.pairBegin, "a1 636b6579 5820" + String(repeating: "00", count: 32)),
      (
        .pairBegin,
        "a2 636b6579 581f" + String(repeating: "00", count: 31) + "64696e7374 7824"
          + String(repeating: "61", count: 36)
      ),
      (
        .pairBegin,
        "a2 636b6579 5820" + String(repeating: "00", count: 32) + "64696e7374 7823"
          + String(repeating: "61", count: 35)
      ),
      (
        .pairBegin,
        "a2 636b6579 5820" + String(repeating: "00", count: 32) + "64696e7374 7824"
          + String(repeating: "ff", count: 36)
      ),
      (.pairProve, "a0"), (.pairProve, "a1 626368 41 00"), (.pairProve, "a1 626368 01"),
      (.pairCommit, "a0"), (.pairCommit, "a1 636b6964 48 0000000000000000"),
      (.configure, "a0"), (.start, "a0"), (.start, "a1 63637472 01"),
      (.start, "a2 63637472 01 63736563 01"),
      (.start, "a3 63637472 01 63736563 00 636d6163 5820" + String(repeating: "00", count: 32)),
      (
        .start,
        "a3 63637472 01 63736563 1a00015181 636d6163 5820" + String(repeating: "00", count: 32)
      ),
      (.start, "a3 63637472 20 63736563 01 636d6163 5820" + String(repeating: "00", count: 32)),
      (
        .start,
        "a3 63637472 1bffffffffffffffff 63736563 01 636d6163 5820"
          + String(repeating: "00", count: 32)
      ),
      (.start, "a3 63637472 01 63736563 01 636d6163 581f" + String(repeating: "00", count: 31)),
      (.setClock, "a0"), (.setClock, "a1 6474696d65 01"), (.identity, "80"), (.identity, "a1"),
    ] as [(ModuleCommand, String)])
  func `A malformed field is refused`(command: ModuleCommand, payload: String) throws {
    var dialogue = ModuleDialogue()
    try dialogue.pair()
    let request = SMPMessage(
      operation: command.operation, version: 1, group: 64, sequence: 0, command: command.rawValue,
      payload: hex(payload))
    let bytes = try #require(request.encoded)
    let answer = dialogue.module.answer(bytes)
    let reply = try #require(answer)
    #expect(try CBORItem(Array(reply[8...]))["err"]?["rc"]?.unsigned == 2)
  }

  @Test func `a configuration that does not fit is refused`() throws {
    var dialogue = ModuleDialogue()
    try dialogue.pair()
    var wrong = [ModuleConfiguration](repeating: ModuleDialogue.configuration, count: 5)
    wrong[0].labelCode.removeLast()
    wrong[1].platformAddress = [UInt8](repeating: 0x61, count: 129)
    wrong[2].accessPoint = [UInt8](repeating: 0x61, count: 64)
    wrong[3].trustAnchor.append(0)
    wrong[4].accessPoint = [0x0a]
    for configuration in wrong {
      #expect(throws: ModuleRefusal.malformed) { try dialogue.configure(configuration) }
    }
    var longest = ModuleDialogue.configuration
    longest.platformAddress = [UInt8](repeating: 0x61, count: 128)
    longest.accessPoint = [UInt8](repeating: 0x62, count: 63)
    try dialogue.configure(longest)
    dialogue = ModuleDialogue(dialogue.module.board.poweredUpAgain())
    let read = try dialogue.send(.configuration)
    #expect(read["url"]?.text?.count == 128 && read["apn"]?.text?.count == 63)
  }
}
