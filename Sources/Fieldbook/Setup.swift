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

  /// The place to which this laptop delivers in place of the platform. It holds no secrets.
  public struct Delivery: Hashable, Sendable, Codable {
    /// The address, `s3://bucket/prefix` or `file:///folder`.
    public var address: String
    /// The address of the bucket's service; nil for Amazon's own service, and for a folder.
    public var endpoint: String?
    /// The region of the bucket; nil for a folder.
    public var region: String?
    /// The path of the file with the bucket's credentials; nil where the environment gives them. Like the
    /// token, the credentials stay in the one file that its owner guards.
    public var credentialsFile: String?

    public init(address: String) { self.address = address }
  }

  public var technician: Technician?
  /// Whether this laptop is in the office of a company, where labels are made and no step of an installation is
  /// taken.
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
  /// The place to which this laptop delivers instead of the platform; nil where it delivers to the platform.
  public var delivery: Delivery?
  /// A request for codes that the platform has not answered yet.
  public var codeOrder: CodeOrder?
  /// The policy of when the originals of photos are sent to the platform; nil in a setup without this choice,
  /// which means that they are sent later.
  public var originals: OriginalsPolicy?
  /// The source of labels; nil in a setup without this choice, which means that labels are made on site.
  public var plates: PlateSource?
  /// The APN that modules get unless another APN is named.
  public var accessPointName: String?

  /// The contents of the file with the company's own clauses for agreements; nil for the clauses that are
  /// shipped.
  public var agreementTerms: String?

  /// The address of the timestamp authority; nil where agreements get no timestamp.
  public var timestampAuthority: String?

  /// The certificates of the authorities that certify the company's seals, PEM, as the company's file has them;
  /// nil where no file had any. They complete the chain of the certificate that is issued for this laptop's
  /// request.
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

  /// Reads the setup that was saved last. Before the first save, only the default region is set.
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
