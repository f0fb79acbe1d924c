import Testing

@testable import ModuleCore

@Suite struct ModuleReplacementTests {
  /// A dialogue with a module that is paired and has another key pending.
  static func begun() throws -> ModuleDialogue {
    var dialogue = ModuleDialogue()
    try dialogue.pair()
    try dialogue.begin(ModuleDialogue.otherKey)
    return dialogue
  }

  @Test func `the key is replaced by whoever proves to hold it`() throws {
    var dialogue = try Self.begun()
    try dialogue.replace()
    #expect(try dialogue.prove() == ModuleDialogue.otherKey)
    let words = dialogue.module.board.wordsWritten
    try dialogue.replace()
    #expect(dialogue.module.board.wordsWritten == words)
    dialogue = ModuleDialogue(dialogue.module.board.poweredUpAgain())
    let identity = try dialogue.send(.identity)
    #expect(identity["state"]?.unsigned == 2 && identity["pkid"] == nil)
    #expect(identity["kid"]?.byteString == Authenticator.keyID(of: ModuleDialogue.otherKey))
    #expect(identity["okid"]?.byteString == Authenticator.keyID(of: ModuleDialogue.key))
    #expect(identity["rep"]?.unsigned == 1 && identity["svc"]?.unsigned == 0)
    #expect(try dialogue.send(.configuration)["code"]?.string == "")
    #expect(throws: ModuleRefusal.notAuthentic) { try dialogue.configure() }
    try dialogue.configure(key: ModuleDialogue.otherKey)
  }

  @Test func `a wrong proof uses the challenge up and changes nothing`() throws {
    var dialogue = try Self.begun()
    let challenge = try dialogue.challenge().bytes
    #expect(throws: ModuleRefusal.notAuthentic) {
      try dialogue.replace(old: ModuleDialogue.otherKey, challenge: challenge)
    }
    #expect(throws: ModuleRefusal.noChallenge) { try dialogue.replace(challenge: challenge) }
    let late = try dialogue.challenge().bytes
    dialogue.pass(30_001)
    #expect(throws: ModuleRefusal.noChallenge) { try dialogue.replace(challenge: late) }
    let identity = try dialogue.send(.identity)
    #expect(identity["kid"]?.byteString == Authenticator.keyID(of: ModuleDialogue.key))
    #expect(identity["rep"]?.unsigned == 0 && identity["okid"] == nil)
    try dialogue.replace()
  }

  @Test func `a proof is for one key and no start`() throws {
    var dialogue = try Self.begun()
    let challenge = try dialogue.challenge()
    let third = [UInt8](repeating: 0x11, count: 32)
    #expect(throws: ModuleRefusal.bound) { try dialogue.replace(by: third, challenge: challenge.bytes) }
    #expect(throws: ModuleRefusal.noChallenge) {
      try dialogue.start(counter: challenge.counter, challenge: challenge.bytes)
    }
    var unpaired = ModuleDialogue()
    try unpaired.begin()
    #expect(throws: ModuleRefusal.notPaired) { try unpaired.replace(by: ModuleDialogue.key) }
    #expect(throws: ModuleRefusal.bound) { try dialogue.commit(ModuleDialogue.otherKey) }
  }

  @Test func `a replacement opens the relay`() throws {
    var dialogue = try Self.begun()
    try dialogue.startAsAsked()
    #expect(dialogue.module.board.relay)
    try dialogue.replace()
    #expect(!dialogue.module.board.relay && !dialogue.module.relayIsClosed)
  }

  @Test func `service needs the case open for ten seconds without a break`() throws {
    var dialogue = try Self.begun()
    dialogue.pass(20_000)
    #expect(throws: ModuleRefusal.sealed) { _ = try dialogue.service() }
    dialogue.module.board.sealIsClosed = false
    dialogue.pass(9_990)
    dialogue.module.board.sealIsClosed = true
    dialogue.pass(10)
    dialogue.module.board.sealIsClosed = false
    dialogue.pass(10_000)
    #expect(throws: ModuleRefusal.sealed) { _ = try dialogue.service() }
    dialogue.pass(20)
    try dialogue.startAsAsked()
    #expect(throws: ModuleRefusal.sealed) { _ = try dialogue.service() }
    try dialogue.send(.stop)
    #expect(try dialogue.service() == 1)
    // A repeated request gets the same answer, with the case open or not, and is not counted again.
    dialogue.module.board.sealIsClosed = true
    dialogue.pass(100)
    #expect(try dialogue.service() == 1)
    dialogue = ModuleDialogue(dialogue.module.board.poweredUpAgain())
    let identity = try dialogue.send(.identity)
    #expect(identity["svc"]?.unsigned == 1 && identity["rep"]?.unsigned == 0)
    #expect(identity["okid"]?.byteString == Authenticator.keyID(of: ModuleDialogue.key))
    #expect(try dialogue.prove() == ModuleDialogue.otherKey)
  }

  @Test func `service is counted for ever`() throws {
    var dialogue = try Self.begun()
    dialogue.module.board.sealIsClosed = false
    dialogue.pass(10_100)
    var key = ModuleDialogue.otherKey
    for count in 1...5 as ClosedRange<UInt64> {
      #expect(try dialogue.service(key) == count)
      key = [UInt8](repeating: UInt8(count), count: 32)
      try dialogue.begin(key)
    }
  }

  @Test func `without random numbers nothing is replaced or started`() throws {
    var dialogue = try Self.begun()
    dialogue.module.board.sealIsClosed = false
    dialogue.pass(10_100)
    let challenge = try dialogue.challenge()
    dialogue.module.board.random = nil
    #expect(throws: ModuleRefusal.noRandom) {
      try dialogue.start(counter: challenge.counter, challenge: challenge.bytes)
    }
    #expect(throws: ModuleRefusal.noRandom) { try dialogue.replace(challenge: challenge.bytes) }
    #expect(throws: ModuleRefusal.noRandom) { _ = try dialogue.service() }
    #expect(!dialogue.module.board.relayWasClosed)
    #expect(try dialogue.prove() == ModuleDialogue.otherKey)
    #expect(try dialogue.send(.identity)["okid"] == nil)
  }

  @Test func `boots and openings since the last visit are the difference`() throws {
    var dialogue = ModuleDialogue()
    #expect(try dialogue.send(.identity)["vboots"]?.unsigned == 0)
    dialogue = ModuleDialogue(dialogue.module.board.poweredUpAgain())
    dialogue.module.board.sealIsClosed = false
    dialogue.pass(200)
    try dialogue.pair()
    var identity = try dialogue.send(.identity)
    #expect(identity["boots"]?.unsigned == 2 && identity["vboots"]?.unsigned == 2)
    dialogue.module.board.sealIsClosed = true
    dialogue.pass(200)
    dialogue.module.board.sealIsClosed = false
    dialogue.pass(200)
    dialogue = ModuleDialogue(dialogue.module.board.poweredUpAgain())
    identity = try dialogue.send(.identity)
    #expect(identity["boots"]?.unsigned == 3 && identity["vboots"]?.unsigned == 2)
    #expect(identity["seals"]?.unsigned == 1 && identity["vseals"]?.unsigned == 0)
    #expect(throws: ModuleRefusal.notAuthentic) { try dialogue.configure(key: ModuleDialogue.otherKey) }
    #expect(try dialogue.send(.identity)["vboots"]?.unsigned == 2)
    try dialogue.configure()
    identity = try dialogue.send(.identity)
    #expect(identity["vboots"]?.unsigned == 3 && identity["vseals"]?.unsigned == 1)
  }

  @Test func `resets by the watchdog are counted and kept`() throws {
    var board = ModuleDialogue().module.board.poweredUpAgain()
    board.wasResetByWatchdog = true
    var dialogue = ModuleDialogue(board)
    #expect(try dialogue.send(.identity)["wdog"]?.unsigned == 1)
    dialogue = ModuleDialogue(dialogue.module.board.poweredUpAgain())
    let identity = try dialogue.send(.identity)
    #expect(identity["wdog"]?.unsigned == 1 && identity["boots"]?.unsigned == 3)
  }
}
