/// An installation's record: what `show --json` prints and `sync` sends. A record is the sum of its events and
/// changes only by `apply`.
public struct Installation: Hashable, Sendable, Codable {
  public static let schema = "weldtech.installation/1"

  public enum Status: String, Hashable, Sendable, Codable, CaseIterable {
    case surveyed, open, closed, delivered, outOfUse, retired, refused, void

    /// Whether a welder of this status is to get a module, or its owner has to sign for the one that it has.
    public var awaitsModule: Bool {
      switch self {
      case .surveyed, .open: true
      case .closed, .delivered, .outOfUse, .retired, .refused, .void: false
      }
    }
  }

  public private(set) var schema = Installation.schema
  public let id: InstallationID
  public private(set) var code: LabelCode?
  public internal(set) var status: Status
  /// The number of this revision of the record, from 1. A closed record that is worked on again gets a new
  /// revision.
  public private(set) var revision: Int
  /// SHA-256 of the bytes of the revision before this one, lower-case hex; nil for the first.
  public private(set) var previousSha256: String?
  /// The moment of the registration; for a surveyed record the moment of its survey.
  public private(set) var openedAt: Timestamp
  public internal(set) var closedAt: Timestamp?
  public internal(set) var remarks: WrittenText?
  /// The reason why the welder was retired; nil for a fit one.
  public internal(set) var retiredReason: WrittenText?
  /// The owner's reason for refusing or withdrawing; nil for other outcomes.
  public private(set) var refusedReason: WrittenText?
  /// Who registered the welder; nil for a surveyed one, which nobody has visited.
  public internal(set) var technician: Technician?
  public internal(set) var owner: Owner
  public internal(set) var welder: Welder
  public internal(set) var module: ModuleRecord?
  public private(set) var scheme: SchemeReference?
  public internal(set) var photos: [Photo]
  /// The latest run of the functional test; earlier ones stay in the event log and in `history`.
  public private(set) var test: TestReport?
  public internal(set) var label: LabelRecord?
  public private(set) var seal: Seal?
  public private(set) var survey: Survey
  /// The day on which a surveyed welder is to be fitted; nil where none is settled.
  public private(set) var appointment: Appointment?
  public internal(set) var handover: Handover?
  public internal(set) var agreement: AgreementRecord?
  /// The agreements that were signed before the record was corrected, oldest first; nil where there is none.
  public internal(set) var earlierAgreements: [AgreementRecord]?
  public private(set) var funding: Funding
  /// The inspections of the installed welder, oldest first; nil where there was none.
  public private(set) var inspections: [Inspection]?
  /// The repairs of the installed welder, oldest first; nil where there was none.
  public internal(set) var repairs: [Repair]?
  /// The modules that the welder had before the present one, oldest first; nil where there were none.
  public internal(set) var retiredModules: [RetiredModule]?
  /// The owners whom the welder had before the present one, oldest first; nil where there were none.
  public internal(set) var earlierOwners: [EarlierOwner]?
  /// The labels that the welder had before the present one, oldest first; nil where there were none.
  public internal(set) var earlierLabels: [EarlierLabel]?
  public internal(set) var history: [HistoryEntry]

  /// Opens a record with its first event; the record of a retired welder is closed at once.
  public init(id: InstallationID, registered: InstallationEvent.Registered, at: Timestamp, entrySha256: String)
  {
    self.id = id
    code = registered.code
    revision = 1
    openedAt = at
    remarks = registered.remarks
    technician = registered.technician
    owner = registered.owner
    welder = registered.welder
    scheme = registered.scheme
    retiredReason = registered.retiredReason
    photos = []
    survey = Survey(filledBy: registered.technician.name, filledByPhone: registered.technician.phone)
    funding = Funding(industry: registered.owner.industry, fittedOn: at.day)
    history = []
    if registered.welder.condition == .retired {
      status = .retired
      closedAt = at
      funding = Funding(payer: .owner, reason: .retired)
    } else {
      status = .open
    }
    var entry = HistoryEntry(at: at, event: InstallationEvent.registered(registered).name, sha256: entrySha256)
    entry.reason = registered.retiredReason
    entry.duplicate = registered.duplicate
    history.append(entry)
  }

  /// Makes the record of a row of a survey list.
  public init(id: InstallationID, surveyed: InstallationEvent.Surveyed, at: Timestamp, entrySha256: String) {
    self.id = id
    revision = 1
    openedAt = at
    remarks = surveyed.remarks
    owner = surveyed.owner
    welder = surveyed.welder
    photos = []
    survey = surveyed.survey
    funding = Funding(industry: surveyed.owner.industry, fittedOn: at.day)
    status = .surveyed
    history = [HistoryEntry(at: at, event: InstallationEvent.surveyed(surveyed).name, sha256: entrySha256)]
  }

  /// Adds one event. The event is already in the log, so that nothing is refused here; `refusal(of:)` is asked
  /// before an event is made.
  public mutating func apply(_ event: InstallationEvent, at: Timestamp, entrySha256: String) {
    var entry = HistoryEntry(at: at, event: event.name, sha256: entrySha256)
    switch event {
    case .surveyed(let surveyed):
      for change in surveyed.changes ?? [] { change.apply(to: &self) }
      survey = surveyed.survey
      funding = Funding(industry: owner.industry, fittedOn: openedAt.day)
      entry.changes = surveyed.changes
    case .planned(let planned): appointment = planned.appointment
    case .registered(let registered):
      // A registration that opens a record is handled by `init`; this one is of a surveyed welder.
      guard status == .surveyed else { return }
      let earlier = self
      self = Installation(id: id, registered: registered, at: at, entrySha256: entrySha256)
      survey = earlier.survey
      survey.filledBy = survey.filledBy ?? registered.technician.name
      survey.filledByPhone = survey.filledByPhone ?? registered.technician.phone
      appointment = earlier.appointment
      history = earlier.history + history
      return
    case .photographed(let photo):
      photos.append(photo)
      entry.reason = photo.reason
    case .flashBegun(let attempt):
      var module = module ?? ModuleRecord()
      module.flashing = attempt
      self.module = module
      entry.serialNumber = attempt.serialNumber
      entry.keyID = attempt.keyID
      entry.firmwareVersion = attempt.firmwareVersion
      entry.previousFirmwareVersion = attempt.firmwareVersion.map { _ in attempt.installedVersion }
      entry.authority = attempt.authority
    case .flashed(let flashed):
      var module = module ?? ModuleRecord()
      // A run that was cut off may have changed the firmware, and the next one then finds it there.
      let wasOnRecord = module.firmwareSha256 == nil || module.firmwareSha256 == flashed.firmwareSha256
      module.chip = flashed.chip
      module.firmwareVersion = flashed.firmwareVersion
      module.firmwareSha256 = flashed.firmwareSha256
      module.flashing = nil
      if flashed.keyErased == true {
        entry.keyID = module.keyID
        (module.keyID, module.pairedAt) = (nil, nil)
      }
      self.module = module
      entry.firmwareVersion = flashed.firmwareVersion
      entry.previousFirmwareVersion = flashed.previousFirmwareVersion
      entry.keyErased = flashed.keyErased
      entry.skipped = flashed.skipped && wasOnRecord ? true : nil
      entry.authority = flashed.authority
      entry.openSealCounts = flashed.openSealCounts
      entry.sealStayedClosed = flashed.sealStayedClosed
    case .inspected(let inspection):
      var module = module ?? ModuleRecord()
      module.inspection = inspection
      self.module = module
      entry.serialNumber = inspection.serialNumber
      entry.keyID = inspection.keyID
      entry.reason = inspection.reason
    case .paired(let paired):
      var module = module ?? ModuleRecord()
      if isInRepair, let before = module.serialNumber, before != paired.serialNumber {
        retire(module, at: at)
        module = ModuleRecord(firmwareOf: module)
      }
      let isAnother = module.serialNumber != paired.serialNumber || module.keyID != paired.keyID
      module.replacement = paired.replacement ?? (isAnother ? nil : module.replacement)
      module.serialNumber = paired.serialNumber
      module.keyID = paired.keyID
      module.imei = paired.imei
      module.iccid = paired.iccid
      module.pairedAt = at
      module.state = paired.state
      entry.statesModule = paired.state == nil ? nil : true
      self.module = module
      entry.serialNumber = paired.serialNumber
      entry.keyID = paired.keyID
      entry.replacement = paired.replacement
      entry.duplicate = paired.duplicate
    case .labelled(let label):
      replaceLabel(at: at)
      self.label = label
    case .sealed(let seal):
      self.seal = seal
      entry.sealNumber = seal.number
    case .tested(let report):
      test = report
      entry.passed = report.passed
      // A module that answers with the firmware of before has not been changed by a flashing that was cut off
      // or refused.
      if let attempt = module?.flashing, attempt.erasesKey != true,
        report.moduleState?.imageSha256 == attempt.state.imageSha256
      {
        module?.flashing = nil
      }
      take(report.moduleState, into: &entry)
    case .protected(let protected):
      module?.flashing = nil
      entry.authority = protected.authority
    case .handedOver(let handover): self.handover = handover
    case .signed(let agreement):
      self.agreement = agreement
      status = .closed
      closedAt = at
      // The deadline is compared with the day on the agreement, even where midnight lies between the signature
      // and its entry.
      funding = Funding(industry: owner.industry, fittedOn: fittedOn(signedAt: agreement.signedAt))
    case .voided(let reason):
      status = .void
      closedAt = closedAt ?? at
      entry.reason = reason
    case .welderInspected(let inspection):
      inspections = (inspections ?? []) + [inspection]
      entry.verdict = inspection.verdict
      // A state that is not as recorded, or not proven, is no reference for a later inspection.
      take(inspection.verdict == .asRecorded ? inspection.state : nil, into: &entry)
    case .corrected(let correction):
      correct(by: correction)
      entry.changes = correction.changes
      entry.redo = correction.redo.isEmpty ? nil : correction.redo
      entry.duplicate = correction.duplicate
    case .refused(let refused):
      status = .refused
      closedAt = at
      refusedReason = refused.reason
      technician = technician ?? refused.technician
      if refused.releasesCode { code = nil }
      entry.reason = refused.reason
    case .repairOpened(let opened): open(opened, at: at, &entry)
    case .repairBegun(let begun): begin(begun, at: at, &entry)
    case .moduleRetired(let retired): retire(by: retired, at: at, &entry)
    case .repairClosed(let closed): close(by: closed, at: at)
    case .transferred(let transferred): transfer(transferred, at: at, &entry)
    case .moved(let moved):
      for change in moved.changes { change.apply(to: &self) }
      entry.changes = moved.changes
    case .withdrawn(let withdrawn): withdraw(withdrawn, at: at, &entry)
    case .adopted(let adopted):
      // A record that was taken over is begun by `init`; the entry says where the record came from.
      entry.adoption = Adoption(
        source: adopted.source, revision: adopted.revision, sha256: adopted.sha256,
        technician: adopted.technician)
    }
    history.append(entry)
    judgeSafety()
  }

  /// Puts corrected values in the place of the old ones. A signed record is open again, because its owner has
  /// to sign what it says now.
  private mutating func correct(by correction: InstallationEvent.Corrected) {
    for change in correction.changes { change.apply(to: &self) }
    if let scheme = correction.scheme { self.scheme = scheme }
    if status == .closed || status == .delivered {
      if let agreement { earlierAgreements = (earlierAgreements ?? []) + [agreement] }
      (status, closedAt, agreement) = (.open, nil, nil)
    }
    if status == .open || status == .surveyed {
      funding = Funding(
        industry: owner.industry, fittedOn: fittedOn(signedAt: earlierAgreements?.first?.signedAt ?? openedAt))
    }
  }

  /// The day on which the module counts as fitted where the record is signed at `signedAt`: that of the first
  /// signature, because a corrected record is signed again without new work.
  public func fittedOn(signedAt: Timestamp) -> CalendarDay {
    (earlierAgreements?.first?.signedAt ?? signedAt).day
  }

  /// Whether the record says that this module is paired to its welder.
  public func isPaired(with serialNumber: String) -> Bool {
    module?.serialNumber == serialNumber && module?.pairedAt != nil
  }

  /// Whether an owner has ever signed for this welder, whatever was opened since.
  public var wasSigned: Bool { agreement != nil || earlierAgreements?.isEmpty == false }

  /// Whether the owner has signed, and has to sign again because the record was corrected since.
  public var isSignatureDue: Bool { status == .open && earlierAgreements != nil && agreement == nil }

  /// Keeps the state that the module reported, so that a later inspection can compare with it.
  private mutating func take(_ state: ModuleState?, into entry: inout HistoryEntry) {
    guard let state, module != nil else { return }
    module?.state = state
    entry.statesModule = true
  }

  /// Starts the next revision of a closed record. The caller then applies the event that makes the revision.
  /// - Parameter sha256: digest of the bytes of the revision that was closed, lower-case hex.
  public mutating func beginRevision(after sha256: String) {
    revision += 1
    previousSha256 = sha256
  }

  /// Whether this record and `other` have the same content. The history of a record that an earlier program made lacks
  /// some of what its log entries say of a flashing; this difference is ignored.
  public func isSame(as other: Installation) -> Bool {
    guard history.count == other.history.count else { return false }
    var (left, right) = (self, other)
    for index in history.indices where history[index].event == "flashed" {
      left.history[index].dropWhatIsMissing(in: other.history[index])
      right.history[index].dropWhatIsMissing(in: history[index])
    }
    return left == right
  }

  /// The record without all that an inspection adds to it or changes in it.
  var withoutInspections: Installation {
    var copy = self
    copy.revision = 1
    copy.previousSha256 = nil
    copy.inspections = nil
    copy.history = []
    copy.module?.state = nil
    copy.markDelivered()
    return copy
  }

  /// Records that the platform has acknowledged this revision. The bytes that were sent stay unchanged, since
  /// delivery is known by the queue and is no event of the installation.
  public mutating func markDelivered() {
    if status == .closed { status = .delivered }
  }
}

extension HistoryEntry {
  /// Drops the facts of a flashing that earlier programs left out of the history, where `other` lacks them.
  fileprivate mutating func dropWhatIsMissing(in other: HistoryEntry) {
    if other.skipped == nil { skipped = nil }
    if other.firmwareVersion == nil { firmwareVersion = nil }
    if other.keyErased == nil { (keyErased, keyID) = (nil, nil) }
  }
}
