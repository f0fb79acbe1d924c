import Records

/// English words for the codes and numbers of the record, for the reading copy.
enum EnglishWords {
  static func time(_ timestamp: Timestamp) -> String { timestamp.screenText }

  /// The code of a value in words: `doorsWindows` becomes 'doors windows'.
  static func code(_ value: some PlanWord) -> String { split(value.rawValue) }

  private static func split(_ code: String) -> String {
    var words = ""
    for character in code {
      let isNewWord = character.isUppercase || (character.isNumber && words.last?.isLetter == true)
      if isNewWord, !words.isEmpty { words += " " }
      words += character.lowercased()
    }
    return words
  }

  // MARK: - The test

  /// The name of a test step in words: its code, as the plan has it.
  static func step(_ name: String) -> String { split(name) }

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

  static func capacity(_ capacity: SignatoryCapacity) -> String {
    switch capacity {
    case .proprietor: "owner of the welder"
    case .legalRepresentative: "legal representative"
    case .authorised: "authorised agent"
    }
  }

  static func rules(_ rules: OperatingRules) -> String {
    switch rules {
    case .drafted: "drawn up on site"
    case .existing: "in place before"
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
