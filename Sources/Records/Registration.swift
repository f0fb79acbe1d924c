import Characters
public import FoundationEssentials

/// A problem with one field of the input.
public struct FieldProblem: Error, Hashable, Sendable {
  public enum Fault: Error, Hashable, Sendable {
    /// The document itself cannot be read.
    case notJSON(JSONFault)
    case missing
    /// The value is not a text, a number or an object, as the field requires.
    case wrongType
    case tooLong(maxCharacters: Int)
    /// The text has an allowed number of characters, but some of them carry excessive combining marks.
    case tooManyBytes(max: Int)
    /// The text has a character that cannot be stored, or that no font can draw.
    case character(UnusableCharacter)
    case notAPhone
    case notANumber
    /// The number has a comma that may separate thousands or decimals: `1,000`.
    case ambiguousNumber
    /// The number has another unit than the field's, which is empty for a count.
    case wrongUnit(found: String, expected: String)
    case notADay
    case notAChoice([RegistrationField.Choice])
    /// The number is outside its limits, both inclusive.
    case outOfRange(lower: Double, upper: Double, unit: String)
    /// The number is larger than that of the other field, such as more certified operators than operators.
    case moreThan(RegistrationField)
    case unknownField
    case inTheFuture
    /// The day of an appointment is over.
    case inThePast
  }

  /// JSON path, for example `owner.responsiblePhone`; `$` for the document itself.
  public let path: String
  public let fault: Fault

  public init(path: String, fault: Fault) {
    self.path = path
    self.fault = fault
  }
}

extension FieldProblem.Fault {
  /// Translates a fault of a text; the result is nil where the text is empty.
  public init?(_ fault: WrittenText.Fault) {
    switch fault {
    case .empty: return nil
    case .tooLong(let count): self = .tooLong(maxCharacters: count)
    case .tooManyBytes(let count): self = .tooManyBytes(max: count)
    case .character(let character): self = .character(character)
    }
  }
}

/// The error that names all problems of a registration, in the order of `RegistrationField`.
public struct RegistrationRejected: Error, Hashable, Sendable {
  public let problems: [FieldProblem]

  /// Makes the error.
  /// - Parameter problems: the problems, at least one.
  public init(problems: [FieldProblem]) { self.problems = problems }
}

/// The checked data of an owner and a welder. They come from a JSON document, from options or from answers at
/// prompts; all problems of all fields are reported at once.
public struct Registration: Hashable, Sendable {
  public let owner: Owner
  public let welder: Welder
  public let retiredReason: WrittenText?
  public let remarks: WrittenText?

  /// The maximum size of a document, bytes; a larger one is refused without reading it.
  public static let maxDocumentBytes = 1 << 20

  /// Reads the values of a `register --from` document by field, without checking them.
  /// - Throws: where the document is no JSON object, or has members that are no field.
  public static func values(ofDocument data: Data) throws(RegistrationRejected) -> [RegistrationField:
    JSONValue]
  {
    let document: JSONValue
    do throws(JSONFault) {
      document = try JSONReader.value(of: data, maxBytes: maxDocumentBytes)
    } catch {
      throw RegistrationRejected(problems: [FieldProblem(path: "$", fault: .notJSON(error))])
    }
    guard case .object(let members) = document else {
      throw RegistrationRejected(problems: [FieldProblem(path: "$", fault: .wrongType)])
    }
    var values: [RegistrationField: JSONValue] = [:]
    var problems: [FieldProblem] = []
    func take(_ value: JSONValue, path: String) {
      if let field = RegistrationField(rawValue: path) {
        values[field] = value
      } else {
        problems.append(FieldProblem(path: path, fault: .unknownField))
      }
    }
    for (key, value) in members.sorted(by: { $0.key < $1.key }) {
      guard key == "owner" || key == "welder" else {
        take(value, path: key)
        continue
      }
      guard case .object(let inner) = value else {
        problems.append(FieldProblem(path: key, fault: .wrongType))
        continue
      }
      for (name, value) in inner.sorted(by: { $0.key < $1.key }) { take(value, path: "\(key).\(name)") }
    }
    guard problems.isEmpty else {
      // Unknown names and wrong values are reported together.
      do { _ = try Registration(values, today: nil, drawnBy: nil) } catch { problems += error.problems }
      throw RegistrationRejected(problems: problems)
    }
    return values
  }

  /// Checks the values of all fields.
  /// - Parameters:
  ///   - isSurveyed: whether the values are those of a survey, which need not say the type of the unit.
  ///   - today: the present day, for days that may not lie in the future; nil skips this check.
  ///   - glyphs: the characters that labels and agreements can show; nil skips this check.
  public init(
    _ values: [RegistrationField: JSONValue], isSurveyed: Bool = false, today: CalendarDay?,
    drawnBy glyphs: (any GlyphCoverage)?
  ) throws(RegistrationRejected) {
    var reader = FieldReader(values: values, today: today, glyphs: glyphs)
    if isSurveyed { reader.optional = [.unitType] }
    let unitName = reader.text(.unitName)
    let unitType = reader.choice(.unitType, UnitType.self)
    let responsibleName = reader.text(.responsibleName)
    let responsiblePhone = reader.phone(.responsiblePhone)
    // Forms and figures add up by the whole name, however it was written.
    let street = reader.text(.street).map { written in
      BannerStreet.name(of: written.text).map { WrittenText(asKept: $0) } ?? written
    }
    let community = reader.text(.community)
    let industry = reader.choice(.industry, Industry.self)
    let industryNote = reader.text(.industryNote, required: industry == .other)
    let operators = reader.count(.operators)
    let certifiedOperators = reader.count(.certifiedOperators)
    if let operators, let certifiedOperators, certifiedOperators > operators {
      reader.problems.append(
        FieldProblem(path: RegistrationField.certifiedOperators.path, fault: .moreThan(.operators)))
    }
    let unitID = reader.text(.unitID)
    let brand = reader.text(.brand)
    let model = reader.text(.model)
    let serialNumber = reader.text(.serialNumber)
    let weldingProcess = reader.choice(.weldingProcess, WeldingProcess.self)
    let supply = reader.choice(.supply, Supply.self)
    let sourceType = reader.choice(.sourceType, SourceType.self)
    let supplyMaxAmps = reader.amount(.supplyMaxAmps)
    let maxCurrentAmps = reader.amount(.maxCurrentAmps)
    let maxPowerKilowatts = reader.amount(.maxPowerKilowatts)
    let purpose = reader.text(.purpose)
    let purchasedOn = reader.day(.purchasedOn)
    let condition = reader.choice(.condition, Condition.self) ?? .fit
    let retiredReason = reader.text(.retiredReason, required: condition == .retired)
    let remarks = reader.text(.remarks)

    guard reader.problems.isEmpty, let unitName, let responsibleName, let responsiblePhone,
      let street, let industry, let weldingProcess, let supply, let sourceType, let supplyMaxAmps,
      let maxCurrentAmps
    else { throw RegistrationRejected(problems: reader.problems) }
    owner = Owner(
      unitID: unitID, unitName: unitName, unitType: unitType, responsibleName: PersonName(responsibleName),
      responsiblePhone: responsiblePhone, street: street, community: community, industry: industry,
      industryNote: industryNote, operators: operators, certifiedOperators: certifiedOperators)
    welder = Welder(
      brand: brand, model: model, serialNumber: serialNumber, weldingProcess: weldingProcess,
      supply: supply, sourceType: sourceType, supplyMaxAmps: supplyMaxAmps, maxCurrentAmps: maxCurrentAmps,
      maxPowerKilowatts: maxPowerKilowatts, purpose: purpose, purchasedOn: purchasedOn, condition: condition)
    self.retiredReason = condition == .retired ? retiredReason : nil
    self.remarks = remarks
  }

  /// Checks one value for a prompt; nil where the value is valid.
  public static func problem(
    with value: JSONValue, for field: RegistrationField, today: CalendarDay?,
    drawnBy glyphs: (any GlyphCoverage)?
  ) -> FieldProblem.Fault? {
    var reader = FieldReader(values: [field: value], today: today, glyphs: glyphs)
    switch field.kind {
    case .text, .name: _ = reader.text(field)
    case .phone: _ = reader.phone(field)
    case .choice(let choices): _ = reader.choice(field, among: choices)
    case .amount: _ = reader.amount(field)
    case .count: _ = reader.count(field)
    case .day: _ = reader.day(field)
    }
    return reader.problems.first?.fault
  }
}

/// Reads one field after the other and collects their problems.
private struct FieldReader {
  let values: [RegistrationField: JSONValue]
  let today: CalendarDay?
  let glyphs: (any GlyphCoverage)?
  /// Fields that may be missing although a registration requires them.
  var optional: Set<RegistrationField> = []
  var problems: [FieldProblem] = []

  mutating func text(_ field: RegistrationField, required: Bool = false) -> WrittenText? {
    guard let raw = string(field, required: required) else { return nil }
    let shape = if case .text(let shape) = field.kind { shape } else { WrittenText.Shape.name }
    do {
      return try WrittenText(raw, shape, drawnBy: glyphs)
    } catch {
      guard let fault = FieldProblem.Fault(error) else { return missing(field, required: required) }
      return fail(field, fault)
    }
  }

  mutating func phone(_ field: RegistrationField) -> PhoneNumber? {
    guard let raw = string(field) else { return nil }
    return PhoneNumber(raw) ?? fail(field, .notAPhone)
  }

  mutating func choice<Word: PlanWord>(_ field: RegistrationField, _: Word.Type) -> Word? {
    guard case .choice(let choices) = field.kind, let code = choice(field, among: choices) else { return nil }
    return Word(rawValue: code)
  }

  mutating func choice(_ field: RegistrationField, among choices: [RegistrationField.Choice]) -> String? {
    guard let raw = string(field) else { return nil }
    let code = TextNormalization.typed(raw).lowercased()
    let word = TextNormalization.trimmed(TextNormalization.seen(raw))
    guard let match = choices.first(where: { $0.code.lowercased() == code || $0.word == word }) else {
      return fail(field, .notAChoice(choices))
    }
    return match.code
  }

  mutating func amount(_ field: RegistrationField) -> Double? {
    guard case .amount(let range, let unit) = field.kind, let number = number(field, unit: unit) else {
      return nil
    }
    guard range.contains(number) else {
      return fail(field, .outOfRange(lower: range.lowerBound, upper: range.upperBound, unit: unit.rawValue))
    }
    return number
  }

  mutating func count(_ field: RegistrationField) -> Int? {
    guard case .count(let range) = field.kind, let number = number(field, unit: .people) else { return nil }
    guard let whole = Int(exactly: number), range.contains(whole) else {
      return fail(
        field, .outOfRange(lower: Double(range.lowerBound), upper: Double(range.upperBound), unit: ""))
    }
    return whole
  }

  mutating func day(_ field: RegistrationField) -> CalendarDay? {
    guard let raw = string(field) else { return nil }
    guard let day = CalendarDay(written: raw) else { return fail(field, .notADay) }
    if let today, day > today { return fail(field, .inTheFuture) }
    return day
  }

  private mutating func number(_ field: RegistrationField, unit: WrittenNumber.Unit) -> Double? {
    switch values[field] {
    case .number(let number): return number
    case .string(let text) where !TextNormalization.typed(text).isEmpty:
      do { return try WrittenNumber.read(text, unit: unit) } catch { return fail(field, error) }
    case nil, .null?, .string?: return missing(field, required: false)
    default: return fail(field, .notANumber)
    }
  }

  private mutating func string(_ field: RegistrationField, required: Bool = false) -> String? {
    switch values[field] {
    case .string(let text):
      // A byte order mark alone counts as an empty text.
      let plain = TextNormalization.trimmed(text)
      return TextNormalization.typed(text).isEmpty ? missing(field, required: required) : plain
    case nil, .null?: return missing(field, required: required)
    default: return fail(field, .wrongType)
    }
  }

  private mutating func missing<Value>(_ field: RegistrationField, required: Bool) -> Value? {
    required || field.presence == .required && !optional.contains(field) ? fail(field, .missing) : nil
  }

  private mutating func fail<Value>(_ field: RegistrationField, _ fault: FieldProblem.Fault) -> Value? {
    problems.append(FieldProblem(path: field.path, fault: fault))
    return nil
  }
}
