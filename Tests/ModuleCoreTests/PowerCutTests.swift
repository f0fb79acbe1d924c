import TestSupport
import Testing

@testable import ModuleCore

/// Cuts the supply at every single word that a pairing or a counter writes.
@Suite struct PowerCutTests {
  /// The facts that a module holds, as far as a laptop can see them.
  struct Known: Equatable {
    var keyID: [UInt8]?
    var pendingKeyID: [UInt8]?
    var code: [UInt8]?
    var counter: UInt64?

    init(_ dialogue: inout ModuleDialogue) throws {
      let identity = try dialogue.send(.identity)
      keyID = identity["kid"]?.byteString
      pendingKeyID = identity["pkid"]?.byteString
      code = try dialogue.send(.configuration)["code"]?.text
      counter = try dialogue.send(.challenge)["ctr"]?.unsigned
    }
  }

  /// Runs `step` with the supply failing after each number of words until it no longer fails. After each cut
  /// the module must hold the facts from before or after the step. `check` inspects the restarted module.
  static func cutEverywhere(
    _ board: MemoryBoard, _ step: (inout ModuleDialogue) throws -> Void,
    check: (inout ModuleDialogue) throws -> Void = { _ in }
  ) throws -> Int {
    func known(_ board: MemoryBoard) throws -> Known {
      var dialogue = ModuleDialogue(board.poweredUpAgain())
      return try Known(&dialogue)
    }
    let before = try known(board)
    var whole = ModuleDialogue(board)
    try step(&whole)
    let after = try known(whole.module.board)
    var cuts = 0
    while true {
      var dialogue = ModuleDialogue(board)
      dialogue.module.board.wordsUntilCut = cuts
      var wasCut = false
      do { try step(&dialogue) } catch ModuleRefusal.storage { wasCut = true }
      var again = ModuleDialogue(dialogue.module.board.poweredUpAgain())
      #expect(!again.module.board.relayWasClosed)
      let found = try Known(&again)
      #expect(found == before || found == after)
      try check(&again)
      if !wasCut { return cuts }
      cuts += 1
    }
  }

  /// A board whose slot of four places has `free` places left, so that some step has to change slots.
  static func board(free: Int, paired: Bool) throws -> MemoryBoard {
    var dialogue = ModuleDialogue()
    if paired { try dialogue.pair() }
    while (4 - Int(dialogue.module.program.record.sequence) % 4) % 4 != free {
      dialogue.module.board.sealIsClosed.toggle()
      dialogue.pass(100)
    }
    return dialogue.module.board
  }

  @Test(arguments: [0, 1, 2, 3]) func `one pairing or the other is valid after any cut in pairing`(free: Int)
    throws
  {
    let cuts = try Self.cutEverywhere(try Self.board(free: free, paired: false)) { dialogue in
      try dialogue.begin()
    } check: { dialogue in
      try dialogue.pair()
    }
    #expect(cuts >= 128)
    var pending = ModuleDialogue(try Self.board(free: free, paired: false))
    try pending.begin()
    _ = try Self.cutEverywhere(pending.module.board) { dialogue in
      try dialogue.commit()
    } check: { dialogue in
      try dialogue.pair()
      let proven = try dialogue.prove()
      #expect(proven == ModuleDialogue.key)
    }
  }

  @Test(arguments: [0, 1, 2, 3]) func `the configuration is old or new after any cut`(free: Int) throws {
    var other = ModuleDialogue.configuration
    other.labelCode = Array("150621-00A002-7".utf8)
    _ = try Self.cutEverywhere(try Self.board(free: free, paired: true)) { dialogue in
      try dialogue.configure(other)
    } check: { dialogue in
      let identity = try dialogue.send(.identity)
      #expect(identity["state"]?.unsigned == 2)
    }
  }

  @Test(arguments: [0, 1, 2, 3]) func `no used counter comes back after any cut`(free: Int) throws {
    let board = try Self.board(free: free, paired: true)
    var used: UInt64 = 0
    _ = try Self.cutEverywhere(board) { dialogue in
      let challenge = try dialogue.challenge()
      used = 0
      try dialogue.start(counter: challenge.counter + 70, challenge: challenge.bytes)
      used = challenge.counter + 70
    } check: { dialogue in
      let counter = try dialogue.challenge().counter
      #expect(counter > used)
    }
  }

  @Test(arguments: [0, 1, 2, 3]) func `the old key or the new one is valid after any cut in replacing`(
    free: Int
  ) throws {
    var opened = ModuleDialogue(try Self.board(free: free, paired: true))
    opened.module.board.sealIsClosed = false
    opened.pass(100)
    try opened.begin(ModuleDialogue.otherKey)
    for byService in [false, true] {
      _ = try Self.cutEverywhere(opened.module.board) { dialogue in
        dialogue.pass(10_100)
        if byService { _ = try dialogue.service() } else { try dialogue.replace() }
      } check: { dialogue in
        let identity = try dialogue.send(.identity)
        let isReplaced = identity["kid"]?.byteString == Authenticator.keyID(of: ModuleDialogue.otherKey)
        #expect(identity["svc"]?.unsigned == (isReplaced && byService ? 1 : 0))
        #expect(identity["rep"]?.unsigned == (isReplaced && !byService ? 1 : 0))
        #expect((identity["okid"] != nil) == isReplaced)
        #expect((identity["pkid"] == nil) || !isReplaced)
        // The laptop's next attempt ends with both sides equal.
        try dialogue.begin(ModuleDialogue.otherKey)
        try dialogue.replace()
        let proven = try dialogue.prove()
        #expect(proven == ModuleDialogue.otherKey)
      }
    }
  }

  @Test func `three hundred cuts in a row lose no pairing`() throws {
    var random = SplitMix64(seed: 21)
    var dialogue = ModuleDialogue()
    try dialogue.pair()
    for _ in 0..<300 {
      dialogue.module.board.wordsUntilCut = Int.random(in: 0...400, using: &random)
      do {
        for _ in 0..<4 {
          let challenge = try dialogue.challenge()
          try dialogue.start(counter: challenge.counter + 100, challenge: challenge.bytes)
          try dialogue.send(.stop)
          dialogue.pass(2_100)
        }
      } catch ModuleRefusal.storage {}
      var board = dialogue.module.board.poweredUpAgain()
      // The supply may fail again while the module starts.
      if Bool.random(using: &random) { board.wordsUntilCut = Int.random(in: 0...200, using: &random) }
      dialogue = ModuleDialogue(board)
      #expect(!dialogue.module.board.relayWasClosed)
      #expect(try dialogue.prove() == ModuleDialogue.key)
      dialogue = ModuleDialogue(dialogue.module.board.poweredUpAgain())
    }
    let identity = try dialogue.send(.identity)
    #expect(identity["kid"]?.byteString == Authenticator.keyID(of: ModuleDialogue.key))
  }
}
