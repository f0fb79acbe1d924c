/// The action that a paired module has been given an authority for.
enum Authority {
  case none
  /// The update whose file has this SHA-256 and whose image has this version as text.
  case update(digest: Octets, version: Octets)
  /// One entry into the ROM bootloader, asked for at this moment of the board's milliseconds.
  case bootloader(since: UInt64)
  /// Any update, for as long as the seal stays open. The authority was counted when it was given.
  case openSeal
}

// A paired module allows another image, or a reset into its ROM bootloader, only to a laptop that proves that
// it has the committed key, or to a person who has the case open for everybody to see.
extension Program {
  /// Gives an authority for a proof by the committed key. The authority is counted for ever, before it is
  /// given.
  mutating func authorize(
    _ fields: borrowing RequestFields, _ reply: inout MessageBuffer
  ) throws(ModuleRefusal) {
    guard let stated = fields.number(ModuleField.purpose), stated < 256,
      let purpose = AuthorityPurpose(rawValue: UInt8(truncatingIfNeeded: stated)),
      let proof = fields.octets(ModuleField.proof, Authenticator.codeSize)
    else { throw .malformed }
    let isUpdate = purpose == .update
    var digest = Octets()
    var version = Octets()
    if isUpdate {
      guard let sha = fields.octets(ModuleField.imageDigest, SHA256.digestSize),
        fields.hasPrintable(ModuleField.offeredVersion, 5...Self.maximumVersionSize)
      else { throw .malformed }
      digest = sha
      version = Octets(fields.text(ModuleField.offeredVersion))
    }
    let key = try committedKey()
    reply.put(ModuleField.keyID, bytes: Authenticator.keyID(of: key))
    // The same authority once more changes nothing: the reply to the first request was lost.
    if isUpdate, case .update(let held, let heldVersion) = authority, held.matches(digest),
      heldVersion.matches(version)
    {
      return
    }
    // The challenge is used up, whether the proof is right or wrong.
    let asked = challenge
    challenge = nil
    try checkRandom()
    guard let asked, isFresh(asked) else { throw .noChallenge }
    let uniqueID = board.identity.uniqueID
    try check(
      proof,
      isUpdate
        ? Authenticator.update(
          key: key, challenge: asked.bytes, uniqueID: uniqueID, digest: digest, version: version)
        : Authenticator.bootloader(key: key, challenge: asked.bytes, uniqueID: uniqueID))
    try count(isUpdate ? .provenUpdates : .provenEntries)
    authority = isUpdate ? .update(digest: digest, version: version) : .bootloader(since: board.milliseconds)
  }

  /// Whether the ROM bootloader may be entered now: always without a committed key, once for an authority, and
  /// otherwise for the open case, which is counted.
  mutating func allowsBootloader() -> Bool {
    guard record.hasCommitted else { return true }
    if case .bootloader(let since) = authority, board.milliseconds &- since <= Self.challengeLifetime {
      authority = .none
      return true
    }
    return isOpenForService && isCounted(.serviceEntries)
  }

  /// Whether the file with this SHA-256 may be uploaded.
  mutating func allowsUpload(of digest: Octets) -> Bool {
    if case .update(let held, _) = authority, held.matches(digest) { return true }
    return !record.hasCommitted || allowsService()
  }

  /// Whether the uploaded file may be erased.
  mutating func allowsErasure() -> Bool {
    if case .update = authority { return true }
    return !record.hasCommitted || allowsService()
  }

  /// Whether the uploaded image may be marked for the next start: by the authority for exactly this file, whose
  /// digest is computed once more, or by the open case. A module without a committed key allows every image.
  mutating func allowsStart(of image: ImageHeader) -> Bool {
    if case .update(let digest, let version) = authority, version.matches(image.version.text),
      UpdateSlot.fileDigest(board)?.matches(digest) ?? false
    {
      return true
    }
    return !record.hasCommitted || allowsService()
  }

  /// Whether the case is open for service, which allows every update. It is counted once for as long as the case stays
  /// open, before anything is allowed.
  private mutating func allowsService() -> Bool {
    guard isOpenForService else { return false }
    if case .openSeal = authority { return true }
    guard isCounted(.serviceUpdates) else { return false }
    authority = .openSeal
    return true
  }

  /// Ends the authority that the open case gave, when the case is closed.
  mutating func endService() {
    if case .openSeal = authority { authority = .none }
  }

  private mutating func isCounted(_ count: PairingRecord.Count) -> Bool {
    do throws(ModuleRefusal) {
      try self.count(count)
      return true
    } catch {
      return false
    }
  }

  private mutating func count(_ count: PairingRecord.Count) throws(ModuleRefusal) {
    var new = record
    new[count] &+= 1
    try save(&new)
  }

  /// Maximum length of a version as text, bytes.
  private static var maximumVersionSize: Int { 17 }
}
