import Cryptography
import Fieldbook
import FoundationEssentials
import Provision
import Records
import Sync

/// Finds the record with which an installed welder is compared. This is this fieldbook's record; or the
/// platform's, where the fieldbook has none, its record was altered or damaged, or the platform has a later
/// one.
struct RecordSource {
  let workplace: Workplace

  /// The place where the inspection is kept.
  enum Keeping {
    /// The inspection is an event of this fieldbook's record.
    case ownRecord
    /// The inspection makes the next revision of the platform's record; the value is its bytes.
    case visit(Data)
    /// The inspection is kept nowhere, because the record here was altered or damaged and the platform's could
    /// not be fetched.
    case nowhere
  }

  /// A record with its source.
  struct Found {
    var installation: Installation
    var source: Inspection.Source
    /// The SHA-256 of the bytes of the record's revision, lower-case hex; nil where these bytes are not on this
    /// laptop.
    var sha256: String?
    var keeping: Keeping
    var fault: InspectionFindings.RecordFault?
    /// The client of the platform, for the module's proof; the failure says why there is none.
    var platform: Result<PlatformClient, ModuleReading.NoAuthority>
  }

  /// Finds a record.
  /// - Parameter reference: a label code, the address in a label's symbol, or the beginning of an id.
  /// - Throws: `InspectionRefused`, `FieldbookError`, `SyncError.cancelled`.
  func find(_ reference: String) throws -> Found {
    let fieldbook = try workplace.fieldbook()
    var own = try fieldbook.ownRecord(matching: reference)
    let void = own?.fault == nil && own?.installation?.status == .void ? own?.installation : nil
    if void != nil { own = nil }
    if let own, own.fault == nil, let installation = own.installation { try check(installation) }
    let visited = own == nil ? try fieldbook.visitedRecord(matching: reference)?.installation : nil
    let code = own?.installation?.code ?? visited?.code ?? LabelCode(written: reference)
    if own == nil, code == nil {
      if let void { throw try refusal(ofVoid: void.id) }
      throw FieldbookError.notFound(reference)
    }

    let answer = try code.map(list) ?? PlatformAnswer(platform: platform(), listing: .notAsked)
    if let own { return try found(own, answer) }
    guard let code else { throw FieldbookError.notFound(reference) }
    return try found(code, visited?.id, answer, void)
  }

  /// The refusal of a record of this laptop that is void, with the reason that its log gives.
  private func refusal(ofVoid id: InstallationID) throws -> InspectionRefused {
    var reason: WrittenText?
    for entry in try workplace.fieldbook().events(of: id) {
      if case .voided(let given) = entry.event { reason = given }
    }
    return .recordVoid(id, reason: reason)
  }

  // MARK: - A record of this fieldbook

  private func found(_ own: Fieldbook.OwnRecord, _ answer: PlatformAnswer) throws -> Found {
    let fault = own.fault.map { Self.recordFault($0, of: own.id) }
    if case .changed = fault { return try foundChanged(own, fault, answer) }
    guard let installation = own.installation else { throw FieldbookError.evidence(own.id, .record) }
    func mine(_ other: InspectionFindings.RecordFault? = nil, _ platform: Platform? = nil) throws -> Found {
      Found(
        installation: installation, source: .fieldbook,
        sha256: try workplace.fieldbook().closedRecord(own.id, revision: installation.revision)?.sha256,
        keeping: .ownRecord, fault: other ?? fault, platform: platform ?? answer.platform)
    }
    switch answer.listing {
    case .notAsked, .failed: return try mine()
    case .unusable: return try mine(.notCompared(.listUnusable, found: nil))
    case .entries(let entries): return try held(own.id, against: entries, answer, fault, mine)
    }
  }

  private typealias Platform = Result<PlatformClient, ModuleReading.NoAuthority>

  /// Compares a sound record of this laptop with the platform's list.
  private func held(
    _ id: InstallationID, against entries: [RemoteInstallation], _ answer: PlatformAnswer,
    _ fault: InspectionFindings.RecordFault?,
    _ mine: (InspectionFindings.RecordFault?, Platform?) throws -> Found
  ) throws -> Found {
    let fieldbook = try workplace.fieldbook()
    let known = try fieldbook.lastKnownToPlatform(id)
    let inForce = entries.filter { $0.status != Installation.Status.void.rawValue }
    guard let entry = entries.first(where: { $0.id == id }) else {
      if let other = inForce.first { return try mine(.elsewhere(other.id.text), nil) }
      return try mine(known == nil ? nil : .lost(revision: nil), nil)
    }
    let others = inForce.filter { $0.id != id }.map(\.id.text)
    let note =
      others.isEmpty ? nil : InspectionFindings.RecordFault.notCompared(.listUnusable, found: others[0])
    if let known, known.installation.revision > entry.revision {
      return try mine(.lost(revision: entry.revision), nil)
    }
    let adopted = try fieldbook.adoption(of: id)
    // The platform may get a record that came here by an archive only later, from the laptop that made it.
    if let adopted, adopted.source == .archive, (known?.installation.revision ?? 0) < adopted.revision,
      entry.revision < adopted.revision
    {
      return try mine(note, nil)
    }
    let isMine =
      try fieldbook.closedRecord(id, revision: entry.revision)?.sha256 == entry.sha256
      || adopted.map { ($0.revision, $0.sha256) == (entry.revision, entry.sha256) } == true
    if isMine, try !fieldbook.isCarriedOver(id) { return try mine(note, nil) }

    switch try fetch(entry) {
    case .unusable: return try mine(.notCompared(.remoteUnusable, found: nil), nil)
    case .failed(let error):
      return try mine(note, .failure(.init(Self.reason(of: error))))
    case .record(let remote):
      guard try goesOn(remote, id, known) else { return try mine(.elsewhere(entry.sha256), nil) }
      // Inspections that this laptop made without a network are rebuilt on the platform's record.
      if known != nil,
        case .damaged(let damage) = try fieldbook.rebuild(
          id, on: remote.body, at: workplace.clock.now())
      {
        throw FieldbookError.evidence(id, damage)
      }
      guard isInstalled(remote.installation) else { return try mine(.elsewhere(entry.sha256), nil) }
      return found(remote, fault ?? note, answer.platform)
    }
  }

  /// Whether the platform's record continues the last revision that it is known to have had; or where it has
  /// acknowledged none, a revision that was sent and whose acknowledgement was lost.
  private func goesOn(_ remote: RemoteRecord, _ id: InstallationID, _ known: Fieldbook.KnownRecord?) throws
    -> Bool
  {
    guard let known = try known ?? workplace.fieldbook().firstKnown(id) else { return false }
    return remote.continues(known.installation, sha256: known.sha256)
  }

  /// Handles a record of this laptop that was altered or damaged: the platform's record is taken where it is
  /// sound. Nothing is added to the record here.
  private func foundChanged(
    _ own: Fieldbook.OwnRecord, _ fault: InspectionFindings.RecordFault?, _ answer: PlatformAnswer
  ) throws -> Found {
    if case .entries(let entries) = answer.listing, let entry = entries.first(where: { $0.id == own.id }),
      case .record(let remote) = try fetch(entry), isInstalled(remote.installation)
    {
      workplace.concerned = own.id
      return found(remote, fault, answer.platform)
    }
    guard let installation = own.installation, let damage = own.fault else {
      throw FieldbookError.evidence(own.id, own.fault ?? .record)
    }
    // A record whose status was altered is reported as altered, not as a welder that is not installed.
    guard isInstalled(installation) else { throw FieldbookError.evidence(own.id, damage) }
    workplace.concerned = own.id
    return Found(
      installation: installation, source: .fieldbook,
      sha256: try workplace.fieldbook().closedRecord(own.id, revision: installation.revision)?.sha256,
      keeping: .nowhere, fault: fault, platform: answer.platform)
  }

  private static func recordFault(_ fault: EvidenceFault, of id: InstallationID)
    -> InspectionFindings.RecordFault
  {
    switch fault {
    case .fileMissing(let name, _): .fileMissing(name: name)
    case .fileDamaged(let name, _): .fileChanged(name: name)
    case .record, .entry, .unreadableEntry, .revision: .changed(code: fault.failure(of: id).code)
    }
  }

  // MARK: - A record that only the platform has

  private func found(
    _ code: LabelCode, _ visited: InstallationID?, _ answer: PlatformAnswer, _ void: Installation?
  ) throws -> Found {
    let listed: [RemoteInstallation]
    switch answer.listing {
    case .entries(let all): listed = all
    // A welder that was installed anew under its old code may have a record in force on the platform.
    case _ where void != nil: listed = []
    case .notAsked: throw InspectionRefused.noPlatform(code)
    case .failed(let error): throw InspectionRefused.recordUnreachable(code, SyncReason(error))
    case .unusable: throw InspectionRefused.listUnusable(code)
    }
    // A record that this laptop has taken back is void, although the platform may not have heard of it yet.
    let entries = listed.filter { $0.status != Installation.Status.void.rawValue && $0.id != void?.id }
    guard let first = entries.first else {
      if let void { throw try refusal(ofVoid: void.id) }
      if let void = listed.first { throw InspectionRefused.recordVoid(void.id, reason: nil) }
      throw InspectionRefused.recordUnknown(code)
    }
    // Only a laptop that has inspected this welder before knows which of two records is the right one.
    let mine = entries.first { $0.id == visited }
    guard let entry = mine ?? (entries.count == 1 ? first : nil) else {
      throw InspectionRefused.severalRecords(code, entries.map(\.id))
    }
    let remote: RemoteRecord
    switch try fetch(entry) {
    case .unusable: throw InspectionRefused.recordUnreadable(entry.id)
    case .failed(let error): throw InspectionRefused.recordUnreachable(entry.code ?? code, SyncReason(error))
    case .record(let record): remote = record
    }
    try check(remote.installation)
    let known = try workplace.fieldbook().lastKnownToPlatform(entry.id)
    let isAnother = known.map { !remote.continues($0.installation, sha256: $0.sha256) } ?? false
    let note = entries.count == 1 ? nil : InspectionFindings.RecordFault.notCompared(.listUnusable, found: nil)
    return found(remote, isAnother ? .elsewhere(remote.sha256) : note, answer.platform)
  }

  private func found(
    _ remote: RemoteRecord, _ fault: InspectionFindings.RecordFault?, _ platform: Platform
  ) -> Found {
    Found(
      installation: remote.installation, source: .platform, sha256: remote.sha256, keeping: .visit(remote.body),
      fault: fault, platform: platform)
  }

  // MARK: - Asking the platform

  /// The client of the platform, and its answer to the request for a code.
  private struct PlatformAnswer {
    enum Listing {
      /// The platform was not asked, because none is in this laptop's setup or the record has no code.
      case notAsked
      case failed(SyncError)
      /// The answer is no list, or has entries that were not asked for.
      case unusable
      case entries([RemoteInstallation])
    }

    var platform: Platform
    var listing: Listing
  }

  private func platform() throws -> Platform {
    guard try workplace.fieldbook().setup().platform != nil else { return .failure(.init(.noPlatform)) }
    return .success(try workplace.platformClient(exchangeTimeout: .seconds(10)))
  }

  /// Asks for the installations of a code, void ones included.
  private func list(_ code: LabelCode) throws -> PlatformAnswer {
    let platform = try platform()
    guard case .success(let client) = platform else {
      return PlatformAnswer(platform: platform, listing: .notAsked)
    }
    do throws(SyncError) {
      let entries = try client.installations(code: code)
      guard entries.allSatisfy({ $0.isSound(for: code) }), Set(entries.map(\.id)).count == entries.count else {
        return PlatformAnswer(platform: platform, listing: .unusable)
      }
      return PlatformAnswer(platform: platform, listing: .entries(entries))
    } catch {
      switch error {
      case .cancelled: throw SyncError.cancelled
      // The platform can be reached, and may still give the module's proof.
      case .notAcknowledged, .answerTooLarge: return PlatformAnswer(platform: platform, listing: .unusable)
      // After one wait in vain, the user does not wait for the platform again to get a proof.
      default:
        return PlatformAnswer(platform: .failure(.init(Self.reason(of: error))), listing: .failed(error))
      }
    }
  }

  private enum Fetched {
    case record(RemoteRecord)
    case unusable
    case failed(SyncError)
  }

  /// Fetches a record, and checks its bytes against the digest in the list.
  private func fetch(_ entry: RemoteInstallation) throws -> Fetched {
    guard case .success(let client) = try platform() else { return .failed(.unreachable) }
    do throws(SyncError) {
      guard let body = try client.installation(entry.id) else { return .unusable }
      let sha256 = SHA256Digest(of: body).hex
      guard sha256 == entry.sha256,
        let record = try? RemoteRecord(
          body, sha256: sha256, of: entry.id, code: entry.code, revision: entry.revision)
      else { return .unusable }
      return .record(record)
    } catch {
      switch error {
      case .cancelled: throw SyncError.cancelled
      case .notAcknowledged, .answerTooLarge: return .unusable
      default: return .failed(error)
      }
    }
  }

  // MARK: -

  private func isInstalled(_ installation: Installation) -> Bool {
    installation.isInstalled
  }

  /// Checks that the record is that of an installed welder.
  private func check(_ installation: Installation) throws {
    workplace.concerned = installation.id
    if installation.isInstalled { return }
    switch installation.status {
    case .void: throw InspectionRefused.recordVoid(installation.id, reason: nil)
    case .refused: throw InspectionRefused.recordRefused(installation.id)
    case .surveyed, .open, .closed, .delivered, .outOfUse, .retired:
      throw InspectionRefused.notInstalled(installation.id, installation.status)
    }
  }

  private static func reason(of error: SyncError) -> InspectionCheck.Reason {
    switch error {
    case .credentials, .refused, .notAcknowledged: .platformRefused
    default: .platformUnreachable
    }
  }
}

extension RemoteInstallation {
  /// The words that the contract has for a record's status; this program does not write all of them.
  private static let statuses: Set = [
    "surveyed", "open", "closed", "delivered", "retired", "refused", "outOfUse", "void",
  ]

  /// Whether an entry of the platform's list can be what was asked for: it has this code, and a valid revision,
  /// digest and status.
  func isSound(for code: LabelCode) -> Bool {
    self.code == code && (1...RemoteRecord.maxRevision).contains(revision) && FileDigest(sha256) != nil
      && Self.statuses.contains(status)
  }
}

/// The reason why there is nothing to inspect.
enum InspectionRefused: Error {
  /// Neither this laptop nor the platform has a record of the code.
  case recordUnknown(LabelCode)
  /// This laptop has no record of the code, and no platform in its setup.
  case noPlatform(LabelCode)
  /// The record was taken back; the reason is nil where only the platform has it.
  case recordVoid(InstallationID, reason: WrittenText?)
  /// The owner refused the installation, so that there is nothing to inspect.
  case recordRefused(InstallationID)
  /// This laptop has no record of the code, and the platform could not be asked.
  case recordUnreachable(LabelCode?, SyncReason)
  /// The platform's record cannot be read, is not sound, or is not the one that its list names.
  case recordUnreadable(InstallationID)
  /// The platform's list of the code cannot be used, and this laptop has no record of it.
  case listUnusable(LabelCode)
  /// The platform has several records of the code in force, and this laptop has none of them.
  case severalRecords(LabelCode, [InstallationID])
  case notInstalled(InstallationID, Installation.Status)
}
