/// Whoever signs an agreement.
public struct Signatory: Hashable, Sendable, Codable {
  public var name: PersonName
  public var phone: PhoneNumber
  public var capacity: SignatoryCapacity

  public init(name: PersonName, phone: PhoneNumber, capacity: SignatoryCapacity) {
    self.name = name
    self.phone = phone
    self.capacity = capacity
  }
}

public struct AgreementRecord: Hashable, Sendable, Codable {
  /// How the text was shown to the signatory before the signature.
  public struct Showing: Hashable, Sendable, Codable {
    public enum Means: String, Hashable, Sendable, Codable, CaseIterable {
      /// The laptop's own terminal.
      case terminal
      case paper
      /// The companion's page on the signatory's phone.
      case phone
      /// The companion's page in a browser of the laptop.
      case browser
    }

    public var means: Means
    public var at: Timestamp

    public init(means: Means, at: Timestamp) {
      self.means = means
      self.at = at
    }
  }

  /// SHA-256 of the PDF, lower-case hex.
  public var sha256: String
  public var bytes: Int
  public var signedAt: Timestamp
  public var signatory: Signatory
  /// SHA-256 of the strokes as they are kept, lower-case hex.
  public var strokesSha256: String
  /// The clauses that were signed; nil in a record of a version that had one wording only.
  public var terms: TermsReference?
  /// SHA-256 of the text as it was shown, lower-case hex.
  public var textSha256: String?
  /// The way and the moment in which the text was shown; nil where this program did not see it shown.
  public var shown: Showing?
  /// Whether the signatory agrees that the dynamics of the writing are kept; nil where nobody asked.
  public var consentsToDynamics: Bool?

  public init(
    sha256: String, bytes: Int, signedAt: Timestamp, signatory: Signatory, strokesSha256: String,
    terms: TermsReference? = nil, textSha256: String? = nil, shown: Showing? = nil,
    consentsToDynamics: Bool? = nil
  ) {
    self.sha256 = sha256
    self.bytes = bytes
    self.signedAt = signedAt
    self.signatory = signatory
    self.strokesSha256 = strokesSha256
    self.terms = terms
    self.textSha256 = textSha256
    self.shown = shown
    self.consentsToDynamics = consentsToDynamics
  }
}

/// The clauses of an agreement, by name, version and the SHA-256 of their file in lower-case hex.
public struct TermsReference: Hashable, Sendable, Codable {
  public var name: String
  public var version: String
  public var sha256: String

  public init(name: String, version: String, sha256: String) {
    self.name = name
    self.version = version
    self.sha256 = sha256
  }
}
