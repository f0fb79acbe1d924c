import Characters
public import FoundationEssentials

/// A record of the platform's that was judged where it entered, with its exact bytes.
public struct RemoteRecord: Hashable, Sendable {
  public let installation: Installation
  /// The bytes as the platform gave them.
  public let body: Data
  /// SHA-256 of the bytes, lower-case hex.
  public let sha256: String

  /// The first thing that makes a record of the platform's unusable.
  public enum Fault: Error, Hashable, Sendable {
    /// The record is larger than any that this program reads.
    case tooLarge(bytes: Int)
    /// The record is written by another version of the schema; the value is the name that it states, at most 64
    /// characters.
    case schema(String)
    /// The bytes are no record that this program can read.
    case unreadable
    /// The record is another installation's, or bears another code or revision than the one that was asked for.
    case another
    /// The revision is below 1 or above `maxRevision`, or does not fit the digest of the one before it.
    case revision(Int)
    /// The status says that the welder is installed, and this part of the record is missing or empty.
    case missing(Part)
    /// A digest, an id or a word at this path has not the form of one.
    case malformed(path: String)
    /// The history does not begin with the registration or the survey, does not have the inspections that the
    /// record has, or has fewer events than the record has revisions.
    case history
  }

  /// A part that the record of an installed welder has.
  public enum Part: String, Hashable, Sendable, CaseIterable {
    case code, module, label, seal, agreement, closedAt
  }

  /// The size of the largest record that is read, bytes.
  public static let maxBytes = 4_194_304
  /// The highest revision that is believed; a welder that is inspected daily for a hundred years has fewer.
  public static let maxRevision = 100_000
  /// The maximum number of characters of a module's, a seal's or a label's word.
  private static let maxCharacters = 512

  /// Judges a record of the platform's.
  /// - Parameters:
  ///   - body: the bytes as the platform gave them.
  ///   - sha256: SHA-256 of these bytes, lower-case hex.
  ///   - id: the installation that was asked for.
  ///   - code: the code that was asked for; nil where only the id was.
  ///   - revision: the revision that the platform's list names; nil where no list was asked for.
  public init(
    _ body: Data, sha256: String, of id: InstallationID, code: LabelCode? = nil, revision: Int? = nil
  ) throws(Fault) {
    guard body.count <= Self.maxBytes else { throw .tooLarge(bytes: body.count) }
    let decoded = try? RecordCoding.decode(Installation.self, from: body)
    // A record of another schema may be one that this program cannot decode, and its schema can still be read.
    let schema = decoded?.schema ?? (try? RecordCoding.decode(Named.self, from: body))?.schema
    if let schema, schema != Installation.schema { throw .schema(String(schema.prefix(64))) }
    guard let installation = decoded else { throw .unreadable }
    guard installation.id == id, code == nil || installation.code == code,
      revision == nil || installation.revision == revision
    else { throw .another }
    self.installation = installation
    self.body = body
    self.sha256 = sha256
    try checkChain()
    try checkParts()
    try checkWords()
  }

  private struct Named: Decodable { let schema: String }

  // MARK: - Judging

  private func checkChain() throws(Fault) {
    let revision = installation.revision
    guard (1...Self.maxRevision).contains(revision), (revision == 1) == (installation.previousSha256 == nil)
    else { throw .revision(revision) }
    if let previous = installation.previousSha256, FileDigest(previous) == nil {
      throw .malformed(path: "previousSha256")
    }
    let inspections = installation.history.count { $0.event == "welderInspected" }
    guard ["registered", "surveyed"].contains(installation.history.first?.event),
      inspections == installation.inspections?.count ?? 0, installation.history.count >= revision
    else { throw .history }
    guard installation.history.allSatisfy({ FileDigest($0.sha256) != nil }) else {
      throw .malformed(path: "history")
    }
  }

  private func checkParts() throws(Fault) {
    switch installation.status {
    case .closed, .delivered, .outOfUse: break
    case .surveyed, .open, .retired, .refused, .void: return
    }
    if installation.code == nil { throw .missing(.code) }
    if installation.module?.serialNumber == nil || installation.module?.keyID == nil
      || installation.module?.pairedAt == nil
    {
      throw .missing(.module)
    }
    if installation.label == nil { throw .missing(.label) }
    if installation.label?.code != installation.code { throw .malformed(path: "label.code") }
    if installation.seal?.number.isEmpty != false { throw .missing(.seal) }
    if installation.agreement == nil { throw .missing(.agreement) }
    if installation.closedAt == nil { throw .missing(.closedAt) }
  }

  private func checkWords() throws(Fault) {
    let module = installation.module
    let digests =
      [
        ("module.firmwareSha256", module?.firmwareSha256),
        ("module.state.imageSha256", module?.state?.imageSha256),
        ("agreement.sha256", installation.agreement?.sha256),
        ("seal.photoSha256", installation.seal?.photoSha256),
      ]
      + (installation.repairs ?? []).compactMap(\.addendum?.sha256).map { ("repairs.addendum.sha256", $0) }
    for case (let path, let digest?) in digests where FileDigest(digest) == nil { throw .malformed(path: path) }
    for photo in installation.photos {
      guard FileDigest(photo.sha256) != nil, photo.bytes >= 1 else { throw .malformed(path: "photos") }
      guard let copy = photo.copy else { continue }
      guard FileDigest(copy.sha256) != nil, copy.bytes >= 1 else { throw .malformed(path: "photos.copy") }
    }
    if let keyID = module?.keyID, keyID.utf8.count != 16 || !keyID.utf8.allSatisfy(\.isLowerCaseHexDigit) {
      throw .malformed(path: "module.keyId")
    }
    let words = [
      ("module.serialNumber", module?.serialNumber), ("module.firmwareVersion", module?.firmwareVersion),
      ("label.payload", installation.label?.payload), ("seal.number", installation.seal?.number),
    ]
    for case (let path, let word?) in words where !Self.isWord(word) { throw .malformed(path: path) }
    let others = installation.seal?.previousNumbers ?? []
    guard others.allSatisfy(Self.isWord) else { throw .malformed(path: "seal.previousNumbers") }
  }

  /// Whether a text can stand in a line on a screen and on paper: it is not empty, has at most `maxCharacters`
  /// characters, and none of them is invisible.
  private static func isWord(_ text: String) -> Bool {
    !text.isEmpty && text.count <= maxCharacters
      && text.unicodeScalars.allSatisfy {
        switch $0.properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: false
        default: true
        }
      }
  }

  // MARK: - Descent

  /// Whether this record is `earlier`, or continues it: the chain, the history and the inspections contain it,
  /// and where only inspections were added, everything else is as it was.
  /// - Parameter sha256: SHA-256 of the earlier record's bytes, lower-case hex.
  public func continues(_ earlier: Installation, sha256 earlierSha256: String) -> Bool {
    guard installation.id == earlier.id, installation.revision >= earlier.revision else { return false }
    if installation.revision == earlier.revision { return sha256 == earlierSha256 }
    if installation.revision == earlier.revision + 1, installation.previousSha256 != earlierSha256 {
      return false
    }
    return installation.goesOn(from: earlier)
  }
}

extension Installation {
  /// Whether the history and the inspections of `earlier` begin this record's, and where only inspections were
  /// added since, every other fact is as it was.
  func goesOn(from earlier: Installation) -> Bool {
    guard code == earlier.code, openedAt == earlier.openedAt, history.starts(with: earlier.history),
      (inspections ?? []).starts(with: earlier.inspections ?? [])
    else { return false }
    // Each revision has at least one event more than the one before it.
    let added = history.dropFirst(earlier.history.count)
    guard added.count >= revision - earlier.revision else { return false }
    guard added.allSatisfy({ $0.event == "welderInspected" }) else { return true }
    return withoutInspections == earlier.withoutInspections
  }
}
