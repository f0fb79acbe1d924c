import Arguments
import Fieldbook
import Provision
import Records
import Terminal

/// The work at a welder that is repaired, from the inspection to the test that counts. Each step is on record when it ends, and
/// what is on record is not done again, so that the same command goes on after a kill.
struct RepairRun {
  let workplace: Workplace
  let options: RepairCommand.Options

  private var console: Console { workplace.console }

  /// - Returns: the record as it is at the end; its next step is the owner's confirmation unless a test failed.
  func run(on installation: Installation) throws -> Installation {
    var verdict: Inspection.Verdict?
    if !installation.isInRepair, !options.isDead { verdict = try inspect(installation) }
    return try workplace.step(on: installation) { walk, locked in
      if !locked.record.isInRepair { try begin(locked, verdict, walk) }
      try work(on: locked, walk)
      return locked.record
    }
  }

  // MARK: - What is found

  /// Inspects the welder, unless an earlier run did so since the fault was reported.
  private func inspect(_ installation: Installation) throws -> Inspection.Verdict? {
    let opened = installation.history.lastIndex { $0.event == "repairOpened" }
    if let opened, let entry = installation.history[opened...].last(where: { $0.event == "welderInspected" }) {
      return entry.verdict
    }
    tell(Text(zh: "检查", en: "inspect"))
    let found = try RecordSource(workplace: workplace).find(installation.id.text)
    // Work on a record of which the platform has a later revision would never be delivered.
    guard case .ownRecord = found.keeping else { throw FieldbookError.recordGoneOn(installation.id) }
    let label =
      try options.report.labelPhoto.map { try InspectCommand.label(onPhoto: $0, workplace) } ?? .notGiven
    let run = InspectionRun(
      workplace: workplace, port: try workplace.choosePort(options.port), label: label, sealNumber: nil)
    let outcome: InspectionRun.Outcome
    do { outcome = try run.inspect(found, by: try workplace.inspector()) } catch let error as ProvisionError {
      let serialNumber = installation.module?.serialNumber ?? "SERIAL"
      console.say(
        Text(
          zh: "先查电源和线。模块确实坏了：接上新模块，加 --old-module \(serialNumber) --dead --photo 照片",
          en:
            "look at supply and cable first. If the module is dead: connect a new one, and add --old-module \(serialNumber) --dead --photo F"
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
    try exchange(installation, walk)
    try checkInterruption()
    if needs("flashed", options.flashes, installation.record) || !installation.record.isDone(.flash)
      || installation.record.module?.flashing != nil
    {
      try flash(installation, walk)
    }
    try checkInterruption()
    if needs("paired", options.pairs, installation.record) || !installation.record.isDone(.pair) {
      try pair(installation, walk)
    }
    try checkInterruption()
    if needs("labelled", options.makesLabel, installation.record) || !installation.record.isDone(.label) {
      tell(Step.label.title)
      var request = Walk.LabelRequest()
      request.template = options.template
      let outcome = try walk.label(installation, request)
      if let file = outcome.file { console.say(Text(zh: "  标牌：\(file)", en: "  label: \(file)")) }
    }
    if !installation.record.isDone(.seal) { try seal(installation, walk) }
    guard !installation.record.isDone(.test) else { return }
    tell(Step.test.title)
    let tested = try walk.test(installation, port: try workplace.choosePort(options.port), plan: nil) {
      TestCommand.tell($0, to: console)
    }
    if !console.isJSON, let report = tested.test { TestTexts.put(report, to: console) }
  }

  /// Whether a step that an option asks for is not on record in this repair yet.
  private func needs(_ event: String, _ isAsked: Bool, _ record: Installation) -> Bool {
    isAsked && !record.historyOfRepair.contains { $0.event == event }
  }

  /// Stops between two steps once Ctrl-C was pressed.
  private func checkInterruption() throws {
    if workplace.isInterrupted { throw Cancelled() }
  }

  /// Puts the old module on record as taken out, where an option or an answer says so.
  private func exchange(_ installation: LockedInstallation, _ walk: Walk) throws {
    guard let present = installation.record.module?.serialNumber, let old = try oldModule(of: present) else {
      return
    }
    let isOut = installation.record.retiredModules?.last?.serialNumber == old && present != old
    if isOut { return }
    let photoReason = try workplace.written(options.photoReason, as: .note, option: "photo-reason")
    func retire(_ photos: [String]) throws {
      _ = try walk.retireModule(
        old, isDead: options.isDead, reason: try workplace.written(options.reason, as: .note, option: "reason"),
        photos: photos, photoReason: photoReason, of: installation)
    }
    tell(Text(zh: "拆下旧模块 \(old)", en: "the old module \(old) is taken out"))
    guard options.isDead else { return try retire(options.photos) }
    try FileQuestion.photos(
      options.photos, option: "photo", Text(zh: "旧模块的照片文件", en: "file with a photo of the old module"),
      workplace,
      retire)
  }

  /// The module that is to be taken out; nil where the one on record stays.
  /// - Throws: `StepRefused` where another module is on the cable and nobody said that the one on record is taken out.
  private func oldModule(of present: String) throws -> String? {
    if let old = options.oldModule { return old }
    guard let port = options.port, let found = try? serialNumber(on: port), found != present else { return nil }
    let refused = StepRefused(step: .pair, refusal: .moduleOnRecord(present))
    guard console.canPrompt else { throw refused }
    let question = Text(
      zh: "接着的模块是 \(found)，登记的是 \(present)。换成这个模块吗",
      en: "the module on the cable is \(found), on record is \(present): exchange it")
    guard try console.prompter.confirm(question, fallback: false) else { throw refused }
    return present
  }

  private func serialNumber(on port: String) throws -> String {
    let link = try workplace.openPort(port)
    defer { link.close() }
    return try SMPClient(link: link, now: { ContinuousClock.now }).identity().serialNumber
  }

  private func flash(_ installation: LockedInstallation, _ walk: Walk) throws {
    tell(Step.flash.title)
    var order = Walk.FlashOrder(port: try workplace.choosePort(options.port))
    order.serviceReason = try serviceReason(earlier: installation.record.unfinishedFlashReason)
    _ = try FlashProgress.watch(on: console) { tell in
      try walk.flash(installation, order, onEvent: { tell($0) })
    }
  }

  private func pair(_ installation: LockedInstallation, _ walk: Walk) throws {
    tell(Step.pair.title)
    try walk.checkPairing()
    _ = try walk.pair(
      installation, port: try workplace.choosePort(options.port),
      serviceReason: try serviceReason(earlier: installation.record.unfinishedPairingReason),
      duplicateReason: try workplace.written(options.reason, as: .note, option: "reason")
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
