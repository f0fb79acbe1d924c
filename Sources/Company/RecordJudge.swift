import Cryptography
import Records

/// A revision that lies at a store, as its key describes it.
struct DeliveredRevision: Sendable {
  let key: String
  let object: DeliveredObject
  let id: InstallationID
  /// The number of the revision, from 1.
  let number: Int
  let sha256: FileDigest
  /// Whether the database does not have it yet.
  let isNew: Bool
}

/// The judgement of a new revision.
struct JudgedRevision: Sendable {
  enum Outcome: Sendable {
    case sound(RecordCheck, bytes: [UInt8])
    case problem(Finding.Problem)
    /// The store could not return the object.
    case unreadable(any Error)
  }

  let revision: DeliveredRevision
  let outcome: Outcome
}

/// Reads the revisions of records and judges them by themselves and by what they go on from. Any thread may do so.
struct RecordJudge: Sendable {
  let objects: any DeliveredObjects

  /// Judges the new revisions of one record, the lowest first.
  /// - Parameter each: called with each judged revision before the next one is read.
  func judge(_ group: [DeliveredRevision], _ each: (JudgedRevision) throws -> Void) rethrows {
    let revisions = group.sorted { ($0.number, $0.sha256.hex) < ($1.number, $1.sha256.hex) }
    // The record that was read last, which may be the predecessor of the next one.
    var last: (sha256: FileDigest, record: RemoteRecord)?
    for revision in revisions where revision.isNew {
      let outcome = outcome(of: revision, among: revisions, after: &last)
      try each(JudgedRevision(revision: revision, outcome: outcome))
    }
  }

  private func outcome(
    of revision: DeliveredRevision, among revisions: [DeliveredRevision],
    after last: inout (sha256: FileDigest, record: RemoteRecord)?
  ) -> JudgedRevision.Outcome {
    do {
      let bytes = try Self.contents(of: revision.object, in: objects)
      let check = try RecordCheck(bytes, revision.object)
      if let named = check.record.installation.previousSha256,
        let before = revisions.first(where: { $0.number == revision.number - 1 && $0.sha256.hex == named })
      {
        let predecessor = last?.sha256 == before.sha256 ? last?.record : record(of: before)
        if let predecessor, !check.record.continues(predecessor.installation, sha256: before.sha256.hex) {
          return .problem(Finding.Problem(.history))
        }
      }
      last = (revision.sha256, check.record)
      return .sound(check, bytes: bytes)
    } catch let problem as Finding.Problem {
      return .problem(problem)
    } catch {
      return .unreadable(error)
    }
  }

  /// Reads again a revision that was loaded before; nil where it cannot be read. Then the digests alone say
  /// that the next revision follows it.
  private func record(of revision: DeliveredRevision) -> RemoteRecord? {
    guard let bytes = try? Self.contents(of: revision.object, in: objects) else { return nil }
    return try? RecordCheck(bytes, revision.object).record
  }

  /// Reads an object and compares its digest with its key.
  /// - Throws: `Finding.Problem` of the object, and the errors of the store.
  static func contents(of object: DeliveredObject, in objects: any DeliveredObjects) throws -> [UInt8] {
    let maxBytes =
      switch object {
      case .file: CompanyLoad.maxFileBytes
      case .key: KeyCheck.maxBytes
      case .record: RemoteRecord.maxBytes
      case .timestamp: CompanyLoad.maxTimestampBytes
      }
    let bytes = try objects.contents(of: object.key, maxBytes: maxBytes)
    guard bytes.count <= maxBytes else { throw Finding.Problem(.unreadable) }
    guard SHA256Digest(of: bytes).hex == object.sha256.hex else { throw Finding.Problem(.digest) }
    return bytes
  }
}
