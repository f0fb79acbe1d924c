/// One field of the registration, with its value before and after a correction.
public struct FieldChange: Hashable, Sendable, Codable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  public let field: RegistrationField
  /// The value before, as `register --from` takes it; nil where the field was empty.
  public let from: JSONValue?
  /// The value after; nil where the field is empty now.
  public let to: JSONValue?

  private enum CodingKeys: String, CodingKey { case field, from, to }

  /// Makes the change of one field from its value in `old` to its value in `new`.
  /// - Returns: nil where the field has the same value in both.
  init?(_ field: RegistrationField, from old: CorrectableFields, to new: CorrectableFields) {
    let values = (old.value(of: field), new.value(of: field))
    guard values.0 != values.1 else { return nil }
    (self.field, from, to) = (field, values.0, values.1)
  }

  /// Reads a change from the log.
  /// - Throws: `DecodingError` for a value that the field cannot have, so that no record is computed from it.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let path = try container.decode(String.self, forKey: .field)
    guard let field = RegistrationField(rawValue: path) else {
      throw DecodingError.dataCorruptedError(
        forKey: .field, in: container, debugDescription: "not a field of the registration")
    }
    self.field = field
    from = try container.decodeIfPresent(JSONValue.self, forKey: .from)
    to = try container.decodeIfPresent(JSONValue.self, forKey: .to)
    guard CorrectableFields.admits(to, as: field) else {
      throw DecodingError.dataCorruptedError(
        forKey: .to, in: container, debugDescription: "not a value of \(path)")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(field.path, forKey: .field)
    try container.encodeIfPresent(from, forKey: .from)
    try container.encodeIfPresent(to, forKey: .to)
  }

  /// The field's path alone, because its values may be a person's name or phone number.
  public var description: String { field.path }
  public var debugDescription: String { field.path }
  public var customMirror: Mirror { Mirror(reflecting: field.path) }

  /// Puts the new value into a record.
  func apply(to installation: inout Installation) {
    var fields = installation.correctableFields
    fields.set(field, to)
    installation.correctableFields = fields
  }
}

/// The part of a record that was registered and can be corrected.
public struct CorrectableFields: Hashable, Sendable {
  public var owner: Owner
  public var welder: Welder
  public var retiredReason: WrittenText?
  public var remarks: WrittenText?

  /// The fields that differ from those of `old`, in the order of `RegistrationField`.
  public func changes(since old: CorrectableFields) -> [FieldChange] {
    RegistrationField.allCases.compactMap { FieldChange($0, from: old, to: self) }
  }

  /// The values of all fields that are not empty, as `register --from` takes them.
  public var values: [RegistrationField: JSONValue] {
    RegistrationField.allCases.reduce(into: [:]) { $0[$1] = value(of: $1) }
  }

  /// Takes the values of these fields from `other`.
  public mutating func take(_ fields: Set<RegistrationField>, from other: CorrectableFields) {
    for field in fields { set(field, other.value(of: field)) }
  }

  // MARK: - One field

  /// The value of a field as `register --from` takes it; nil where the field is empty.
  public func value(of field: RegistrationField) -> JSONValue? {
    switch field {
    case .unitName: .string(owner.unitName.text)
    case .unitType: owner.unitType.map { .string($0.rawValue) }
    case .responsibleName: .string(owner.responsibleName.full)
    case .responsiblePhone: .string(owner.responsiblePhone.full)
    case .street: .string(owner.street.text)
    case .community: Self.string(owner.community)
    case .industry: .string(owner.industry.rawValue)
    case .industryNote: Self.string(owner.industryNote)
    case .operators: owner.operators.map { .number(Double($0)) }
    case .certifiedOperators: owner.certifiedOperators.map { .number(Double($0)) }
    case .unitID: Self.string(owner.unitID)
    case .brand: Self.string(welder.brand)
    case .model: Self.string(welder.model)
    case .serialNumber: Self.string(welder.serialNumber)
    case .weldingProcess: .string(welder.weldingProcess.rawValue)
    case .supply: .string(welder.supply.rawValue)
    case .sourceType: .string(welder.sourceType.rawValue)
    case .supplyMaxAmps: .number(welder.supplyMaxAmps)
    case .maxCurrentAmps: .number(welder.maxCurrentAmps)
    case .maxPowerKilowatts: welder.maxPowerKilowatts.map { .number($0) }
    case .purpose: Self.string(welder.purpose)
    case .purchasedOn: welder.purchasedOn.map { .string($0.description) }
    case .condition: .string(welder.condition.rawValue)
    case .retiredReason: Self.string(retiredReason)
    case .remarks: Self.string(remarks)
    }
  }

  /// Whether a field can have this value; nil empties the field.
  static func admits(_ value: JSONValue?, as field: RegistrationField) -> Bool {
    guard let value else { return field.presence != .required && field != .condition }
    switch (field.kind, value) {
    case (.text, .string), (.name, .string): return true
    case (.phone, .string(let text)): return PhoneNumber(text) != nil
    case (.choice(let choices), .string(let text)): return choices.contains { $0.code == text }
    case (.amount, .number(let number)): return number.isFinite
    case (.count, .number(let number)): return Int(exactly: number) != nil
    case (.day, .string(let text)): return CalendarDay(text) != nil
    default: return false
    }
  }

  /// Puts a value into a field. A value that the field cannot have changes nothing; `admits` has refused it before.
  mutating func set(_ field: RegistrationField, _ value: JSONValue?) {
    guard Self.admits(value, as: field) else { return }
    let text: String? = if case .string(let text)? = value { text } else { nil }
    let number: Double? = if case .number(let number)? = value { number } else { nil }
    let written = text.map { WrittenText(asKept: $0) }
    switch field {
    case .unitName: owner.unitName = written ?? owner.unitName
    case .unitType: owner.unitType = text.flatMap { UnitType(rawValue: $0) } ?? owner.unitType
    case .responsibleName: owner.responsibleName = written.map { PersonName($0) } ?? owner.responsibleName
    case .responsiblePhone: owner.responsiblePhone = text.flatMap { PhoneNumber($0) } ?? owner.responsiblePhone
    case .street: owner.street = written ?? owner.street
    case .community: owner.community = written
    case .industry: owner.industry = text.flatMap { Industry(rawValue: $0) } ?? owner.industry
    case .industryNote: owner.industryNote = written
    case .operators: owner.operators = number.flatMap { Int(exactly: $0) }
    case .certifiedOperators: owner.certifiedOperators = number.flatMap { Int(exactly: $0) }
    case .unitID: owner.unitID = written
    case .brand: welder.brand = written
    case .model: welder.model = written
    case .serialNumber: welder.serialNumber = written
    case .weldingProcess:
      welder.weldingProcess = text.flatMap { WeldingProcess(rawValue: $0) } ?? welder.weldingProcess
    case .supply: welder.supply = text.flatMap { Supply(rawValue: $0) } ?? welder.supply
    case .sourceType: welder.sourceType = text.flatMap { SourceType(rawValue: $0) } ?? welder.sourceType
    case .supplyMaxAmps: welder.supplyMaxAmps = number ?? welder.supplyMaxAmps
    case .maxCurrentAmps: welder.maxCurrentAmps = number ?? welder.maxCurrentAmps
    case .maxPowerKilowatts: welder.maxPowerKilowatts = number
    case .purpose: welder.purpose = written
    case .purchasedOn: welder.purchasedOn = text.flatMap { CalendarDay($0) }
    case .condition: welder.condition = text.flatMap { Condition(rawValue: $0) } ?? welder.condition
    case .retiredReason: retiredReason = written
    case .remarks: remarks = written
    }
  }

  private static func string(_ text: WrittenText?) -> JSONValue? { text.map { .string($0.text) } }
}

extension Installation {
  /// The part of the record that was registered and can be corrected.
  public internal(set) var correctableFields: CorrectableFields {
    get {
      CorrectableFields(owner: owner, welder: welder, retiredReason: retiredReason, remarks: remarks)
    }
    set {
      (owner, welder, retiredReason, remarks) =
        (newValue.owner, newValue.welder, newValue.retiredReason, newValue.remarks)
    }
  }
}

extension CorrectableFields {
  /// Takes the fields of a registration that can be corrected.
  public init(_ registration: Registration) {
    self.init(
      owner: registration.owner, welder: registration.welder, retiredReason: registration.retiredReason,
      remarks: registration.remarks)
  }
}
