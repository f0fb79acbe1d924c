/// One field of a registration: its place in the JSON, its kind, and whether it is required. The table serves
/// `register --from`, the options, the prompts and the import of ledgers.
public enum RegistrationField: String, Hashable, Sendable, CaseIterable {
  case unitName = "owner.unitName"
  case unitType = "owner.unitType"
  case responsibleName = "owner.responsibleName"
  case responsiblePhone = "owner.responsiblePhone"
  case street = "owner.street"
  case community = "owner.community"
  case industry = "owner.industry"
  case industryNote = "owner.industryNote"
  case operators = "owner.operators"
  case certifiedOperators = "owner.certifiedOperators"
  case unitID = "owner.unitId"
  case brand = "welder.brand"
  case model = "welder.model"
  case serialNumber = "welder.serialNumber"
  case weldingProcess = "welder.weldingProcess"
  case supply = "welder.supply"
  case sourceType = "welder.sourceType"
  case supplyMaxAmps = "welder.supplyMaxAmps"
  case maxCurrentAmps = "welder.maxCurrentAmps"
  case maxPowerKilowatts = "welder.maxPowerKilowatts"
  case purpose = "welder.purpose"
  case purchasedOn = "welder.purchasedOn"
  case condition = "welder.condition"
  case retiredReason = "retiredReason"
  case remarks = "remarks"

  public enum Kind: Hashable, Sendable {
    case text(WrittenText.Shape)
    /// A person's name, 1 to 40 characters.
    case name
    case phone
    /// One value of a list, each with a code and the plan's word.
    case choice([Choice])
    /// A number in a range, both ends inclusive.
    case amount(ClosedRange<Double>, unit: WrittenNumber.Unit)
    /// A whole number in a range, both ends inclusive.
    case count(ClosedRange<Int>)
    case day
  }

  public struct Choice: Hashable, Sendable {
    public let code: String
    public let word: String

    public init(_ value: some PlanWord) {
      code = value.rawValue
      word = value.word
    }
  }

  /// The JSON path, for example `owner.unitName`.
  public var path: String { rawValue }

  public var kind: Kind {
    switch self {
    case .unitName, .street, .community, .brand, .model, .serialNumber, .purpose: .text(.title)
    case .industryNote: .text(.line(maxCharacters: 400))
    case .retiredReason, .remarks: .text(.note)
    case .unitID: .text(.line(maxCharacters: 64))
    case .responsibleName: .name
    case .responsiblePhone: .phone
    case .unitType: Self.choices(UnitType.self)
    case .industry: Self.choices(Industry.self)
    case .weldingProcess: Self.choices(WeldingProcess.self)
    case .supply: Self.choices(Supply.self)
    case .sourceType: Self.choices(SourceType.self)
    case .condition: Self.choices(Condition.self)
    case .operators, .certifiedOperators: .count(0...100_000)
    case .supplyMaxAmps: .amount(1...1_000, unit: .amperes)
    case .maxCurrentAmps: .amount(1...3_000, unit: .amperes)
    case .maxPowerKilowatts: .amount(0.1...1_000, unit: .kilowatts)
    case .purchasedOn: .day
    }
  }

  public enum Presence: Hashable, Sendable { case required, conditional, optional }

  /// Whether the field is required. `conditional`: an industry of `other` needs its note, a retired welder its
  /// reason.
  public var presence: Presence {
    switch self {
    case .unitName, .unitType, .responsibleName, .responsiblePhone, .street, .industry,
      .weldingProcess, .supply, .sourceType, .supplyMaxAmps, .maxCurrentAmps:
      .required
    case .industryNote, .retiredReason: .conditional
    case .community, .operators, .certifiedOperators, .unitID, .brand, .model, .serialNumber,
      .maxPowerKilowatts, .purpose, .purchasedOn, .condition, .remarks:
      .optional
    }
  }

  private static func choices<Word: PlanWord>(_: Word.Type) -> Kind {
    .choice(Word.allCases.map { Choice($0) })
  }
}
