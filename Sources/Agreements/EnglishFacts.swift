import Records

/// The record in English words, fact by fact as `AgreementFacts` has it in Chinese. Names and notes stay as
/// they were written.
struct EnglishFacts {
  let installation: Installation
  let parts: AgreementParts

  var company: [Fact] {
    let technician = installation.technician
    return [
      Fact("Company", technician?.company.text, isWide: true),
      Fact("Technician", technician?.name.full), Fact("Phone", technician?.phone.full),
      Fact("Certificate", technician?.certificate.text),
      Fact("Valid until", technician.map { "\($0.certificateExpires)" }),
    ]
  }

  var owner: [Fact] {
    let owner = installation.owner
    return [
      Fact("Unit", owner.unitName.text, isWide: true),
      Fact("Kind of unit", owner.unitType?.english), Fact("Unit id", owner.unitID?.text),
      Fact("Responsible", owner.responsibleName.full), Fact("Phone", owner.responsiblePhone.full),
      Fact("Street or sumu", owner.street.text), Fact("Community", owner.community?.text),
      Fact("Industry", owner.industry.english), Fact("Industry note", owner.industryNote?.text),
      Fact("Welding people", owner.operators.map { "\($0)" }),
      Fact("Certified", owner.certifiedOperators.map { "\($0)" }),
    ]
  }

  var welder: [Fact] {
    let welder = installation.welder
    return [
      Fact("Brand", welder.brand?.text), Fact("Model", welder.model?.text),
      Fact("Serial number", welder.serialNumber?.text), Fact("Bought on", welder.purchasedOn.map { "\($0)" }),
      Fact("Process", welder.weldingProcess.english),
      Fact("Power source", welder.sourceType.english),
      Fact("Supply", welder.supply.english),
      Fact("Supply current", "\(WrittenNumber.text(of: welder.supplyMaxAmps)) A (plate: I1max)"),
      Fact("Welding current", "\(WrittenNumber.text(of: welder.maxCurrentAmps)) A (plate: I2max)"),
      Fact("Power", welder.maxPowerKilowatts.map { "\(WrittenNumber.text(of: $0)) kW" }),
      Fact("Purpose", welder.purpose?.text), Fact("Condition", welder.condition.english),
      Fact("Filled in by", installation.survey.filledBy?.full),
      Fact("Phone", installation.survey.filledByPhone?.full),
      Fact("Remarks", installation.remarks?.text, isWide: true),
    ]
  }

  var fitting: [Fact] {
    let module = parts.module
    return [
      Fact("Scheme", "\(parts.scheme.name), version \(parts.scheme.version)", isWide: true),
      Fact("Module", module.serialNumber), Fact("Chip", module.chip),
      Fact("Firmware", module.firmwareVersion), Fact("Paired at", module.pairedAt.map(EnglishWords.time)),
      Fact("Firmware digest", module.firmwareSha256, isWide: true),
      Fact("Key id", module.keyID, isWide: true),
      Fact("IMEI", module.imei), Fact("ICCID", module.iccid),
      Fact("Label code", parts.label.code.description), Fact("Label template", parts.label.template),
      Fact("QR content", parts.label.payload, isWide: true),
      Fact("Seal", parts.seal.number), Fact("Attached at", EnglishWords.time(parts.seal.appliedAt)),
    ]
      + (parts.seal.previousNumbers.isEmpty
        ? [] : [Fact("Replaced seals", parts.seal.previousNumbers.joined(separator: ", "), isWide: true)])
  }

  var testSummary: String {
    let open = parts.test.openSteps.count
    return "Plan \(parts.test.plan), begun at \(EnglishWords.time(parts.test.startedAt)): "
      + (parts.test.passed ? "passed" : "failed") + (open == 0 ? "." : ", \(open) not run and to be made up.")
  }

  var test: [[String]] {
    parts.test.steps.enumerated().map { index, step in
      [
        "\(index + 1)", EnglishWords.step(step.name), EnglishWords.measured(step), EnglishWords.limits(step),
        EnglishWords.outcome(step),
      ]
    }
  }

  var handover: [Fact] {
    [
      Fact("Trained", "\(parts.handover.trainedOperators) people"),
      Fact("Operating rules", parts.handover.operatingRules.english),
      Fact("Names", parts.handover.trainees?.map(\.full).joined(separator: ", "), isWide: true),
      Fact("Note", parts.handover.note?.text, isWide: true),
    ]
  }

  func funding(fittedOn day: CalendarDay) -> [Fact] {
    let funding = Funding(industry: installation.owner.industry, fittedOn: day)
    return [
      Fact("Paid by", EnglishWords.payer(funding.payer)), Fact("Because", EnglishWords.reason(funding.reason)),
    ]
  }

  func signing(_ signing: Agreement.Signing) -> [Fact] {
    [
      Fact("Signed by", signing.signatory.name.full),
      Fact("Capacity", signing.signatory.capacity.english),
      Fact("Phone", signing.signatory.phone.full), Fact("Signed at", EnglishWords.time(signing.signedAt)),
      Fact("Consent", EnglishWords.consent(signing.consents), isWide: true),
      Fact(
        "Shown", signing.shown.map { "\(EnglishWords.time($0.at)), \(EnglishWords.means($0.means))" },
        isWide: true),
      Fact("Strokes' digest", signing.strokesSha256, isWide: true),
    ] + signing.authoritySha256.map { Fact("Authority's digest", $0, isWide: true) }
  }
}
