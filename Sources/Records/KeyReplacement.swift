/// A paired module's own account of itself before anything on it was changed.
public struct ModuleInspection: Hashable, Sendable, Codable {
  public var serialNumber: String
  /// The id of the key that the module held, lower-case hex.
  public var keyID: String
  /// The installation that the module was paired with, as the module reports it; nil where it reports none.
  public var installation: String?
  /// The number of starts since the last visit, this visit's included.
  public var resets: UInt64
  /// The number of openings of the seal since the last visit.
  public var sealOpenings: UInt64
  /// The number of resets by the watchdog since the module was made.
  public var watchdogResets: UInt64
  /// The number of replacements of the module's key without a proof since the module was made.
  public var serviceReplacements: UInt64
  /// The number of replacements of the module's key with a proof since the module was made.
  public var provenReplacements: UInt64
  /// The intended way of replacing the module's key; nil where only its settings were to be changed.
  public var replacing: KeyReplacement.Kind?
  /// The reason for a replacement by service; nil for the other ways.
  public var reason: WrittenText?

  private enum CodingKeys: String, CodingKey {
    case serialNumber, installation, resets, sealOpenings, watchdogResets, serviceReplacements,
      provenReplacements
    case replacing, reason
    case keyID = "keyId"
  }

  public init(
    serialNumber: String, keyID: String, installation: String?, resets: UInt64, sealOpenings: UInt64,
    watchdogResets: UInt64, serviceReplacements: UInt64, provenReplacements: UInt64,
    replacing: KeyReplacement.Kind? = nil, reason: WrittenText? = nil
  ) {
    self.serialNumber = serialNumber
    self.keyID = keyID
    self.installation = installation
    self.resets = resets
    self.sealOpenings = sealOpenings
    self.watchdogResets = watchdogResets
    self.serviceReplacements = serviceReplacements
    self.provenReplacements = provenReplacements
    self.replacing = replacing
    self.reason = reason
  }
}

/// The way in which a module's key was replaced.
public struct KeyReplacement: Hashable, Sendable, Codable {
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// The laptop still had the old key and proved it.
    case laptopProof
    /// The platform authorised the replacement and proved that it has the old key.
    case platformProof
    /// The case was open, and there was no proof.
    case service
  }

  public var kind: Kind
  /// The id of the previous key, lower-case hex; nil where the module does not report it.
  public var previousKeyID: String?
  /// The number of replacements of this module's key in this way (with a proof, or by service), including this
  /// one.
  public var count: UInt64
  /// The reason for a replacement by service; nil for the other ways.
  public var reason: WrittenText?

  private enum CodingKeys: String, CodingKey {
    case kind, count, reason
    case previousKeyID = "previousKeyId"
  }

  public init(kind: Kind, previousKeyID: String?, count: UInt64, reason: WrittenText?) {
    self.kind = kind
    self.previousKeyID = previousKeyID
    self.count = count
    self.reason = reason
  }
}

/// The action that a proof is asked for. The proof covers the action, so that a proof for one never serves for
/// another.
public enum ProofPurpose: Hashable, Sendable {
  /// The module's key is replaced by the key with this id, lower-case hex.
  case replace(newKeyID: String)
  /// The module's answer to the laptop's challenge, 32 bytes, is judged.
  case prove(answer: [UInt8])
  /// An update is uploaded and started: the SHA-256 of its file, 32 bytes, and its version, as `1.2.3`.
  case update(sha256: [UInt8], version: String)
  /// The chip's ROM bootloader is entered once.
  case bootloader
}

/// A request for a proof by whoever has a module's key.
public struct ProofRequest: Hashable, Sendable {
  public let purpose: ProofPurpose
  /// The id of the key that the module holds, lower-case hex.
  public let keyID: String
  /// The chip's unique id, 12 bytes.
  public let uniqueID: [UInt8]
  /// The 16 fresh bytes that the proof has to cover: the module's own, good for 30 seconds; for `prove` the laptop's.
  public let challenge: [UInt8]

  public init(_ purpose: ProofPurpose, keyID: String, uniqueID: [UInt8], challenge: [UInt8]) {
    self.purpose = purpose
    self.keyID = keyID
    self.uniqueID = uniqueID
    self.challenge = challenge
  }
}

public enum ProofAnswer: Hashable, Sendable {
  /// The proof, 32 bytes.
  case proof([UInt8])
  /// Whether the module's answer was right; given for `prove` only, for which no proof leaves the platform.
  case judged(isRight: Bool)
  /// Whoever could give a proof cannot be reached or does not answer.
  case unreachable
  /// Keys were delivered to a place that gives no proofs, such as a bucket.
  case elsewhere
  /// The platform was never given the key.
  case unknownKey
  /// The platform refused the proof; `code` is the platform's own.
  case refused(code: String?)
}

/// A source of proofs by modules' keys over a network, such as the platform.
public protocol ProofAuthority {
  /// Asks for a proof, or for a judgement of the module's answer.
  /// - Throws: only where the call was cancelled.
  func proof(_ request: ProofRequest) throws -> ProofAnswer
}
