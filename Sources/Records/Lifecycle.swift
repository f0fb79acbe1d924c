/// The steps of the walk, in the plan's order, and those of a repair.
public enum Step: String, Hashable, Sendable, Codable, CaseIterable {
  case photoBefore, flash, pair, label, seal, test, photoAfter, handover, sign
  /// The repair of a fault that was reported: the technician goes to the welder and mends it.
  case repair
  /// The owner confirms the repair.
  case confirm

  /// The steps of the walk, in the plan's order.
  public static let walk: [Step] = [
    .photoBefore, .flash, .pair, .label, .seal, .test, .photoAfter, .handover, .sign,
  ]
}

/// The reason why a step may not be taken now.
public enum StepRefusal: Error, Hashable, Sendable {
  /// Other steps have to come first; they are in the order of the walk.
  case needs([Step])
  case certificateExpired(CalendarDay)
  /// The welder is on a survey list, and nobody has registered it on the spot.
  case surveyed
  case retired
  case void
  /// The owner has refused the installation.
  case refused
  /// The welder is registered already, so that no appointment is made any more.
  case registered
  /// The record is closed; a change to an installed welder is a repair.
  case closed
  /// The record was signed and corrected since; its welder is installed, so that nobody can refuse it.
  case signedBefore
  /// The seal is older than the present module, firmware or pairing behind it, so a new seal is needed.
  case sealOutdated
  /// The last test that counts (after the seal) failed.
  case testNotPassed
  /// The last test is older than the present seal, firmware or pairing, so it does not count.
  case testBeforeSeal
  /// The last test was run by the limits of a scheme that a correction has replaced.
  case testOutdated
  /// A flashing was begun, and nobody knows what came of it.
  case flashUnfinished
  /// A fault was reported, and the repair has to come first or to be finished.
  case repairOpen
  /// No fault is reported, so that there is no repair to go on with.
  case noRepair
  /// Nobody has put on record yet what was found at the welder.
  case repairNotBegun
  /// No module is installed, or the record is in work.
  case notInstalled
  /// The record has the module with this serial number, which has to be put on record as taken out first.
  case moduleOnRecord(String)
  /// The module to be taken out is not the record's; the value is the serial number of the record's module.
  case otherModule(String)
  /// The module on the cable is taken out by this repair; the value is its serial number.
  case moduleTakenOut(String)
  /// Nobody has tested the welder since the technician came to repair it.
  case testBeforeRepair
  /// The code is printed on the label and stored in the module already, and cannot be changed.
  case otherCode(LabelCode)
}

extension Installation {
  public func has(_ stage: Photo.Stage) -> Bool { photos.contains { $0.stage == stage } }

  /// Whether the last test counts, because it was run with the present seal, module and firmware. The order of
  /// the history decides, since a clock can be set back and has only whole seconds.
  public var testCounts: Bool {
    guard let tested = history.lastIndex(where: { $0.event == "tested" }),
      let sealed = history.lastIndex(where: { $0.event == "sealed" }), tested > sealed
    else { return false }
    return !history[tested...].contains { $0.changesTheModule || $0.isUnsafe == true } && !isOutdated(.test)
  }

  /// Whether the welder was tested since the technician came to repair it; without a repair it is true.
  var isTestedInRepair: Bool { !isInRepair || historyOfRepair.contains { $0.event == "tested" } }

  /// Whether a correction has made the result of `step` untrue since the step was last done. This concerns only
  /// the label, which prints words of the registration, the test, whose limits are the scheme's, and the
  /// handover, whose count and note depend on the number of operators.
  public func isOutdated(_ step: Step) -> Bool {
    let event: String
    switch step {
    case .label: event = "labelled"
    case .test: event = "tested"
    case .handover: event = "handedOver"
    case .photoBefore, .flash, .pair, .seal, .photoAfter, .sign, .repair, .confirm: return false
    }
    guard let done = history.lastIndex(where: { $0.event == event }) else { return false }
    return history[done...].contains { $0.redo?.contains(step) == true }
  }

  /// Whether the seal holds: since it was put on, the module was not exchanged, paired anew or written to, and
  /// nobody found the seal broken or missing. An update through the module's own firmware with the seal's loop
  /// closed does not count. Without a seal it is false.
  public var sealHolds: Bool {
    guard let sealed = history.lastIndex(where: { $0.event == "sealed" }) else { return false }
    return !history[sealed...].contains {
      $0.changesTheModule && $0.sealStayedClosed != true || ![nil, .intact].contains($0.sealFound)
    }
  }

  /// Whether the record holds the result of `step`.
  public func isDone(_ step: Step) -> Bool {
    switch step {
    case .photoBefore: has(.before)
    case .flash: module?.firmwareSha256 != nil
    case .pair: module?.pairedAt != nil
    case .label: label?.verified == true && !isOutdated(.label)
    case .seal: sealHolds
    case .test: testCounts && test?.passed == true && isTestedInRepair
    case .photoAfter: has(.after)
    case .handover: handover != nil && !isOutdated(.handover)
    case .sign: agreement != nil
    case .repair: openRepair == nil || prerequisites(of: .confirm).allSatisfy(isDone) && module?.flashing == nil
    case .confirm: openRepair == nil
    }
  }

  /// The next step of an open record: the flashing, where one was begun and has no end, otherwise the first
  /// step that is not done. For a welder that was reported as faulty it is the repair, then the owner's
  /// confirmation. It is nil for any other record.
  public var nextStep: Step? {
    if let openRepair { return openRepair.isBegun && isDone(.repair) ? .confirm : .repair }
    guard status == .open else { return nil }
    return module?.flashing == nil ? Step.walk.first { !isDone($0) } : .flash
  }

  /// The reason why `step` may not be taken on `day` by `technician`; nil where it may. A step that is done may be
  /// taken again until the record is closed.
  public func refusal(of step: Step, by technician: Technician, on day: CalendarDay) -> StepRefusal? {
    switch status {
    case .retired: return .retired
    case .void: return .void
    case .refused: return .refused
    case .surveyed: return .surveyed
    case .closed, .delivered, .outOfUse, .open: break
    }
    if let refusal = refusalOfRepairStep(step) { return refusal }
    guard technician.mayWork(on: day) else { return .certificateExpired(technician.certificateExpires) }
    // Nobody signs for a firmware that the record may not have.
    if step == .sign || step == .confirm, module?.flashing != nil { return .flashUnfinished }
    let missing = prerequisites(of: step).filter { !isDone($0) }
    if missing.isEmpty { return nil }
    if missing.first == .seal, seal != nil { return .sealOutdated }
    if missing == [.test], let test {
      if isOutdated(.test) { return .testOutdated }
      if !isTestedInRepair { return .testBeforeRepair }
      return testCounts || seal == nil ? (test.passed ? .needs([.test]) : .testNotPassed) : .testBeforeSeal
    }
    return .needs(missing)
  }

  /// The reason why a step is no part of the present work; nil where it is. A closed record takes no step of
  /// the walk, and a repair is confirmed, not signed anew.
  private func refusalOfRepairStep(_ step: Step) -> StepRefusal? {
    switch step {
    case .repair:
      if openRepair == nil { return .noRepair }
      return isInRepair || isInstalled ? nil : .notInstalled
    case .confirm:
      if openRepair == nil { return .noRepair }
      return isInRepair ? nil : .repairNotBegun
    case .sign, .handover, .photoBefore, .photoAfter:
      return isInRepair ? .repairOpen : isInWork ? nil : openRepair == nil ? .closed : .repairNotBegun
    case .flash, .pair, .label, .seal, .test:
      return isInWork ? nil : openRepair == nil ? .closed : .repairNotBegun
    }
  }

  /// The reason why an installed welder cannot be reported as faulty, sold, or moved now; nil where it can.
  /// - Parameter isMove: whether the welder is moved, which a reported fault does not prevent.
  public func refusalOfChanging(isMove: Bool = false) -> StepRefusal? {
    switch status {
    case .retired: .retired
    case .void: .void
    case .refused: .refused
    case .surveyed, .open, .closed, .delivered, .outOfUse:
      if !isMove || isInRepair, openRepair != nil { .repairOpen } else { isInstalled ? nil : .notInstalled }
    }
  }

  /// The reason why a fault cannot be put on record; nil where it can. A second report, before the technician
  /// has come, counts where it says that the welder is unsafe or was taken apart and the first one does not.
  public func refusal(ofReporting opened: InstallationEvent.RepairOpened) -> StepRefusal? {
    guard let repair = openRepair, !isInRepair, status != .retired, status != .void,
      opened.isUnsafe && !repair.isUnsafe || opened.isTampered && !repair.isTampered
    else { return refusalOfChanging() }
    return nil
  }

  /// The reason why an installed welder cannot be taken out of use for good; nil where it can, also during its repair.
  public var refusalOfWithdrawing: StepRefusal? {
    switch status {
    case .retired: .retired
    case .void: .void
    case .refused: .refused
    case .surveyed, .open, .closed, .delivered, .outOfUse: isInstalled || isInRepair ? nil : .notInstalled
    }
  }

  /// The reason why the module on record cannot be taken out now; nil where it can.
  public func refusal(ofRetiring serialNumber: String) -> StepRefusal? {
    guard isInRepair else { return openRepair == nil ? .noRepair : .repairNotBegun }
    guard let present = module?.serialNumber else { return .needs([.pair]) }
    return present == serialNumber ? nil : .otherModule(present)
  }

  /// The reason why no field of the record may be corrected; nil where it may.
  public var refusalOfCorrecting: StepRefusal? {
    if openRepair != nil { return .repairOpen }
    return switch status {
    case .surveyed, .open, .closed, .delivered, .outOfUse, .retired: nil
    case .refused: .refused
    case .void: .void
    }
  }

  /// The reason why no appointment can be made; nil where one can.
  public var refusalOfPlanning: StepRefusal? {
    switch status {
    case .surveyed: nil
    case .open: .registered
    case .closed, .delivered, .outOfUse: .closed
    case .retired: .retired
    case .refused: .refused
    case .void: .void
    }
  }

  /// The reason why the owner cannot refuse the installation any more; nil where the owner can.
  public var refusalOfRefusing: StepRefusal? {
    switch status {
    case .surveyed, .open: agreement != nil || earlierAgreements?.isEmpty == false ? .signedBefore : nil
    case .closed, .delivered, .outOfUse: .closed
    case .retired: .retired
    case .refused: .refused
    case .void: .void
    }
  }

  /// The steps that have to be done before `step`. A test may be run at any time after pairing; only the
  /// signature requires all steps.
  private func prerequisites(of step: Step) -> [Step] {
    switch step {
    case .photoBefore: []
    case .flash: [.photoBefore]
    case .pair: [.photoBefore, .flash]
    case .label: [.photoBefore, .flash, .pair]
    case .seal: [.photoBefore, .flash, .pair, .label]
    case .test: [.photoBefore, .flash, .pair]
    case .photoAfter: [.photoBefore, .flash, .pair, .label, .seal]
    case .handover: [.photoBefore]
    case .sign: [.photoBefore, .flash, .pair, .label, .seal, .test, .photoAfter, .handover]
    case .repair: []
    case .confirm: [.flash, .pair, .label, .seal, .test]
    }
  }
}

extension HistoryEntry {
  /// Whether the entry changes the module, the firmware or the key behind the seal. Read protection and a
  /// flashing that wrote nothing change none of these; a module that is exchanged in a repair is on record as
  /// taken out, and the next one is always paired.
  fileprivate var changesTheModule: Bool {
    event == "paired" || event == "moduleRetired" || (event == "flashed" && skipped != true)
  }
}
