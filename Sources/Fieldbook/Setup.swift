import FoundationEssentials
public import Records

/// The technician of this laptop, the company, and the platform that records are delivered to. Everything may
/// still be missing.
public struct Setup: Hashable, Sendable, Codable {
  /// The platform's certificate, to which module keys are sealed.
  public struct PlatformKey: Hashable, Sendable, Codable {
    public var certificatePEM: String
    /// The moment at which the platform itself first presented the certificate; nil where it was pinned from a
    /// file.
    public var firstSeenAt: Timestamp?

    public init(certificatePEM: String, firstSeenAt: Timestamp?) {
      self.certificatePEM = certificatePEM
      self.firstSeenAt = firstSeenAt
    }
  }

  /// The place to which this laptop delivers in place of the platform. Secrets are not copied into it.
  public struct Delivery: Hashable, Sendable, Codable {
    /// `s3://bucket/prefix` or `file:///folder`.
    public var address: String
    /// The address of the bucket's service; nil for Amazon's own, and for a folder.
    public var endpoint: String?
    /// The region of the bucket; nil for a folder.
    public var region: String?
    /// The path of the file with the bucket's credentials; nil where the environment gives them. Like the token they stay
    /// in the one file that its owner guards.
    public var credentialsFile: String?

    public init(address: String) { self.address = address }
  }

  public var technician: Technician?
  /// Whether this is the office of a company, where labels are made and no step of an installation is taken.
  public var desk: Bool?
  /// The inspector of this laptop, who installs nothing; nil on a technician's laptop and in an office.
  public var inspector: Inspector?
  /// True where the walk protects each chip from reading after the passed test.
  public var protects: Bool?
  /// The company of an office; a technician's company is with the technician.
  public var company: WrittenText?
  /// The phone number to call for a repair, as labels show it.
  public var companyPhone: String?
  /// The region of codes, six digits of GB/T 2260.
  public var region = "150621"
  /// The platform's base address, without a slash at its end.
  public var platform: String?
  public var platformKey: PlatformKey?
  /// The path of the file with the access token. The token itself is not copied, so that it stays in the one
  /// file that its owner guards.
  public var tokenFile: String?
  /// The scheme, host and port of the platform that the token was given for; nil in a setup from an older
  /// version.
  public var tokenOrigin: String?
  /// Where this laptop delivers in place of the platform; nil where it delivers to the platform.
  public var delivery: Delivery?
  /// A request for codes that the platform has not answered yet.
  public var codeOrder: CodeOrder?
  /// When the originals of photos go to the platform; nil in a setup that does not say, where they go later.
  public var originals: OriginalsPolicy?
  /// Where labels come from; nil in a setup that does not say, where they are made on site.
  public var plates: PlateSource?
  /// The APN that modules are given unless told otherwise.
  public var accessPointName: String?

  /// The file of the company's own clauses for agreements, as it was read; nil for those that are shipped.
  public var agreementTerms: String?

  /// The address of the timestamp authority; nil where agreements get no timestamp.
  public var timestampAuthority: String?

  /// The certificates of those who certify the company's seals, PEM, as the company's file has them; they complete the
  /// certificate that comes for this laptop's request. Nil where no file brought any.
  public var sealIssuers: String?

  public init() {}

  /// A request for a block of codes. It is repeated with the same key until it is answered, so that no block is
  /// lost.
  public struct CodeOrder: Hashable, Sendable, Codable {
    public let idempotencyKey: String
    public let region: String
    public let count: Int
    /// The scheme, host and port of the platform that is asked.
    public let origin: String

    public init(idempotencyKey: String, region: String, count: Int, origin: String) {
      self.idempotencyKey = idempotencyKey
      self.region = region
      self.count = count
      self.origin = origin
    }
  }
}

extension Fieldbook {
  private static let setupName = "setup"

  /// Reads the setup that was saved last; before the first one all its values are missing.
  /// - Throws: `damagedRow`, `store`.
  public func setup() throws(FieldbookError) -> Setup {
    let body = try database.first(
      "SELECT body FROM setting WHERE name = ?", [.text(Self.setupName)]
    ) { $0.blob(0) }
    guard let body else { return Setup() }
    guard let setup = try? RecordCoding.decode(Setup.self, from: body) else {
      throw .damagedRow(table: "setting", key: Self.setupName)
    }
    return setup
  }

  /// Reads the setup, applies `change` and saves the result in one transaction, so that no process overwrites
  /// the changes of another.
  /// - Returns: the setup as saved.
  /// - Throws: `damagedRow`, `store`.
  @discardableResult
  public func updateSetup(_ change: (inout Setup) -> Void) throws(FieldbookError) -> Setup {
    try database.transaction { () throws(FieldbookError) in
      var setup = try setup()
      change(&setup)
      guard let body = try? RecordCoding.encode(setup) else {
        throw FieldbookError.damagedRow(table: "setting", key: Self.setupName)
      }
      try database.run(
        "INSERT INTO setting (name, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
        [.text(Self.setupName), .blob(body)])
      return setup
    }
  }
}
