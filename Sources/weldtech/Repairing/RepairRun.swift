import Arguments
import Fieldbook
import Provision
import Records
import Terminal

/// The work at a welder that is repaired, from the inspection to the test that counts. Each step is on record
/// when it ends, and a step on record is not done again, so that the same command continues after a kill.
struct RepairRun {
  let workplace: Workplace
  let options: RepairCommand.Options

  var console: Console { workplace.console }

  /// Runs all work of a repair.
  /// - Returns: the record at the end; its next step is the owner's confirmation unless the test failed.
  func run(on installation: Installation) throws -> Installation {
    var verdict: Inspection.Verdict?
    try RepairRecorded.check(options, against: installation, workplace)
    if !installation.isInRepair, !options.isDead { verdict = try inspect(installation) }
    return try workplace.step(on: installation) { walk, locked in
      if !locked.record.isInRepair { try begin(locked, verdict, walk) }
      try work(on: locked, walk)
      return locked.record
    }
  }

  // MARK: - What is found

  /// Inspects the welder, unless an earlier run did so since the fault was reported, with the module on record.
  private func inspect(_ installation: Installation) throws -> Inspection.Verdict? {
    let opened = installation.history.lastIndex { $0.event == "repairOpened" }
    if let opened, installation.history[opened...].contains(where: { $0.event == "welderInspected" }),
      let earlier = installation.inspections?.last,
      earlier.checks.contains(where: { $0.topic == .serialNumber && $0.outcome == .passed })
    {
      return earlier.verdict
    }
    let port = try workplace.choosePort(options.port)
    try checkCable(port, of: installation)
    tell(Text(zh: "检查", en: "inspect"))
    let found = try RecordSource(workplace: workplace).find(installation.id.text)
    // The platform would never accept work on a record of which it has a later revision.
    guard case .ownRecord = found.keeping else { throw FieldbookError.recordGoneOn(installation.id) }
    let label =
      try options.report.labelPhoto.map { try InspectCommand.label(onPhoto: $0, workplace) } ?? .notGiven
    let run = InspectionRun(
      workplace: workplace, port: port, label: label, sealNumber: nil)
    let outcome: InspectionRun.Outcome
    do { outcome = try run.inspect(found, by: try workplace.inspector()) } catch let error as ProvisionError {
      let serialNumber = installation.module?.serialNumber ?? "SERIAL"
      console.say(
        Text(
          zh:
            "先接登记的模块 \(serialNumber)，查电源和线；它还有应答就不是坏模块，检查以后再换。确实没有应答：接上新模块，加 --old-module \(serialNumber) --dead --photo 照片",
          en:
            "connect the module on record, \(serialNumber), and look at supply and cable: while it answers it is not dead, and is exchanged after the inspection. If it does not: connect a new one, and add --old-module \(serialNumber) --dead --photo F"
        ))
      throw error
    }
    if let failure = outcome.failure { throw failure }
    if !console.isJSON { InspectionTexts.put(outcome.inspection.verdict, to: console) }
    for check in outcome.inspection.differences {
      if let words = InspectionTexts.words(of: check) {
        console.say(Text(zh: "  · \(words.zh)", en: "  · \(words.en)"))
      }
    }
    return outcome.inspection.verdict
  }

  /// Refuses a module on the cable that is not the one on record, before anything about it is put on record.
  /// Where somebody tampered with the welder, the other module is a part of the finding and is not refused.
  private func checkCable(_ port: String, of installation: Installation) throws {
    guard let present = installation.module?.serialNumber, !options.report.isTampered,
      installation.openRepair?.isTampered != true, let found = try? identity(on: port).serialNumber,
      found != present
    else { return }
    throw StepRefused(step: nil, refusal: .moduleOnRecord(present))
  }

  private func begin(_ installation: LockedInstallation, _ verdict: Inspection.Verdict?, _ walk: Walk) throws {
    tell(Text(zh: "到场情况", en: "what is found"))
    let seal = try console.need(options.sealFound, option: "seal-found") {
      try console.asking {
        try Prompter(console, goesBack: true).choose(
          Text(
            zh: "封条（登记的是 \(installation.record.seal?.number ?? "–")）",
            en: "the seal (on record: \(installation.record.seal?.number ?? "–"))"),
          Repair.SealFound.allCases.map { Choice($0.rawValue, $0.title, value: $0) })
      }
    }
    let note = try workplace.written(options.note, as: .note, option: "note")
    let reason = try workplace.written(options.photoReason, as: .note, option: "photo-reason")
    try FileQuestion.photos(
      options.sealPhotos, option: "seal-photo",
      Text(zh: "封条和焊机现状的照片文件", en: "file with a photo of seal and welder as they are"), workplace
    ) { photos in
      _ = try walk.begin(
        Walk.FindingOrder(
          seal: seal, verdict: verdict, isUnsafe: options.report.isUnsafe,
          isTampered: options.report.isTampered, note: note, photos: photos, photoReason: reason),
        on: installation)
    }
  }

  // MARK: - What is done

  private func work(on installation: LockedInstallation, _ walk: Walk) throws {
    let chosen = try asked(installation.record)
    let isExchanged = try exchange(installation, chosen, walk)
    var isFlashed = installation.record.isDone(.flash) && installation.record.module?.flashing == nil
    if !isExchanged, !installation.record.isDone(.pair) {
      // A repair may have flashed another module before, which was then found to be the wrong one.
      let version = try fitted(installation, walk)?.firmwareVersion
      isFlashed = isFlashed && version == installation.record.module?.firmwareVersion
    }
    try checkInterruption()
    if needs(.flash, "flashed", options.flashes || chosen.contains(.flash), installation.record) || !isFlashed {
      try flash(installation, walk)
    }
    try checkInterruption()
    let isRenewed = needs(.pair, "paired", options.pairs || chosen.contains(.pair), installation.record)
    if isRenewed || !installation.record.isDone(.pair) { try pair(installation, renewsKey: isRenewed, walk) }
    try checkInterruption()
    if needs(.label, "labelled", options.makesLabel || chosen.contains(.label), installation.record)
      || !installation.record.isDone(.label)
    {
      tell(Step.label.title)
      var request = Walk.LabelRequest()
      request.template = options.template
      let outcome = try walk.label(installation, request)
      if let file = outcome.file { console.say(Text(zh: "  标牌：\(file)", en: "  label: \(file)")) }
    }
    let isResealed = try options.seal.map { try SealCommand.sealNumber($0) != installation.record.seal?.number }
    if isResealed == true || !installation.record.isDone(.seal) { try seal(installation, walk) }
    guard !installation.record.isDone(.test) else { return }
    tell(Step.test.title)
    let tested = try walk.test(installation, port: try workplace.choosePort(options.port), plan: nil) {
      TestCommand.tell($0, to: console)
    }
    if !console.isJSON, let report = tested.test { TestTexts.put(report, to: console) }
  }

  /// Stops between two steps once Ctrl-C was pressed.
  private func checkInterruption() throws {
    if workplace.isInterrupted { throw Cancelled() }
  }

  /// Whether a step that an option or an answer asks for is to be done. A step that this repair has on record
  /// for the present module is not done again, and the user is told so.
  private func needs(_ step: Step, _ event: String, _ isAsked: Bool, _ record: Installation) -> Bool {
    guard isAsked else { return false }
    var history = record.historyOfRepair
    if let retired = history.lastIndex(where: { $0.event == "moduleRetired" }) { history = history[retired...] }
    guard let done = history.last(where: { $0.event == event }) else { return true }
    let time = done.at.screenText
    console.say(
      Text(
        zh: "  \(step.title.zh)：这次维修 \(time) 已做过，不再重做",
        en: "  \(step.title.en): done in this repair at \(time), and not done again"))
    return false
  }

  // MARK: - Another module

  /// Puts the old module on record as taken out, where an option or an answer says so, after checking that the
  /// module on the cable may replace it.
  /// - Returns: whether a module was taken out by this call.
  private func exchange(_ installation: LockedInstallation, _ chosen: Set<RepairWork>, _ walk: Walk) throws
    -> Bool
  {
    guard let present = installation.record.module?.serialNumber,
      let old = try oldModule(of: present, isAsked: chosen.contains(.exchange))
    else { return false }
    let isOut = installation.record.retiredModules?.last?.serialNumber == old && present != old
    if isOut { return false }
    if let refusal = installation.record.refusal(ofRetiring: old) {
      throw StepRefused(step: nil, refusal: refusal)
    }
    let isDead = try options.isDead || chosen.contains(.exchange) && askWhetherDead()
    _ = try fitted(installation, insteadOf: old, walk)
    let photoReason = try workplace.written(options.photoReason, as: .note, option: "photo-reason")
    func retire(_ photos: [String]) throws {
      _ = try walk.retireModule(
        old, isDead: isDead, reason: try workplace.written(options.reason, as: .note, option: "reason"),
        photos: photos, photoReason: photoReason, of: installation)
    }
    tell(Text(zh: "拆下旧模块 \(old)", en: "the old module \(old) is taken out"))
    guard isDead else {
      try retire(options.photos)
      return true
    }
    try FileQuestion.photos(
      options.photos, option: "photo", Text(zh: "旧模块的照片文件", en: "file with a photo of the old module"),
      workplace,
      retire)
    return true
  }

  /// The module that is to be taken out; nil where the module on record stays.
  /// - Throws: `StepRefused` where another module is on the cable and nobody said that the module on record is
  ///   taken out.
  private func oldModule(of present: String, isAsked: Bool) throws -> String? {
    if let old = options.oldModule { return old }
    if isAsked { return present }
    guard let port = options.port ?? workplace.answeredPort, let found = try? identity(on: port).serialNumber,
      found != present
    else { return nil }
    let refused = StepRefused(step: .pair, refusal: .moduleOnRecord(present))
    guard console.canPrompt else { throw refused }
    let question = Text(
      zh: "接着的模块是 \(found)，登记的是 \(present)。换成这个模块吗",
      en: "the module on the cable is \(found), on record is \(present): exchange it")
    guard try console.prompter.confirm(question, fallback: false) else { throw refused }
    return present
  }

  /// Reads the module on the cable and checks that it may be fitted; nil where the module does not identify
  /// itself, as one without firmware.
  /// - Parameter old: the serial number of the module that is replaced; nil where the record says already which
  ///   module was taken out.
  /// - Throws: `StepRefused` where the old module is still on the cable and nobody can be asked; the errors of
  ///   `Walk.claim`; `FieldbookError.moduleKnown`.
  private func fitted(_ installation: LockedInstallation, insteadOf old: String? = nil, _ walk: Walk) throws
    -> ModuleIdentity?
  {
    let port = try workplace.choosePort(options.port)
    let record = installation.record
    let began = record.openRepair?.found?.at
    let taken = (record.retiredModules ?? []).last { module in began.map { module.retiredAt >= $0 } ?? false }
    while true {
      guard let module = try? identity(on: port) else { return nil }
      let isOld = module.serialNumber == old ?? (options.pairs ? nil : taken?.serialNumber)
      if isOld {
        let refused = StepRefused(step: nil, refusal: .moduleTakenOut(module.serialNumber))
        guard console.canPrompt else { throw refused }
        console.say(refused.failure.message, .yellow)
        let question = Text(zh: "换上新模块，接好线，按回车", en: "connect the new module, and press Enter")
        _ = try console.asking { try Prompter(console, goesBack: true).text(question, mayBeEmpty: true) }
        continue
      }
      if try serviceReason(earlier: nil) == nil { try walk.claim(on: module, by: installation.id) }
      let isKnown = options.reason != nil || console.canPrompt || record.isPaired(with: module.serialNumber)
      if !isKnown {
        _ = try workplace.fieldbook().duplicate(
          ofModule: module.serialNumber, otherThan: installation.id, reason: nil)
      }
      return module
    }
  }

  private func identity(on port: String) throws -> ModuleIdentity {
    let link = try workplace.openPort(port)
    defer { link.close() }
    return try SMPClient(link: link, now: { ContinuousClock.now }).identity()
  }

  // MARK: - Single steps

  private func flash(_ installation: LockedInstallation, _ walk: Walk) throws {
    tell(Step.flash.title)
    var order = Walk.FlashOrder(port: try workplace.choosePort(options.port))
    order.serviceReason = try serviceReason(earlier: installation.record.unfinishedFlashReason)
    _ = try FlashProgress.watch(on: console) { tell in
      try walk.flash(installation, order, onEvent: { tell($0) })
    }
  }

  private func pair(_ installation: LockedInstallation, renewsKey: Bool, _ walk: Walk) throws {
    tell(Step.pair.title)
    try walk.checkPairing()
    _ = try walk.pair(
      installation, port: try workplace.choosePort(options.port),
      serviceReason: try serviceReason(earlier: installation.record.unfinishedPairingReason),
      duplicateReason: try workplace.written(options.reason, as: .note, option: "reason"), renewsKey: renewsKey
    ) { $0.tell(console) }
  }

  private func serviceReason(earlier: WrittenText?) throws -> WrittenText? {
    guard options.isService else { return nil }
    return try ServiceOption.reason(true, options.reason, earlier: earlier, workplace)
  }

  private func seal(_ installation: LockedInstallation, _ walk: Walk) throws {
    tell(Step.seal.title)
    let reason = try workplace.written(options.photoReason, as: .note, option: "photo-reason")
    try WalkSlip.askingAgain(on: console, isAsking: options.seal == nil) {
      let number = try console.need(options.seal, option: "seal") { try SealCommand.askNumber(workplace) }
      _ = try walk.seal(
        installation, number: try SealCommand.sealNumber(number), photoFile: options.newSealPhoto,
        reason: reason)
    }
  }

  private func tell(_ title: Text) {
    console.say(Text(zh: "▸ \(title.zh)", en: "▸ \(title.en)"), .bold)
  }
}
