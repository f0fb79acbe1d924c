import Cryptography
import ModuleCore
import Records

// The requests for pairing in group 64, defined in `docs/module-protocol.md`.

/// Asks the module for its identity.
struct IdentityRequest: ModuleGroupRequest {
  static let name = ModuleRequest.identity
  static let moduleCommand = ModuleCommand.identity

  func reply(_ fields: ReplyFields) throws(ReplyFault) -> ModuleIdentity {
    let state = try fields.count(ModuleField.state)
    let keyID = try fields.optionalBytes(ModuleField.keyID, count: Authenticator.keyIDSize)
    let pending = try fields.optionalBytes(ModuleField.pendingKeyID, count: Authenticator.keyIDSize)
    guard state == (keyID != nil ? 2 : pending != nil ? 1 : 0) else {
      throw .field(ModuleField.state.description)
    }
    return ModuleIdentity(
      serialNumber: try fields.printable(ModuleField.serialNumber),
      chip: try fields.printable(ModuleField.chip),
      uniqueID: try fields.bytes(ModuleField.uniqueID, count: Authenticator.uniqueIDSize),
      firmwareVersion: try fields.printable(ModuleField.firmwareVersion),
      imageSha256: try fields.bytes(ModuleField.imageDigest, count: 32),
      imei: try fields.optionalPrintable(ModuleField.imei),
      iccid: try fields.optionalPrintable(ModuleField.iccid),
      keyID: keyID.map { Hex.encode($0) }, pendingKeyID: pending.map { Hex.encode($0) },
      installation: try fields.optionalText(ModuleField.installation),
      boots: try fields.count(ModuleField.boots), sealOpenings: try fields.count(ModuleField.sealOpenings),
      history: try Self.history(fields))
  }

  /// Reads the counters. Counters of openings and keys that a firmware does not report are 0; those of
  /// authorities are nil for a firmware that is older than authorities.
  private static func history(_ fields: ReplyFields) throws(ReplyFault) -> ModuleHistory {
    func count(_ key: StaticString) throws(ReplyFault) -> UInt64 { try fields.optionalCount(key) ?? 0 }
    return ModuleHistory(
      bootsAtVisit: try count(ModuleField.visitBoots),
      sealOpeningsAtVisit: try count(ModuleField.visitSealOpenings),
      watchdogResets: try count(ModuleField.watchdogResets),
      serviceReplacements: try count(ModuleField.serviceReplacements),
      provenReplacements: try count(ModuleField.provenReplacements),
      previousKeyID: try fields.optionalBytes(ModuleField.oldKeyID, count: Authenticator.keyIDSize).map {
        Hex.encode($0)
      },
      provenUpdates: try fields.optionalCount(ModuleField.provenUpdates),
      serviceUpdates: try fields.optionalCount(ModuleField.serviceUpdates),
      provenEntries: try fields.optionalCount(ModuleField.provenEntries),
      serviceEntries: try fields.optionalCount(ModuleField.serviceEntries))
  }
}

/// Sends a key to the module.
struct PairBeginRequest: ModuleGroupRequest {
  let key: SecretKey
  let installation: InstallationID

  static let name = ModuleRequest.pairBegin
  static let moduleCommand = ModuleCommand.pairBegin
  static let timeout = recordTimeout

  var fields: CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put(ModuleField.key, bytes: key.bytes)
    fields.put(ModuleField.installation, string: installation.text)
    return fields
  }

  func reply(_ fields: ReplyFields) throws(ReplyFault) -> String { try fields.keyID() }
}

/// Makes the module prove that it holds the key.
struct PairProveRequest: ModuleGroupRequest {
  let challenge: [UInt8]

  static let name = ModuleRequest.pairProve
  static let moduleCommand = ModuleCommand.pairProve

  var fields: CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put(ModuleField.challenge, bytes: challenge)
    return fields
  }

  func reply(_ fields: ReplyFields) throws(ReplyFault) -> (keyID: String, code: [UInt8]) {
    (
      keyID: try fields.keyID(),
      code: try fields.bytes(ModuleField.authenticationCode, count: Authenticator.codeSize)
    )
  }
}

/// Commits the key that was sent.
struct PairCommitRequest: ModuleGroupRequest {
  let key: SecretKey
  let uniqueID: [UInt8]

  static let name = ModuleRequest.pairCommit
  static let moduleCommand = ModuleCommand.pairCommit
  static let timeout = recordTimeout

  var fields: CBORMapWriter { .commitment(key, uniqueID: uniqueID) }
  func reply(_ fields: ReplyFields) throws(ReplyFault) -> String { try fields.keyID() }
}

/// Replaces the module's key by the one that was sent, with a proof made under the present key.
struct PairReplaceRequest: ModuleGroupRequest {
  let key: SecretKey
  let uniqueID: [UInt8]
  let proof: [UInt8]

  static let name = ModuleRequest.pairReplace
  static let moduleCommand = ModuleCommand.pairReplace
  static let timeout = recordTimeout

  var fields: CBORMapWriter {
    var fields = CBORMapWriter.commitment(key, uniqueID: uniqueID)
    fields.put(ModuleField.proof, bytes: proof)
    return fields
  }

  func reply(_ fields: ReplyFields) throws(ReplyFault) -> String { try fields.keyID() }
}

/// Replaces the module's key by the one that was sent, because the case has been open for ten seconds.
struct PairServiceRequest: ModuleGroupRequest {
  let key: SecretKey
  let uniqueID: [UInt8]

  static let name = ModuleRequest.pairService
  static let moduleCommand = ModuleCommand.pairService
  static let timeout = recordTimeout

  var fields: CBORMapWriter { .commitment(key, uniqueID: uniqueID) }
  func reply(_ fields: ReplyFields) throws(ReplyFault) -> String { try fields.keyID() }
}

/// Writes the settings of a pairing.
struct ConfigureRequest: ModuleGroupRequest {
  typealias Reply = Void

  let settings: PairingSettings
  let key: SecretKey

  static let name = ModuleRequest.configure
  static let moduleCommand = ModuleCommand.configure
  static let timeout = recordTimeout

  var fields: CBORMapWriter {
    let parts = settings.onTheWire
    var fields = CBORMapWriter()
    fields.put(ModuleField.labelCode, text: parts.labelCode)
    fields.put(ModuleField.platformAddress, text: parts.platformAddress)
    fields.put(ModuleField.accessPoint, text: parts.accessPoint)
    fields.put(ModuleField.trustAnchor, bytes: parts.trustAnchor)
    fields.put(ModuleField.authenticationCode, bytes: Authenticator.configuration(key: key.bytes, parts))
    return fields
  }
}

/// Asks for the settings that were written last. A module without settings sends empty fields or none.
struct ConfigurationRequest: ModuleGroupRequest {
  static let name = ModuleRequest.configuration
  static let moduleCommand = ModuleCommand.configuration

  func reply(_ fields: ReplyFields) throws(ReplyFault) -> PairingSettings {
    PairingSettings(
      code: try fields.optionalText(ModuleField.labelCode) ?? "",
      platform: try fields.optionalText(ModuleField.platformAddress) ?? "",
      apn: try fields.optionalText(ModuleField.accessPoint) ?? "",
      trustAnchor: try fields.optional(ModuleField.trustAnchor, \.byteString) ?? [])
  }
}

extension CBORMapWriter {
  /// The key's id, and the code that commits it to this chip.
  fileprivate static func commitment(_ key: SecretKey, uniqueID: [UInt8]) -> CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put(ModuleField.keyID, bytes: Authenticator.keyID(of: key.bytes))
    fields.put(ModuleField.authenticationCode, bytes: Authenticator.commit(key: key.bytes, uniqueID: uniqueID))
    return fields
  }
}

extension ReplyFields {
  /// Reads the id of the key to which the reply refers, lower-case hex.
  func keyID() throws(ReplyFault) -> String {
    Hex.encode(try bytes(ModuleField.keyID, count: Authenticator.keyIDSize))
  }
}
