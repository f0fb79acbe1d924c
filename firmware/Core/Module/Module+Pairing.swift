// Identity, the key's way from pending to committed, and what it authorises to be set.
extension Module {
  func identity() -> CBORMapWriter {
    let identity = board.identity
    let image = board.runningImage
    var reply = CBORMapWriter()
    reply.put(ModuleField.serialNumber, text: identity.serialNumber)
    reply.put(ModuleField.chip, text: identity.chip)
    reply.put(ModuleField.uniqueId, bytes: identity.uniqueId)
    let none = ImageHeader.Version(major: 0, minor: 0, patch: 0)
    reply.put(ModuleField.firmwareVersion, text: (image?.version ?? none).text)
    reply.put(
      ModuleField.imageDigest, bytes: image?.digest ?? [UInt8](repeating: 0, count: SHA256.digestSize))
    if let imei = identity.imei { reply.put(ModuleField.imei, text: imei) }
    if let iccid = identity.iccid { reply.put(ModuleField.iccid, text: iccid) }
    reply.put(ModuleField.state, unsigned: record.committed != nil ? 2 : record.pending != nil ? 1 : 0)
    if let committed = record.committed {
      reply.put(ModuleField.keyId, bytes: Authenticator.keyId(of: committed.key))
    }
    if let pending = record.pending {
      reply.put(ModuleField.pendingKeyId, bytes: Authenticator.keyId(of: pending.key))
    }
    if let committed = record.committed {
      reply.put(ModuleField.installation, text: committed.installation)
    }
    reply.put(ModuleField.boots, unsigned: UInt64(record.boots))
    reply.put(ModuleField.sealOpenings, unsigned: UInt64(record.sealOpenings))
    reply.put(ModuleField.serviceReplacements, unsigned: UInt64(record.serviceReplacements))
    reply.put(ModuleField.provenReplacements, unsigned: UInt64(record.provenReplacements))
    if let oldKeyId = record.oldKeyId { reply.put(ModuleField.oldKeyId, bytes: oldKeyId) }
    reply.put(ModuleField.visitBoots, unsigned: UInt64(record.visitBoots))
    reply.put(ModuleField.visitSealOpenings, unsigned: UInt64(record.visitSealOpenings))
    reply.put(ModuleField.watchdogResets, unsigned: UInt64(record.watchdogResets))
    return reply
  }

  mutating func pairBegin(_ fields: CBORItem) throws(ModuleRefusal) -> CBORMapWriter {
    guard let key = fields[ModuleField.key]?.byteString, key.count == Authenticator.keySize,
      let installation = fields[ModuleField.installation]?.text,
      installation.count == PairingRecord.Pairing.installationSize, Self.isPrintable(installation)
    else { throw .malformed }
    // A module that could not make a challenge later could be paired, but never started.
    try checkRandom()
    var new = record
    if let committed = record.committed, HMACSHA256.matches(committed.key, key) {
      new.pending = nil
      if record.pending != nil { try save(new) }
    } else if record.pending.map({ $0.key != key || $0.installation != installation }) ?? true {
      new.pending = PairingRecord.Pairing(key: key, installation: installation)
      try save(new)
    }
    return Self.keyIdReply(key)
  }

  func pairProve(_ fields: CBORItem) throws(ModuleRefusal) -> CBORMapWriter {
    guard let challenge = fields[ModuleField.challenge]?.byteString,
      challenge.count == Authenticator.challengeSize
    else { throw .malformed }
    guard let pairing = record.pending ?? record.committed else { throw .notPaired }
    var reply = Self.keyIdReply(pairing.key)
    let proof = Authenticator.proof(
      key: pairing.key, challenge: challenge, uniqueId: board.identity.uniqueId)
    reply.put(ModuleField.authenticationCode, bytes: proof)
    return reply
  }

  mutating func pairCommit(_ fields: CBORItem) throws(ModuleRefusal) -> CBORMapWriter {
    guard let pending = try authenticPending(fields) else { return try committedKeyIdReply() }
    guard record.committed == nil else { throw .bound }
    try commit(pending, to: record)
    return Self.keyIdReply(pending.key)
  }

  /// The pending key in the place of the committed one, for whoever has shown to hold that.
  mutating func pairReplace(_ fields: CBORItem) throws(ModuleRefusal) -> CBORMapWriter {
    guard let proof = fields[ModuleField.proof]?.byteString, proof.count == Authenticator.codeSize
    else { throw .malformed }
    // Used up, whatever comes of it.
    let asked = challenge
    challenge = nil
    guard let pending = try authenticPending(fields) else { return try committedKeyIdReply() }
    let key = try committedKey()
    try checkRandom()
    guard let asked, isFresh(asked) else { throw .noChallenge }
    try check(
      proof,
      Authenticator.replacement(
        key: key, challenge: asked.bytes, newKeyId: Authenticator.keyId(of: pending.key),
        uniqueId: board.identity.uniqueId))
    var new = record
    new.provenReplacements &+= 1
    try replace(by: pending, new)
    return Self.keyIdReply(pending.key)
  }

  /// The pending key in the place of the committed one, for whoever has the case open. Counted for ever.
  mutating func pairService(_ fields: CBORItem) throws(ModuleRefusal) -> CBORMapWriter {
    if let pending = try authenticPending(fields) {
      _ = try committedKey()
      guard isOpenForService else { throw .sealed }
      try checkRandom()
      var new = record
      new.serviceReplacements &+= 1
      try replace(by: pending, new)
    }
    var reply = try committedKeyIdReply()
    reply.put(ModuleField.serviceReplacements, unsigned: UInt64(record.serviceReplacements))
    return reply
  }

  /// The pending pairing, where the request names its key and its code is right; nil where it names the committed
  /// key: the request was obeyed before, and its reply was lost.
  private func authenticPending(_ fields: CBORItem) throws(ModuleRefusal) -> PairingRecord.Pairing? {
    guard let keyId = fields[ModuleField.keyId]?.byteString, keyId.count == Authenticator.keyIdSize
    else { throw .malformed }
    let code = try authenticationCode(fields)
    let isPending = record.pending.map { Authenticator.keyId(of: $0.key) == keyId } ?? false
    guard let pairing = isPending ? record.pending : record.committed else { throw .notPaired }
    guard isPending || Authenticator.keyId(of: pairing.key) == keyId else { throw .bound }
    try check(code, Authenticator.commit(key: pairing.key, uniqueId: board.identity.uniqueId))
    return isPending ? pairing : nil
  }

  /// One write: what is valid is the old key or the new one, never both and never none.
  private mutating func commit(
    _ pending: PairingRecord.Pairing, to old: PairingRecord
  ) throws(ModuleRefusal) {
    var new = old
    new.committed = pending
    new.pending = nil
    new.configuration = nil
    try save(new)
  }

  /// What the old key authorised ends with it.
  private mutating func replace(
    by pending: PairingRecord.Pairing, _ counted: PairingRecord
  ) throws(ModuleRefusal) {
    openRelay()
    var new = counted
    new.oldKeyId = Authenticator.keyId(of: try committedKey())
    try commit(pending, to: new)
  }

  private func committedKeyIdReply() throws(ModuleRefusal) -> CBORMapWriter {
    Self.keyIdReply(try committedKey())
  }

  // MARK: - Configuration and clock

  mutating func configure(_ fields: CBORItem) throws(ModuleRefusal) -> CBORMapWriter {
    guard let labelCode = fields[ModuleField.labelCode]?.text,
      let address = fields[ModuleField.platformAddress]?.text,
      let accessPoint = fields[ModuleField.accessPoint]?.text,
      let trustAnchor = fields[ModuleField.trustAnchor]?.byteString
    else { throw .malformed }
    let configuration = ModuleConfiguration(
      labelCode: labelCode, platformAddress: address, accessPoint: accessPoint, trustAnchor: trustAnchor)
    guard configuration.isWellFormed, Self.isPrintable(labelCode), Self.isPrintable(address),
      Self.isPrintable(accessPoint)
    else { throw .malformed }
    let code = try authenticationCode(fields)
    try check(code, Authenticator.configuration(key: try committedKey(), configuration))
    var new = record
    new.configuration = configuration
    // With this a visit is complete.
    new.visitBoots = new.boots
    new.visitSealOpenings = new.sealOpenings
    try save(new)
    return CBORMapWriter()
  }

  /// Empty fields where none was written yet.
  func configuration() -> CBORMapWriter {
    let configuration =
      record.configuration
      ?? ModuleConfiguration(labelCode: [], platformAddress: [], accessPoint: [], trustAnchor: [])
    var reply = CBORMapWriter()
    reply.put(ModuleField.labelCode, text: configuration.labelCode)
    reply.put(ModuleField.platformAddress, text: configuration.platformAddress)
    reply.put(ModuleField.accessPoint, text: configuration.accessPoint)
    reply.put(ModuleField.trustAnchor, bytes: configuration.trustAnchor)
    return reply
  }

  mutating func setClock(_ fields: CBORItem) throws(ModuleRefusal) -> CBORMapWriter {
    guard let time = fields[ModuleField.time]?.unsigned, time > 0 else { throw .malformed }
    let code = try authenticationCode(fields)
    try check(code, Authenticator.clock(key: try committedKey(), time: time))
    guard board.setClock(time) else { throw .unknown }
    return CBORMapWriter()
  }

  // MARK: -

  func committedKey() throws(ModuleRefusal) -> [UInt8] {
    guard let committed = record.committed else { throw .notPaired }
    return committed.key
  }

  func authenticationCode(_ fields: CBORItem) throws(ModuleRefusal) -> [UInt8] {
    guard let code = fields[ModuleField.authenticationCode]?.byteString,
      code.count == Authenticator.codeSize
    else { throw .malformed }
    return code
  }

  func check(_ code: [UInt8], _ expected: [UInt8]) throws(ModuleRefusal) {
    guard Authenticator.matches(code, expected) else { throw .notAuthentic }
  }

  /// Whether a text is printable ASCII, which all texts that are kept are.
  private static func isPrintable(_ text: [UInt8]) -> Bool {
    for byte in text where byte < 0x20 || byte > 0x7e { return false }
    return true
  }

  private static func keyIdReply(_ key: [UInt8]) -> CBORMapWriter {
    var reply = CBORMapWriter()
    reply.put(ModuleField.keyId, bytes: Authenticator.keyId(of: key))
    return reply
  }
}
