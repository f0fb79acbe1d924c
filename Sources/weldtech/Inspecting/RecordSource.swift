import Cryptography
import Fieldbook
import FoundationEssentials
import Provision
import Records
import Sync

/// Finds the record that an installed welder is held against: this fieldbook's, or where there is none, or a later one on
/// the platform, the platform's.
struct RecordSource {
  let workplace: Workplace

  /// A record, and where it came from.
  struct Found {
    var installation: Installation
    var source: Inspection.Source
    /// SHA-256 of the bytes of the record's revision, lower-case hex; nil where they are not here.
    var sha256: String?
    /// The platform's bytes; nil for a record of this fieldbook.
    var body: Data?
    var fault: InspectionFindings.RecordFault?
    /// The platform, for the module's proof; the failure says why there is none.
    var platform: Result<PlatformClient, ModuleReading.NoAuthority>
  }

  /// - Parameter reference: a label code, the address in a label's symbol, or the beginning of an id.
  /// - Throws: `InspectionRefused`, `FieldbookError`, `SyncError.cancelled`.
  func find(_ reference: String) throws -> Found {
    var own = try self.own(reference)
    let code = own?.code ?? LabelCode(written: reference)
    if let open = own, open.status != .void { try check(open) }
    if own?.status == .void { own = nil }

    var platform = try platform()
    var listed: [RemoteInstallation]?
    var failure: SyncError?
    if case .success(let client) = platform, let code {
      switch list(code, of: client) {
      case .success(let installations): listed = installations
      case .failure(.cancelled): throw SyncError.cancelled
      case .failure(let error):
        failure = error
        // A person who has waited once does not wait again for the proof.
        platform = .failure(.init(Self.reason(of: error)))
      }
    }
    if let own {
      // Another laptop has made a later revision.
      if let later = listed?.first(where: { $0.id == own.id && $0.revision > own.revision }) {
        return try fetch(later, code: code, platform)
      }
      return try found(own, listed ?? [], platform)
    }
    guard let code else { throw FieldbookError.notFound(reference) }
    if let failure { throw InspectionRefused.recordUnreachable(code, SyncReason(failure)) }
    guard let listed else { throw FieldbookError.notFound(reference) }
    guard let entry = listed.first else { throw InspectionRefused.recordUnknown(code) }
    return try fetch(entry, code: code, platform)
  }

  // MARK: - This fieldbook's

  /// The record that this fieldbook has; nil where it has none.
  private func own(_ reference: String) throws -> Installation? {
    do {
      return try workplace.fieldbook().installation(matching: reference)
    } catch FieldbookError.notFound {
      return nil
    }
  }

  private func found(
    _ own: Installation, _ listed: [RemoteInstallation],
    _ platform: Result<PlatformClient, ModuleReading.NoAuthority>
  ) throws -> Found {
    let fieldbook = try workplace.fieldbook()
    var fault: InspectionFindings.RecordFault? = try fieldbook.recordFault(of: own.id).map {
      .changed(code: $0.failure(of: own.id).code)
    }
    if fault == nil, let entry = listed.first(where: { $0.id == own.id }) {
      let closed = try fieldbook.closedRecord(own.id, revision: entry.revision)?.sha256
      if closed != entry.sha256 { fault = .elsewhere(entry.sha256) }
    } else if fault == nil, let other = listed.first {
      fault = .elsewhere(other.id.text)
    }
    return Found(
      installation: own, source: .fieldbook,
      sha256: try fieldbook.closedRecord(own.id, revision: own.revision)?.sha256, body: nil, fault: fault,
      platform: platform)
  }

  // MARK: - The platform's

  private func platform() throws -> Result<PlatformClient, ModuleReading.NoAuthority> {
    guard try workplace.fieldbook().setup().platform != nil else { return .failure(.init(.noPlatform)) }
    return .success(try workplace.platformClient(exchangeTimeout: .seconds(10)))
  }

  /// The installations of a code that are in force.
  private func list(_ code: LabelCode, of client: PlatformClient) -> Result<[RemoteInstallation], SyncError> {
    Result { () throws(SyncError) in try client.installations(code: code) }
      .map { $0.filter { $0.status != Installation.Status.void.rawValue } }
  }

  private func bytes(of id: InstallationID, from client: PlatformClient) -> Result<Data?, SyncError> {
    Result { () throws(SyncError) in try client.installation(id) }
  }

  /// Gets a record whose bytes are those of the list, whose id and code those that were asked for.
  private func fetch(
    _ entry: RemoteInstallation, code: LabelCode?,
    _ platform: Result<PlatformClient, ModuleReading.NoAuthority>
  ) throws -> Found {
    guard case .success(let client) = platform else {
      throw InspectionRefused.recordUnreachable(code, .unreachable)
    }
    let body: Data?
    switch bytes(of: entry.id, from: client) {
    case .success(let bytes): body = bytes
    case .failure(.cancelled): throw SyncError.cancelled
    case .failure(let error):
      throw InspectionRefused.recordUnreachable(entry.code ?? code, SyncReason(error))
    }
    guard let body, SHA256Digest(of: body).hex == entry.sha256,
      let installation = try? RecordCoding.decode(Installation.self, from: body), installation.id == entry.id,
      installation.code == code, installation.revision == entry.revision
    else { throw InspectionRefused.recordUnreadable(entry.id) }
    try check(installation)
    return Found(
      installation: installation, source: .platform, sha256: entry.sha256, body: body, fault: nil,
      platform: platform)
  }

  // MARK: -

  /// Checks that there is an installed welder to be held against the record.
  private func check(_ installation: Installation) throws {
    workplace.concerned = installation.id
    switch installation.status {
    case .closed, .delivered: return
    case .surveyed, .open, .retired, .void:
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

/// The reason why there is nothing to inspect.
enum InspectionRefused: Error {
  /// Neither this laptop nor the platform has a record of the code.
  case recordUnknown(LabelCode)
  /// This laptop has no record of the code, and the platform could not be asked.
  case recordUnreachable(LabelCode?, SyncReason)
  /// The platform's record cannot be read, or is not the one that its list names.
  case recordUnreadable(InstallationID)
  case notInstalled(InstallationID, Installation.Status)
}
