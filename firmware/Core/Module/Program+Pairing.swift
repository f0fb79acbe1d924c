// Answers the requests for the identity, for the key's way from pending to committed, and for the settings that
// the key authorises.
extension Program {
  func identity(_ reply: inout MessageBuffer) {
    let identity = board.identity
    let image = board.runningImage
    reply.put(ModuleField.serialNumber, text: identity.serialNumber)
    reply.put(ModuleField.chip, text: identity.chip)
    reply.put(ModuleField.uniqueID, bytes: identity.uniqueID)
    let none = ImageHeader.Version(major: 0, minor: 0, patch: 0)
    reply.put(ModuleField.firmwareVersion, text: (image?.version ?? none).text)
    reply.put(
      ModuleField.imageDigest, bytes: image?.digest ?? Octets(repeating: 0, count: SHA256.digestSize))
    if let imei = identity.imei { reply.put(ModuleField.imei, text: imei) }
    if let iccid = identity.iccid { reply.put(ModuleField.iccid, text: iccid) }
    reply.put(ModuleField.state, count: record.hasCommitted ? 2 : record.hasPending ? 1 : 0)
    if let key = record.committedKey { reply.put(ModuleField.keyID, bytes: Authenticator.keyID(of: key)) }
    if let key = record.pendingKey {
      reply.put(ModuleField.pendingKeyID, bytes: Authenticator.keyID(of: key))
    }
    if record.hasCommitted { reply.put(ModuleField.installation, text: record[.committedInstallation]) }
    reply.put(ModuleField.boots, count: record[.boots])
    reply.put(ModuleField.sealOpenings, count: record[.sealOpenings])
    reply.put(ModuleField.serviceReplacements, count: record[.serviceReplacements])
    reply.put(ModuleField.provenReplacements, count: record[.provenReplacements])
    if record.hasOldKeyID { reply.put(ModuleField.oldKeyID, bytes: record[.oldKeyID]) }
    reply.put(ModuleField.visitBoots, count: record[.visitBoots])
    reply.put(ModuleField.visitSealOpenings, count: record[.visitSealOpenings])
    reply.put(ModuleField.watchdogResets, count: record[.watchdogResets])
    reply.put(ModuleField.provenUpdates, count: record[.provenUpdates])
    reply.put(ModuleField.serviceUpdates, count: record[.serviceUpdates])
    reply.put(ModuleField.provenEntries, count: record[.provenEntries])
    reply.put(ModuleField.serviceEntries, count: record[.serviceEntries])
  }

  mutating func pairBegin(
    _ fields: borrowing RequestFields, _ reply: inout MessageBuffer
  ) throws(ModuleRefusal) {
    let size = PairingRecord.installationSize
    guard let key = fields.octets(ModuleField.key, Authenticator.keySize),
      fields.hasPrintable(ModuleField.installation, size...size)
    else { throw .malformed }
    // A module that could not make a challenge later could be paired, but never started.
    try checkRandom()
    let installation = Octets(fields.text(ModuleField.installation))
    if let committed = record.committedKey, committed.matches(key) {
      if record.hasPending {
        var new = record
        new.forgetPending()
        try save(&new)
      }
    } else if !record.hasPending || !record[.pendingKey].matches(key)
      || !record[.pendingInstallation].matches(installation)
    {
      var new = record
      new.setPending(key: key, installation: installation)
      try save(&new)
    }
    reply.put(ModuleField.keyID, bytes: Authenticator.keyID(of: key))
  }

  func pairProve(
    _ fields: borrowing RequestFields, _ reply: inout MessageBuffer
  ) throws(ModuleRefusal) {
    guard let challenge = fields.octets(ModuleField.challenge, Authenticator.challengeSize)
    else { throw .malformed }
    guard let key = record.pendingKey ?? record.committedKey else { throw .notPaired }
    reply.put(ModuleField.keyID, bytes: Authenticator.keyID(of: key))
    reply.put(
      ModuleField.authenticationCode,
      bytes: Authenticator.proof(key: key, challenge: challenge, uniqueID: board.identity.uniqueID))
  }

  mutating func pairCommit(
    _ fields: borrowing RequestFields, _ reply: inout MessageBuffer
  ) throws(ModuleRefusal) {
    if try namesPending(fields) {
      guard !record.hasCommitted else { throw .bound }
      // An image that was uploaded before there was a committed key is not started after the commit.
      guard dropUpload() else { throw .storage }
      var new = record
      new.commitPending()
      try save(&new)
    }
    try putCommittedKeyID(&reply)
  }

  /// Replaces the committed key by the pending one, for a laptop that has proved that it holds the committed
  /// key.
  mutating func pairReplace(
    _ fields: borrowing RequestFields, _ reply: inout MessageBuffer
  ) throws(ModuleRefusal) {
    guard let proof = fields.octets(ModuleField.proof, Authenticator.codeSize) else { throw .malformed }
    // The challenge is used up, whether the proof is right or wrong.
    let asked = challenge
    challenge = nil
    if try namesPending(fields) {
      let key = try committedKey()
      try checkRandom()
      guard let asked, isFresh(asked) else { throw .noChallenge }
      try check(
        proof,
        Authenticator.replacement(
          key: key, challenge: asked.bytes, newKeyID: Authenticator.keyID(of: record[.pendingKey]),
          uniqueID: board.identity.uniqueID))
      try replace(.provenReplacements)
    }
    try putCommittedKeyID(&reply)
  }

  /// Replaces the committed key by the pending one, for a person who has the case open. The replacement is
  /// counted for ever.
  mutating func pairService(
    _ fields: borrowing RequestFields, _ reply: inout MessageBuffer
  ) throws(ModuleRefusal) {
    if try namesPending(fields) {
      _ = try committedKey()
      guard isOpenForService else { throw .sealed }
      try checkRandom()
      try replace(.serviceReplacements)
    }
    try putCommittedKeyID(&reply)
    reply.put(ModuleField.serviceReplacements, count: record[.serviceReplacements])
  }

  /// Whether the request names the pending key, with the right code. False where the request names the
  /// committed key, because an earlier request was obeyed and its reply was lost.
  private func namesPending(_ fields: borrowing RequestFields) throws(ModuleRefusal) -> Bool {
    guard let keyID = fields.octets(ModuleField.keyID, Authenticator.keyIDSize) else { throw .malformed }
    let code = try authenticationCode(fields)
    var isPending = false
    if let pending = record.pendingKey { isPending = Authenticator.keyID(of: pending).matches(keyID) }
    guard let key = isPending ? record.pendingKey : record.committedKey else { throw .notPaired }
    guard isPending || Authenticator.keyID(of: key).matches(keyID) else { throw .bound }
    try check(code, Authenticator.commit(key: key, uniqueID: board.identity.uniqueID))
    return isPending
  }

  /// Replaces the key by one write, so that either the old key or the new one is valid, never both and never none.
  /// Everything that the old key authorised ends with it.
  private mutating func replace(_ count: PairingRecord.Count) throws(ModuleRefusal) {
    openRelay()
    authority = .none
    // An image that the old key's holder has marked for the next start could read the new key.
    guard dropUpload() else { throw .storage }
    var new = record
    new[count] &+= 1
    new.setOldKeyID(Authenticator.keyID(of: try committedKey()))
    new.commitPending()
    try save(&new)
  }

  private func putCommittedKeyID(_ reply: inout MessageBuffer) throws(ModuleRefusal) {
    reply.put(ModuleField.keyID, bytes: Authenticator.keyID(of: try committedKey()))
  }

  // MARK: - Configuration and clock

  mutating func configure(_ fields: borrowing RequestFields) throws(ModuleRefusal) {
    let codeSize = Authenticator.labelCodeSize
    guard fields.hasPrintable(ModuleField.labelCode, codeSize...codeSize),
      fields.hasPrintable(ModuleField.platformAddress, 0...Authenticator.maximumPlatformAddressSize),
      fields.hasPrintable(ModuleField.accessPoint, 0...Authenticator.maximumAccessPointSize),
      let trustAnchor = fields.octets(ModuleField.trustAnchor, Authenticator.trustAnchorSize)
    else { throw .malformed }
    let labelCode = fields.text(ModuleField.labelCode)
    let platformAddress = fields.text(ModuleField.platformAddress)
    let accessPoint = fields.text(ModuleField.accessPoint)
    let code = try authenticationCode(fields)
    let expected = Authenticator.configuration(
      key: try committedKey(), labelCode: labelCode, platformAddress: platformAddress,
      accessPoint: accessPoint, trustAnchor: trustAnchor.bytes)
    try check(code, expected)
    var new = record
    new.configure(
      labelCode: labelCode, platformAddress: platformAddress, accessPoint: accessPoint,
      trustAnchor: trustAnchor.bytes)
    // A configuration completes a visit.
    new[.visitBoots] = new[.boots]
    new[.visitSealOpenings] = new[.sealOpenings]
    try save(&new)
  }

  /// Writes the configuration into the reply, with empty fields where none was written yet.
  func configuration(_ reply: inout MessageBuffer) {
    reply.put(ModuleField.labelCode, text: record[.labelCode])
    reply.put(ModuleField.platformAddress, text: record[.platformAddress])
    reply.put(ModuleField.accessPoint, text: record[.accessPoint])
    reply.put(ModuleField.trustAnchor, bytes: record[.trustAnchor])
  }

  mutating func setClock(_ fields: borrowing RequestFields) throws(ModuleRefusal) {
    guard let time = fields.number(ModuleField.time), time > 0 else { throw .malformed }
    let code = try authenticationCode(fields)
    try check(code, Authenticator.clock(key: try committedKey(), time: time))
    guard board.setClock(time) else { throw .unknown }
  }

  // MARK: -

  func committedKey() throws(ModuleRefusal) -> Octets {
    guard let key = record.committedKey else { throw .notPaired }
    return key
  }

  @inline(never)
  func authenticationCode(_ fields: borrowing RequestFields) throws(ModuleRefusal) -> Octets {
    guard let code = fields.octets(ModuleField.authenticationCode, Authenticator.codeSize)
    else { throw .malformed }
    return code
  }

  func check(_ code: Octets, _ expected: Octets) throws(ModuleRefusal) {
    guard code.matches(expected) else { throw .notAuthentic }
  }
}
