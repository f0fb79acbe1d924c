extension Installation {
  // MARK: - The state of a repair

  /// Whether this revision is not closed, so that it takes further events without a next revision.
  public var isInWork: Bool { closedAt == nil }

  /// Whether a module is installed and the record closed, so that the welder can be inspected, repaired, sold
  /// and moved.
  public var isInstalled: Bool {
    switch status {
    case .closed, .delivered, .outOfUse: !isInWork
    case .surveyed, .open, .retired, .refused, .void: false
    }
  }

  /// The repair that was reported and is not over; nil where there is none.
  public var openRepair: Repair? {
    switch status {
    case .retired, .refused, .void: nil
    case .surveyed, .open, .closed, .delivered, .outOfUse:
      repairs?.last.flatMap { $0.closedAt == nil ? $0 : nil }
    }
  }

  /// Whether the technician is at the welder to repair it.
  public var isInRepair: Bool { openRepair?.isBegun == true }

  /// The step to which a photo belongs. The photo of an authority belongs to the confirmation of a repair while
  /// there is one.
  public func step(of stage: Photo.Stage) -> Step { stage == .authority && isInRepair ? .confirm : stage.step }

  /// The technician in charge of the present work: during a repair the one who came to the welder, otherwise
  /// the one on record. It is nil for a surveyed welder.
  public var technicianInCharge: Technician? { openRepair?.found?.technician ?? technician }

  /// The history since the present repair began, from the entry of its beginning; empty where no repair is
  /// begun.
  public var historyOfRepair: ArraySlice<HistoryEntry> {
    guard let number = openRepair?.number,
      let begun = history.lastIndex(where: { $0.event == "repairBegun" && $0.repair == number })
    else { return [] }
    return history[begun...]
  }

  // MARK: - The events of a repair

  mutating func open(_ opened: InstallationEvent.RepairOpened, at: Timestamp, _ entry: inout HistoryEntry) {
    let number = openRepair?.number ?? (repairs?.count ?? 0) + 1
    if openRepair == nil {
      repairs = (repairs ?? []) + [Repair(number: number, opened: opened, at: at)]
    } else {
      change { repair in
        if repair.fault != opened.fault {
          repair.fault = WrittenText(asKept: "\(repair.fault.text)；\(opened.fault.text)")
        }
        repair.isUnsafe = repair.isUnsafe || opened.isUnsafe
        repair.isUsable = repair.isUnsafe ? nil : repair.isUsable
        repair.isTampered = repair.isTampered || opened.isTampered
        repair.reporter = repair.reporter ?? opened.reporter
      }
    }
    entry.reason = opened.fault
    note(number, isUnsafe: opened.isUnsafe, isTampered: opened.isTampered, in: &entry)
  }

  mutating func begin(_ begun: InstallationEvent.RepairBegun, at: Timestamp, _ entry: inout HistoryEntry) {
    photos += begun.photos
    closedAt = nil
    let sealNumber = seal?.number
    change { repair in
      repair.found = Repair.Finding(
        at: at, technician: begun.technician, seal: begun.seal, sealNumber: sealNumber, verdict: begun.verdict,
        note: begun.note, photoSha256: begun.photos.map(\.sha256))
      repair.isUnsafe = repair.isUnsafe || begun.isUnsafe == true
      repair.isUsable = repair.isUnsafe ? nil : repair.isUsable
      repair.isTampered = repair.isTampered || begun.isTampered == true
    }
    entry.reason = begun.note
    entry.verdict = begun.verdict
    entry.sealFound = begun.seal
    entry.sealNumber = sealNumber
    note(
      repairs?.last?.number, isUnsafe: begun.isUnsafe == true, isTampered: begun.isTampered == true, in: &entry)
  }

  private func note(_ number: Int?, isUnsafe: Bool, isTampered: Bool, in entry: inout HistoryEntry) {
    entry.repair = number
    entry.isUnsafe = isUnsafe ? true : nil
    entry.isTampered = isTampered ? true : nil
  }

  mutating func retire(
    by retired: InstallationEvent.ModuleRetired, at: Timestamp, _ entry: inout HistoryEntry
  ) {
    photos += retired.photos
    entry.serialNumber = retired.serialNumber
    entry.keyID = retired.keyID
    entry.reason = retired.reason
    entry.isDead = retired.isDead ? true : nil
    retire(module ?? ModuleRecord(), by: retired, at: at)
    module = nil
  }

  /// Keeps a module that was replaced without an event of its own.
  mutating func retire(_ module: ModuleRecord, at: Timestamp) {
    guard let serialNumber = module.serialNumber else { return }
    retire(
      module,
      by: InstallationEvent.ModuleRetired(
        serialNumber: serialNumber, keyID: module.keyID, isDead: false, reason: Self.exchanged, photos: []),
      at: at)
  }

  private mutating func retire(
    _ module: ModuleRecord, by retired: InstallationEvent.ModuleRetired, at: Timestamp
  ) {
    let isSame = module.serialNumber == retired.serialNumber
    retiredModules =
      (retiredModules ?? []) + [
        RetiredModule(
          serialNumber: retired.serialNumber, keyID: retired.keyID, chip: isSame ? module.chip : nil,
          firmwareVersion: isSame ? module.firmwareVersion : nil, pairedAt: isSame ? module.pairedAt : nil,
          retiredAt: at, isDead: retired.isDead, reason: retired.reason,
          photoSha256: retired.photos.map(\.sha256))
      ]
  }

  private static let exchanged = WrittenText(asKept: "更换模块")

  mutating func close(by closed: InstallationEvent.RepairClosed, at: Timestamp) {
    change { repair in
      repair.done = closed.done
      repair.addendum = closed.addendum
      repair.closedAt = at
    }
    status = .closed
    closedAt = at
  }

  private mutating func change(_ body: (inout Repair) -> Void) {
    guard var all = repairs, var last = all.popLast() else { return }
    body(&last)
    repairs = all + [last]
  }

  /// Sets the status by the welder's safety. A welder whose fault makes it unsafe is out of use until a test
  /// that counts has passed. A welder that failed the last test of its repair is out of use, too, whatever the
  /// report of its fault says.
  mutating func judgeSafety() {
    guard let repair = openRepair else { return }
    let hasFailed = isInRepair && isTestedInRepair && test?.passed == false
    let isOut = hasFailed || repair.isUnsafe && !(isInWork && testCounts && test?.passed == true)
    if isOut {
      status = .outOfUse
    } else if isInWork {
      status = .open
    } else if status == .outOfUse {
      status = .closed
    }
  }

  /// Keeps the present label as an earlier one before another replaces it. A label that is made again before
  /// the first signature is not kept.
  mutating func replaceLabel(at: Timestamp) {
    guard isInRepair || earlierOwners != nil, let label else { return }
    earlierLabels = (earlierLabels ?? []) + [EarlierLabel(label: label, until: at)]
  }

  // MARK: - Another owner, another place, the end

  mutating func transfer(
    _ transferred: InstallationEvent.Transferred, at: Timestamp, _ entry: inout HistoryEntry
  ) {
    earlierOwners =
      (earlierOwners ?? []) + [EarlierOwner(owner: owner, until: at, agreementSha256: agreement?.sha256)]
    owner = transferred.owner
    technician = transferred.technician
    if let agreement { earlierAgreements = (earlierAgreements ?? []) + [agreement] }
    (status, closedAt, agreement, handover) = (.open, nil, nil, nil)
    entry.redo = transferred.redo.isEmpty ? nil : transferred.redo
  }

  mutating func withdraw(_ withdrawn: InstallationEvent.Withdrawn, at: Timestamp, _ entry: inout HistoryEntry) {
    photos += withdrawn.photos
    change { if $0.closedAt == nil { $0.closedAt = at } }
    status = .retired
    closedAt = at
    retiredReason = withdrawn.reason
    welder.condition = .retired
    entry.reason = withdrawn.reason
  }
}
