import Fieldbook
import Records
import Terminal

/// The answers of a registration so far, and where each one comes from.
struct RegistrationAnswers {
  /// The source of a value that nobody typed.
  enum Origin: String {
    /// The last record of the unit.
    case unit
    /// The last welder of the model.
    case model
    /// The rules by which makers name their models.
    case modelName
    /// The industry of the unit.
    case industry
    /// The registration before this one.
    case last
    /// The survey list.
    case survey

    var note: Text {
      switch self {
      case .unit: Text(zh: "同该单位上次登记", en: "as this unit's last record")
      case .model: Text(zh: "同型号上一台", en: "as the last of this model")
      case .modelName: Text(zh: "按型号推断", en: "by the model's name")
      case .industry: Text(zh: "按应用行业", en: "by the industry")
      case .last: Text(zh: "同上次", en: "as the last time")
      case .survey: Text(zh: "按调研表", en: "by the survey")
      }
    }
  }

  private(set) var values: [RegistrationField: String] = [:]
  private(set) var origins: [RegistrationField: Origin] = [:]
  /// The questions that were answered, including those answered with nothing.
  private(set) var asked: Set<RegistrationQuestion> = []
  /// The id of the surveyed record that is registered; nil for a new record.
  private(set) var survey: InstallationID?

  /// The fields that options have given, which nothing taken over replaces.
  private(set) var given: Set<RegistrationField> = []

  subscript(field: RegistrationField) -> String? { values[field] }

  /// The values in the form that `Registration` checks.
  var input: [RegistrationField: JSONValue] { values.mapValues { .string($0) } }

  var isRetired: Bool { self[.condition] == Condition.retired.rawValue }

  // MARK: - Answering

  /// Takes the value of an option.
  mutating func give(_ field: RegistrationField, _ value: String) {
    set(field, value)
    given.insert(field)
  }

  /// Sets the value of a field, or removes it where `value` is nil or empty.
  mutating func set(_ field: RegistrationField, _ value: String?, from origin: Origin? = nil) {
    let value = value.flatMap { $0.isEmpty ? nil : Self.normalized($0, of: field) }
    // A value that was taken over and confirmed keeps its origin.
    if values[field] == value, origin == nil { return }
    values[field] = value
    origins[field] = value == nil ? nil : origin
  }

  /// The value in the form in which the record keeps it, as far as it can be read.
  private static func normalized(_ value: String, of field: RegistrationField) -> String {
    switch field.kind {
    case .phone: PhoneNumber(value)?.full ?? value
    case .amount(_, let unit):
      (try? WrittenNumber.read(value, unit: unit)).map { WrittenNumber.text(of: $0) } ?? value
    case .count: (try? WrittenNumber.read(value, unit: .people)).map { WrittenNumber.text(of: $0) } ?? value
    case .day: CalendarDay(written: value)?.description ?? value
    case .text, .name, .choice: value
    }
  }

  mutating func mark(_ question: RegistrationQuestion) { asked.insert(question) }
  mutating func unmark(_ question: RegistrationQuestion) { asked.remove(question) }

  /// Whether the question needs no answer any more, because options or a document have given it.
  func covers(_ question: RegistrationQuestion) -> Bool {
    let required = question.fields.filter { $0.presence == .required }
    let needed = required.isEmpty ? question.fields : required
    return required.isEmpty ? needed.contains { self[$0] != nil } : needed.allSatisfy { self[$0] != nil }
  }

  /// Whether the question belongs to this registration at all.
  func needs(_ question: RegistrationQuestion) -> Bool {
    switch question {
    case .industryNote: self[.industry] == Industry.other.rawValue
    case .retiredReason: isRetired
    default: true
    }
  }

  // MARK: - Taking over

  /// Takes the unit's fields from its last record, in place of those that were typed for another unit.
  mutating func take(_ owner: Owner) {
    forgetUnit()
    let known: [RegistrationField: String?] = [
      .unitID: owner.unitID?.text, .unitName: owner.unitName.text, .unitType: owner.unitType?.rawValue,
      .responsibleName: owner.responsibleName.full, .responsiblePhone: owner.responsiblePhone.full,
      .street: owner.street.text, .community: owner.community?.text, .industry: owner.industry.rawValue,
      .industryNote: owner.industryNote?.text, .operators: owner.operators.map(String.init),
      .certifiedOperators: owner.certifiedOperators.map(String.init),
    ]
    for (field, value) in known where !given.contains(field) { set(field, value, from: .unit) }
    for question in RegistrationQuestion.ofOwner where question != .unitType || self[.unitType] != nil {
      mark(question)
    }
  }

  /// Takes what the survey list says of a welder. Only the questions that it leaves open are asked.
  mutating func take(surveyed installation: Installation) {
    survey = installation.id
    for (field, value) in installation.correctableFields.values where !given.contains(field) {
      switch value {
      case .string(let text): set(field, text, from: .survey)
      case .number(let number): set(field, WrittenNumber.text(of: number), from: .survey)
      default: break
      }
    }
  }

  /// Removes what was taken over from a unit's record.
  mutating func forgetUnit() {
    forget([.unit])
    for question in RegistrationQuestion.ofOwner where !covers(question) { unmark(question) }
  }

  /// Takes the welder's fields from the last welder of the model, in place of those that were typed for another one.
  mutating func take(_ model: KnownModel) {
    forgetModel()
    let welder = model.welder
    let known: [RegistrationField: String?] = [
      .brand: welder.brand?.text, .model: welder.model?.text, .weldingProcess: welder.weldingProcess.rawValue,
      .supply: welder.supply.rawValue, .sourceType: welder.sourceType.rawValue,
      .supplyMaxAmps: plain(welder.supplyMaxAmps), .maxCurrentAmps: plain(welder.maxCurrentAmps),
      .maxPowerKilowatts: welder.maxPowerKilowatts.map { plain($0) },
    ]
    for (field, value) in known where !given.contains(field) { set(field, value, from: .model) }
    for question in RegistrationQuestion.ofModel { mark(question) }
    if model.isOfUnit, self[.purpose] == nil, let purpose = welder.purpose?.text {
      set(.purpose, purpose, from: .model)
      mark(.purpose)
    }
  }

  /// Takes what the model's name says.
  mutating func take(_ name: WelderModelName) {
    let known: [(RegistrationQuestion, RegistrationField, String?)] = [
      (.weldingProcess, .weldingProcess, name.weldingProcess.rawValue),
      (.sourceType, .sourceType, name.sourceType?.rawValue),
      (.maxCurrentAmps, .maxCurrentAmps, name.ratedAmps.map(String.init)),
    ]
    for (question, field, value) in known where self[field] == nil && value != nil {
      set(field, value, from: .modelName)
      mark(question)
    }
  }

  /// Removes what was taken over from a model.
  mutating func forgetModel() {
    forget([.model, .modelName])
    for question in RegistrationQuestion.ofModel where !covers(question) { unmark(question) }
  }

  private mutating func forget(_ gone: Set<Origin>) {
    for (field, origin) in origins where gone.contains(origin) { set(field, nil) }
  }

  // MARK: - Keeping

  init() {}

  /// Reads a draft. Fields and questions that this program does not know are left out.
  init(_ draft: RegistrationDraft.Answers) {
    for (path, value) in draft.values {
      guard let field = RegistrationField(rawValue: path) else { continue }
      values[field] = value
      origins[field] = draft.origins[path].flatMap { Origin(rawValue: $0) }
    }
    asked = Set(draft.asked.compactMap { RegistrationQuestion(rawValue: $0) })
    survey = draft.survey
  }

  var draft: RegistrationDraft.Answers {
    RegistrationDraft.Answers(
      values: Dictionary(uniqueKeysWithValues: values.map { ($0.key.path, $0.value) }),
      origins: Dictionary(uniqueKeysWithValues: origins.map { ($0.key.path, $0.value.rawValue) }),
      asked: asked.map(\.rawValue).sorted(), survey: survey)
  }
}
