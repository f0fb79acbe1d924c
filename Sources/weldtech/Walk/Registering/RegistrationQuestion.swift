import Records
import Terminal

/// One question of a registration, which one line answers. Fields that belong together are one question: a
/// person with the phone, a street with its community, a brand with its model.
enum RegistrationQuestion: String, CaseIterable {
  case unit, unitType, person, place, industry, industryNote, operators
  case machine, serialNumber, weldingProcess, supply, sourceType, supplyMaxAmps, maxCurrentAmps
  case maxPowerKilowatts, purpose, purchasedOn, condition, retiredReason, remarks

  /// The fields that the line answers, in its order.
  var fields: [RegistrationField] {
    switch self {
    case .unit: [.unitName]
    case .unitType: [.unitType]
    case .person: [.responsibleName, .responsiblePhone]
    case .place: [.street, .community]
    case .industry: [.industry]
    case .industryNote: [.industryNote]
    case .operators: [.operators, .certifiedOperators]
    case .machine: [.brand, .model]
    case .serialNumber: [.serialNumber]
    case .weldingProcess: [.weldingProcess]
    case .supply: [.supply]
    case .sourceType: [.sourceType]
    case .supplyMaxAmps: [.supplyMaxAmps]
    case .maxCurrentAmps: [.maxCurrentAmps]
    case .maxPowerKilowatts: [.maxPowerKilowatts]
    case .purpose: [.purpose]
    case .purchasedOn: [.purchasedOn]
    case .condition: [.condition]
    case .retiredReason: [.retiredReason]
    case .remarks: [.remarks]
    }
  }

  /// The question that answers a field; nil for a field that nobody is asked for.
  init?(answering field: RegistrationField) {
    guard let question = Self.allCases.first(where: { $0.fields.contains(field) }) else { return nil }
    self = question
  }

  /// The questions that a known unit answers.
  static let ofOwner: [RegistrationQuestion] = [
    .unit, .unitType, .person, .place, .industry, .industryNote, .operators,
  ]

  /// The questions that a known model answers.
  static let ofModel: [RegistrationQuestion] = [
    .machine, .weldingProcess, .supply, .sourceType, .supplyMaxAmps, .maxCurrentAmps, .maxPowerKilowatts,
  ]

  /// Whether the question is asked before the summary. The others are rare, and the summary has a line for them.
  var isAskedFirst: Bool {
    switch self {
    case .purchasedOn, .condition, .remarks: false
    default: true
    }
  }

  /// The name of the line on the summary.
  var title: Text {
    switch self {
    case .unit: Text(zh: "单位名称", en: "unit")
    case .person: Text(zh: "责任人、电话", en: "person, phone")
    case .place: Text(zh: "街道/苏木镇、社区", en: "street, community")
    case .operators: Text(zh: "从业人员、已取证", en: "operators, certified")
    case .machine: Text(zh: "焊机品牌、型号", en: "brand, model")
    case .supplyMaxAmps: Text(zh: "输入侧最大电流", en: "supply current")
    case .maxCurrentAmps: Text(zh: "最大焊接电流", en: "welding current")
    default: fields.first?.title ?? Text(verbatim: rawValue)
    }
  }
}
