import Drawing
public import FoundationEssentials
import Records

extension LabelTemplate {
  /// A larger file is refused unread.
  public static let largestFileBytes = 1 << 20
  static let mostElements = 200

  /// Reads a template.
  /// - Parameter file: the file's name, for the errors.
  /// - Throws: `templateRejected` with everything that is wrong with it.
  public init(json: Data, file: String) throws(LabelError) {
    guard json.count <= Self.largestFileBytes else {
      throw .templateTooLarge(file: file, bytes: json.count, mostBytes: Self.largestFileBytes)
    }
    guard let document = try? JSONDecoder().decode(JSONValue.self, from: json),
      case .object(let members) = document
    else {
      throw .templateRejected(
        file: file, problems: [TemplateProblem(element: nil, field: "", fault: .notJSON)])
    }
    var reader = TemplateReader(members: members, element: nil)
    reader.refuseUnknown(besides: [
      "schema", "name", "title", "widthMillimetres", "heightMillimetres", "cornerRadiusMillimetres",
      "safeZoneMillimetres", "elements",
    ])
    _ = reader.choice("schema", among: [Self.schema])
    let name = reader.identifier("name")
    let title = reader.members("title")
    let width = reader.number("widthMillimetres", within: 10...500, unit: "mm")
    let height = reader.number("heightMillimetres", within: 10...500, unit: "mm")
    let shortest = min(width ?? 500, height ?? 500)
    let radius = reader.number("cornerRadiusMillimetres", within: 0...shortest / 2, unit: "mm", otherwise: 0)
    let safeZone = reader.number("safeZoneMillimetres", within: 0...shortest / 4, unit: "mm", otherwise: 0)
    var titles = TemplateReader(members: title ?? [:], element: nil, prefix: "title.")
    titles.refuseUnknown(besides: ["zh", "en"])
    let chinese = title == nil ? nil : titles.text("zh", longest: 80)
    let english = title == nil ? nil : titles.text("en", longest: 80)
    reader.problems += titles.problems

    var elements: [Element] = []
    for (index, members) in reader.objects("elements", most: Self.mostElements).enumerated() {
      var part = TemplateReader(members: members, element: "elements[\(index)]")
      if let element = part.readElement() {
        if elements.contains(where: { $0.id == element.id }) { part.fail("id", .duplicate) }
        if let width, let height, let radius, let safeZone,
          !Self.isInSafeZone(
            element.box, width: width, height: height, cornerRadius: radius, safeZone: safeZone)
        {
          part.fail("", .outsideSafeZone)
        }
        elements.append(element)
      }
      reader.problems += part.problems
    }
    let symbols = elements.compactMap { element -> SymbolElement? in
      if case .symbol(let symbol) = element.content { symbol } else { nil }
    }
    // Where an element was refused, it may have been the symbol.
    if symbols.count != 1, symbols.count > 1 || reader.problems.isEmpty {
      reader.fail("elements", .symbolCount(symbols.count))
    }
    if let symbol = symbols.first, symbols.count == 1 {
      for element in elements where element.box != symbol.box && element.box.overlaps(symbol.box) {
        reader.problems.append(TemplateProblem(element: element.id, field: "", fault: .onSymbol))
      }
    }
    guard reader.problems.isEmpty, let name, let chinese, let english, let width, let height, let radius,
      let safeZone, let symbol = symbols.first
    else { throw .templateRejected(file: file, problems: reader.problems) }
    self.name = name
    titleChinese = chinese
    titleEnglish = english
    widthMillimetres = width
    heightMillimetres = height
    cornerRadiusMillimetres = radius
    safeZoneMillimetres = safeZone
    self.elements = elements
    self.symbol = symbol
  }
}
