public import FoundationEssentials

extension InstallationEvent {
  /// The record of a welder that another laptop fitted is taken over, and this laptop's log of it begins. The
  /// entry makes the record's next revision, which closes at once.
  public struct Adopted: Hashable, Sendable, Codable {
    public var technician: Technician
    public var source: Adoption.Source
    /// The number of the revision that was taken over, from 1.
    public var revision: Int
    /// SHA-256 of that revision's bytes, lower-case hex.
    public var sha256: String
    /// The revision that was taken over, byte for byte, as UTF-8.
    public var record: String

    /// Makes the event of taking over a record.
    /// - Returns: nil for a record whose bytes are not UTF-8.
    public init?(_ record: RemoteRecord, from source: Adoption.Source, by technician: Technician) {
      guard let text = String(validating: record.body, as: UTF8.self) else { return nil }
      self.technician = technician
      self.source = source
      revision = record.installation.revision
      sha256 = record.sha256
      self.record = text
    }

    /// The bytes of the revision that was taken over.
    public var body: Data { Data(record.utf8) }

    /// The record as it was taken over; nil where it cannot be read.
    public var installation: Installation? { try? RecordCoding.decode(Installation.self, from: body) }
  }
}

/// The taking over of a record from another laptop, as the history has it.
public struct Adoption: Hashable, Sendable, Codable {
  /// The place that a record was taken over from.
  public enum Source: String, Hashable, Sendable, Codable, CaseIterable {
    case platform, archive
  }

  public var source: Source
  /// The number of the revision that was taken over, from 1.
  public var revision: Int
  /// SHA-256 of that revision's bytes, lower-case hex.
  public var sha256: String
  /// The technician who took the record over.
  public var technician: Technician
}

extension Installation {
  /// Makes the next revision of a record that was taken over. It keeps the record's status, except that
  /// `delivered` becomes `closed`.
  /// - Returns: nil where the record that was taken over cannot be read.
  public init?(adopted: InstallationEvent.Adopted, at: Timestamp, entrySha256: String) {
    guard var installation = adopted.installation else { return nil }
    // The sender of a record does not know of its delivery.
    if installation.status == .delivered { installation.status = .closed }
    installation.beginRevision(after: adopted.sha256)
    installation.apply(.adopted(adopted), at: at, entrySha256: entrySha256)
    self = installation
  }

  /// The entries of this record's history by which laptops took it over, oldest first.
  public var adoptions: [Adoption] { history.compactMap(\.adoption) }
}
