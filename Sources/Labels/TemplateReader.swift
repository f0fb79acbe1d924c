import Drawing
import Records

/// Reads one JSON object of a template and collects what is wrong with it.
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

  // MARK: - Elements

  private static let geometry: Set<String> = [
    "type", "id", "xMillimetres", "yMillimetres", "widthMillimetres", "heightMillimetres",
  ]

  /// Nil where something is wrong with it.
  mutating func readElement() -> LabelTemplate.Element? {
    let id = identifier("id")
    if let id { element = id }
    guard let type = choice("type", among: ["qr", "text", "rule"]) else { return nil }
    let x = number("xMillimetres", within: 0...500, unit: "mm")
    let y = number("yMillimetres", within: 0...500, unit: "mm")
    if type == "qr" {
      refuseUnknown(besides: [
        "type", "id", "xMillimetres", "yMillimetres", "sizeMillimetres", "errorCorrection",
        "smallestModuleMillimetres", "smallestModuleDots",
      ])
      let side = number("sizeMillimetres", within: 5...500, unit: "mm")
      let content = symbol(x: x ?? 0, y: y ?? 0, side: side ?? 0)
      guard problems.isEmpty, let id, let content else { return nil }
      return .init(id: id, box: content.box, content: .symbol(content))
    }
    let thinnest = type == "rule" ? 0.05 : 1
    let width = number("widthMillimetres", within: thinnest...500, unit: "mm")
    let height = number("heightMillimetres", within: thinnest...500, unit: "mm")
    let content: LabelTemplate.Content?
    if type == "text" {
      content = text().map { .text($0) }
    } else {
      refuseUnknown(besides: Self.geometry)
      content = .rule
    }
    guard problems.isEmpty, let id, let content, let x, let y, let width, let height else { return nil }
    return .init(id: id, box: Rectangle(x: x, y: y, width: width, height: height), content: content)
  }

  private mutating func symbol(x: Double, y: Double, side: Double) -> LabelTemplate.SymbolElement? {
    let level = choice("errorCorrection", among: QRSymbol.Correction.allCases.map(\.rawValue), otherwise: "Q")
    // Below these a phone's camera or a printer's nozzle decides whether a label scans.
    let module = number("smallestModuleMillimetres", within: 0.5...20, unit: "mm", otherwise: 0.5)
    let dots = number("smallestModuleDots", within: 4...200, unit: "", otherwise: 4)
    if let dots, dots != dots.rounded() { fail("smallestModuleDots", .wrongType) }
    guard let correction = level.flatMap(QRSymbol.Correction.init(rawValue:)), let module, let dots else {
      return nil
    }
    return LabelTemplate.SymbolElement(
      box: Rectangle(x: x, y: y, width: side, height: side), correction: correction,
      smallestModuleMillimetres: module, smallestModuleDots: Int(dots))
  }

  private mutating func text() -> LabelTemplate.TextElement? {
    refuseUnknown(
      besides: Self.geometry.union([
        "text", "field", "optional", "sizePoints", "smallestPoints", "weight", "families", "fit", "align",
        "verticalAlign", "letterSpacingPoints", "lineSpacing",
      ]))
    let source = source()
    let size = number("sizePoints", within: 3...200, unit: "pt")
    let smallest = number(
      "smallestPoints", within: 3...max(3, size ?? 200), unit: "pt",
      otherwise: size.map { max(3, $0 / 2) } ?? 3)
    let weight = choice("weight", among: TextStyle.Weight.self, otherwise: .regular)
    let fit = choice("fit", among: TextFit.self, otherwise: .shrink)
    let alignment = choice("align", among: TextAlignment.self, otherwise: .left)
    let vertical = choice(
      "verticalAlign", among: LabelTemplate.TextElement.VerticalAlignment.self, otherwise: .middle)
    let letterSpacing = number("letterSpacingPoints", within: -2...20, unit: "pt", otherwise: 0)
    let lineSpacing = number("lineSpacing", within: 0.5...3, unit: "", otherwise: 0.9)
    let families = members["families"] == nil ? TextStyle.chineseFamilies : texts("families", most: 10)
    guard let source, let size, let smallest, let weight, let fit, let alignment, let vertical,
      let letterSpacing, let lineSpacing, let families
    else { return nil }
    let style = TextStyle(
      sizePoints: size, weight: weight, families: families, lineSpacing: lineSpacing,
      letterSpacingPoints: letterSpacing)
    return LabelTemplate.TextElement(
      source: source, style: style, smallestPoints: smallest, fit: fit, alignment: alignment,
      verticalAlignment: vertical)
  }

  private mutating func source() -> LabelTemplate.TextElement.Source? {
    guard (members["text"] == nil) != (members["field"] == nil) else {
      fail("", .notExactlyOne(of: ["text", "field"]))
      return nil
    }
    if members["text"] != nil {
      if members["optional"] != nil { fail("optional", .unknownField) }
      return text("text", longest: 200).map { .fixed($0) }
    }
    let isOptional: Bool
    switch members["optional"] {
    case nil: isOptional = false
    case .bool(let value): isOptional = value
    default:
      fail("optional", .wrongType)
      return nil
    }
    return identifier("field").map { .field($0, isOptional: isOptional) }
  }

  // MARK: - Values

  mutating func text(_ field: String, longest: Int) -> String? {
    guard let value = members[field] else { return missing(field) }
    guard case .string(let text) = value else { return fault(field, .wrongType) }
    if text.isEmpty { return fault(field, .empty) }
    if text.count > longest { return fault(field, .tooLong(longest: longest)) }
    return text
  }

  /// A name: 1 to 64 letters, digits, `-` and `_` of ASCII.
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

  mutating func objects(_ field: String, most: Int) -> [[String: JSONValue]] {
    guard let value = members[field] else { return missing(field) ?? [] }
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

  private mutating func texts(_ field: String, most: Int) -> [String]? {
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

  private mutating func missing<Value>(_ field: String) -> Value? { fault(field, .missing) }

  private mutating func fault<Value>(_ field: String, _ fault: TemplateProblem.Fault) -> Value? {
    fail(field, fault)
    return nil
  }
}
