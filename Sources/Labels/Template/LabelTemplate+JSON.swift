import Drawing
public import FoundationEssentials
import Records

extension LabelTemplate {
  /// Maximum size of a template's file, bytes; a larger file is refused without reading it.
  public static let maxFileBytes = 1 << 20
  static let maxElements = 200
  static let maxHoles = 16

  /// Maximum size of a picture beside the template, bytes.
  public static let maxPictureBytes = 4 << 20
  static let maxPicturePixels = 25_000_000

  /// Reads a template.
  /// - Parameters:
  ///   - file: the name of the file, which errors contain.
  ///   - picture: returns the bytes of a file beside the template; nil where there is no such file.
  /// - Throws: `templateTooLarge`; `templateRejected` with all faults of the template.
  public init(json: Data, file: String, picture: (_ name: String) -> Data? = { _ in nil }) throws(LabelError) {
    guard json.count <= Self.maxFileBytes else {
      throw .templateTooLarge(file: file, bytes: json.count, maxBytes: Self.maxFileBytes)
    }
    let document: JSONValue
    do throws(JSONFault) {
      document = try JSONReader.value(of: json, maxBytes: Self.maxFileBytes)
    } catch {
      throw .templateRejected(
        file: file, problems: [TemplateProblem(element: nil, field: "", fault: .notJSON(error))])
    }
    guard case .object(let members) = document else {
      throw .templateRejected(
        file: file, problems: [TemplateProblem(element: nil, field: "", fault: .wrongType)])
    }
    var reader = TemplateReader(members: members, element: nil)
    reader.refuseUnknown(besides: [
      "$schema", "schema", "name", "title", "shape", "widthMillimetres", "heightMillimetres",
      "cornerRadiusMillimetres", "safeZoneMillimetres", "bleedMillimetres", "dotsPerInch", "holes", "elements",
    ])
    if reader.members["$schema"] != nil { _ = reader.text("$schema", longest: 200) }
    _ = reader.choice("schema", among: [Self.schema])
    let name = reader.identifier("name")
    let titles = reader.readTitles()
    let plate = reader.readPlate()
    let bleed = reader.number("bleedMillimetres", within: 0...10, unit: "mm", otherwise: 0)
    let dotsPerInch = reader.wholeNumber(
      "dotsPerInch", within: LabelMaker.resolutions, otherwise: LabelMaker.defaultDotsPerInch)

    var holes: [Hole] = []
    for (index, members) in reader.objects("holes", most: Self.maxHoles, isOptional: true).enumerated() {
      var part = TemplateReader(members: members, element: "holes[\(index)]")
      if let hole = part.readHole() {
        if let plate, !plate.isInside(hole) { part.fail("", .outsidePlate) }
        holes.append(hole)
      }
      reader.problems += part.problems
    }
    var elements: [Element] = []
    for (index, members) in reader.objects("elements", most: Self.maxElements).enumerated() {
      var part = TemplateReader(members: members, element: "elements[\(index)]")
      if let element = part.readElement(bleed: bleed ?? 0, picture: picture) {
        if elements.contains(where: { $0.id == element.id }) { part.fail("id", .duplicate) }
        if let plate, let bleed, let fault = plate.fault(of: element, bleed: bleed, holes: holes) {
          part.fail("", fault)
        }
        elements.append(element)
      }
      reader.problems += part.problems
    }
    let symbols = elements.compactMap { element -> SymbolElement? in
      if case .symbol(let symbol) = element.content { symbol } else { nil }
    }
    // The refused element may have been the symbol, so a missing symbol is not reported as well.
    if symbols.count != 1, symbols.count > 1 || reader.problems.isEmpty {
      reader.fail("elements", .symbolCount(symbols.count))
    }
    if let symbol = symbols.first, symbols.count == 1 {
      for element in elements where element.content != .symbol(symbol) && element.covers(symbol.box) {
        reader.problems.append(TemplateProblem(element: element.id, field: "", fault: .onSymbol))
      }
    }
    guard reader.problems.isEmpty, let name, let titles, let plate, let bleed, let dotsPerInch,
      let symbol = symbols.first
    else { throw .templateRejected(file: file, problems: reader.problems) }
    self.name = name
    titleChinese = titles.chinese
    titleEnglish = titles.english
    shape = plate.shape
    widthMillimetres = plate.outline.box.width
    heightMillimetres = plate.outline.box.height
    cornerRadiusMillimetres = plate.outline.radius
    safeZoneMillimetres = plate.safeZone
    bleedMillimetres = bleed
    defaultDotsPerInch = dotsPerInch
    self.holes = holes
    self.elements = elements
    self.symbol = symbol
  }
}
