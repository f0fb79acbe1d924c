public import FoundationEssentials
public import Records

/// An installation as it goes into an archive.
public struct BagSource: Sendable {
  /// A closed revision of the record.
  public struct Revision: Sendable {
    /// The number of the revision, from 1.
    public let number: Int
    /// The bytes of the revision when it was closed.
    public let body: Data

    public init(number: Int, body: Data) {
      self.number = number
      self.body = body
    }
  }

  /// A file of the bag.
  public struct File: Sendable {
    public enum Content: Sendable {
      case bytes(Data)
      /// A file on this laptop, by its path, with the length and the SHA-256 (lower-case hex) that it has to have.
      case file(path: String, byteCount: Int, sha256: String)
    }

    /// The path below the bag's `data/`.
    public let path: String
    public let content: Content

    public init(_ path: String, _ content: Content) {
      self.path = path
      self.content = content
    }
  }

  /// The record that the entries add up to.
  public let installation: Installation
  /// The installation's entries of the log, oldest first.
  public let entries: [WrittenLogEntry]
  /// The closed revisions, oldest first.
  public let revisions: [Revision]
  /// The files besides log and revisions.
  public var files: [File]
  /// The original files of photos, as far as this laptop has lost them.
  public var missing: [MissingOriginal]
  /// The files that the record was taken over with from another laptop, which are not in the bag.
  public var elsewhere: [MissingOriginal] = []

  public init(
    installation: Installation, entries: [WrittenLogEntry], revisions: [Revision], files: [File],
    missing: [MissingOriginal]
  ) {
    self.installation = installation
    self.entries = entries
    self.revisions = revisions
    self.files = files
    self.missing = missing
  }
}

extension BagSource {
  /// The runs of the functional test in the order of the log.
  public static func tests(in events: [InstallationEvent]) -> [TestReport] {
    events.compactMap { if case .tested(let report) = $0 { report } else { nil } }
  }
}

/// A file that an archive does not have: the original of a photo that is lost, or a file of a record that was
/// taken over.
public struct MissingOriginal: Hashable, Sendable, Codable {
  /// The path that the file would have in the bag.
  public let path: String
  /// SHA-256 of the file, lower-case hex.
  public let sha256: String

  public init(path: String, sha256: String) {
    self.path = path
    self.sha256 = sha256
  }
}
