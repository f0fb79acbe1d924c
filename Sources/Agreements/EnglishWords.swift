import Records

/// English words for what the record holds, for the reading copy; each list of the plan has its own.
enum EnglishWords {
  static func time(_ timestamp: Timestamp) -> String { timestamp.screenText }

  // MARK: - The test

  /// The name of a test step in words; a company's own step keeps its name, as in the Chinese text.
  static func step(_ name: String) -> String {
    switch name {
    case "supplyVoltage": "supply voltage"
    case "currentZeroOffset": "zero of the welding current"
    case "sealClosed": "housing closed, seal whole"
    case "relayClosesOnSignedStart": "relay closes on a valid start"
    case "feedbackFollows": "contact feedback agrees with the order"
    case "relayOpensOnStop": "relay opens on a stop"
    case "relayRefusesForged": "a forged start is refused"
    case "relayRefusesReplayed": "a start that is used again is refused"
    case "clockOffset": "error of the clock"
    case "position": "satellites for the position"
    case "signal": "signal of the mobile network"
    case "platformStart": "relay closes on a start from the platform"
    default: name
    }
  }

  private static let yesOrNo = "1"

  static func measured(_ step: TestReport.Step) -> String {
    guard let measured = step.measured else { return "—" }
    guard step.unit != yesOrNo else { return measured == 0 ? "no" : "yes" }
    return "\(WrittenNumber.text(of: measured)) \(step.unit)"
  }

  static func limits(_ step: TestReport.Step) -> String {
    if step.unit == yesOrNo { return step.lower ?? 0 > 0 ? "yes" : step.upper == 0 ? "no" : "—" }
    return switch (step.lower, step.upper) {
    case (let lower?, let upper?):
      "\(WrittenNumber.text(of: lower)) to \(WrittenNumber.text(of: upper)) \(step.unit)"
    case (let lower?, nil): "at least \(WrittenNumber.text(of: lower)) \(step.unit)"
    case (nil, let upper?): "at most \(WrittenNumber.text(of: upper)) \(step.unit)"
    case (nil, nil): "—"
    }
  }

  static func outcome(_ step: TestReport.Step) -> String {
    switch step.outcome {
    case .passed: "passed"
    case .failed: "failed"
    case .notRun("network.unreachable"): "not run (no network on site)"
    case .notRun("platform.failed"): "not run (the platform gave no order)"
    case .notRun("platform.elsewhere"): "not run (this laptop delivers to no platform)"
    case .notRun("key.forgotten"): "not run (the key was not on this laptop any more)"
    case .notRun(let reason): "not run (\(reason))"
    }
  }

  // MARK: - The rest

  static func stage(_ stage: Photo.Stage) -> String {
    switch stage {
    case .before: "before the work"
    case .after: "after the work"
    case .seal: "the seal"
    case .found: "as found"
    case .authority: "the authority"
    }
  }

  static func means(_ means: AgreementRecord.Showing.Means) -> String {
    switch means {
    case .terminal: "on the technician's laptop"
    case .paper: "on paper"
    case .phone: "on a phone"
    case .browser: "in a browser of the laptop"
    }
  }

  static func consent(_ consents: Bool?) -> String {
    switch consents {
    case true?: "yes, the course of the writing may be kept"
    case false?: "no, only the shape of the strokes is kept"
    case nil: "not asked"
    }
  }

  /// The sentences that say who seals the document, who vouches for the sealer, and whose clock the time is by,
  /// as they stand on the document itself.
  static func seal(_ sealer: EvidenceManifest.Sealer, expectsTimestamp: Bool) -> String {
    let identity =
      sealer.selfIssued
      ? "Party A's laptop issued this certificate itself, and no third party says whose it is; the seal shows that nothing was changed since, and does not prove by itself who sealed."
      : "The certificate was issued by an authority, whose word counts for who sealed."
    let time =
      expectsTimestamp
      ? "The time of sealing is proved by a timestamp authority besides."
      : "The time of signing is that of Party A's laptop; there is no timestamp."
    return
      "Electronic seal: Party A has sealed the Chinese document with the certificate '\(sealer.subject)', which covers the whole text and the record inside. \(identity) \(time)"
  }

  static func payer(_ payer: Funding.Payer) -> String {
    switch payer {
    case .banner: "the government of Dalad Banner"
    case .owner: "Party B"
    }
  }

  static func reason(_ reason: Funding.Reason) -> String {
    switch reason {
    case .fittedBeforeDeadline: "fitted before \(Funding.deadline)"
    case .fittedAfterDeadline: "fitted on \(Funding.deadline) or later"
    case .industryDepartment: "a unit under an industry department"
    case .retired: "the welder is retired"
    }
  }
}
