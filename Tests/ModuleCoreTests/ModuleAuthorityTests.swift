import Testing

@testable import ModuleCore

/// Checks that a paired module takes images and enters its ROM bootloader only with an authority.
@Suite struct ModuleAuthorityTests {
  private static let file = UpdateFile()
  private static let other = UpdateFile(filling: 0x22)

  private static func paired() throws -> ModuleDialogue {
    var dialogue = ModuleDialogue()
    try dialogue.pair()
    return dialogue
  }

  // MARK: - Without an authority

  @Test(arguments: [0, 1] as [UInt8])
  func `a paired module refuses image, erasure, mark and bootloader, in either version`(version: UInt8) throws {
    var dialogue = try Self.paired()
    try dialogue.authorize(Self.file)
    try dialogue.upload(Self.file)
    dialogue.cyclePower()
    dialogue.version = version
    let images = dialogue.module.board.images
    let refused = [
      try dialogue.sendPiece(Self.file.bytes, at: 0, digest: Self.file.digest),
      try dialogue.sendPiece(Self.other.bytes, at: 0, digest: Self.other.digest),
      try dialogue.sendPiece(Self.other.bytes, at: 0), try dialogue.sendPiece(Self.file.bytes, at: 400),
      try dialogue.mark(Self.file), try dialogue.erase(), try dialogue.enterBootloader(),
    ]
    // The common code stands alone in either version.
    #expect(refused.map { $0["rc"]?.unsigned } == refused.map { _ in ModuleDialogue.accessDenied })
    #expect(refused.allSatisfy { $0["err"] == nil })
    #expect(dialogue.module.board.images == images && dialogue.module.resetRequest == nil)
    #expect(try dialogue.authorityCounts() == [1, 0, 0, 0])
  }

  @Test func `echo, state, confirmation and a plain reset need no authority`() throws {
    var dialogue = try Self.paired()
    var fields = CBORMapWriter()
    fields.put("d", string: "焊机")
    #expect(try dialogue.send(.write, group: 0, command: 0, fields)["r"]?.string == "焊机")
    #expect(try dialogue.images().count == 1)
    fields = CBORMapWriter()
    fields.put("confirm", boolean: true)
    #expect(try dialogue.send(.write, group: 1, command: 0, fields)["images"] != nil)
    #expect(try dialogue.send(.write, group: 0, command: 5)["rc"] == nil)
    #expect(dialogue.module.resetRequest == .application)
    #expect(try dialogue.authorityCounts() == [0, 0, 0, 0])
  }

  @Test func `an unpaired module takes images and resets into its bootloader, and counts nothing`() throws {
    var dialogue = ModuleDialogue()
    try dialogue.upload(Self.file)
    #expect(try dialogue.erase()["rc"] == nil)
    #expect(try dialogue.upload(Self.other.bytes, digest: nil)["match"]?.boolean == true)
    #expect(try dialogue.mark(Self.other)["images"] != nil)
    #expect(try dialogue.enterBootloader()["rc"] == nil)
    #expect(dialogue.module.resetRequest == .bootloader)
    #expect(try dialogue.authorityCounts() == [0, 0, 0, 0])
    #expect(throws: ModuleRefusal.notPaired) { try dialogue.authorize(Self.file) }
    #expect(throws: ModuleRefusal.notPaired) { try dialogue.authorizeBootloader() }
  }

  // MARK: - With one

  @Test func `a proof for a file lets exactly that file be uploaded and started`() throws {
    var dialogue = try Self.paired()
    try dialogue.authorize(Self.file)
    #expect(try dialogue.authorityCounts() == [1, 0, 0, 0])
    let reply = try dialogue.sendPiece(Self.other.bytes, at: 0, digest: Self.other.digest)
    #expect(reply["rc"]?.unsigned == ModuleDialogue.accessDenied)
    #expect(
      try dialogue.sendPiece(Self.file.bytes, at: 0)["rc"]?.unsigned == ModuleDialogue.accessDenied,
      "a file without a digest is none that was named")
    try dialogue.upload(Self.file)
    #expect(try dialogue.enterBootloader()["rc"]?.unsigned == ModuleDialogue.accessDenied)
    #expect(try dialogue.mark(Self.file)["images"]?.elements?.last?["pending"]?.boolean == true)
    #expect(try dialogue.authorityCounts() == [1, 0, 0, 0])
  }

  @Test func `bytes that are not those of the digest are gone at their end`() throws {
    var dialogue = try Self.paired()
    try dialogue.authorize(Self.file)
    #expect(try dialogue.upload(Self.other.bytes, digest: Self.file.digest)["match"]?.boolean == false)
    #expect(try dialogue.images().count == 1)
    #expect(try dialogue.mark(Self.other)["err"]?["rc"]?.unsigned == 24)
    try dialogue.upload(Self.file)
    #expect(try dialogue.mark(Self.file)["images"]?.elements?.last?["pending"]?.boolean == true)
  }

  @Test func `a foreign file that a power cut kept from being dropped is not started by the authority`() throws
  {
    var dialogue = try Self.paired()
    try dialogue.authorize(Self.file)
    var offset = 0
    while offset + 400 < Self.other.bytes.count {
      let reply = try dialogue.sendPiece(Self.other.bytes, at: offset, digest: Self.file.digest)
      offset = Int(try #require(reply["off"]?.unsigned))
    }
    // The power fails with the last word of the file.
    dialogue.module.board.wordsUntilCut = (Self.other.bytes.count - offset + 3) / 4
    _ = try dialogue.sendPiece(Self.other.bytes, at: offset)
    #expect(dialogue.module.board.wordsUntilCut == 0)
    dialogue.cyclePower()
    #expect(try dialogue.images().last?["hash"]?.byteString == Self.other.hash)
    try dialogue.authorize(Self.file)
    #expect(try dialogue.mark(Self.other)["rc"]?.unsigned == ModuleDialogue.accessDenied)
    // The laptop's next attempt, which continues at the end, finds the damage, and the attempt after it ends
    // well.
    #expect(ModuleDialogue.refusal(try dialogue.upload(Self.file.bytes, digest: Self.file.digest)) == 12)
    try dialogue.upload(Self.file)
    #expect(try dialogue.mark(Self.file)["images"]?.elements?.last?["pending"]?.boolean == true)
  }

  @Test func `the version that was authorised is the image's own`() throws {
    var dialogue = try Self.paired()
    try dialogue.authorize(Self.file, version: "1.2.5")
    try dialogue.upload(Self.file)
    #expect(try dialogue.mark(Self.file)["rc"]?.unsigned == ModuleDialogue.accessDenied)
    #expect(try dialogue.images().last?["pending"]?.boolean == false)
    try dialogue.authorize(Self.file)
    #expect(try dialogue.mark(Self.file)["images"]?.elements?.last?["pending"]?.boolean == true)
    #expect(try dialogue.authorityCounts() == [2, 0, 0, 0])
  }

  @Test func `the same authority again changes nothing, with any proof and without a challenge`() throws {
    var dialogue = try Self.paired()
    try dialogue.authorize(Self.file)
    let words = dialogue.module.board.wordsWritten
    try dialogue.authorize(Self.file, challenge: [UInt8](repeating: 0, count: 16))
    #expect(dialogue.module.board.wordsWritten == words)
    #expect(throws: ModuleRefusal.noChallenge) {
      try dialogue.authorize(Self.other, challenge: [UInt8](repeating: 0, count: 16))
    }
    #expect(try dialogue.authorityCounts() == [1, 0, 0, 0])
    // A refused request takes nothing away.
    try dialogue.upload(Self.file)
  }

  @Test func `an upload goes on where it was once the authority is given anew`() throws {
    var dialogue = try Self.paired()
    try dialogue.authorize(Self.file)
    _ = try dialogue.sendPiece(Self.file.bytes, at: 0, digest: Self.file.digest)
    dialogue.cyclePower()
    #expect(try dialogue.sendPiece(Self.file.bytes, at: 400)["rc"]?.unsigned == ModuleDialogue.accessDenied)
    try dialogue.authorize(Self.file)
    let reply = try dialogue.sendPiece(Self.file.bytes, at: 0, digest: Self.file.digest)
    #expect((390...400).contains(try #require(reply["off"]?.unsigned)))
    try dialogue.upload(Self.file)
  }

  @Test func `the bootloader is entered once, within thirty seconds`() throws {
    var dialogue = try Self.paired()
    try dialogue.authorizeBootloader()
    #expect(try dialogue.authorityCounts() == [0, 0, 1, 0])
    let piece = try dialogue.sendPiece(Self.file.bytes, at: 0, digest: Self.file.digest)
    #expect(piece["rc"]?.unsigned == ModuleDialogue.accessDenied)
    #expect(try dialogue.erase()["rc"]?.unsigned == ModuleDialogue.accessDenied)
    dialogue.pass(30_001)
    #expect(try dialogue.enterBootloader()["rc"]?.unsigned == ModuleDialogue.accessDenied)
    try dialogue.authorizeBootloader()
    dialogue.pass(30_000)
    #expect(try dialogue.enterBootloader()["rc"] == nil)
    #expect(dialogue.module.resetRequest == .bootloader)
    #expect(try dialogue.enterBootloader()["rc"]?.unsigned == ModuleDialogue.accessDenied)
    #expect(try dialogue.authorityCounts() == [0, 0, 2, 0])
  }

  // MARK: - The end of an authority

  enum Ending: CaseIterable { case powerCycle, replacement, service, otherImage, bootloader }

  @Test(arguments: Ending.allCases)
  func `an authority ends with a reset, with the key, or with another authority`(ending: Ending) throws {
    var dialogue = try Self.paired()
    try dialogue.begin(ModuleDialogue.otherKey)
    try dialogue.authorize(Self.file)
    try dialogue.upload(Self.file)
    switch ending {
    case .powerCycle: dialogue.cyclePower()
    case .replacement: try dialogue.replace()
    case .service:
      dialogue.openForService()
      #expect(try dialogue.service() == 1)
      dialogue.module.board.sealIsClosed = true
      dialogue.pass(100)
    case .otherImage: try dialogue.authorize(Self.other)
    case .bootloader: try dialogue.authorizeBootloader()
    }
    #expect(
      try dialogue.sendPiece(Self.file.bytes, at: 0, digest: Self.file.digest)["rc"]?.unsigned
        == ModuleDialogue.accessDenied)
    let isReplaced = ending == .replacement || ending == .service
    let marked = try dialogue.mark(Self.file)
    // A replacement of the key drops the upload.
    #expect(ModuleDialogue.refusal(marked) == (isReplaced ? 24 : ModuleDialogue.accessDenied))
    #expect(try dialogue.images().last?["pending"]?.boolean != true)
  }

  @Test func `a replaced key takes the marked upload with it, and the next upload is taken at once`() throws {
    var dialogue = try Self.paired()
    try dialogue.begin(ModuleDialogue.otherKey)
    try dialogue.authorize(Self.file)
    try dialogue.upload(Self.file)
    #expect(try dialogue.mark(Self.file)["images"] != nil)
    try dialogue.replace()
    #expect(try dialogue.images().count == 1)
    try dialogue.authorize(Self.other, key: ModuleDialogue.otherKey)
    try dialogue.upload(Self.other)
    #expect(try dialogue.mark(Self.other)["images"]?.elements?.last?["pending"]?.boolean == true)
  }

  // MARK: - Challenges

  @Test func `a proof serves once, for one module and one key`() throws {
    var dialogue = try Self.paired()
    let challenge = try dialogue.challenge().bytes
    try dialogue.authorize(Self.file, challenge: challenge)
    dialogue.cyclePower()
    #expect(throws: ModuleRefusal.noChallenge) { try dialogue.authorize(Self.file, challenge: challenge) }
    _ = try dialogue.challenge()
    #expect(throws: ModuleRefusal.notAuthentic) { try dialogue.authorize(Self.file, challenge: challenge) }
    #expect(throws: ModuleRefusal.notAuthentic) {
      try dialogue.authorize(Self.file, key: ModuleDialogue.otherKey)
    }
    let fresh = try dialogue.challenge().bytes
    let foreign = Authenticator.update(
      key: ModuleDialogue.key, challenge: fresh, uniqueID: [UInt8](repeating: 7, count: 12),
      digest: Self.file.digest, version: Self.file.version)
    #expect(throws: ModuleRefusal.notAuthentic) {
      try dialogue.send(.authorize, ModuleDialogue.updateFields(Self.file, proof: foreign))
    }
    #expect(try dialogue.authorityCounts() == [1, 0, 0, 0])
    #expect(try dialogue.erase()["rc"]?.unsigned == ModuleDialogue.accessDenied)
  }

  @Test func `a challenge is used up by a proof, right or wrong, and by nothing that is malformed`() throws {
    var dialogue = try Self.paired()
    let wrong = try dialogue.challenge().bytes
    #expect(throws: ModuleRefusal.notAuthentic) {
      try dialogue.send(
        .authorize, ModuleDialogue.updateFields(Self.file, proof: [UInt8](repeating: 1, count: 32)))
    }
    #expect(throws: ModuleRefusal.noChallenge) { try dialogue.authorize(Self.file, challenge: wrong) }
    let right = try dialogue.challenge()
    try dialogue.authorizeBootloader(challenge: right.bytes)
    #expect(throws: ModuleRefusal.noChallenge) { try dialogue.authorize(Self.file, challenge: right.bytes) }
    let spent = try dialogue.challenge()
    try dialogue.authorize(Self.file, challenge: spent.bytes)
    #expect(throws: ModuleRefusal.noChallenge) {
      try dialogue.start(counter: spent.counter, challenge: spent.bytes)
    }
    let late = try dialogue.challenge().bytes
    dialogue.pass(30_001)
    #expect(throws: ModuleRefusal.noChallenge) { try dialogue.authorizeBootloader(challenge: late) }
    let kept = try dialogue.challenge().bytes
    #expect(throws: ModuleRefusal.malformed) { try dialogue.send(.authorize) }
    try dialogue.authorizeBootloader(challenge: kept)
  }

  @Test func `without random numbers there is no authority`() throws {
    var dialogue = try Self.paired()
    let challenge = try dialogue.challenge().bytes
    dialogue.module.board.random = nil
    #expect(throws: ModuleRefusal.noRandom) { try dialogue.authorize(Self.file, challenge: challenge) }
    #expect(try dialogue.authorityCounts() == [0, 0, 0, 0])
  }

  @Test func `what lacks a field, or has one of a wrong kind, is malformed`() throws {
    var dialogue = try Self.paired()
    let proof = [UInt8](repeating: 1, count: 32)
    func fields(
      purpose: UInt64? = 1, digest: Int? = 32, version: String? = "1.2.4", proof: [UInt8]? = proof
    ) -> CBORMapWriter {
      var fields = CBORMapWriter()
      if let purpose { fields.put("for", unsigned: purpose) }
      if let digest { fields.put("sha", bytes: [UInt8](repeating: 2, count: digest)) }
      if let version { fields.put("ver", string: version) }
      if let proof { fields.put("proof", bytes: proof) }
      return fields
    }
    let malformed = [
      fields(purpose: nil), fields(purpose: 0), fields(purpose: 3), fields(purpose: 257), fields(digest: nil),
      fields(digest: 31), fields(digest: 33), fields(version: nil), fields(version: "1.2."),
      fields(version: "65535.65535.655355"), fields(version: "1.2.焊"), fields(proof: nil),
      fields(proof: Array(proof.dropLast())),
    ]
    for fields in malformed {
      #expect(throws: ModuleRefusal.malformed) { try dialogue.send(.authorize, fields) }
    }
    #expect(throws: ModuleRefusal.noChallenge) { try dialogue.send(.authorize, fields()) }
    // With the wrong operation the command counts as unknown.
    let read = try dialogue.send(.read, group: 64, command: ModuleCommand.authorize.rawValue, fields())
    #expect(read["err"]?["rc"]?.unsigned == UInt64(ModuleRefusal.unknown.code))
  }

  // MARK: - Proofs for something else

  /// The actions that some code under the committed key authenticates.
  enum Purpose: CaseIterable {
    case prove, commit, configure, start, clock, replace, update, otherImage, otherVersion, bootloader
  }

  private static let version = "1.2.5"
  private static let time: UInt64 = 1_795_000_000
  private static let seconds: UInt32 = 60

  /// The code for a purpose and a challenge. For `prove` it is the proof that the module itself makes.
  private static func code(
    for purpose: Purpose, _ asked: (bytes: [UInt8], counter: UInt64), _ dialogue: inout ModuleDialogue
  ) throws -> [UInt8] {
    let (key, id) = (ModuleDialogue.key, dialogue.module.board.uniqueID)
    func update(_ file: UpdateFile, _ version: String) -> [UInt8] {
      Authenticator.update(
        key: key, challenge: asked.bytes, uniqueID: id, digest: file.digest, version: version)
    }
    switch purpose {
    case .prove: return Authenticator.proof(key: key, challenge: asked.bytes, uniqueID: id)
    case .commit: return Authenticator.commit(key: key, uniqueID: id)
    case .configure: return Authenticator.configuration(key: key, ModuleDialogue.configuration)
    case .start:
      return Authenticator.start(
        key: key, counter: asked.counter, seconds: seconds, challenge: asked.bytes)
    case .clock: return Authenticator.clock(key: key, time: time)
    case .replace:
      return Authenticator.replacement(
        key: key, challenge: asked.bytes, newKeyID: Authenticator.keyID(of: ModuleDialogue.otherKey),
        uniqueID: id)
    case .update: return update(file, file.version)
    case .otherImage: return update(other, file.version)
    case .otherVersion: return update(file, version)
    case .bootloader: return Authenticator.bootloader(key: key, challenge: asked.bytes, uniqueID: id)
    }
  }

  /// Requests the action of a purpose with a code. No command takes a proof of the module's own key.
  private static func use(
    _ code: [UInt8], for purpose: Purpose, counter: UInt64, _ dialogue: inout ModuleDialogue
  ) throws {
    var fields = CBORMapWriter()
    switch purpose {
    case .prove: Issue.record("no command takes it")
    case .commit:
      fields.put("kid", bytes: Authenticator.keyID(of: ModuleDialogue.key))
      fields.put("mac", bytes: code)
      try dialogue.send(.pairCommit, fields)
    case .configure:
      let configuration = ModuleDialogue.configuration
      fields.put("code", text: configuration.labelCode)
      fields.put("url", text: configuration.platformAddress)
      fields.put("apn", text: configuration.accessPoint)
      fields.put("trust", bytes: configuration.trustAnchor)
      fields.put("mac", bytes: code)
      try dialogue.send(.configure, fields)
    case .start:
      fields.put("ctr", unsigned: counter)
      fields.put("sec", unsigned: UInt64(seconds))
      fields.put("mac", bytes: code)
      try dialogue.send(.start, fields)
    case .clock:
      fields.put("time", unsigned: time)
      fields.put("mac", bytes: code)
      try dialogue.send(.setClock, fields)
    case .replace:
      let key = ModuleDialogue.otherKey
      fields.put("kid", bytes: Authenticator.keyID(of: key))
      fields.put("mac", bytes: Authenticator.commit(key: key, uniqueID: dialogue.module.board.uniqueID))
      fields.put("proof", bytes: code)
      try dialogue.send(.pairReplace, fields)
    case .update: try dialogue.send(.authorize, ModuleDialogue.updateFields(file, proof: code))
    case .otherImage:
      try dialogue.send(.authorize, ModuleDialogue.updateFields(other, version: file.version, proof: code))
    case .otherVersion:
      try dialogue.send(.authorize, ModuleDialogue.updateFields(file, version: version, proof: code))
    case .bootloader: try dialogue.send(.authorize, ModuleDialogue.bootloaderFields(proof: code))
    }
  }

  @Test(arguments: Purpose.allCases, Purpose.allCases.filter { $0 != .prove })
  func `a code made for one thing serves for nothing else`(made: Purpose, used: Purpose) throws {
    var dialogue = try Self.paired()
    try dialogue.begin(ModuleDialogue.otherKey)
    let asked = try dialogue.challenge()
    let code = try Self.code(for: made, asked, &dialogue)
    guard made != used else {
      try Self.use(code, for: used, counter: asked.counter, &dialogue)
      return
    }
    let board = dialogue.module.board
    #expect(throws: ModuleRefusal.notAuthentic) {
      try Self.use(code, for: used, counter: asked.counter, &dialogue)
    }
    #expect(dialogue.module.board.slots == board.slots && !dialogue.module.board.relayWasClosed)
    #expect(
      try dialogue.sendPiece(Self.file.bytes, at: 0, digest: Self.file.digest)["rc"]?.unsigned
        == ModuleDialogue.accessDenied)
    #expect(try dialogue.enterBootloader()["rc"]?.unsigned == ModuleDialogue.accessDenied)
  }

  @Test func `the module's own proof is the one that the table is tried with`() throws {
    var dialogue = try Self.paired()
    let asked = try dialogue.challenge()
    var fields = CBORMapWriter()
    fields.put("ch", bytes: asked.bytes)
    let given = try dialogue.send(.pairProve, fields)["mac"]?.byteString
    #expect(try given == Self.code(for: .prove, asked, &dialogue))
  }
}
