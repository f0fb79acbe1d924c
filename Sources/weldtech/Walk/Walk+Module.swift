import Cryptography
import Fieldbook
import Provision
import Records
import Sync
import Terminal

extension Walk {
  // MARK: - Pairing

  /// Checks the requirements of pairing that concern no module, so that no module is flashed for a walk that
  /// stops afterwards.
  /// - Throws: `SetupMissing.platform`, `SetupMissing.platformKey`, `SyncError.platformKeyShort`.
  func checkPairing() throws {
    _ = try workplace.platformAddress()
    _ = try workplace.platformPin().certificate()
  }

  /// Binds module, welder and code to each other; an interrupted call can be repeated.
  /// - Parameters:
  ///   - serviceReason: the reason for replacing a key with the case open and without a proof; nil where a
  ///     proof is required.
  ///   - duplicateReason: the reason why the module is right although another record names it; nil where none
  ///     was given.
  ///   - renewsKey: whether a module that has this record's key gets a new one.
  func pair(
    _ installation: LockedInstallation, port: String, serviceReason: WrittenText? = nil,
    duplicateReason: WrittenText? = nil, renewsKey: Bool = false, onEvent: @escaping (PairingEvent) -> Void
  ) throws -> (installation: Installation, result: PairingResult) {
    try require(.pair, of: installation)
    let link = try workplace.openPort(port)
    defer { link.close() }
    return try pair(
      installation, client: SMPClient(link: link, now: { ContinuousClock.now }), serviceReason: serviceReason,
      duplicateReason: duplicateReason, renewsKey: renewsKey, onEvent: onEvent)
  }

  /// Pairs over a link that is open already.
  func pair(
    _ installation: LockedInstallation, client: SMPClient, serviceReason: WrittenText? = nil,
    duplicateReason: WrittenText? = nil, renewsKey: Bool = false, onEvent: @escaping (PairingEvent) -> Void
  ) throws -> (installation: Installation, result: PairingResult) {
    try require(.pair, of: installation)
    guard let code = installation.record.code else { throw StepRefused(step: .pair, refusal: .retired) }
    let settings = PairingSettings(
      code: code.description, platform: try workplace.platformAddress(),
      apn: try fieldbook.setup().accessPointName ?? "",
      trustAnchor: try workplace.platformPin().certificate().publicKeyDigest)
    let pairing = Pairing(
      client: client, keys: try fieldbook, clock: workplace.clock, random: workplace.random,
      onEvent: onEvent)
    let module = try client.identity()
    if installation.record.isInRepair, let present = installation.record.module?.serialNumber,
      present != module.serialNumber
    {
      throw StepRefused(step: .pair, refusal: .moduleOnRecord(present))
    }
    // A replacement by service, with the case open and a reason, needs no consent of another record.
    let claim = serviceReason == nil ? try claim(on: module, by: installation.id) : .free
    var authority: (any ProofAuthority)?
    if claim == .free { authority = workplace.proofAuthority() }
    let terms = ReplacementTerms(
      authority: authority, serviceReason: serviceReason, renewsKey: renewsKey,
      inspection: installation.record.module?.inspection, recorded: installation.record.module?.replacement,
      record: { try append(.inspected($0), to: installation) })
    // The reason for a replacement by service also says why the module is here. A run that was cut off has left
    // this reason on record.
    let duplicate = try duplicate(
      of: module, in: installation,
      reason: duplicateReason ?? serviceReason ?? installation.record.module?.inspection?.reason)
    let result = try pairing.pair(installation.id, settings: settings, terms: terms)
    if let module = installation.record.module, module.pairedAt != nil,
      module.serialNumber == result.serialNumber,
      module.keyID == result.keyID, result.replacement == nil || result.replacement == module.replacement
    {
      return (installation.record, result)
    }
    let event = InstallationEvent.Paired(
      serialNumber: result.serialNumber, keyID: result.keyID, imei: result.imei, iccid: result.iccid,
      replacement: result.replacement, state: result.state, duplicate: duplicate)
    return (try append(.paired(event), to: installation), result)
  }

  /// The other records that name the module on the cable; nil where there are none. They are looked up before
  /// anything is written to the module.
  /// - Throws: `FieldbookError.moduleKnown`, unless there is a reason or somebody who can name one.
  private func duplicate(
    of module: ModuleIdentity, in installation: LockedInstallation, reason: WrittenText?
  ) throws -> Duplicate? {
    // Where this record has the module already, the reason is on record too.
    if installation.record.isPaired(with: module.serialNumber) { return nil }
    return try workplace.withDuplicateReason(reason) {
      try fieldbook.duplicate(ofModule: module.serialNumber, otherThan: installation.id, reason: $0)
    }
  }

  // MARK: - Functional test

  /// Runs the test plan and records the report, passed or not.
  func test(
    _ installation: LockedInstallation, port: String, plan: String?,
    onEvent: @escaping (FunctionalTestEvent) -> Void
  ) throws -> Installation {
    try require(.test, of: installation)
    // A plan that is not there or does not suit the scheme is refused before the port is opened, because
    // opening a port can reset the module.
    _ = try testPlan(named: plan, for: installation.record)
    let link = try workplace.openPort(port)
    defer { link.close() }
    return try test(
      installation, client: SMPClient(link: link, now: { ContinuousClock.now }), plan: plan, onEvent: onEvent)
  }

  /// Runs the test plan over a link that is open already.
  func test(
    _ installation: LockedInstallation, client: SMPClient, plan: String?,
    onEvent: @escaping (FunctionalTestEvent) -> Void
  ) throws -> Installation {
    try require(.test, of: installation)
    guard let module = installation.record.module, let serialNumber = module.serialNumber,
      let keyID = module.keyID
    else { throw StepRefused(step: .test, refusal: .needs([.pair])) }
    let testPlan = try testPlan(named: plan, for: installation.record)
    let secret = try fieldbook.heldKey(keyID, moduleSerial: serialNumber)
    // A start command from the platform requires the key there. Without a network the step is not run, and the
    // report says so.
    var authority = workplace.startAuthority()
    if authority != nil {
      workplace.console.say(Text(zh: "正在联系平台，最多 15 秒……", en: "asking the platform, for 15 seconds at most…"))
      let run = try? workplace.syncRun(retry: RetryPolicy(attempts: 1), exchangeTimeout: .seconds(15))
      let report = try? run?.deliverKeys()
      // After one wait without success the user does not wait again.
      if let reason = report?.stoppedBy, reason == .unreachable || reason == .timedOut { authority = nil }
    }
    let test = FunctionalTest(
      client: client,
      module: TestedModule(serialNumber: serialNumber, keyID: keyID, secret: secret),
      authority: authority, hasAuthorityElsewhere: workplace.deliversElsewhere, clock: workplace.clock,
      isCancelled: { workplace.isInterrupted }, onEvent: onEvent)
    var report = try test.run(testPlan)
    // A finished test counts, even where the module no longer replies.
    report.moduleState = try? client.identity().state
    return try append(.tested(report), to: installation)
  }

  /// The plan called `name`, or the scheme's own where `name` is nil, with the limits of the record's scheme.
  private func testPlan(named name: String?, for record: Installation) throws -> TestPlan {
    guard let scheme = record.scheme else { throw StepRefused(step: .test, refusal: .needs([.pair])) }
    let catalogue = try workplace.catalogue()
    return try catalogue.plan(named: name, for: try catalogue.scheme(named: scheme.name))
  }
}

extension Walk {
  // MARK: - Firmware

  struct FlashOrder {
    var port: String
    /// The path of the image; nil takes the one that the manifest names.
    var image: String?
    /// The path of the image's manifest; nil takes the newest release for the connected chip.
    var manifest: String?
    var allowsDowngrade = false
    var readsBack = false
    var erasesKey = false
    var profile: BoardProfile?
    /// The reason why a paired module is updated by its open seal instead of a proof; nil where a proof is
    /// needed.
    var serviceReason: WrittenText?
  }

  /// Whether the walk has to protect the chip now: the company wants it, the test that counts is passed, and the chip is of
  /// a kind that can be protected and was not yet.
  func isProtectionDue(_ installation: LockedInstallation) throws -> Bool {
    let record = installation.record
    guard record.status == .open, record.isDone(.test), !record.isProtected,
      try fieldbook.setup().protects == true
    else { return false }
    return ChipModel.known.contains { $0.name == record.module?.chip && $0.canBeProtected }
  }

  /// Protects the module's flash from reading, as the last thing that is done to the module. Where the flash
  /// was protected and the record says so already, no entry is added.
  /// - Parameter serviceReason: the reason why the module's seal is open, so that no proof is needed; nil where
  ///   a proof is needed.
  func protect(
    _ installation: LockedInstallation, port: String, serviceReason: WrittenText? = nil,
    onEvent: @escaping (FlashStep) -> Void
  ) throws -> (installation: Installation, result: ProtectionResult) {
    try require(.flash, of: installation)
    guard installation.record.isDone(.test) else { throw ProtectionRefused() }
    let link = try workplace.openPort(port)
    defer { link.close() }
    var result = try flashing(installation, over: link, on: port, serviceReason) { flasher in
      try flasher.protect(onEvent: onEvent, isCancelled: { workplace.isInterrupted })
    }
    result.authority = result.authority?.because(serviceReason)
    if let attempt = installation.record.module?.flashing, attempt.protects == true,
      attempt.chipID == result.chipID
    {
      let used = attempt.authorityUsed(until: result.module.state, keyID: result.module.keyID)
      result.authority = result.authority ?? used
    }
    if result.wasProtected, installation.record.isProtected { return (installation.record, result) }
    let event = InstallationEvent.Protected(chipID: result.chipID, authority: result.authority)
    return (try append(.protected(event), to: installation), result)
  }

  /// Runs `body` with a flasher on the link. The authority over a paired module comes from the module's key, or
  /// else from the platform. The use of an authority is on record before the module gets the authority.
  /// - Parameter serviceReason: the reason why the module's seal is open instead; nil where a proof is needed.
  private func flashing<Result>(
    _ installation: LockedInstallation, over link: any Link, on port: String, _ serviceReason: WrittenText?,
    _ body: (Flasher) throws -> Result
  ) throws -> Result {
    var failure: (any Error)?
    let authority = ModuleAuthority(
      keys: try fieldbook, platform: { workplace.proofAuthority() },
      usesOpenSeal: serviceReason != nil,
      record: { attempt in
        do { try begin(attempt, of: installation, serviceReason) } catch {
          failure = error
          throw error
        }
      })
    do {
      return try body(
        Flasher(
          link: link, notes: workplace.flashNotes(for: port), authority: authority,
          now: { ContinuousClock.now }))
    } catch {
      throw failure ?? error
    }
  }

  /// Puts on record what an authority is about to be used for, unless the record has the same attempt already
  /// and the module has not changed since.
  private func begin(
    _ attempt: FlashAttempt, of installation: LockedInstallation, _ serviceReason: WrittenText?
  ) throws {
    var attempt = attempt
    attempt.authority = attempt.authority.because(serviceReason)
    if let earlier = installation.record.module?.flashing, earlier.serialNumber == attempt.serialNumber {
      if attempt.repeats(earlier) { return }
      attempt.sealWasOpened = earlier.sealWasOpened(until: attempt.state) ? true : nil
    }
    try append(.flashBegun(attempt), to: installation)
  }

  /// Brings the module's firmware up to date and records the version.
  func flash(_ installation: LockedInstallation, _ order: FlashOrder, onEvent: @escaping (FlashStep) -> Void)
    throws
    -> (installation: Installation, result: FlashResult)
  {
    try require(.flash, of: installation)
    let source = try workplace.firmwareShelf().source(
      image: order.image, manifest: order.manifest, for: [order.port])
    let link = try workplace.openPort(order.port)
    defer { link.close() }
    var result = try flashing(installation, over: link, on: order.port, order.serviceReason) { flasher in
      try flasher.flash(
        source,
        options: Flasher.Options(
          allowsDowngrade: order.allowsDowngrade, readsBack: order.readsBack,
          erasesKey: order.erasesKey, profile: order.profile),
        onEvent: onEvent,
        isCancelled: { workplace.isInterrupted })
    }
    result.authority = result.authority?.because(order.serviceReason)
    result.complete(by: installation.record)
    let event = InstallationEvent.Flashed(
      chip: result.chip, chipID: result.chipID, firmwareVersion: result.firmwareVersion,
      previousFirmwareVersion: result.previousVersion, firmwareSha256: result.firmwareSha256,
      skipped: result.skipped != nil, keyErased: result.keyErased ? true : nil, authority: result.authority,
      openSealCounts: result.openSealCounts, sealStayedClosed: result.sealLoop.map { $0 == .stayedClosed })
    return (try append(.flashed(event), to: installation), result)
  }
}

extension FlashResult {
  /// Adds facts that a run left on record which was cut off before its own entry.
  fileprivate mutating func complete(by record: Installation) {
    guard let recorded = record.module, let module else { return }
    // A key that the record has and the module does not was erased by such a run, or by somebody else.
    if recorded.keyID != nil, recorded.serialNumber == module.serialNumber, module.keyID == nil {
      keyErased = true
    }
    guard let attempt = recorded.flashing, attempt.chipID == chipID else { return }
    if authority == nil, attempt.firmwareSha256 == firmwareSha256,
      let used = attempt.authorityUsed(until: module.state, keyID: module.keyID)
    {
      authority = used
    }
    // The first attempt recorded the version that ran before; a later attempt may have found the new image
    // already.
    let since = record.history.lastIndex { $0.event == "flashed" } ?? record.history.startIndex
    let first = record.history[since...].first {
      $0.event == "flashBegun" && $0.serialNumber == module.serialNumber
    }
    if let version = first?.previousFirmwareVersion, version != firmwareVersion { previousVersion = version }
    // An erased module has lost its counts.
    if module.keyID != nil, attempt.sealWasOpened(until: module.state) { sealLoop = .opened }
  }
}

extension FlashAuthority {
  /// The same authority with the reason why the seal was opened; any other kind of authority gets no reason.
  fileprivate func because(_ reason: WrittenText?) -> FlashAuthority {
    FlashAuthority(kind: kind, deed: deed, reason: kind == .openSeal ? reason : nil)
  }
}

/// The error that read protection was asked for before the test that counts was passed.
struct ProtectionRefused: Error {}
