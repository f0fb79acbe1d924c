public import Records

/// One object that was found to be what its key says, with all that goes into the database because of it, in one piece.
public struct CompanyItem: Sendable {
  public enum Contents: Sendable {
    /// The object is only known to be there: a photo, a document, a timestamp.
    case presence
    /// The bytes of a revision.
    /// - `files`: the digests of the files that it names and cannot do without.
    case revision(raw: [UInt8], files: [FileDigest], agreement: AgreementVerdict)
    /// The sealed key of a module.
    case key(
      keyID: String, sha256: FileDigest, installation: InstallationID, moduleSerial: String, raw: [UInt8])
  }

  public let key: String
  public let bytes: Int
  public let contents: Contents
  /// What was found of the object although it was loaded.
  public let doubts: [Finding]

  /// The size of what the database gets of it, bytes.
  var size: Int {
    switch contents {
    case .presence: key.utf8.count
    case .revision(let raw, _, _), .key(_, _, _, _, let raw): raw.count + key.utf8.count
    }
  }
}

/// What was found of the sealed agreement that a record names.
public enum AgreementVerdict: String, Hashable, Sendable, CaseIterable {
  /// Unchanged since the seal, which leads to a given root.
  case trusted
  /// Unchanged since the seal, for which nobody who was named vouches.
  case unvouched
  /// An agreement from before there were seals.
  case notSealed
  /// Not as it was sealed, no whole file, another record's, or not what the record says.
  case changed
  /// Nobody asked.
  case notChecked
  /// The record has no agreement.
  case none
}

/// What was found of the file of an agreement, which several revisions of a record may name.
public struct AgreementJudgement {
  public let verdict: AgreementVerdict
  /// The first field in which a record is not what the file says; nil where none is.
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
    /// A file without which the object cannot be judged has not come. The object is not loaded, and the next run looks again.
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
    /// The record does not go on from the revision that it names as the one before it.
    case history
    /// The object of a key is not one, or is another key's.
    case keyObject
    /// A record's agreement is not as it was sealed, or does not say what the record says. The record is loaded all the same.
    case agreement
    /// A timestamp is none of the agreement that its key names.
    case timestamp
    /// The key is another than its record's.
    case foreignKey
    /// The database took the object's row for wrong.
    case database
  }

  /// The object's key, with nothing in it that is not seen.
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

  /// A text as it can stand on a screen and in a database, whoever wrote it.
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

/// How many rows a run added to the database; what another loader had added meanwhile is not counted.
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
  /// The code, the serial number, the digest or the key that it is about.
  public let subject: String
  /// The installation; nil where it is about an object.
  public let id: InstallationID?
  /// The revision, from 1; 0 where it is about no revision.
  public let revision: Int
  /// SHA-256 of that revision or object; empty where it is about neither.
  public let sha256: String
  /// The place that the revision or key was loaded from; empty where it is about neither.
  public let source: String
  /// What a finding says besides its kind; empty where that is nothing.
  public let detail: String
  /// The number of records that the same thing is about, of which the first ones are told.
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

/// All that a person has to look at: the first of it, and how much it is.
public struct CompanyConcerns: Hashable, Sendable {
  /// Those about the same thing follow one another.
  public var rows: [CompanyConcern] = []
  /// The number of things by their area, whether they are among the rows or not.
  public var totals: [CompanyConcern.Area: Int] = [:]

  public init() {}
}

/// Where a company keeps what its laptops delivered. Rows are only added, and adding one again changes nothing.
public protocol CompanyStore: AnyObject {
  /// Which of these keys are not loaded yet, in no order.
  func notLoaded(_ keys: [String]) throws(CompanyError) -> Set<String>
  /// Adds an object. It is durable after `flush`, and the objects of one batch come together or not at all.
  func add(_ item: CompanyItem) throws(CompanyError)
  /// Keeps what was found of an object that was not loaded.
  func add(_ finding: Finding) throws(CompanyError)
  /// Waits until all that was added is durable.
  /// - Returns: what was added since the beginning, and the objects that the database refused, which are not in it.
  func flush() throws(CompanyError) -> (added: CompanyCounts, refused: [Finding])
  /// What a person has to look at.
  func concerns() throws(CompanyError) -> CompanyConcerns
}
