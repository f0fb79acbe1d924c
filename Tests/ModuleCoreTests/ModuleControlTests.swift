import Testing

@testable import ModuleCore

@Suite struct ModuleControlTests {
  static func paired() throws -> ModuleDialogue {
    var dialogue = ModuleDialogue()
    try dialogue.pair()
    return dialogue
  }

  @Test func `the relay is open from power up until a start`() throws {
    var dialogue = try Self.paired()
    #expect(!dialogue.module.board.relay && !dialogue.module.board.relayWasClosed)
    try dialogue.startAsAsked()
    #expect(dialogue.module.board.relay)
    let readings = try dialogue.send(.readings)
    #expect(readings["relay"]?.boolean == true && readings["fb"]?.boolean == true)
    #expect(readings["mv"]?.unsigned == 230_000 && readings["ma"]?.integer == -40)
    #expect(readings["lat"]?.integer == 40_410_000 && readings["lon"]?.integer == 110_030_000)
    #expect(readings["rssi"]?.integer == -71 && readings["seal"]?.boolean == true)
  }

  @Test func `the relay opens on stop and when its time is over`() throws {
    var dialogue = try Self.paired()
    try dialogue.startAsAsked()
    try dialogue.send(.stop)
    #expect(!dialogue.module.board.relay)
    try dialogue.startAsAsked(seconds: 2)
    dialogue.pass(1990)
    #expect(dialogue.module.board.relay)
    dialogue.pass(10)
    #expect(!dialogue.module.board.relay)
    #expect(try dialogue.send(.readings)["relay"]?.boolean == false)
  }

  @Test func `a forged start is refused and the challenge stays good`() throws {
    var dialogue = try Self.paired()
    let challenge = try dialogue.challenge()
    #expect(throws: ModuleRefusal.notAuthentic) {
      try dialogue.start(
        counter: challenge.counter, challenge: challenge.bytes, key: ModuleDialogue.otherKey)
    }
    #expect(throws: ModuleRefusal.notAuthentic) {
      try dialogue.start(counter: challenge.counter, challenge: [UInt8](repeating: 0, count: 16))
    }
    #expect(!dialogue.module.board.relayWasClosed)
    try dialogue.start(counter: challenge.counter, challenge: challenge.bytes)
    #expect(dialogue.module.board.relay)
  }

  @Test func `a replay is refused with and without a fresh challenge`() throws {
    var dialogue = try Self.paired()
    let used = try dialogue.challenge()
    try dialogue.start(counter: used.counter, challenge: used.bytes)
    try dialogue.send(.stop)
    #expect(throws: ModuleRefusal.noChallenge) {
      try dialogue.start(counter: used.counter, challenge: used.bytes)
    }
    let fresh = try dialogue.challenge()
    #expect(fresh.counter == used.counter + 1)
    #expect(throws: ModuleRefusal.notAuthentic) {
      try dialogue.start(counter: used.counter, challenge: used.bytes)
    }
    #expect(throws: ModuleRefusal.replayed) {
      try dialogue.start(counter: used.counter, challenge: fresh.bytes)
    }
    #expect(!dialogue.module.board.relay)
    try dialogue.start(counter: fresh.counter, challenge: fresh.bytes)
  }

  @Test func `a challenge is good for thirty seconds`() throws {
    var dialogue = try Self.paired()
    let first = try dialogue.challenge()
    dialogue.pass(30_000)
    try dialogue.start(counter: first.counter, challenge: first.bytes)
    let second = try dialogue.challenge()
    dialogue.pass(30_001)
    #expect(throws: ModuleRefusal.noChallenge) {
      try dialogue.start(counter: second.counter, challenge: second.bytes)
    }
    #expect(throws: ModuleRefusal.noChallenge) {
      var fresh = try Self.paired()
      try fresh.start(counter: 1, challenge: first.bytes)
    }
  }

  @Test func `no counter that was used is accepted after a reset`() throws {
    var dialogue = try Self.paired()
    var highest: UInt64 = 0
    for round in 0..<5 {
      for _ in 0..<(round * 40) {
        let challenge = try dialogue.challenge()
        #expect(challenge.counter > highest)
        try dialogue.start(counter: challenge.counter, challenge: challenge.bytes)
        highest = challenge.counter
        try dialogue.send(.stop)
      }
      dialogue = ModuleDialogue(dialogue.module.board.poweredUpAgain())
      let challenge = try dialogue.challenge()
      #expect(challenge.counter > highest)
      #expect(throws: ModuleRefusal.replayed) {
        try dialogue.start(counter: highest, challenge: challenge.bytes)
      }
      #expect(!dialogue.module.board.relayWasClosed)
    }
  }

  @Test func `starts cost the flash one record in sixty four`() throws {
    var dialogue = try Self.paired()
    let before = dialogue.module.board.wordsWritten
    for _ in 0..<640 {
      try dialogue.startAsAsked()
      try dialogue.send(.stop)
    }
    #expect((dialogue.module.board.wordsWritten - before) / 128 <= 11)
  }

  @Test func `a start whose counter cannot be kept is refused and the relay opens`() throws {
    var dialogue = try Self.paired()
    try dialogue.startAsAsked()
    #expect(dialogue.module.board.relay)
    dialogue.module.board.wordsUntilCut = 0
    let challenge = try dialogue.challenge()
    #expect(throws: ModuleRefusal.storage) {
      try dialogue.start(counter: challenge.counter + 1000, challenge: challenge.bytes)
    }
    #expect(!dialogue.module.board.relay)
  }

  @Test func `the flash is erased ahead only while the relay is open and the wire quiet`() throws {
    var dialogue = try Self.paired()
    // The requests fill the slot, because each needs a record.
    while dialogue.module.board.erasures == 0 {
      let challenge = try dialogue.challenge()
      try dialogue.start(counter: challenge.counter + 100, seconds: 86_400, challenge: challenge.bytes)
      dialogue.pass(5_000)
      #expect(dialogue.module.board.erasures == 0)
      try dialogue.send(.stop)
      dialogue.pass(1_990)
      #expect(dialogue.module.board.erasures == 0)
      dialogue.pass(20)
    }
    #expect(dialogue.module.board.erasures == 1)
    dialogue = ModuleDialogue(dialogue.module.board.poweredUpAgain())
    #expect(try dialogue.send(.identity)["state"]?.unsigned == 2)
  }

  @Test func `an opening of the seal is counted once and kept`() throws {
    var dialogue = try Self.paired()
    dialogue.pass(200)
    #expect(try dialogue.send(.identity)["seals"]?.unsigned == 0)
    dialogue.module.board.sealIsClosed = false
    dialogue.pass(30)
    dialogue.module.board.sealIsClosed = true
    dialogue.pass(200)
    #expect(try dialogue.send(.identity)["seals"]?.unsigned == 0)
    dialogue.module.board.sealIsClosed = false
    dialogue.pass(200)
    #expect(try dialogue.send(.identity)["seals"]?.unsigned == 1)
    dialogue = ModuleDialogue(dialogue.module.board.poweredUpAgain())
    dialogue.pass(200)
    #expect(try dialogue.send(.identity)["seals"]?.unsigned == 1)
    dialogue.module.board.sealIsClosed = true
    dialogue.pass(200)
    var board = dialogue.module.board.poweredUpAgain()
    board.sealIsClosed = false
    dialogue = ModuleDialogue(board)
    dialogue.pass(200)
    #expect(try dialogue.send(.identity)["seals"]?.unsigned == 2)
  }
}
