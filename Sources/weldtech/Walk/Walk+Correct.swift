import Arguments
import Fieldbook
import Records
import Terminal

extension Walk {
  /// The values that a correction gives to fields of the registration.
  struct CorrectionOrder {
    /// The new values as they were typed; an empty text empties its field.
    var fields: [RegistrationField: String]
    /// The day of the appointment as it was typed; an empty text cancels the appointment, and nil leaves it as
    /// it is.
    var day: String?
    /// The note on the appointment as it was typed; nil leaves the note as it is.
    var note: String?
    /// The reason why the welder is right although another record has it; asked for where it is nil and
    /// somebody can answer.
    var duplicateReason: WrittenText?
  }

  struct CorrectionOutcome {
    var installation: Installation
    /// The fields that have another value now; empty where the correction changed nothing.
    var changes: [FieldChange]
    /// The steps that have to be done again.
    var redo: [Step]
    /// Whether the corrected welder is fitted by another scheme.
    var hasOtherScheme: Bool
    /// Whether somebody else pays now.
    var hasOtherFunding: Bool
    /// Whether the appointment was made, moved or taken back.
    var isPlanned = false
  }

  /// Corrects fields of a registration. A correction that changes nothing leaves no entry.
  /// - Throws: `CorrectionRejected` with every field that is wrong, `ConditionUncorrectable`, `StepRefused`, and the
  ///   fieldbook's refusals.
  func correct(_ locked: LockedInstallation, _ order: CorrectionOrder) throws -> CorrectionOutcome {
    let record = locked.record
    if let refusal = record.refusalOfCorrecting { throw StepRefused(step: nil, refusal: refusal) }
    let old = record.correctableFields
    let new = try corrected(old, isSurveyed: record.status == .surveyed, by: order.fields)
    let changes = new.changes(since: old)
    let planned = try planned(record, order)
    guard !changes.isEmpty else {
      return CorrectionOutcome(
        installation: try planned.map { try append(.planned($0), to: locked) } ?? record, changes: [], redo: [],
        hasOtherScheme: false, hasOtherFunding: false, isPlanned: planned != nil)
    }
    let scheme = try otherScheme(for: new.welder, of: record)
    var correction = InstallationEvent.Corrected(
      changes: changes, scheme: scheme,
      redo: try outdatedSteps(of: record, changes, hasOtherScheme: scheme != nil))
    let isOtherWelder = changes.contains { $0.field == .brand || $0.field == .serialNumber }
    let changed = try workplace.withDuplicateReason(order.duplicateReason) { reason in
      if isOtherWelder, let reason {
        let others = try fieldbook.installations(of: new.welder, otherThan: record.id)
        correction.duplicate = others.isEmpty ? nil : Duplicate(installations: others, reason: reason)
      }
      return try append(
        [.corrected(correction)] + (planned.map { [.planned($0)] } ?? []), to: locked)
    }
    return CorrectionOutcome(
      installation: changed, changes: changes, redo: correction.redo, hasOtherScheme: scheme != nil,
      hasOtherFunding: changed.funding != record.funding, isPlanned: planned != nil)
  }

  // MARK: - The appointment

  /// The appointment that the order makes; nil where it leaves the present one.
  private func planned(_ record: Installation, _ order: CorrectionOrder) throws -> InstallationEvent.Planned? {
    guard order.day != nil || order.note != nil else { return nil }
    if let refusal = record.refusalOfPlanning { throw StepRefused(step: nil, refusal: refusal) }
    var appointment = record.appointment
    if let text = order.day {
      appointment = try text.isEmpty ? nil : Appointment(day: futureDay(text), note: record.appointment?.note)
    }
    if order.note != nil {
      guard let present = appointment else { throw UsageError.missing(option: "date") }
      appointment = Appointment(
        day: present.day, note: try workplace.written(order.note, as: .note, option: "note"))
    }
    return appointment == record.appointment ? nil : InstallationEvent.Planned(appointment: appointment)
  }

  /// The day of an appointment, today or later.
  private func futureDay(_ text: String) throws -> CalendarDay {
    guard let day = CalendarDay(written: text) else { throw EntryRejected(option: "date", fault: .notADay) }
    guard day >= now().day else { throw EntryRejected(option: "date", fault: .inThePast) }
    return day
  }

  // MARK: - The new values

  /// The fields with typed values in them, each judged as `register` judges it.
  func corrected(
    _ old: CorrectableFields, isSurveyed: Bool, by typed: [RegistrationField: String]
  ) throws -> CorrectableFields {
    if typed[.condition] != nil { throw ConditionUncorrectable() }
    let now = now()
    try fieldbook.checkClock(now)
    // Only what was typed is judged by today's rules, because the record may have been written by an earlier program.
    let problems = RegistrationField.allCases.compactMap { field -> FieldProblem? in
      guard let text = typed[field], !text.isEmpty else { return nil }
      return Registration.problem(with: .string(text), for: field, today: now.day, drawnBy: workplace.glyphs)
        .map { FieldProblem(path: field.path, fault: $0) }
    }
    guard problems.isEmpty else { throw CorrectionRejected(problems: problems) }
    var values = old.values
    for (field, text) in typed { values[field] = .string(text) }
    let registration: Registration
    do throws(RegistrationRejected) {
      registration = try Registration(
        values, isSurveyed: isSurveyed, today: nil, drawnBy: nil)
    } catch {
      throw CorrectionRejected(problems: error.problems)
    }
    var new = old
    new.take(Set(typed.keys), from: CorrectableFields(registration))
    if typed[.unitID] == nil, old.owner.unitID == Self.unitID(of: old.owner) {
      // The id of a unit is made of the very words that may have been corrected.
      new.owner.unitID = Self.unitID(of: new.owner)
    }
    return new
  }

  // MARK: - What becomes untrue

  /// The scheme by which the corrected welder is fitted; nil where it stays the same.
  private func otherScheme(for welder: Welder, of record: Installation) throws -> SchemeReference? {
    guard welder.condition == .fit, welder != record.welder, let present = record.scheme else { return nil }
    let scheme = try workplace.catalogue().scheme(for: welder)
    return scheme.name == present.name ? nil : SchemeReference(name: scheme.name, version: scheme.version)
  }

  /// The steps that were done and whose results the changes make untrue, in the order of the walk.
  private func outdatedSteps(of record: Installation, _ changes: [FieldChange], hasOtherScheme: Bool) throws
    -> [Step]
  {
    var steps: [Step] = []
    if try printsChanged(record, changes) { steps.append(.label) }
    if hasOtherScheme, record.test != nil { steps.append(.test) }
    // The number trained, or the reason why nobody was trained, refers to the earlier number of operators.
    if record.handover != nil, changes.contains(where: { $0.field == .operators }) { steps.append(.handover) }
    if record.agreement != nil { steps.append(.sign) }
    return steps
  }

  /// Whether a verified label shows a word that was corrected. The code of a label never changes.
  func printsChanged(_ record: Installation, _ changes: [FieldChange]) throws -> Bool {
    guard let label = record.label, label.verified else { return false }
    let names: [(RegistrationField, String)] = [(.unitName, "unitName"), (.street, "street")]
    let changed = names.filter { field, _ in changes.contains { $0.field == field } }.map(\.1)
    guard !changed.isEmpty else { return false }
    guard label.template != "stock" else {
      let printed = try fieldbook.label(of: label.code).texts ?? [:]
      return changed.contains { printed[$0]?.isEmpty == false }
    }
    // A template that is not there any more may have printed anything.
    guard let template = try? workplace.labelTemplates().template(named: label.template) else { return true }
    return changed.contains { template.fieldNames.contains($0) }
  }
}

/// The error that names all problems of a correction, in the order of `RegistrationField`.
struct CorrectionRejected: Error {
  let problems: [FieldProblem]
}

extension CorrectionRejected: Explained {
  var failure: Failure {
    Failure(
      code: "correct.rejected",
      message: Text(
        zh: "更正的内容有 \(problems.count) 处问题，没有改动",
        en: "\(problems.count) fields of the correction are wrong; nothing was changed"),
      hint: Text(zh: "改正上面列出的各项，再运行同一命令", en: "mend the fields listed above and run the command again"),
      details: problems.map(\.explanation), exit: .badData)
  }
}

/// The error that a welder's condition was to be corrected. Fit or retired decides what kind of record a welder
/// has, so that it is not corrected.
struct ConditionUncorrectable: Error {}

extension ConditionUncorrectable: Explained {
  var failure: Failure {
    Failure(
      code: "correct.condition",
      message: Text(
        zh: "焊机状况（可用或淘汰）不能更正，没有改动",
        en: "a welder's condition, fit or retired, is not corrected; nothing was changed"),
      hint: Text(
        zh: "作废后重新登记：weldtech void ID --reason 原因，再 weldtech register",
        en: "take the record back and register anew: weldtech void ID --reason REASON, then weldtech register"),
      exit: .badData)
  }
}
