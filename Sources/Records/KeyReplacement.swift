/// A paired module's own account of itself before anything on it was changed.
public struct ModuleInspection: Hashable, Sendable, Codable {
  public var serialNumber: String
  /// The id of the key that the module held, lower-case hex.
  public var keyID: String
  /// The installation that the module had been told it was paired with; nil where it does not say.
  public var installation: String?
  /// The number of starts since the last visit, this visit's included.
  public var resets: UInt64
  /// The number of openings of the seal since the last visit.
  public var sealOpenings: UInt64
  /// The number of resets by the watchdog since the module was made.
  public var watchdogResets: UInt64
  /// How often the module's key was replaced without a proof since it was made.
  public var serviceReplacements: UInt64
  /// How often the module's key was replaced with a proof since it was made.
  public var provenReplacements: UInt64
  /// The way in which the module's key was going to be replaced; nil where only its settings were.
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

/// The way in which a module's key took the place of another.
public struct KeyReplacement: Hashable, Sendable, Codable {
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// The laptop proved it with the old key, which it still had.
    case laptopProof
    /// The platform authorised it and proved that it has the old key.
    case platformProof
    /// The case was open, and there was no proof.
    case service
  }

  public var kind: Kind
  /// The id of the key before, lower-case hex; nil where the module does not say.
  public var previousKeyID: String?
  /// How often this module's key was replaced in this way (with a proof, or by service), this time included.
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

/// The question that a module asks before its key makes way for another.
public struct ProofRequest: Hashable, Sendable {
  /// The key that the module holds, lower-case hex.
  public let keyID: String
  public let newKeyID: String
  /// The chip's unique id, 12 bytes.
  public let uniqueID: [UInt8]
  /// The 16 fresh bytes that the proof has to cover, good for 30 seconds.
  public let challenge: [UInt8]

  public init(keyID: String, newKeyID: String, uniqueID: [UInt8], challenge: [UInt8]) {
    self.keyID = keyID
    self.newKeyID = newKeyID
    self.uniqueID = uniqueID
    self.challenge = challenge
  }
}

public enum ProofAnswer: Hashable, Sendable {
  /// The proof, 32 bytes.
  case proof([UInt8])
  /// Whoever could give a proof cannot be reached or does not answer.
  case unreachable
  /// The platform was never given the key.
  case unknownKey
  /// The platform refused; `code` is its own.
  case refused(code: String?)
}

/// Gives proof over a network that the key in a module may be replaced. The platform is one.
public protocol ProofAuthority {
  /// Answers a module's question.
  /// - Throws: only where it was cancelled.
  func proof(_ request: ProofRequest) throws -> ProofAnswer
}
