/// What a paired module said of itself before anything on it was changed.
public struct ModuleInspection: Hashable, Sendable, Codable {
  public var serialNumber: String
  /// Of the key that it held, lower-case hex.
  public var keyId: String
  /// The installation that it was paired with, as it had been told.
  public var installation: String?
  /// Starts since the last visit, this one's included.
  public var resets: UInt64
  /// Openings of the seal since the last visit.
  public var sealOpenings: UInt64
  /// Ever.
  public var watchdogResets: UInt64
  /// How often its key was replaced without a proof, ever.
  public var serviceReplacements: UInt64
  /// How often its key was replaced with a proof, ever.
  public var provenReplacements: UInt64
  /// How its key was going to be replaced; nil where only its settings were.
  public var replacing: KeyReplacement.Kind?
  /// Why by service.
  public var reason: WrittenText?

  public init(
    serialNumber: String, keyId: String, installation: String?, resets: UInt64, sealOpenings: UInt64,
    watchdogResets: UInt64, serviceReplacements: UInt64, provenReplacements: UInt64,
    replacing: KeyReplacement.Kind? = nil, reason: WrittenText? = nil
  ) {
    self.serialNumber = serialNumber
    self.keyId = keyId
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

/// How a module's key took the place of another.
public struct KeyReplacement: Hashable, Sendable, Codable {
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Proved with the old key, which this laptop still had.
    case laptopProof
    /// Authorised by the platform, which proved that it has the old key.
    case platformProof
    /// With the case open, and no proof.
    case service
  }

  public var kind: Kind
  /// Lower-case hex; nil where the module does not say.
  public var previousKeyId: String?
  /// How often this module's key was replaced in this way (with a proof, or by service), this time included.
  public var count: UInt64
  /// Why by service.
  public var reason: WrittenText?

  public init(kind: Kind, previousKeyId: String?, count: UInt64, reason: WrittenText?) {
    self.kind = kind
    self.previousKeyId = previousKeyId
    self.count = count
    self.reason = reason
  }
}

/// What a module asks to be answered before its key makes way for another.
public struct ProofRequest: Hashable, Sendable {
  /// The key that the module holds, lower-case hex.
  public let keyId: String
  public let newKeyId: String
  /// The chip's, 12 bytes.
  public let uniqueId: [UInt8]
  /// 16 bytes, fresh; good for 30 seconds.
  public let challenge: [UInt8]

  public init(keyId: String, newKeyId: String, uniqueId: [UInt8], challenge: [UInt8]) {
    self.keyId = keyId
    self.newKeyId = newKeyId
    self.uniqueId = uniqueId
    self.challenge = challenge
  }
}

public enum ProofAnswer: Hashable, Sendable {
  /// 32 bytes.
  case proof([UInt8])
  /// There is no way to reach whoever could give one, or no answer from there.
  case unreachable
  /// The key was never delivered there.
  case unknownKey
  /// `code` is the platform's own.
  case refused(code: String?)
}

/// Who can prove over a network that the key in a module may be replaced: the platform.
public protocol ProofAuthority {
  /// - Throws: only where it was cancelled.
  func proof(_ request: ProofRequest) throws -> ProofAnswer
}
