import Foundation
import Records
import Testing

@Suite struct LifecycleTests {
  /// The order of the plan, written down a second time: each step with the steps that have to come first.
  static let order: [Step: [Step]] = [
    .photoBefore: [],
    .flash: [.photoBefore],
    .pair: [.photoBefore, .flash],
    .label: [.photoBefore, .flash, .pair],
    .seal: [.photoBefore, .flash, .pair, .label],
    .test: [.photoBefore, .flash, .pair],
    .photoAfter: [.photoBefore, .flash, .pair, .label, .seal],
    .handover: [.photoBefore],
    .sign: [.photoBefore, .flash, .pair, .label, .seal, .test, .photoAfter, .handover],
  ]

  private func refusal(_ step: Step, _ installation: Installation, on day: CalendarDay = Sample.day)
    -> StepRefusal?
  {
    installation.refusal(of: step, by: Sample.technician, on: day)
  }

  @Test func `nobody signs while a flashing has no end, and a test ends it where the module was not changed`()
    throws
  {
    func state(_ image: String) -> ModuleState {
      var state = Self.state
      state.imageSha256 = image
      return state
    }
    var installation = Sample.installation(after: Step.walk.filter { $0 != .sign })
    func attempt(erasesKey: Bool? = nil) -> InstallationEvent {
      .flashBegun(
        FlashAttempt(
          serialNumber: "M-1", keyID: "0011223344556677", chipID: "00",
          authority: FlashAuthority(kind: .laptopProof, deed: .update), firmwareVersion: "2.0.0",
          firmwareSha256: Sample.digest, installedVersion: "1.0.0", erasesKey: erasesKey, state: state("aa")))
    }
    func tested(_ image: String) -> InstallationEvent {
      guard case .tested(var report) = Sample.tested() else { return Sample.tested() }
      report.moduleState = state(image)
      return .tested(report)
    }
    let next = installation.nextStep
    #expect(refusal(.sign, installation) == nil)
    installation.apply(attempt(), at: Sample.at(20), entrySha256: Sample.digest)
    #expect(installation.nextStep == .flash && refusal(.sign, installation) == .flashUnfinished)
    #expect(refusal(.test, installation) == nil)
    var changed = installation
    changed.apply(tested("bb"), at: Sample.at(21), entrySha256: Sample.digest)
    #expect(changed.nextStep == .flash && refusal(.sign, changed) == .flashUnfinished)
    var erased = installation
    erased.apply(attempt(erasesKey: true), at: Sample.at(21), entrySha256: Sample.digest)
    erased.apply(tested("aa"), at: Sample.at(22), entrySha256: Sample.digest)
    #expect(refusal(.sign, erased) == .flashUnfinished)
    installation.apply(tested("aa"), at: Sample.at(21), entrySha256: Sample.digest)
    #expect(installation.nextStep == next && refusal(.sign, installation) == nil)
  }

  @Test func `allows a step in every open state exactly where all before it is done`() {
    let steps = Step.walk.filter { $0 != .sign }
    for state in 0..<(1 << steps.count) {
      let chosen = steps.enumerated().filter { state >> $0.offset & 1 == 1 }.map(\.element)
      let installation = Sample.installation(after: chosen)
      // A test without a seal is recorded, but it does not count.
      let done = chosen.filter { $0 != .test || chosen.contains(.seal) }
      for step in Step.walk {
        #expect(installation.isDone(step) == done.contains(step), "\(step) in \(chosen)")
        let missing = (Self.order[step] ?? []).filter { !done.contains($0) }
        #expect(
          refusal(step, installation) == (missing.isEmpty ? nil : .needs(missing)), "\(step) in \(chosen)")
      }
      #expect(installation.nextStep == Step.walk.first { !done.contains($0) })
      #expect(installation.status == .open)
    }
  }

  @Test(arguments: Step.walk)
  func `refuses every step once the record is not open any more`(step: Step) {
    var signed = Sample.installation(after: Step.walk)
    #expect(signed.status == .closed)
    #expect(refusal(step, signed) == .closed)
    signed.markDelivered()
    #expect(signed.status == .delivered)
    #expect(refusal(step, signed) == .closed)
    #expect(refusal(step, Sample.installation(.retired)) == .retired)
    var void = Sample.installation(after: [.photoBefore])
    void.apply(.voided(reason: "x"), at: Sample.at(3), entrySha256: Sample.digest)
    #expect(refusal(step, void) == .void)
    for closed in [signed, void, Sample.installation(.retired)] { #expect(closed.nextStep == nil) }
  }

  @Test(arguments: Step.walk)
  func `refuses every step from the day after the certificate expires`(step: Step) {
    let installation = Sample.installation(after: Step.walk.filter { $0 != .sign })
    let last = CalendarDay("2026-12-31")!
    #expect(refusal(step, installation, on: last) == nil)
    #expect(refusal(step, installation, on: CalendarDay("2027-01-01")!) == .certificateExpired(last))
  }

  @Test func `counts only a test that passed after the last seal`() {
    let all = Step.walk.filter { $0 != .sign }
    var installation = Sample.installation(after: all)
    #expect(refusal(.sign, installation) == nil)

    installation.apply(Sample.sealed, at: Sample.at(5), entrySha256: Sample.digest)
    #expect(!installation.testCounts)
    #expect(installation.nextStep == .test)
    #expect(refusal(.sign, installation) == .testBeforeSeal)

    installation.apply(Sample.tested([.passed, .failed]), at: Sample.at(6), entrySha256: Sample.digest)
    #expect(refusal(.sign, installation) == .testNotPassed)

    installation.apply(Sample.tested(), at: Sample.at(7), entrySha256: Sample.digest)
    #expect(refusal(.sign, installation) == nil)

    // The clock went back, so that the order of events decides.
    installation.apply(Sample.sealed, at: Sample.at(0), entrySha256: Sample.digest)
    #expect(refusal(.sign, installation) == .testBeforeSeal)
  }

  @Test func `asks for a new seal once the module behind it is not the same any more`() {
    let all = Step.walk.filter { $0 != .sign }
    func flashed(_ skipped: Bool, erased: Bool? = nil) -> InstallationEvent {
      .flashed(
        .init(
          chip: "STM32F405", chipID: "00", firmwareVersion: "1.0.0", firmwareSha256: Sample.digest,
          skipped: skipped, keyErased: erased))
    }
    let harmless: [InstallationEvent] = [
      flashed(true), .protected(.init(chipID: "00")), Sample.tested(), Sample.photo(.after),
    ]
    for event in harmless {
      var installation = Sample.installation(after: all)
      installation.apply(event, at: Sample.at(5), entrySha256: Sample.digest)
      #expect(installation.sealHolds && refusal(.sign, installation) == nil, "\(event.name)")
    }
    let breaking: [InstallationEvent] = [
      flashed(false), .paired(.init(serialNumber: "M-2", keyID: "0011223344556677", imei: nil, iccid: nil)),
      .paired(.init(serialNumber: "M-1", keyID: "8899aabbccddeeff", imei: nil, iccid: nil)),
    ]
    for event in breaking {
      var installation = Sample.installation(after: all)
      installation.apply(event, at: Sample.at(5), entrySha256: Sample.digest)
      #expect(!installation.sealHolds, "\(event.name)")
      #expect(refusal(.sign, installation) == .sealOutdated)
      #expect(refusal(.photoAfter, installation) == .sealOutdated)
      #expect(installation.nextStep == .seal)
      // A new test alone does not suffice after a change of the module.
      installation.apply(Sample.tested(), at: Sample.at(6), entrySha256: Sample.digest)
      #expect(refusal(.sign, installation) == .sealOutdated)
      installation.apply(Sample.sealed, at: Sample.at(7), entrySha256: Sample.digest)
      #expect(refusal(.sign, installation) == .testBeforeSeal)
      installation.apply(Sample.tested(), at: Sample.at(8), entrySha256: Sample.digest)
      #expect(refusal(.sign, installation) == nil)
    }
    // An erased key takes precedence: the module is not paired.
    var erased = Sample.installation(after: all)
    erased.apply(flashed(false, erased: true), at: Sample.at(5), entrySha256: Sample.digest)
    #expect(erased.nextStep == .pair)
  }

  /// An update through the module's own firmware, as a flashing records it.
  private func updated(
    _ digest: Character, skipped: Bool = false, sealStayedClosed: Bool,
    kind: FlashAuthority.Kind = .platformProof
  ) -> InstallationEvent {
    .flashed(
      .init(
        chip: "STM32F405", chipID: "00", firmwareVersion: "1.1.0",
        firmwareSha256: String(repeating: digest, count: 64), skipped: skipped,
        authority: FlashAuthority(kind: kind, deed: .update),
        openSealCounts: OpenSealCounts(updates: 0, bootloaderEntries: 0),
        sealStayedClosed: sealStayedClosed ? true : nil))
  }

  @Test
  func `an update with the seal closed asks for a new test, and one with the seal open for a new seal too`() {
    let all = Step.walk.filter { $0 != .sign }
    var closed = Sample.installation(after: all)
    closed.apply(updated("e", sealStayedClosed: true), at: Sample.at(5), entrySha256: Sample.digest)
    #expect(closed.sealHolds && !closed.testCounts && closed.nextStep == .test)
    #expect(refusal(.sign, closed) == .testBeforeSeal && refusal(.photoAfter, closed) == nil)
    closed.apply(Sample.tested(), at: Sample.at(6), entrySha256: Sample.digest)
    #expect(closed.nextStep == .sign && refusal(.sign, closed) == nil)

    var open = Sample.installation(after: all)
    open.apply(
      updated("e", sealStayedClosed: false, kind: .openSeal), at: Sample.at(5), entrySha256: Sample.digest)
    #expect(!open.sealHolds && open.nextStep == .seal && refusal(.sign, open) == .sealOutdated)
    // A later update with the new loop closed does not make the broken seal whole.
    open.apply(updated("f", sealStayedClosed: true), at: Sample.at(6), entrySha256: Sample.digest)
    #expect(!open.sealHolds && open.nextStep == .seal)
    open.apply(Sample.sealed, at: Sample.at(7), entrySha256: Sample.digest)
    #expect(open.nextStep == .test)
  }

  @Test func `firmware that a run before found no time to record counts as changed by the one that finds it`() {
    let all = Step.walk.filter { $0 != .sign }
    var cut = Sample.installation(after: all)
    cut.apply(
      updated("e", skipped: true, sealStayedClosed: false), at: Sample.at(5), entrySha256: Sample.digest)
    #expect(!cut.sealHolds && !cut.testCounts && cut.history.last?.skipped == nil)
    var closed = Sample.installation(after: all)
    closed.apply(
      updated("e", skipped: true, sealStayedClosed: true), at: Sample.at(5), entrySha256: Sample.digest)
    #expect(closed.sealHolds && !closed.testCounts && closed.nextStep == .test)
    closed.apply(Sample.tested(), at: Sample.at(6), entrySha256: Sample.digest)
    // The same firmware once more changes nothing.
    closed.apply(
      updated("e", skipped: true, sealStayedClosed: true), at: Sample.at(7), entrySha256: Sample.digest)
    #expect(refusal(.sign, closed) == nil && closed.history.last?.skipped == true)
  }

  private static let state = ModuleState(
    imageSha256: String(repeating: "1", count: 64), starts: 3, sealOpenings: 1, watchdogResets: 0,
    serviceReplacements: 0, provenReplacements: 0, provenUpdates: 4, serviceUpdates: 5, provenEntries: 6,
    serviceEntries: 7)

  private static func attempt(
    _ kind: FlashAuthority.Kind = .laptopProof, _ deed: FlashAuthority.Deed = .update
  ) -> FlashAttempt {
    FlashAttempt(
      serialNumber: "M-1", keyID: "0011223344556677", chipID: "00",
      authority: FlashAuthority(kind: kind, deed: deed, reason: kind == .openSeal ? "no network" : nil),
      firmwareVersion: "1.1.0", firmwareSha256: String(repeating: "e", count: 64), installedVersion: "1.0.0",
      state: state)
  }

  @Test func `a flashing that was begun stands in the record until one has its entry, and changes no step`()
    throws
  {
    let all = Step.walk.filter { $0 != .sign }
    let ends: [InstallationEvent] = [
      updated("e", sealStayedClosed: true), .protected(.init(chipID: "00")),
    ]
    for end in ends {
      var record = Sample.installation(after: all)
      record.apply(.flashBegun(Self.attempt(.openSeal)), at: Sample.at(5), entrySha256: Sample.digest)
      #expect(record.module?.flashing == Self.attempt(.openSeal))
      #expect(record.sealHolds && record.testCounts && record.module?.firmwareVersion == "1.0.0")
      let entry = try #require(record.history.last)
      #expect(entry.event == "flashBegun" && entry.authority == Self.attempt(.openSeal).authority)
      #expect(entry.firmwareVersion == "1.1.0" && entry.previousFirmwareVersion == "1.0.0")
      #expect(entry.serialNumber == "M-1" && entry.keyID == "0011223344556677")
      let bytes = try RecordCoding.encode(record)
      #expect(try RecordCoding.decode(Installation.self, from: bytes) == record)
      record.apply(end, at: Sample.at(6), entrySha256: Sample.digest)
      #expect(record.module?.flashing == nil && record.history.count { $0.event == "flashBegun" } == 1)
    }
  }

  @Test(arguments: FlashAuthority.Kind.allCases, FlashAuthority.Deed.allCases)
  func `a begun flashing was done where the module's own count of it has risen, and no other`(
    kind: FlashAuthority.Kind, deed: FlashAuthority.Deed
  ) {
    let attempt = Self.attempt(kind, deed)
    let counts: [WritableKeyPath<ModuleState, UInt64?>] = [
      \.provenUpdates, \.serviceUpdates, \.provenEntries, \.serviceEntries,
    ]
    let own = (deed == .update ? 0 : 2) + (kind == .openSeal ? 1 : 0)
    #expect(attempt.authorityUsed(until: Self.state, keyID: "a") == nil)
    for (index, count) in counts.enumerated() {
      var state = Self.state
      state[keyPath: count] = 10
      #expect(
        attempt.authorityUsed(until: state, keyID: "a") == (index == own ? attempt.authority : nil))
      #expect(attempt.sealWasOpened(until: state) == !index.isMultiple(of: 2))
    }
    var opened = Self.state
    opened.sealOpenings += 1
    #expect(attempt.sealWasOpened(until: opened) && !attempt.sealWasOpened(until: Self.state))
    var erasing = attempt
    erasing.erasesKey = true
    let blank = ModuleState(
      imageSha256: "", starts: 1, sealOpenings: 0, watchdogResets: 0, serviceReplacements: 0,
      provenReplacements: 0)
    #expect(erasing.authorityUsed(until: blank, keyID: nil) == attempt.authority)
    #expect(attempt.authorityUsed(until: blank, keyID: nil) == nil)
  }

  @Test func `an attempt repeats another where nothing that an authority leaves behind has changed`() {
    var again = Self.attempt()
    again.state.starts += 3
    #expect(again.repeats(Self.attempt()))
    again.state.provenUpdates = 5
    #expect(!again.repeats(Self.attempt()))
    #expect(!Self.attempt(.openSeal).repeats(Self.attempt()))
    var other = Self.attempt()
    other.authority.reason = "another"
    #expect(!other.repeats(Self.attempt()))
  }

  @Test func `the history says which firmware was put in, over which, and which key was erased`() throws {
    var record = Sample.installation(after: Step.walk.filter { $0 != .sign })
    #expect(record.history.first { $0.event == "flashed" }?.firmwareVersion == "1.0.0")
    record.apply(
      .flashed(
        .init(
          chip: "STM32F405", chipID: "00", firmwareVersion: "1.1.0", previousFirmwareVersion: "1.0.0",
          firmwareSha256: Sample.digest, skipped: false, keyErased: true, sealStayedClosed: false)),
      at: Sample.at(5), entrySha256: Sample.digest)
    let entry = try #require(record.history.last)
    #expect(entry.firmwareVersion == "1.1.0" && entry.previousFirmwareVersion == "1.0.0")
    #expect(entry.keyErased == true && entry.keyID == "0011223344556677" && entry.sealStayedClosed == false)
    #expect(!record.sealHolds && record.nextStep == .pair)
  }

  @Test func `a history of an earlier program is the same without what it left out, and no other`() throws {
    var now = Sample.installation(after: Step.walk.filter { $0 != .sign })
    now.apply(
      .flashed(
        .init(
          chip: "STM32F405", chipID: "00", firmwareVersion: "1.0.0", firmwareSha256: Sample.digest,
          skipped: true, keyErased: true)), at: Sample.at(5), entrySha256: Sample.digest)
    func changed(_ change: (inout HistoryEntry) -> Void) throws -> Installation {
      var json = try #require(
        try JSONSerialization.jsonObject(with: RecordCoding.encode(now)) as? [String: Any])
      var history = try JSONDecoder().decode(
        [HistoryEntry].self, from: JSONSerialization.data(withJSONObject: try #require(json["history"])))
      change(&history[history.count - 1])
      json["history"] = try JSONSerialization.jsonObject(with: JSONEncoder().encode(history))
      return try RecordCoding.decode(Installation.self, from: JSONSerialization.data(withJSONObject: json))
    }
    let earlier = try changed {
      ($0.skipped, $0.firmwareVersion, $0.keyErased, $0.keyID) = (nil, nil, nil, nil)
    }
    #expect(earlier != now && earlier.isSame(as: now) && now.isSame(as: earlier))
    let other = try changed { $0.firmwareVersion = "9.9.9" }
    #expect(!other.isSame(as: now) && !now.isSame(as: other))
  }

  @Test func `the history says by whose authority a paired module's firmware was changed`() throws {
    var record = Sample.installation(after: Step.walk.filter { $0 != .sign })
    record.apply(
      updated("e", sealStayedClosed: true, kind: .laptopProof), at: Sample.at(5), entrySha256: Sample.digest)
    let entry = try #require(record.history.last)
    #expect(entry.authority == FlashAuthority(kind: .laptopProof, deed: .update))
    #expect(entry.openSealCounts == OpenSealCounts(updates: 0, bootloaderEntries: 0))
    #expect(entry.sealStayedClosed == true)
    let opened = FlashAuthority(kind: .openSeal, deed: .bootloader, reason: "laptop lost")
    record.apply(
      .protected(.init(chipID: "00", authority: opened)), at: Sample.at(6), entrySha256: Sample.digest)
    #expect(record.history.last?.authority == opened)
    let bytes = try RecordCoding.encode(record)
    #expect(try RecordCoding.decode(Installation.self, from: bytes) == record)
    #expect(
      String(decoding: bytes, as: UTF8.self).contains(
        #""authority":{"deed":"bootloader","kind":"openSeal","reason":"laptop lost"}"#))
  }

  @Test(
    arguments: [
      ([TestReport.Outcome.passed], true), ([.passed, .notRun(reason: "a")], true), ([.failed], false),
      ([.passed, .failed], false), ([.notRun(reason: "a")], false), ([], false),
    ])
  func `passes a test with no failed step and at least one passed`(outcomes: [TestReport.Outcome], passed: Bool)
  {
    let installation = {
      var installation = Sample.installation(after: [.photoBefore, .flash, .pair, .label, .seal])
      installation.apply(Sample.tested(outcomes), at: Sample.at(5), entrySha256: Sample.digest)
      return installation
    }()
    #expect(installation.test?.passed == passed)
    #expect(installation.isDone(.test) == passed)
    #expect(installation.test?.openSteps.count == outcomes.filter { $0 == .notRun(reason: "a") }.count)
  }

  @Test func `does not take an unverified label for done`() {
    var installation = Sample.installation(after: [.photoBefore, .flash, .pair])
    installation.apply(
      .labelled(LabelRecord(code: Sample.code, payload: "p", template: "t", verified: false)), at: Sample.at(3),
      entrySha256: Sample.digest)
    #expect(!installation.isDone(.label))
    #expect(refusal(.seal, installation) == .needs([.label]))
  }

  @Test func `closes with the signature and decides who pays by its day`() {
    var early = Sample.installation(after: Step.walk.filter { $0 != .sign })
    // The day on the agreement decides, although its entry is written after midnight.
    let last = Timestamp("2024-12-14T23:59:59+08:00")!
    let next = Timestamp("2024-12-15T00:00:00+08:00")!
    early.apply(Sample.signed(at: last), at: next, entrySha256: Sample.digest)
    #expect(early.funding == Funding(payer: .banner, reason: .fittedBeforeDeadline))
    var late = Sample.installation(after: Step.walk.filter { $0 != .sign })
    late.apply(Sample.signed(at: next), at: next, entrySha256: Sample.digest)
    #expect(late.funding == Funding(payer: .owner, reason: .fittedAfterDeadline))
    #expect(late.closedAt == Timestamp("2024-12-15T00:00:00+08:00"))
    #expect(Sample.installation(.retired).funding.reason == .retired)
  }

  @Test func `counts revisions from one and keeps the closing time`() {
    var installation = Sample.installation(after: Step.walk)
    let closed = installation.closedAt
    #expect(installation.revision == 1)
    #expect(installation.previousSha256 == nil)
    installation.beginRevision(after: Sample.digest)
    installation.apply(.voided(reason: "x"), at: Sample.at(99), entrySha256: Sample.digest)
    #expect(installation.revision == 2)
    #expect(installation.previousSha256 == Sample.digest)
    #expect(installation.closedAt == closed)
    installation.markDelivered()
    #expect(installation.status == .void)
  }
}
