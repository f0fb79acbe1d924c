public import Records

/// One object that is what its key says, with all that goes into the database for it in one transaction.
public struct CompanyItem: Sendable {
  public enum Contents: Sendable {
    /// The object is only known to be there: a photo, a document, a timestamp.
    case presence
    /// The bytes of a revision. `files` are the digests of the files that the record names and cannot do
    /// without.
    case revision(raw: [UInt8], files: [FileDigest], agreement: AgreementVerdict)
    /// The sealed key of a module.
    case key(
      keyID: String, sha256: FileDigest, installation: InstallationID, moduleSerial: String, raw: [UInt8])
  }

  public let key: String
  public let bytes: Int
  public let contents: Contents
  /// The findings of an object that was loaded nevertheless.
  public let doubts: [Finding]

  /// The size of what the database stores of the object, bytes.
  var size: Int {
    switch contents {
    case .presence: key.utf8.count
    case .revision(let raw, _, _), .key(_, _, _, _, let raw): raw.count + key.utf8.count
    }
  }
}

/// What was found of the sealed agreement that a record names.
public enum AgreementVerdict: String, Hashable, Sendable, CaseIterable {
  /// The agreement is unchanged since the seal, whose certificate leads to a given root.
  case trusted
  /// The agreement is unchanged since the seal, whose certificate leads to no given root.
  case unvouched
  /// The agreement has no seal, because it is from before there were seals.
  case notSealed
  /// The agreement is not as it was sealed, is no whole file, is another record's, or is not what the record
  /// says.
  case changed
  /// Nobody asked for the agreement to be judged.
  case notChecked
  /// The record has no agreement.
  case none
}

/// What was found of the file of an agreement, which several revisions of a record may name.
public struct AgreementJudgement {
  public let verdict: AgreementVerdict
  /// Returns the first field in which a record differs from the file; nil where none does.
  public let difference: (Installation) -> String?

  public init(_ verdict: AgreementVerdict, difference: @escaping (Installation) -> String? = { _ in nil }) {
    self.verdict = verdict
    self.difference = difference
  }
}

/// Something that a loader found to be wrong with an object.
public struct Finding: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The object cannot be read, or is larger than any of its kind.
    case unreadable
    /// A file without which the object cannot be judged has not come. The object is not loaded, and the next
    /// run looks again.
    case fileMissing
    /// The object's contents are not those that its key names.
    case digest
    /// The bytes are no record that this program can read.
    case record
    /// The record is another installation's or another revision than its key says.
    case another
    /// The record is not closed, so that no laptop delivers it.
    case notClosed
    /// Two readers could read the record in two ways: a key stands twice in an object, or is written with escapes.
    case ambiguous
    /// The record has the character U+0000, which no database stores.
    case zero
    /// The record's history is faulty, or does not continue the revision that the record names as the one
    /// before it.
    case history
    /// The object holds no sealed key, or is another key's.
    case keyObject
    /// A record's agreement is not as it was sealed, or does not say what the record says. The record is loaded
    /// all the same.
    case agreement
    /// A timestamp is not one of the agreement that its key names.
    case timestamp
    /// The key of a module is another than the one that the module's record names.
    case foreignKey
    /// The database refused the object's row.
    case database
  }

  /// The object's key, with U+FFFD in place of invisible characters.
  public let key: String
  public let kind: Kind
  /// The name of a fault, a place in a record or a SQLSTATE; no word of a person.
  public let detail: String

  /// Whether the object only waits for something that can still come.
  public var isWaiting: Bool { kind == .fileMissing }

  public init(key: String, kind: Kind, detail: String = "") {
    self.key = Self.shown(key)
    self.kind = kind
    self.detail = Self.shown(detail)
  }

  private static let maxCharacters = 512

  /// Makes a text fit for a screen and a database: at most 512 characters, with U+FFFD in place of those that
  /// are invisible or unassigned.
  public static func shown(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.prefix(maxCharacters).map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            "\u{FFFD}"
          default: scalar
          }
        }))
  }
}

/// The number of rows that a run added to the database; rows that another loader added meanwhile are not
/// counted.
public struct CompanyCounts: Hashable, Sendable {
  public var files = 0
  public var timestamps = 0
  public var keys = 0
  public var revisions = 0

  public init() {}

  public var isEmpty: Bool { self == CompanyCounts() }
}

/// Something that a person has to look at, as the database sees it after a run.
public struct CompanyConcern: Hashable, Sendable {
  public enum Area: String, Hashable, Sendable, CaseIterable {
    /// Two records contradict each other.
    case conflict
    /// Something has not come yet.
    case waiting
    /// Something was loaded with a doubt.
    case finding
  }

  public let area: Area
  /// What contradicts itself or waits: `code`, `module`, `key`, `revision`, `file`, or a kind of finding.
  public let kind: String
  /// The code, the serial number, the digest or the key that the concern is about.
  public let subject: String
  /// The installation; nil where the concern is about an object.
  public let id: InstallationID?
  /// The revision, from 1; 0 where the concern is about no revision.
  public let revision: Int
  /// SHA-256 of that revision or object; empty where the concern is about neither.
  public let sha256: String
  /// The place that the revision or key was loaded from; empty where the concern is about neither.
  public let source: String
  /// What a finding says besides its kind; empty where it says nothing more.
  public let detail: String
  /// The number of records that the concern is about; the rows show only the first of them.
  public let recordCount: Int

  public init(
    area: Area, kind: String, subject: String, id: InstallationID?, revision: Int, sha256: String,
    source: String = "", detail: String = "", recordCount: Int = 1
  ) {
    self.area = area
    self.kind = kind
    self.subject = subject
    self.id = id
    self.revision = revision
    self.sha256 = sha256
    self.source = source
    self.detail = detail
    self.recordCount = recordCount
  }
}

/// All that a person has to look at: the first concerns, and the number of all.
public struct CompanyConcerns: Hashable, Sendable {
  /// The first concerns; those about the same thing follow one another.
  public var rows: [CompanyConcern] = []
  /// The number of all concerns by their area.
  public var totals: [CompanyConcern.Area: Int] = [:]

  public init() {}
}

/// Where a company keeps what its laptops delivered. Rows are only added, and adding one again changes nothing.
public protocol CompanyStore: AnyObject {
  /// Returns those of `keys` that are not loaded yet.
  func notLoaded(_ keys: [String]) throws(CompanyError) -> Set<String>
  /// Adds an object. It is durable after `flush`, and the objects of one batch come together or not at all.
  func add(_ item: CompanyItem) throws(CompanyError)
  /// Keeps what was found of an object that was not loaded.
  func add(_ finding: Finding) throws(CompanyError)
  /// Waits until all that was added is durable.
  /// - Returns: what was added since the beginning, and the objects that the database refused, which are not in it.
  func flush() throws(CompanyError) -> (added: CompanyCounts, refused: [Finding])
  /// Returns what a person has to look at.
  func concerns() throws(CompanyError) -> CompanyConcerns
}
