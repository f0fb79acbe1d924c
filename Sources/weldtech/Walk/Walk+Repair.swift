import Fieldbook
import Records
import Terminal

extension Walk {
  // MARK: - A report

  /// Puts a fault on record. The record's next revision is closed and queued at once.
  /// - Throws: `StepRefused`, and the fieldbook's refusals.
  func report(_ opened: InstallationEvent.RepairOpened, on installation: LockedInstallation) throws
    -> Installation
  {
    if let refusal = installation.record.refusal(ofReporting: opened) {
      throw StepRefused(step: nil, refusal: refusal)
    }
    return try append(.repairOpened(opened), to: installation)
  }

  // MARK: - On the spot

  /// What a technician says of a welder before anything on it is changed.
  struct FindingOrder {
    var seal: Repair.SealFound
    /// The verdict of the inspection; nil where the module did not reply.
    var verdict: Inspection.Verdict?
    var isUnsafe = false
    var isTampered = false
    var note: WrittenText?
    /// Paths of the photos of the seal and of the welder as they were found.
    var photos: [String]
    /// The reason why a photo is right although it resembles one of another installation.
    var photoReason: WrittenText?
  }

  /// Puts on record what was found, after which the record is in work.
  /// - Throws: `RepairNeedsPhoto`, `StepRefused`, the errors of photos, and the fieldbook's refusals.
  func begin(_ order: FindingOrder, on installation: LockedInstallation) throws -> Installation {
    try require(.repair, of: installation)
    let photos = try found(order.photos, reason: order.photoReason, of: installation)
    guard !photos.isEmpty else { throw RepairNeedsPhoto() }
    return try append(
      .repairBegun(
        InstallationEvent.RepairBegun(
          technician: try technician(), seal: order.seal, verdict: order.verdict,
          isUnsafe: order.isUnsafe ? true : nil, isTampered: order.isTampered ? true : nil, note: order.note,
          photos: photos)),
      to: installation)
  }

  /// Puts on record that the module was taken out.
  /// - Parameters:
  ///   - photos: paths of photos of the module; at least one of a dead one.
  ///   - reason: the reason for taking the module out; nil takes the fault that was reported.
  /// - Throws: `RepairNeedsPhoto`, `StepRefused`, and the errors of photos.
  func retireModule(
    _ serialNumber: String, isDead: Bool, reason: WrittenText?, photos files: [String],
    photoReason: WrittenText?,
    of installation: LockedInstallation
  ) throws -> Installation {
    let record = installation.record
    if let refusal = record.refusal(ofRetiring: serialNumber) { throw StepRefused(step: nil, refusal: refusal) }
    guard let repair = record.openRepair else { throw StepRefused(step: nil, refusal: .noRepair) }
    let photos = try found(files, reason: photoReason, of: installation)
    if isDead, photos.isEmpty { throw RepairNeedsPhoto() }
    return try append(
      .moduleRetired(
        InstallationEvent.ModuleRetired(
          serialNumber: serialNumber, keyID: record.module?.keyID, isDead: isDead,
          reason: reason ?? repair.fault,
          photos: photos)),
      to: installation)
  }

  // MARK: - Another owner, another place, the end

  /// Puts another owner on record, who then has to be trained and to sign anew.
  func transfer(_ owner: Owner, of installation: LockedInstallation) throws -> Installation {
    let record = installation.record
    if let refusal = record.refusalOfChanging() { throw StepRefused(step: nil, refusal: refusal) }
    var fields = record.correctableFields
    fields.owner = owner
    let isLabelOutdated = try printsChanged(record, fields.changes(since: record.correctableFields))
    return try append(
      .transferred(
        InstallationEvent.Transferred(
          technician: try technician(), owner: owner, redo: isLabelOutdated ? [.label] : [])),
      to: installation)
  }

  /// Puts another place or another purpose on record.
  /// - Returns: the record, the changes, which are empty where nothing changed, and whether the label shows a
  ///   word that is no longer right.
  /// - Throws: `CorrectionRejected`, `StepRefused`.
  func move(_ fields: [RegistrationField: String], of installation: LockedInstallation) throws
    -> (installation: Installation, changes: [FieldChange], isLabelOutdated: Bool)
  {
    let record = installation.record
    if let refusal = record.refusalOfChanging(isMove: true) {
      throw StepRefused(step: nil, refusal: refusal)
    }
    let old = record.correctableFields
    let changes = try corrected(old, isSurveyed: false, by: fields).changes(since: old)
    guard !changes.isEmpty else { return (record, [], false) }
    let isLabelOutdated = try printsChanged(record, changes)
    return (
      try append(.moved(InstallationEvent.Moved(changes: changes)), to: installation), changes, isLabelOutdated
    )
  }

  /// Whether an installed welder was moved since its label was made, and the label shows a word that is no
  /// longer right.
  func isLabelOutdated(of record: Installation) throws -> Bool {
    guard record.isInstalled, let labelled = record.history.lastIndex(where: { $0.event == "labelled" }) else {
      return false
    }
    let moves = record.history[labelled...].filter { $0.event == "moved" }
    let changes = moves.flatMap { $0.changes ?? [] }
    // A welder that was moved back stands where its label says.
    let lasting = changes.filter { change in
      changes.first { $0.field == change.field }?.from != changes.last { $0.field == change.field }?.to
    }
    return try printsChanged(record, lasting)
  }

  /// Takes an installed welder out of use for good. Its record closes as retired and is queued.
  /// - Throws: `RepairNeedsPhoto`, `StepRefused`, and the errors of photos.
  func withdraw(
    _ reason: WrittenText, photos files: [String], photoReason: WrittenText?,
    of installation: LockedInstallation
  ) throws -> Installation {
    if let refusal = installation.record.refusalOfWithdrawing { throw StepRefused(step: nil, refusal: refusal) }
    let photos = try found(files, reason: photoReason, of: installation)
    guard !photos.isEmpty else { throw RepairNeedsPhoto() }
    return try append(
      .withdrawn(
        InstallationEvent.Withdrawn(technician: try technician(), reason: reason, photos: photos)),
      to: installation)
  }

  /// Inspects and stores photos of a welder as it was found; the record does not name them yet.
  private func found(_ files: [String], reason: WrittenText?, of installation: LockedInstallation) throws
    -> [Photo]
  {
    var intake = PhotoIntake(walk: self, reason: reason, installation: installation.record)
    return try files.compactMap { try intake.take($0, stage: .found) }
  }
}

/// The error that there is no photo of what was found at a welder.
struct RepairNeedsPhoto: Error {}

extension RepairNeedsPhoto: Explained {
  var failure: Failure {
    Failure(
      code: "repair.photo",
      message: Text(zh: "要有一张现场照片作证据", en: "a photo of what was found is needed as evidence"),
      hint: Text(
        zh: "拍一张没有用过的照片：到场时 --seal-photo，坏模块 --photo，停用 retire --photo",
        en:
          "take a photo that was not used before: --seal-photo on the spot, --photo of a dead module or of a retired welder"
      ), exit: .badData)
  }
}
