import ModuleCore

@testable import Chip

/// The actions of a hostile conversation.
extension HostileRig {
  private enum Action: CaseIterable {
    case foreignNamed, foreignAsUpdate, foreignUnnamed, strayPiece, markSomething, erase, reset, enterBootloader
    case replay, misusedProof, ownKey, anyRequest, cutFrame, seal, wait, laptopEntersBootloader
  }

  /// Takes one action. In a third of all cases, and less often where the case has been open, the laptop
  /// continues its update instead.
  func act() throws {
    let dice = talk.dice
    if talk.mayServe, dice.below(3) == 0 {
      log("a foreign image for the open case")
      return try installForeign()
    }
    guard dice.below(talk.mayServe ? 6 : 3) > 0 else {
      log("the laptop goes on, \(talk.laptop)")
      for _ in 0...dice.below(4) where !talk.isOver && !rig.chip.isCut { try goOn() }
      return
    }
    let actions = Action.allCases
    let action = actions[dice.below(actions.count)]
    log("\(action)")
    switch action {
    case .foreignNamed: try uploadForeign(digest: SHA256.digest(foreign[0]))
    case .foreignAsUpdate: try uploadForeign(digest: SHA256.digest(update))
    case .foreignUnnamed: try uploadForeign(digest: nil)
    case .strayPiece: try sendStrayPiece()
    case .markSomething:
      let files = foreign + [update, dice.bytes(64)]
      _ = try ask(SMPGroup.image, ImageCommand.state.rawValue, mark(of: files[dice.below(files.count)]))
    case .erase: _ = try ask(SMPGroup.image, ImageCommand.erase.rawValue, CBORMapWriter())
    case .reset: try reset(.application)
    case .enterBootloader: try reset(.bootloader)
    case .replay:
      for _ in 0...dice.below(3) where !recorded.isEmpty { try say(recorded[dice.below(recorded.count)]) }
    case .misusedProof: try misuseProof()
    case .ownKey: try pushOwnKey()
    case .anyRequest:
      for _ in 0...dice.below(4) { try say(talk.requests.next().bytes) }
      rig.wait(milliseconds: 700)
    case .cutFrame:
      let frame = recorded.isEmpty || dice.below(2) == 0 ? talk.requests.next().bytes : foreignFrame()
      try say(Array(frame.prefix(dice.below(frame.count + 1))))
    case .seal: try moveSeal()
    case .wait: rig.wait(milliseconds: UInt64(1 + dice.below(4_000)))
    case .laptopEntersBootloader:
      try authorizeBootloader()
      if dice.below(2) == 0 { try reset(.bootloader) }
    }
  }

  private func foreignFrame() -> [UInt8] {
    frame(
      .write, SMPGroup.image, ImageCommand.upload.rawValue,
      piece(of: foreign[0], at: 0, digest: SHA256.digest(foreign[0])))
  }

  /// Uploads a foreign image in one piece, in most cases marks it for the next start, and now and then asks for
  /// a reset.
  private func uploadForeign(digest: [UInt8]?) throws {
    let fields = piece(of: foreign[0], at: 0, digest: digest)
    _ = try ask(SMPGroup.image, ImageCommand.upload.rawValue, fields)
    guard talk.dice.below(3) > 0, !rig.chip.isCut else { return }
    _ = try ask(SMPGroup.image, ImageCommand.state.rawValue, mark(of: foreign[0]))
    if talk.dice.below(3) == 0, !rig.chip.isCut { try reset(.application) }
  }

  /// Uploads, marks and starts a foreign image, which the module allows as long as the case is open.
  private func installForeign() throws {
    let fields = piece(of: foreign[0], at: 0, digest: nil)
    _ = try ask(SMPGroup.image, ImageCommand.upload.rawValue, fields)
    if !rig.chip.isCut { _ = try ask(SMPGroup.image, ImageCommand.state.rawValue, mark(of: foreign[0])) }
    if !rig.chip.isCut { try reset(.application) }
  }

  /// Sends a piece of the update, at the offset that is due or at any other, with up to two of its bytes
  /// changed.
  private func sendStrayPiece() throws {
    let dice = talk.dice
    var offset = dice.below(2) == 0 ? min(talk.laptop.offset, update.count - 4) : dice.below(update.count)
    if dice.below(2) == 0 { offset &= ~3 }
    var file = update
    for _ in 0..<dice.below(3) { file[offset + dice.below(min(900, file.count - offset))] = dice.byte() }
    let digest = dice.below(3) == 0 ? SHA256.digest(file) : SHA256.digest(update)
    let reply = try ask(
      SMPGroup.image, ImageCommand.upload.rawValue, piece(of: file, at: offset, digest: digest))
    // The reply tells the laptop the offset that is due next.
    if let next = reply?[ModuleField.offset]?.unsigned { talk.laptop.offset = min(Int(next), update.count) }
  }

  /// Answers a fresh challenge with a proof that was made for something else.
  private func misuseProof() throws {
    let dice = talk.dice
    guard let challenge = try challenge() else { return }
    let (key, id, digest) = (Self.key, rig.uniqueID, SHA256.digest(update))
    let foreignDigest = SHA256.digest(foreign[dice.below(foreign.count)])
    let (ownUpdate, ownEntry) = (
      Authenticator.update(key: key, challenge: challenge, uniqueID: id, digest: digest, version: "9.2.0"),
      Authenticator.bootloader(key: key, challenge: challenge, uniqueID: id)
    )
    var proofs: [[UInt8]] = [
      Authenticator.update(key: key, challenge: challenge, uniqueID: id, digest: digest, version: "9.2.1"),
      Authenticator.update(
        key: key, challenge: challenge, uniqueID: id, digest: foreignDigest, version: "9.2.1"),
      Authenticator.update(
        key: Self.otherKey, challenge: challenge, uniqueID: id, digest: foreignDigest, version: "9.2.0"),
      Authenticator.bootloader(key: key, challenge: challenge, uniqueID: dice.bytes(12)),
      Authenticator.proof(key: key, challenge: challenge, uniqueID: id),
      Authenticator.commit(key: key, uniqueID: id),
      Authenticator.replacement(
        key: key, challenge: challenge, newKeyID: Authenticator.keyID(of: Self.otherKey), uniqueID: id),
      Authenticator.start(key: key, counter: 1, seconds: 1, challenge: challenge),
      Authenticator.clock(key: key, time: 1_795_000_000),
    ]
    var fields = CBORMapWriter()
    let kind = dice.below(3)
    if kind == 0 {
      fields.put(ModuleField.purpose, unsigned: UInt64(AuthorityPurpose.bootloader.rawValue))
      proofs.append(ownUpdate)
    } else {
      fields.put(ModuleField.purpose, unsigned: UInt64(AuthorityPurpose.update.rawValue))
      fields.put(ModuleField.imageDigest, bytes: kind == 1 ? foreignDigest : digest)
      fields.put(ModuleField.offeredVersion, string: "9.2.0")
      proofs.append(ownEntry)
      if kind == 1 { proofs.append(ownUpdate) }
    }
    fields.put(ModuleField.proof, bytes: proofs[dice.below(proofs.count)])
    let holds = talk.mayHold
    // Where the attacker has put in a key of his own with the case open, a proof among these may be right.
    if talk.hasOwnKey { talk.updateProofs += 1 }
    guard let reply = try ask(.authorize, fields), refusal(reply) == nil else { return }
    // The module confirms an authority that it holds already, whatever the proof.
    try expect(holds && kind == 2 || talk.hasOwnKey, "a proof made for something else was taken")
  }

  /// Tries to bring in a key of the attacker's own, in one of three ways.
  private func pushOwnKey() throws {
    let dice = talk.dice
    let key = Self.otherKey
    var begin = CBORMapWriter()
    begin.put(ModuleField.key, bytes: key)
    begin.put(ModuleField.installation, text: ChipRig.installation)
    _ = try ask(.pairBegin, begin)
    var fields = CBORMapWriter()
    fields.put(ModuleField.keyID, bytes: Authenticator.keyID(of: key))
    fields.put(ModuleField.authenticationCode, bytes: Authenticator.commit(key: key, uniqueID: rig.uniqueID))
    let command = [ModuleCommand.pairCommit, .pairReplace, .pairService][dice.below(3)]
    if command == .pairReplace {
      guard let challenge = try challenge() else { return }
      // The proof is made with the new key, since the old one is not known.
      fields.put(
        ModuleField.proof,
        bytes: Authenticator.replacement(
          key: key, challenge: challenge, newKeyID: Authenticator.keyID(of: key), uniqueID: rig.uniqueID))
    }
    guard let reply = try ask(command, fields), refusal(reply) == nil else { return }
    try expect(talk.mayServe, "another key was taken")
    (talk.hasServed, talk.hasOwnKey) = (true, true)
  }

  /// Closes an open case, or opens a closed one for less than ten seconds, now and then for longer.
  private func moveSeal() throws {
    let dice = talk.dice
    if talk.openSince != nil {
      watchSeal()
      rig.surroundings.world.sealClosed = true
      talk.openSince = nil
      rig.wait(milliseconds: UInt64(1 + dice.below(300)))
      return
    }
    rig.surroundings.world.sealClosed = false
    talk.openSince = rig.chip.now
    guard dice.below(4) > 0 else { return rig.wait(milliseconds: 10_200) }
    rig.wait(milliseconds: UInt64(dice.below(9_000)))
    if dice.below(2) == 0 {
      try uploadForeign(digest: nil)
    } else {
      try reset(.bootloader)
    }
    watchSeal()
    rig.surroundings.world.sealClosed = true
    talk.openSince = nil
    rig.wait(milliseconds: 20)
  }
}
