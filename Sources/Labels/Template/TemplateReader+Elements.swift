import Drawing
import FoundationEssentials

extension TemplateReader {
  // MARK: - The template's own

  mutating func readTitles() -> (chinese: String, english: String)? {
    guard let title = members("title") else { return nil }
    var titles = TemplateReader(members: title, element: nil, prefix: "title.")
    titles.refuseUnknown(besides: ["zh", "en"])
    let chinese = titles.text("zh", longest: 80)
    let english = titles.text("en", longest: 80)
    problems += titles.problems
    guard let chinese, let english else { return nil }
    return (chinese, english)
  }

  mutating func readPlate() -> TemplatePlate? {
    let shape = choice("shape", among: LabelTemplate.Shape.self, otherwise: .rectangle)
    let width = number("widthMillimetres", within: 10...500, unit: "mm")
    // The width and the height of a round plate must be equal.
    let heights = shape == .round ? width.map { $0...$0 } : nil
    let height = number("heightMillimetres", within: heights ?? 10...500, unit: "mm")
    let shortest = min(width ?? 500, height ?? 500)
    if shape == .round, members["cornerRadiusMillimetres"] != nil {
      fail("cornerRadiusMillimetres", .unknownField)
    }
    let radius =
      shape == .round
      ? shortest / 2
      : number("cornerRadiusMillimetres", within: 0...shortest / 2, unit: "mm", otherwise: 0)
    let safeZone = number("safeZoneMillimetres", within: 0...shortest / 4, unit: "mm", otherwise: 0)
    guard let shape, let width, let height, let radius, let safeZone else { return nil }
    return TemplatePlate(
      shape: shape,
      outline: RoundedRectangle(Rectangle(x: 0, y: 0, width: width, height: height), radius: radius),
      safeZone: safeZone)
  }

  /// Reads a hole; nil where it has a fault.
  mutating func readHole() -> LabelTemplate.Hole? {
    refuseUnknown(besides: ["xMillimetres", "yMillimetres", "diameterMillimetres"])
    let x = number("xMillimetres", within: 0...500, unit: "mm")
    let y = number("yMillimetres", within: 0...500, unit: "mm")
    let diameter = number("diameterMillimetres", within: 0.5...50, unit: "mm")
    guard problems.isEmpty, let x, let y, let diameter else { return nil }
    return LabelTemplate.Hole(x: x, y: y, diameterMillimetres: diameter)
  }

  // MARK: - Elements

  private enum Kind: String, CaseIterable { case qr, text, rule, line, box, image }

  private static let area: Set<String> = [
    "type", "id", "xMillimetres", "yMillimetres", "widthMillimetres", "heightMillimetres", "rotationDegrees",
  ]

  /// Reads an element; nil where it has a fault.
  mutating func readElement(bleed: Double, picture: (String) -> Data?) -> LabelTemplate.Element? {
    let id = identifier("id")
    if let id { element = id }
    guard let kind = choice("type", among: Kind.allCases.map(\.rawValue)).flatMap(Kind.init(rawValue:)) else {
      return nil
    }
    let isReversed = kind == .qr ? false : flag("reversed")
    let mayBleed = kind == .qr || kind == .text ? false : flag("bleed")
    let least = mayBleed == true ? -bleed : 0
    let content: LabelTemplate.Content?
    var box: Rectangle?
    switch kind {
    case .qr:
      let symbol = readSymbol()
      box = symbol?.box
      content = symbol.map { .symbol($0) }
    case .line:
      let line = readLine(from: least)
      box = line?.box
      content = line.map { .line($0) }
    case .text:
      box = readBox(from: least, thinnest: 1)
      content = readText().map { .text($0) }
    case .rule:
      box = readBox(from: least, thinnest: 0.05)
      refuseUnknown(besides: Self.area.subtracting(["rotationDegrees"]).union(["reversed", "bleed"]))
      content = .rule
    case .box:
      box = readBox(from: least, thinnest: 0.5)
      content = readFrame(in: box).map { .frame($0) }
    case .image:
      box = readBox(from: least, thinnest: 1)
      content = readImage(picture).map { .image($0) }
    }
    let rotation = kind == .text || kind == .image ? readRotation() : Rotation.none
    guard problems.isEmpty, let id, let content, let box, let rotation, let isReversed, let mayBleed else {
      return nil
    }
    return LabelTemplate.Element(
      id: id, box: box, rotation: rotation, isReversed: isReversed, mayBleed: mayBleed, content: content)
  }

  private mutating func readBox(from least: Double, thinnest: Double) -> Rectangle? {
    let x = number("xMillimetres", within: least...500, unit: "mm")
    let y = number("yMillimetres", within: least...500, unit: "mm")
    let width = number("widthMillimetres", within: thinnest...520, unit: "mm")
    let height = number("heightMillimetres", within: thinnest...520, unit: "mm")
    guard let x, let y, let width, let height else { return nil }
    return Rectangle(x: x, y: y, width: width, height: height)
  }

  private mutating func readRotation() -> Rotation? {
    guard let degrees = wholeNumber("rotationDegrees", within: 0...270, otherwise: 0) else { return nil }
    return Rotation(rawValue: degrees) ?? fault("rotationDegrees", .notAChoice(["0", "90", "180", "270"]))
  }

  private mutating func readSymbol() -> LabelTemplate.SymbolElement? {
    refuseUnknown(besides: [
      "type", "id", "xMillimetres", "yMillimetres", "sizeMillimetres", "errorCorrection",
      "smallestModuleMillimetres", "smallestModuleDots", "printGainMillimetres",
    ])
    let x = number("xMillimetres", within: 0...500, unit: "mm")
    let y = number("yMillimetres", within: 0...500, unit: "mm")
    let side = number("sizeMillimetres", within: 5...500, unit: "mm")
    let correction = choice("errorCorrection", among: QRSymbol.Correction.self, otherwise: .quartile)
    // Below these limits the phone's camera or the printer's nozzle decides whether a label scans.
    let module = number("smallestModuleMillimetres", within: 0.5...20, unit: "mm", otherwise: 0.5)
    let dots = wholeNumber("smallestModuleDots", within: 4...200, otherwise: 4)
    let gain = number("printGainMillimetres", within: LabelMaker.printGains, unit: "mm", otherwise: 0)
    guard let x, let y, let side, let correction, let module, let dots, let gain else { return nil }
    return LabelTemplate.SymbolElement(
      box: Rectangle(x: x, y: y, width: side, height: side), correction: correction,
      smallestModuleMillimetres: module, smallestModuleDots: dots, printGainMillimetres: gain)
  }

  private mutating func readLine(from least: Double) -> LabelTemplate.LineElement? {
    refuseUnknown(besides: [
      "type", "id", "xMillimetres", "yMillimetres", "toXMillimetres", "toYMillimetres", "thicknessMillimetres",
      "reversed", "bleed",
    ])
    let fromX = number("xMillimetres", within: least...500, unit: "mm")
    let fromY = number("yMillimetres", within: least...500, unit: "mm")
    let toX = number("toXMillimetres", within: least...510, unit: "mm")
    let toY = number("toYMillimetres", within: least...510, unit: "mm")
    let thickness = number("thicknessMillimetres", within: 0.05...20, unit: "mm")
    guard let fromX, let fromY, let toX, let toY, let thickness else { return nil }
    return LabelTemplate.LineElement(
      fromX: fromX, fromY: fromY, toX: toX, toY: toY, thicknessMillimetres: thickness)
  }

  private mutating func readFrame(in box: Rectangle?) -> LabelTemplate.FrameElement? {
    refuseUnknown(
      besides: Self.area.subtracting(["rotationDegrees"]).union([
        "thicknessMillimetres", "filled", "cornerRadiusMillimetres", "reversed", "bleed",
      ]))
    let shortest = box.map { min($0.width, $0.height) } ?? 500
    let radius = number("cornerRadiusMillimetres", within: 0...shortest / 2, unit: "mm", otherwise: 0)
    guard let isFilled = flag("filled") else { return nil }
    guard isFilled != (members["thicknessMillimetres"] != nil) else {
      return fault("", .notExactlyOne(of: ["thicknessMillimetres", "filled"]))
    }
    let thickness =
      isFilled ? nil : number("thicknessMillimetres", within: 0.05...max(0.05, shortest / 2), unit: "mm")
    guard let radius, isFilled || thickness != nil else { return nil }
    return LabelTemplate.FrameElement(thicknessMillimetres: thickness, cornerRadiusMillimetres: radius)
  }

  private mutating func readImage(_ picture: (String) -> Data?) -> LabelTemplate.ImageElement? {
    refuseUnknown(besides: Self.area.union(["file", "reversed", "bleed"]))
    guard let file = text("file", longest: 68) else { return nil }
    // The value must be the name of a file beside the template and never a path.
    let stem = file.dropLast(4)
    let isName =
      (file.hasSuffix(".png") || file.hasSuffix(".svg")) && !stem.isEmpty
      && stem.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
      }
    guard isName else { return fault("file", .wrongType) }
    guard let bytes = picture(file) else { return fault("file", .noSuchFile) }
    do throws(DrawingError) {
      let picture: LabelTemplate.ImageElement.Picture =
        file.hasSuffix(".svg")
        ? .drawing(try SVGImage(bytes))
        : .dots(try GreyImage(png: bytes, maxPixels: LabelTemplate.maxPicturePixels))
      return .init(file: file, picture: picture)
    } catch {
      switch error {
      case .png(let reason): return fault("file", .picture(reason))
      case .svg(let reason): return fault("file", .drawing(reason))
      default: return fault("file", .picture(.tooLarge))
      }
    }
  }

  private mutating func readText() -> LabelTemplate.TextElement? {
    refuseUnknown(
      besides: Self.area.union([
        "reversed", "text", "field", "optional", "prefix", "shownWith", "shownWithout", "sizePoints",
        "smallestPoints", "weight", "families", "fit", "align", "verticalAlign", "letterSpacingPoints",
        "lineSpacing",
      ]))
    let source = source()
    for name in ["shownWith", "shownWithout"] where members[name] != nil { _ = identifier(name) }
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
    let families = members["families"] == nil ? [] : texts("families", most: 10)
    guard let source, let size, let smallest, let weight, let fit, let alignment, let vertical,
      let letterSpacing, let lineSpacing, let families
    else { return nil }
    let style = TextStyle(
      sizePoints: size, weight: weight, families: families + TextStyle.chineseFamilies,
      lineSpacing: lineSpacing,
      letterSpacingPoints: letterSpacing)
    return LabelTemplate.TextElement(
      source: source, shownWith: field("shownWith"), shownWithout: field("shownWithout"), style: style,
      smallestPoints: smallest, fit: fit, alignment: alignment, verticalAlignment: vertical)
  }

  /// The name of a field from a member; nil where there is no such member.
  private func field(_ name: String) -> String? {
    if case .string(let text) = members[name] { text } else { nil }
  }

  private mutating func source() -> LabelTemplate.TextElement.Source? {
    guard (members["text"] == nil) != (members["field"] == nil) else {
      fail("", .notExactlyOne(of: ["text", "field"]))
      return nil
    }
    if members["text"] != nil {
      for name in ["optional", "prefix"] where members[name] != nil { fail(name, .unknownField) }
      return text("text", longest: 200).map { .fixed($0) }
    }
    guard let isOptional = flag("optional") else { return nil }
    let prefix = members["prefix"] == nil ? "" : text("prefix", longest: 80)
    guard let name = identifier("field"), let prefix else { return nil }
    return .field(name, isOptional: isOptional, prefix: prefix)
  }
}

extension LabelTemplate.LineElement {
  /// The box around all parts of the element.
  var box: Rectangle {
    Rectangle(
      x: min(fromX, toX), y: min(fromY, toY), width: abs(toX - fromX), height: abs(toY - fromY)
    ).inset(by: -thicknessMillimetres / 2)
  }
}
