import Cryptography
import ModuleCore
public import Records

// Group 64, as `docs/module-protocol.md` defines it.
extension SMPClient {
  public func identity() throws(ProvisionError) -> ModuleIdentity { try send(Self.identityRequest) }

  static var identityRequest: SMPRequest<ModuleIdentity> {
    SMPRequest(.identity) { (reply) throws(ReplyFault) in
      let state = try reply.count(ModuleField.state)
      let keyId = try reply.optionalBytes(ModuleField.keyId, count: Authenticator.keyIdSize)
      let pending = try reply.optionalBytes(ModuleField.pendingKeyId, count: Authenticator.keyIdSize)
      guard state == (keyId != nil ? 2 : pending != nil ? 1 : 0) else {
        throw .field(ModuleField.state.description)
      }
      return ModuleIdentity(
        serialNumber: try reply.printable(ModuleField.serialNumber),
        chip: try reply.printable(ModuleField.chip),
        uniqueId: try reply.bytes(ModuleField.uniqueId, count: Authenticator.uniqueIdSize),
        firmwareVersion: try reply.printable(ModuleField.firmwareVersion),
        imageSha256: try reply.bytes(ModuleField.imageDigest, count: 32),
        imei: try reply.optionalPrintable(ModuleField.imei),
        iccid: try reply.optionalPrintable(ModuleField.iccid),
        keyId: keyId.map { Hex.encode($0) }, pendingKeyId: pending.map { Hex.encode($0) },
        installation: try reply.optionalText(ModuleField.installation),
        boots: try reply.count(ModuleField.boots), sealOpenings: try reply.count(ModuleField.sealOpenings),
        history: try Self.history(reply))
    }
  }

  // MARK: - Pairing

  /// - Returns: the id of the key that the module has received.
  func pairBegin(_ key: SecretKey, for installation: InstallationID) throws(ProvisionError) -> String {
    var fields = CBORMapWriter()
    fields.put(ModuleField.key, bytes: key.bytes)
    fields.put(ModuleField.installation, string: installation.text)
    return try send(SMPRequest(.pairBegin, fields, reading: Self.keyId))
  }

  /// - Returns: which key the module answers for, and its authentication code over the challenge.
  func pairProve(_ challenge: [UInt8]) throws(ProvisionError) -> (keyId: String, code: [UInt8]) {
    var fields = CBORMapWriter()
    fields.put(ModuleField.challenge, bytes: challenge)
    return try send(
      SMPRequest(.pairProve, fields) { (reply) throws(ReplyFault) in
        (
          keyId: try Self.keyId(reply),
          code: try reply.bytes(ModuleField.authenticationCode, count: Authenticator.codeSize)
        )
      })
  }

  func pairCommit(_ key: SecretKey, uniqueId: [UInt8]) throws(ProvisionError) -> String {
    try send(SMPRequest(.pairCommit, Self.commitment(key, uniqueId: uniqueId), reading: Self.keyId))
  }

  /// - Parameter proof: under the key that the module holds, over the outstanding challenge.
  func pairReplace(by key: SecretKey, uniqueId: [UInt8], proof: [UInt8]) throws(ProvisionError) -> String {
    var fields = Self.commitment(key, uniqueId: uniqueId)
    fields.put(ModuleField.proof, bytes: proof)
    return try send(SMPRequest(.pairReplace, fields, reading: Self.keyId))
  }

  /// For a module whose case has been open for ten seconds.
  func pairService(by key: SecretKey, uniqueId: [UInt8]) throws(ProvisionError) -> String {
    try send(SMPRequest(.pairService, Self.commitment(key, uniqueId: uniqueId), reading: Self.keyId))
  }

  private static func commitment(_ key: SecretKey, uniqueId: [UInt8]) -> CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put(ModuleField.keyId, bytes: Authenticator.keyId(of: key.bytes))
    fields.put(ModuleField.authenticationCode, bytes: Authenticator.commit(key: key.bytes, uniqueId: uniqueId))
    return fields
  }

  func configure(_ settings: PairingSettings, key: SecretKey) throws(ProvisionError) {
    let parts = settings.onTheWire
    var fields = CBORMapWriter()
    fields.put(ModuleField.labelCode, text: parts.labelCode)
    fields.put(ModuleField.platformAddress, text: parts.platformAddress)
    fields.put(ModuleField.accessPoint, text: parts.accessPoint)
    fields.put(ModuleField.trustAnchor, bytes: parts.trustAnchor)
    fields.put(ModuleField.authenticationCode, bytes: Authenticator.configuration(key: key.bytes, parts))
    try send(SMPRequest(.configure, fields))
  }

  /// What the module was told last. A module that was never told answers empty fields or none.
  public func configuration() throws(ProvisionError) -> PairingSettings {
    try send(
      SMPRequest(.configuration) { (reply) throws(ReplyFault) in
        PairingSettings(
          code: try reply.optionalText(ModuleField.labelCode) ?? "",
          platform: try reply.optionalText(ModuleField.platformAddress) ?? "",
          apn: try reply.optionalText(ModuleField.accessPoint) ?? "",
          trustAnchor: try reply.optional(ModuleField.trustAnchor, \.byteString) ?? [])
      })
  }

  func setClock(to time: UInt64, key: SecretKey) throws(ProvisionError) {
    var fields = CBORMapWriter()
    fields.put(ModuleField.time, unsigned: time)
    fields.put(ModuleField.authenticationCode, bytes: Authenticator.clock(key: key.bytes, time: time))
    try send(SMPRequest(.setClock, fields))
  }

  // MARK: - Control

  public func challenge() throws(ProvisionError) -> ModuleChallenge {
    try send(
      SMPRequest(.challenge) { (reply) throws(ReplyFault) in
        ModuleChallenge(
          bytes: try reply.bytes(ModuleField.challenge, count: Authenticator.challengeSize),
          counter: try reply.count(ModuleField.counter))
      })
  }

  public func start(_ start: SignedStart) throws(ProvisionError) {
    var fields = CBORMapWriter()
    fields.put(ModuleField.counter, unsigned: start.counter)
    fields.put(ModuleField.seconds, unsigned: UInt64(start.seconds))
    fields.put(ModuleField.authenticationCode, bytes: start.authenticator)
    try send(SMPRequest(.start, fields))
  }

  /// Opens the relay. Needs no key: opening is always allowed.
  public func stop() throws(ProvisionError) { try send(SMPRequest(.stop)) }

  public func readings() throws(ProvisionError) -> ModuleReadings {
    try send(
      SMPRequest(.readings) { (reply) throws(ReplyFault) in
        let time = try reply.count(ModuleField.time)
        return ModuleReadings(
          supplyVolts: Double(try reply.count(ModuleField.millivolts)) / 1_000,
          weldingAmps: Double(try reply.integer(ModuleField.milliamperes)) / 1_000,
          relay: try reply.flag(ModuleField.relay), feedback: try reply.flag(ModuleField.feedback),
          sealClosed: try reply.flag(ModuleField.seal), time: time == 0 ? nil : time,
          hasFix: try reply.flag(ModuleField.fix),
          latitude: Double(try reply.integer(ModuleField.latitude)) / 1_000_000,
          longitude: Double(try reply.integer(ModuleField.longitude)) / 1_000_000,
          satellites: try reply.count(ModuleField.satellites), hasSIM: try reply.flag(ModuleField.simCard),
          isRegistered: try reply.flag(ModuleField.registered),
          signalDBm: try reply.integer(ModuleField.signalStrength))
      })
  }

  /// A firmware that keeps none of these says none.
  private static func history(_ reply: ReplyFields) throws(ReplyFault) -> ModuleHistory {
    func count(_ key: StaticString) throws(ReplyFault) -> UInt64 { try reply.optional(key, \.unsigned) ?? 0 }
    return ModuleHistory(
      bootsAtVisit: try count(ModuleField.visitBoots),
      sealOpeningsAtVisit: try count(ModuleField.visitSealOpenings),
      watchdogResets: try count(ModuleField.watchdogResets),
      serviceReplacements: try count(ModuleField.serviceReplacements),
      provenReplacements: try count(ModuleField.provenReplacements),
      previousKeyId: try reply.optionalBytes(ModuleField.oldKeyId, count: Authenticator.keyIdSize).map {
        Hex.encode($0)
      })
  }

  private static func keyId(_ reply: ReplyFields) throws(ReplyFault) -> String {
    Hex.encode(try reply.bytes(ModuleField.keyId, count: Authenticator.keyIdSize))
  }
}
