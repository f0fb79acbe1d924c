import Cryptography
import FoundationEssentials
import ModuleCore
import Records

/// Keeps the modules' keys sealed as they arrived, and opens a key only to check it, to sign a start or to make
/// a proof.
struct PlatformKeys: Sendable {
  /// The largest counter: 2⁵³ − 1, the end of the range that every JSON reader holds exactly.
  private static let maxCounter: UInt64 = (1 << 53) - 1

  private struct Delivery: Decodable {
    /// The id of the installation, a UUID in lower case.
    let installation: String
    let moduleSerial: String
    /// The sealed key, CMS EnvelopedData, base64 in the JSON.
    let envelope: Data
  }

  private struct Kept: Codable, Equatable {
    var installation: InstallationID
    let moduleSerial: String
    let envelope: Data
    /// Counter of the latest start that was signed; 0 before the first.
    var counter: UInt64
    /// The authorisations in the key's name, oldest first; nil for none.
    var authorities: [Authority]?

    init(installation: InstallationID, moduleSerial: String, envelope: Data) {
      self.installation = installation
      self.moduleSerial = moduleSerial
      self.envelope = envelope
      counter = 0
    }

    private enum CodingKeys: String, CodingKey {
      case installation, moduleSerial, envelope, counter, authorities
    }
    private enum FormerKeys: String, CodingKey { case replacements }

    /// A replacement as an older bench kept it, in a list of its own.
    private struct FormerReplacement: Decodable {
      let newKeyID: String
      let uniqueID: String

      private enum CodingKeys: String, CodingKey {
        case newKeyID = "newKeyId"
        case uniqueID = "uniqueId"
      }
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      installation = try values.decode(InstallationID.self, forKey: .installation)
      moduleSerial = try values.decode(String.self, forKey: .moduleSerial)
      envelope = try values.decode(Data.self, forKey: .envelope)
      counter = try values.decode(UInt64.self, forKey: .counter)
      let former = try decoder.container(keyedBy: FormerKeys.self)
        .decodeIfPresent([FormerReplacement].self, forKey: .replacements)
      let replacements = former?.map {
        Authority(purpose: .replace, uniqueID: $0.uniqueID, newKeyID: $0.newKeyID)
      }
      let others = try values.decodeIfPresent([Authority].self, forKey: .authorities)
      authorities = replacements.map { $0 + (others ?? []) } ?? others
    }
  }

  private struct Authority: Codable, Equatable {
    let purpose: Purpose
    let uniqueID: String
    /// The key that takes the place of this one, in hex; nil for other purposes than a replacement.
    var newKeyID: String?
    /// The SHA-256 of the update's file, in hex; nil for other purposes than an update.
    var sha256: String?
    var version: String?

    private enum CodingKeys: String, CodingKey {
      case purpose, sha256, version
      case uniqueID = "uniqueId"
      case newKeyID = "newKeyId"
    }
  }

  private enum Purpose: String, Codable { case replace, prove, update, bootloader }

  private struct ProofOrder: Decodable {
    /// The purpose of the proof. Requests of older laptops have no purpose and replace the key.
    let purpose: Purpose
    /// The module's challenge, or the laptop's for `prove`; 16 bytes in hex.
    let challenge: String
    let newKeyID: String?
    /// The chip's unique id, 12 bytes in hex.
    let uniqueID: String
    /// The module's answer to the challenge of `prove`, 32 bytes in hex.
    let answer: String?
    /// The SHA-256 of the file of `update`, 32 bytes in hex.
    let sha256: String?
    let version: String?

    private enum CodingKeys: String, CodingKey {
      case purpose, challenge, answer, sha256, version
      case newKeyID = "newKeyId"
      case uniqueID = "uniqueId"
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      let purpose = try Self.purpose(in: values)
      self.purpose = purpose
      challenge = try values.decode(String.self, forKey: .challenge)
      uniqueID = try values.decode(String.self, forKey: .uniqueID)
      // Members that only another purpose needs are ignored.
      func needed(_ key: CodingKeys, for other: Purpose) throws -> String? {
        purpose == other ? try values.decode(String.self, forKey: key) : nil
      }
      newKeyID = try needed(.newKeyID, for: .replace)
      answer = try needed(.answer, for: .prove)
      sha256 = try needed(.sha256, for: .update)
      version = try needed(.version, for: .update)
    }

    private static func purpose(in values: KeyedDecodingContainer<CodingKeys>) throws -> Purpose {
      guard values.contains(.purpose) else { return .replace }
      let name = try values.decode(String.self, forKey: .purpose)
      guard let purpose = Purpose(rawValue: name) else {
        throw PlatformReply.error(400, "request.json", "this platform knows no proof of that purpose")
      }
      return purpose
    }
  }

  private struct StartOrder: Decodable {
    /// The module's challenge, 16 bytes in hex.
    let challenge: String
    let counter: UInt64
    let seconds: UInt32
    let moduleSerial: String
  }

  private struct Start: Encodable {
    let counter: UInt64
    let seconds: UInt32
    /// The authentication code, 32 bytes in hex.
    let authenticator: String
  }

  private let folder: PlatformFolder
  private let identity: PlatformIdentity

  init(folder: PlatformFolder, identity: PlatformIdentity) {
    self.folder = folder
    self.identity = identity
  }

  func ids() throws -> [String] {
    try folder.names(in: "keys").filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
  }

  /// The serial of the module that holds the key; nil for a key that never came.
  func moduleSerial(ofKey keyID: String) throws -> String? {
    guard Hex.isLowerCase(keyID, byteCount: 8) else { return nil }
    return try kept(keyID)?.moduleSerial
  }

  func take(_ request: PlatformRequest, keyID: String) throws -> PlatformReply {
    try check(keyID)
    let delivery = try request.decoded(Delivery.self, else: Self.malformedDelivery)
    guard let installation = InstallationID(delivery.installation), installation.text == delivery.installation
    else { throw Self.malformedDelivery }
    guard (1...64).contains(delivery.moduleSerial.unicodeScalars.count) else {
      throw PlatformReply.error(422, "key.moduleSerial", "1 to 64 characters")
    }
    guard let secret = try? Envelope.open([UInt8](delivery.envelope), with: identity),
      secret.count == Authenticator.keySize,
      Hex.encode(Authenticator.keyID(of: secret)) == keyID
    else {
      throw PlatformReply.error(422, "key.envelope", "does not open to the key of this id")
    }
    let acknowledgement = ["keyId": keyID, "moduleSerial": delivery.moduleSerial]
    if let known = try kept(keyID) {
      guard known.moduleSerial == delivery.moduleSerial else {
        throw PlatformReply.error(409, "key.bound", "this key is another module's")
      }
      return .json(200, acknowledgement)
    }
    try store(
      Kept(
        installation: installation, moduleSerial: delivery.moduleSerial,
        envelope: delivery.envelope),
      keyID)
    return .json(201, acknowledgement)
  }

  /// Signs a start as `docs/module-protocol.md` lays it out. The counter is on disk before the answer is sent,
  /// so that no two starts share a counter.
  func start(_ request: PlatformRequest, keyID: String) throws -> PlatformReply {
    try check(keyID)
    let order = try request.decoded(StartOrder.self, else: Self.malformedStart)
    var key = try known(keyID)
    guard key.moduleSerial == order.moduleSerial else {
      throw PlatformReply.error(409, "key.bound", "this key is another module's")
    }
    guard let challenge = bytes(order.challenge, Authenticator.challengeSize),
      (1...Authenticator.maximumStartSeconds).contains(order.seconds), order.counter < Self.maxCounter
    else { throw Self.malformedStart }
    let secret = try secret(of: key, keyID)
    let counter = max(order.counter, key.counter + 1)
    guard counter <= Self.maxCounter else {
      throw PlatformReply.error(409, "start.exhausted", "no counters are left")
    }
    key.counter = counter
    try store(key, keyID)
    let authenticator = Authenticator.start(
      key: secret, counter: counter, seconds: order.seconds, challenge: challenge)
    return .json(
      200, Start(counter: counter, seconds: order.seconds, authenticator: Hex.encode(authenticator)))
  }

  private struct Proof: Encodable {
    let keyID: String
    let purpose: String
    var proof: String?
    var proven: Bool?

    private enum CodingKeys: String, CodingKey {
      case purpose, proof, proven
      case keyID = "keyId"
    }
  }

  /// Makes the proof for the request's purpose with a module's key, or judges a module's own proof. An
  /// authorisation is on disk before the reply is sent.
  func proof(_ request: PlatformRequest, keyID: String) throws -> PlatformReply {
    try check(keyID)
    let order = try request.decoded(ProofOrder.self, else: Self.malformedProof)
    var key = try known(keyID)
    let purpose = order.purpose
    guard let challenge = bytes(order.challenge, Authenticator.challengeSize),
      let uniqueID = bytes(order.uniqueID, Authenticator.uniqueIDSize)
    else { throw Self.malformedProof }
    let secret = try secret(of: key, keyID)
    var authority = Authority(purpose: purpose, uniqueID: order.uniqueID)
    let proof: [UInt8]
    switch purpose {
    case .replace:
      guard let stated = order.newKeyID, let newKeyID = bytes(stated, Authenticator.keyIDSize) else {
        throw Self.malformedProof
      }
      authority.newKeyID = stated
      proof = Authenticator.replacement(
        key: secret, challenge: challenge, newKeyID: newKeyID, uniqueID: uniqueID)
    case .prove:
      guard let stated = order.answer, let answer = bytes(stated, Authenticator.codeSize) else {
        throw Self.malformedProof
      }
      let expected = Authenticator.proof(key: secret, challenge: challenge, uniqueID: uniqueID)
      return .json(
        200,
        Proof(keyID: keyID, purpose: purpose.rawValue, proven: Authenticator.matches(answer, expected)))
    case .update:
      guard let stated = order.sha256, let sha256 = bytes(stated, Authenticator.codeSize),
        let version = order.version, isVersion(version)
      else { throw Self.malformedProof }
      (authority.sha256, authority.version) = (order.sha256, version)
      proof = Authenticator.update(
        key: secret, challenge: challenge, uniqueID: uniqueID, digest: sha256, version: version)
    case .bootloader:
      proof = Authenticator.bootloader(key: secret, challenge: challenge, uniqueID: uniqueID)
    }
    // A laptop that has lost the reply asks for the same replacement again, which is recorded once.
    if purpose != .replace || key.authorities?.last != authority {
      key.authorities = (key.authorities ?? []) + [authority]
      try store(key, keyID)
    }
    return .json(200, Proof(keyID: keyID, purpose: purpose.rawValue, proof: Hex.encode(proof)))
  }

  // MARK: - What a request has to have

  private static let malformedDelivery = PlatformReply.error(
    422, "key.malformed", "installation is a UUID in lower case, moduleSerial a text and envelope base64")
  private static let malformedStart = PlatformReply.error(
    422, "start.malformed",
    "challenge is 16 bytes of lower-case hex, seconds 1 to 86400, counter below 2^53 - 1, moduleSerial a text")
  private static let malformedProof = PlatformReply.error(
    422, "proof.malformed",
    "in lower-case hex challenge has 16 bytes and uniqueId 12; newKeyId 8 to replace, answer 32 to prove, sha256 32 and a version to update; purpose is left out or a text"
  )

  private func check(_ keyID: String) throws {
    guard Hex.isLowerCase(keyID, byteCount: 8) else {
      throw PlatformReply.error(400, "key.id", "a key id is 16 digits of lower-case hex")
    }
  }

  /// The bytes of a text of lower-case hex; nil where the text is not lower-case hex of `count` bytes.
  private func bytes(_ text: String, _ count: Int) -> [UInt8]? {
    Hex.isLowerCase(text, byteCount: count) ? Hex.decode(text) : nil
  }

  /// Whether a text is a version as `1.2.3`, of numbers of at most five digits.
  private func isVersion(_ text: String) -> Bool {
    let numbers = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return numbers.count == 3
      && numbers.allSatisfy { number in
        (1...5).contains(number.count) && number.allSatisfy { (0x30...0x39).contains($0) }
      }
  }

  // MARK: - On disk

  private func known(_ keyID: String) throws -> Kept {
    guard let key = try kept(keyID) else {
      throw PlatformReply.error(404, "key.unknown", "this key has not been delivered")
    }
    return key
  }

  private func secret(of key: Kept, _ keyID: String) throws -> [UInt8] {
    guard let secret = try? Envelope.open([UInt8](key.envelope), with: identity) else {
      throw LocalPlatformError.damaged(path: "keys/\(keyID).json")
    }
    return secret
  }

  private func kept(_ keyID: String) throws -> Kept? {
    let name = "keys/\(keyID).json"
    guard let bytes = try folder.read(name) else { return nil }
    guard let kept = try? JSONReader.decode(Kept.self, from: bytes) else {
      throw LocalPlatformError.damaged(path: name)
    }
    return kept
  }

  private func store(_ key: Kept, _ keyID: String) throws {
    folder.put([UInt8](try RecordCoding.encode(key)), to: "keys/\(keyID).json")
  }
}
