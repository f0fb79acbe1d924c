import Cryptography
import FoundationEssentials
import ModuleCore
import Records

/// The modules' keys, which are kept sealed as they arrived and are opened only to check one or to sign a
/// start.
struct PlatformKeys: Sendable {
  /// The largest counter: 2⁵³ − 1, the end of the range that every JSON reader holds exactly.
  private static let maxCounter: UInt64 = (1 << 53) - 1

  private struct Delivery: Decodable {
    let installation: InstallationID
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
    /// The authorised replacements of the key in its module, oldest first.
    var replacements: [Replacement]?
    /// The updates and entries into the bootloader that were authorised, oldest first.
    var authorities: [Authority]?
  }

  private struct Authority: Codable, Equatable {
    let purpose: String
    let uniqueID: String
    /// The SHA-256 of the update's file, in hex; nil for an entry into the bootloader.
    let sha256: String?
    let version: String?

    private enum CodingKeys: String, CodingKey {
      case purpose, sha256, version
      case uniqueID = "uniqueId"
    }
  }

  private struct Replacement: Codable, Equatable {
    let newKeyID: String
    let uniqueID: String

    private enum CodingKeys: String, CodingKey {
      case newKeyID = "newKeyId"
      case uniqueID = "uniqueId"
    }
  }

  private struct ProofOrder: Decodable {
    enum Purpose: String, Decodable { case replace, prove, update, bootloader }

    /// Nil means a replacement, as requests had no purpose before there were others.
    let purpose: Purpose?
    /// The module's challenge, for `prove` the laptop's; 16 bytes in hex.
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
    guard Hex.isLowerCase(keyID, byteCount: 8) else {
      throw PlatformReply.error(400, "key.id", "a key id is 16 digits of lower-case hex")
    }
    let delivery = try request.decoded(Delivery.self)
    guard (1...64).contains(delivery.moduleSerial.utf8.count) else {
      throw PlatformReply.error(422, "key.moduleSerial", "1 to 64 bytes")
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
        installation: delivery.installation, moduleSerial: delivery.moduleSerial,
        envelope: delivery.envelope, counter: 0),
      keyID)
    return .json(201, acknowledgement)
  }

  /// Signs a start as `docs/module-protocol.md` lays it out. The counter is on disk before the answer is sent,
  /// so that no two starts share a counter.
  func start(_ request: PlatformRequest, keyID: String) throws -> PlatformReply {
    let order = try request.decoded(StartOrder.self)
    var key = try known(keyID)
    guard key.moduleSerial == order.moduleSerial else {
      throw PlatformReply.error(409, "key.bound", "this key is another module's")
    }
    guard let challenge = Hex.decode(order.challenge), challenge.count == Authenticator.challengeSize,
      (1...Authenticator.maximumStartSeconds).contains(order.seconds), order.counter < Self.maxCounter
    else {
      throw PlatformReply.error(
        422, "start.malformed", "challenge is 16 bytes of hex, seconds 1 to 86400, counter below 2^53 - 1")
    }
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

  /// Proves in the name of a module's key what the request's purpose says, or judges a module's own proof. What is
  /// authorised is on disk before the answer leaves.
  func proof(_ request: PlatformRequest, keyID: String) throws -> PlatformReply {
    let order = try request.decoded(ProofOrder.self)
    var key = try known(keyID)
    let purpose = order.purpose ?? .replace
    guard let challenge = bytes(order.challenge, Authenticator.challengeSize),
      let uniqueID = bytes(order.uniqueID, Authenticator.uniqueIDSize)
    else { throw Self.malformed }
    let secret = try secret(of: key, keyID)
    let before = key
    let proof: [UInt8]
    switch purpose {
    case .replace:
      guard let stated = order.newKeyID, let newKeyID = bytes(stated, Authenticator.keyIDSize) else {
        throw Self.malformed
      }
      let replacement = Replacement(newKeyID: stated, uniqueID: order.uniqueID)
      if key.replacements?.last != replacement { key.replacements = (key.replacements ?? []) + [replacement] }
      proof = Authenticator.replacement(
        key: secret, challenge: challenge, newKeyID: newKeyID, uniqueID: uniqueID)
    case .prove:
      guard let stated = order.answer, let answer = bytes(stated, Authenticator.codeSize) else {
        throw Self.malformed
      }
      let expected = Authenticator.proof(key: secret, challenge: challenge, uniqueID: uniqueID)
      return .json(
        200,
        Proof(keyID: keyID, purpose: purpose.rawValue, proven: Authenticator.matches(answer, expected)))
    case .update:
      guard let stated = order.sha256, let sha256 = bytes(stated, Authenticator.codeSize),
        let version = order.version, isVersion(version)
      else { throw Self.malformed }
      proof = Authenticator.update(
        key: secret, challenge: challenge, uniqueID: uniqueID, digest: sha256, version: version)
    case .bootloader:
      proof = Authenticator.bootloader(key: secret, challenge: challenge, uniqueID: uniqueID)
    }
    if purpose != .replace {
      let authority = Authority(
        purpose: purpose.rawValue, uniqueID: order.uniqueID, sha256: order.sha256, version: order.version)
      key.authorities = (key.authorities ?? []) + [authority]
    }
    if key != before { try store(key, keyID) }
    return .json(200, Proof(keyID: keyID, purpose: purpose.rawValue, proof: Hex.encode(proof)))
  }

  private static let malformed = PlatformReply.error(
    422, "proof.malformed",
    "challenge is 16 bytes of hex, uniqueId 12; newKeyId 8 to replace; answer 32 to prove; sha256 32 and a version to update"
  )

  /// The bytes of a text of lower-case hex; nil where it is none of that many bytes.
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
    guard Hex.isLowerCase(keyID, byteCount: 8), let key = try kept(keyID) else {
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
    try folder.write([UInt8](RecordCoding.encode(key)), to: "keys/\(keyID).json")
  }
}
