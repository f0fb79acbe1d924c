import Fieldbook
import Records

/// An installation that this weldtech has locked for itself. Every step of the walk takes one, and only
/// `Walk.alone(with:_:)` makes one, so that no command can forget the lock.
final class LockedInstallation {
  /// The present record, read under the lock.
  fileprivate(set) var record: Installation
  fileprivate let lock: InstallationLock

  fileprivate init(record: Installation, lock: InstallationLock) {
    self.record = record
    self.lock = lock
  }

  var id: InstallationID { record.id }
}

extension Walk {
  /// Runs `body` on the present record while no other weldtech works on this installation.
  /// - Throws: `InstallationBusy`.
  func alone<Result>(with id: InstallationID, _ body: (LockedInstallation) throws -> Result) throws -> Result {
    try locked(id) { try body(LockedInstallation(record: try fieldbook.installation(id), lock: $0)) }
  }

  /// Voids a record, even one that cannot be read.
  /// - Throws: `InstallationBusy`.
  func void(_ id: InstallationID, reason: WrittenText) throws {
    try locked(id) {
      try fieldbook.void(reason, holding: $0, by: try technicianOrOffice(), at: now())
    }
  }

  /// Appends `events`, all or none.
  /// - Returns: the record with the events, which `installation` holds from here on.
  @discardableResult
  func append(_ events: [InstallationEvent], to installation: LockedInstallation) throws -> Installation {
    guard !events.isEmpty else { return installation.record }
    installation.record = try fieldbook.append(
      events, holding: installation.lock, by: try technicianOrOffice(), at: now())
    return installation.record
  }

  @discardableResult
  func append(_ event: InstallationEvent, to installation: LockedInstallation) throws -> Installation {
    try append([event], to: installation)
  }

  /// Appends an inspection of the installed welder, which makes a revision of its own.
  /// - Returns: the record with the inspection.
  func append(_ inspection: Inspection, to installation: LockedInstallation) throws -> Installation {
    installation.record = try fieldbook.append(inspection, holding: installation.lock, at: now())
    return installation.record
  }

  /// Closes the record with an agreement that was made of `proven`.
  func close(_ proven: Installation, with agreement: AgreementRecord, of installation: LockedInstallation)
    throws
    -> Installation
  {
    installation.record = try fieldbook.close(
      proven, with: agreement, holding: installation.lock, by: try technician(), at: now())
    return installation.record
  }

  /// Closes the record with the owner's confirmation of a repair, which was made of `proven`.
  func close(
    _ proven: Installation, with confirmation: InstallationEvent.RepairClosed,
    of installation: LockedInstallation
  ) throws -> Installation {
    installation.record = try fieldbook.close(
      proven, with: confirmation, holding: installation.lock, by: try technician(), at: now())
    return installation.record
  }

  private func locked<Result>(_ id: InstallationID, _ body: (InstallationLock) throws -> Result) throws
    -> Result
  {
    workplace.concerned = id
    guard let lock = try fieldbook.lock(installation: id) else { throw InstallationBusy(id: id) }
    defer { lock.release() }
    return try body(lock)
  }
}

extension Workplace {
  /// Finds the installation on which a step works. A laptop without a technician is refused before any
  /// question.
  /// - Throws: the errors of `technician()` and of the fieldbook.
  func installation(forStepOn reference: String) throws -> Installation {
    _ = try technician()
    return try fieldbook().installation(matching: reference)
  }

  /// Finds the installation that is corrected, planned or voided. A company's office may do this only while the
  /// installation is surveyed.
  /// - Throws: the errors of `technician()` and of the fieldbook.
  func installation(forCorrecting reference: String) throws -> Installation {
    guard try fieldbook().setup().desk == true else { return try installation(forStepOn: reference) }
    let installation = try fieldbook().installation(matching: reference)
    guard installation.status == .surveyed else { throw SetupMissing.technician }
    return installation
  }

  /// Runs one step of the walk on an installation while no other weldtech works on it.
  /// - Throws: `InstallationBusy`.
  func step<Result>(
    on installation: Installation, _ body: (Walk, LockedInstallation) throws -> Result
  ) throws -> Result {
    let walk = Walk(workplace: self)
    return try walk.alone(with: installation.id) { try body(walk, $0) }
  }
}
