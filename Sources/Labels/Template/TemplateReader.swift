import Records

/// Reads one JSON object of a template and collects its faults.
struct TemplateReader {
  let members: [String: JSONValue]
  var element: String?
  var prefix = ""
  var problems: [TemplateProblem] = []

  init(members: [String: JSONValue], element: String?, prefix: String = "") {
    self.members = members
    self.element = element
    self.prefix = prefix
  }

  mutating func fail(_ field: String, _ fault: TemplateProblem.Fault) {
    problems.append(TemplateProblem(element: element, field: field.isEmpty ? "" : prefix + field, fault: fault))
  }

  mutating func refuseUnknown(besides known: Set<String>) {
    for name in members.keys.sorted() where !known.contains(name) { fail(name, .unknownField) }
  }

  // MARK: - Values

  mutating func text(_ field: String, longest: Int) -> String? {
    guard let value = members[field] else { return missing(field) }
    guard case .string(let text) = value else { return fault(field, .wrongType) }
    if text.isEmpty { return fault(field, .empty) }
    if text.count > longest { return fault(field, .tooLong(longest: longest)) }
    return text
  }

  /// Reads a name: 1 to 64 letters, digits, `-` and `_` of ASCII.
  mutating func identifier(_ field: String) -> String? {
    guard let text = text(field, longest: 64) else { return nil }
    let isName = text.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
    }
    return isName ? text : fault(field, .wrongType)
  }

  mutating func number(
    _ field: String, within range: ClosedRange<Double>, unit: String, otherwise: Double? = nil
  ) -> Double? {
    guard let value = members[field] else { return otherwise ?? missing(field) }
    guard case .number(let number) = value else { return fault(field, .wrongType) }
    guard range.contains(number) else {
      return fault(field, .outOfRange(lower: range.lowerBound, upper: range.upperBound, unit: unit))
    }
    return number
  }

  mutating func wholeNumber(_ field: String, within range: ClosedRange<Int>, otherwise: Int) -> Int? {
    let limits = Double(range.lowerBound)...Double(range.upperBound)
    guard let value = number(field, within: limits, unit: "", otherwise: Double(otherwise)) else { return nil }
    return value == value.rounded() ? Int(value) : fault(field, .wrongType)
  }

  mutating func flag(_ field: String) -> Bool? {
    switch members[field] {
    case nil: return false
    case .bool(let value): return value
    default: return fault(field, .wrongType)
    }
  }

  mutating func choice(_ field: String, among choices: [String], otherwise: String? = nil) -> String? {
    guard let value = members[field] else { return otherwise ?? missing(field) }
    guard case .string(let text) = value else { return fault(field, .wrongType) }
    return choices.contains(text) ? text : fault(field, .notAChoice(choices))
  }

  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ field: String, among: Choice.Type, otherwise: Choice
  ) -> Choice? {
    choice(field, among: Choice.allCases.map(\.rawValue), otherwise: otherwise.rawValue)
      .flatMap(Choice.init(rawValue:))
  }

  mutating func members(_ field: String) -> [String: JSONValue]? {
    guard let value = members[field] else { return missing(field) }
    guard case .object(let inner) = value else { return fault(field, .wrongType) }
    return inner
  }

  mutating func objects(_ field: String, most: Int, isOptional: Bool = false) -> [[String: JSONValue]] {
    guard let value = members[field] else { return isOptional ? [] : missing(field) ?? [] }
    guard case .array(let values) = value else { return fault(field, .wrongType) ?? [] }
    guard values.count <= most else { return fault(field, .tooLong(longest: most)) ?? [] }
    var objects: [[String: JSONValue]] = []
    for (index, value) in values.enumerated() {
      if case .object(let inner) = value {
        objects.append(inner)
      } else {
        problems.append(TemplateProblem(element: "\(field)[\(index)]", field: "", fault: .wrongType))
      }
    }
    return objects
  }

  mutating func texts(_ field: String, most: Int) -> [String]? {
    guard case .array(let values) = members[field], (1...most).contains(values.count) else {
      return fault(field, .wrongType)
    }
    var texts: [String] = []
    for value in values {
      guard case .string(let text) = value, !text.isEmpty, text.count <= 80 else {
        return fault(field, .wrongType)
      }
      texts.append(text)
    }
    return texts
  }

  mutating func missing<Value>(_ field: String) -> Value? { fault(field, .missing) }

  mutating func fault<Value>(_ field: String, _ fault: TemplateProblem.Fault) -> Value? {
    fail(field, fault)
    return nil
  }
}
