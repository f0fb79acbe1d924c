import Testing

@testable import ModuleCore

/// Checks that a paired module whose case has been open for ten seconds takes images and enters its ROM
/// bootloader without a proof, and counts each such use for ever.
@Suite struct ModuleServiceTests {
  private static let file = UpdateFile()
  private static let other = UpdateFile(filling: 0x22)

  private static func paired() throws -> ModuleDialogue {
    var dialogue = ModuleDialogue()
    try dialogue.pair()
    return dialogue
  }

  @Test func `the seal has to be open for ten seconds without a break`() throws {
    var dialogue = try Self.paired()
    func isRefused() throws -> Bool {
      let replies = [
        try dialogue.sendPiece(Self.file.bytes, at: 0, digest: Self.file.digest), try dialogue.erase(),
        try dialogue.enterBootloader(),
      ]
      return replies.allSatisfy { $0["rc"]?.unsigned == ModuleDialogue.accessDenied }
    }
    #expect(try isRefused())
    dialogue.module.board.sealIsClosed = false
    dialogue.pass(9_990)
    #expect(try isRefused())
    dialogue.module.board.sealIsClosed = true
    dialogue.pass(10)
    dialogue.module.board.sealIsClosed = false
    dialogue.pass(10_000)
    #expect(try isRefused())
    #expect(try dialogue.authorityCounts() == [0, 0, 0, 0])
    dialogue.pass(20)
    // Between two polls of the seal, its present state counts.
    dialogue.module.board.sealIsClosed = true
    #expect(try isRefused())
    dialogue.module.board.sealIsClosed = false
    try dialogue.upload(Self.file)
    #expect(try dialogue.authorityCounts() == [0, 1, 0, 0])
  }

  @Test func `one opening is one service, however many images it brings`() throws {
    var dialogue = try Self.paired()
    dialogue.openForService()
    try dialogue.upload(Self.file)
    #expect(try dialogue.erase()["rc"] == nil)
    #expect(try dialogue.upload(Self.other.bytes, digest: nil)["match"]?.boolean == true)
    #expect(try dialogue.mark(Self.other)["images"]?.elements?.last?["pending"]?.boolean == true)
    #expect(try dialogue.authorityCounts() == [0, 1, 0, 0])
    dialogue.module.board.sealIsClosed = true
    dialogue.pass(100)
    #expect(try dialogue.sendPiece(Self.file.bytes, at: 400)["rc"]?.unsigned == ModuleDialogue.accessDenied)
    dialogue.openForService()
    _ = try dialogue.sendPiece(Self.other.bytes, at: 400)
    #expect(try dialogue.authorityCounts() == [0, 2, 0, 0])
  }

  @Test func `what was uploaded with the case open is not marked with the case closed`() throws {
    var dialogue = try Self.paired()
    dialogue.openForService()
    try dialogue.upload(Self.other)
    dialogue.module.board.sealIsClosed = true
    dialogue.pass(100)
    #expect(try dialogue.mark(Self.other)["rc"]?.unsigned == ModuleDialogue.accessDenied)
    try dialogue.authorize(Self.file)
    #expect(try dialogue.mark(Self.other)["rc"]?.unsigned == ModuleDialogue.accessDenied)
    #expect(try dialogue.images().last?["pending"]?.boolean == false)
  }

  @Test func `each entry into the bootloader is counted`() throws {
    var dialogue = try Self.paired()
    for count in 1...3 as ClosedRange<UInt64> {
      dialogue.openForService()
      #expect(try dialogue.enterBootloader()["rc"] == nil)
      #expect(dialogue.module.resetRequest == .bootloader)
      dialogue.cyclePower()
      #expect(try dialogue.authorityCounts() == [0, 0, 0, count])
    }
  }

  @Test func `while the relay is closed there is no service`() throws {
    var dialogue = try Self.paired()
    dialogue.openForService()
    try dialogue.startAsAsked()
    #expect(try dialogue.sendPiece(Self.file.bytes, at: 0)["rc"]?.unsigned == 6)
    #expect(try dialogue.erase()["rc"]?.unsigned == 6)
    #expect(try dialogue.enterBootloader()["rc"]?.unsigned == ModuleDialogue.accessDenied)
    #expect(dialogue.module.board.relay)
    #expect(try dialogue.authorityCounts() == [0, 0, 0, 0])
  }

  // MARK: - Power cuts

  enum Deed: CaseIterable { case update, serviceUpdate, bootloader, serviceBootloader }

  @Test(arguments: Deed.allCases)
  func `whatever is allowed was counted, for ever, before`(deed: Deed) throws {
    var opened = try Self.paired()
    if deed == .serviceUpdate || deed == .serviceBootloader { opened.openForService() }
    let place = Deed.allCases.firstIndex(of: deed) ?? 0
    var (cuts, isAllowed) = (0, false)
    while !isAllowed {
      var dialogue = opened
      let challenge = try dialogue.challenge().bytes
      dialogue.module.board.wordsUntilCut = cuts
      isAllowed = try Self.isAllowed(deed, challenge, &dialogue)
      // The supply comes back unnoticed by the module: an action that was not counted is not allowed later
      // either.
      dialogue.module.board.wordsUntilCut = nil
      var again = dialogue
      again.cyclePower()
      let counted = try again.authorityCounts()[place]
      #expect(isAllowed ? counted == 1 : (counted == 0 || counted == 1), "\(cuts) words")
      if !isAllowed, deed == .update || deed == .bootloader {
        #expect(try dialogue.erase()["rc"]?.unsigned == ModuleDialogue.accessDenied)
        #expect(try dialogue.enterBootloader()["rc"]?.unsigned == ModuleDialogue.accessDenied)
      }
      #expect(again.module.board.images == opened.module.board.images)
      cuts += 1
    }
    #expect(cuts > 128)
  }

  /// Whether the module allows the action, at its first request.
  private static func isAllowed(
    _ deed: Deed, _ challenge: [UInt8], _ dialogue: inout ModuleDialogue
  ) throws -> Bool {
    switch deed {
    case .update, .bootloader:
      do {
        if deed == .update {
          try dialogue.authorize(file, challenge: challenge)
        } else {
          try dialogue.authorizeBootloader(challenge: challenge)
        }
        return true
      } catch ModuleRefusal.storage {
        return false
      }
    case .serviceUpdate:
      // The module checks the offset, at which no upload was begun, only where the upload is allowed.
      return ModuleDialogue.refusal(try dialogue.sendPiece(file.bytes, at: 400)) == 20
    case .serviceBootloader: return ModuleDialogue.refusal(try dialogue.enterBootloader()) == nil
    }
  }
}
