import FoundationEssentials
public import Records

/// The technician of this laptop, the company, and the platform that is delivered to. Everything may still be
/// missing.
public struct Setup: Hashable, Sendable, Codable {
  /// The platform's certificate, to which module keys are sealed.
  public struct PlatformKey: Hashable, Sendable, Codable {
    public var certificatePEM: String
    /// The moment when the platform itself first showed it; nil where it was pinned from a file.
    public var firstSeenAt: Timestamp?

    public init(certificatePEM: String, firstSeenAt: Timestamp?) {
      self.certificatePEM = certificatePEM
      self.firstSeenAt = firstSeenAt
    }
  }

  public var technician: Technician?
  /// True for the office of a company: labels are made there, and no step of an installation is taken.
  public var desk: Bool?
  /// The company of an office; a technician's company is with the technician.
  public var company: WrittenText?
  /// The phone number to call for a repair, as labels show it.
  public var companyPhone: String?
  /// The region of codes, six digits of GB/T 2260.
  public var region = "150621"
  /// The platform's base address, without a slash at its end.
  public var platform: String?
  public var platformKey: PlatformKey?
  /// The path of the access token. The token itself is not copied: it stays in the one file that its owner guards.
  public var tokenFile: String?
  /// The scheme, host and port of the platform that the token was given for; nil in a setup that was saved before
  /// this was kept.
  public var tokenOrigin: String?
  /// An order of codes that the platform has not answered.
  public var codeOrder: CodeOrder?
  /// The APN that modules are given unless told otherwise.
  public var accessPointName: String?

  public init() {}

  /// A request for a block of codes. It is repeated under one key until it is answered, so that no block is lost.
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

  /// Reads the setup that was saved last; before that it is all but empty.
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

  /// Reads the setup, lets `change` work on it and saves it, so that two processes lose nothing of each other's.
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
