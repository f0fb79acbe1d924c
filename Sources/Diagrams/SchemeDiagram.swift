public import Drawing
public import FoundationEssentials
public import Records

/// The wiring diagram of a scheme, drawn from its data: the main circuit as a ladder, the module beside it, and a table of
/// the wires. The same scheme gives the same bytes.
public struct SchemeDiagram {
  /// The language of the words; marks of terminals and units are the same in both languages.
  public enum Language: String, Sendable, CaseIterable { case zh, en }

  public let scheme: InstallationScheme
  let diagram: WiringDiagram
  let language: Language

  /// - Throws: `noDiagram`.
  public init(_ scheme: InstallationScheme, language: Language) throws(DiagramError) {
    guard let diagram = scheme.diagram else { throw .noDiagram(scheme: scheme.name) }
    self.scheme = scheme
    self.diagram = diagram
    self.language = language
  }

  /// The diagram of a scheme as an SVG.
  /// - Throws: `noDiagram`, `noGlyph`.
  public static func svg(of scheme: InstallationScheme, language: Language) throws(DiagramError) -> Data {
    try SchemeDiagram(scheme, language: language).svg()
  }

  // MARK: - Words

  /// The steps of the wiring, in order.
  public var steps: [String] { scheme.wiring.map { language == .zh ? $0.zh : $0.en } }

  /// Whether no qualified electrician has approved the scheme yet.
  public var isDraft: Bool { scheme.approval == nil }

  /// The text below the title: the approval, or a note that the scheme is a draft.
  public var approvalText: String {
    guard let approval = scheme.approval else {
      return language == .zh
        ? "草稿，须经持证电工审定" : "Draft: a qualified electrician has to approve it before use"
    }
    return language == .zh
      ? "审定：\(approval.name)，证号 \(approval.number)，\(approval.date)"
      : "Approved by \(approval.name), licence \(approval.number), \(approval.date)"
  }

  var title: String { language == .zh ? scheme.title.zh : scheme.title.en }

  // MARK: - Pictures

  /// The diagram with its table as an SVG, as wide as a phone shows it legibly. Letters are outlines, and each device and
  /// each wire is a group with a title.
  /// - Throws: `noGlyph`.
  public func svg() throws(DiagramError) -> Data {
    let figure = try figure(isWhole: true)
    let svg = SVGDrawing(dotsPerInch: 254, showsColours: true)
    svg.fill(Path(Rectangle(x: 0, y: 0, width: figure.width, height: figure.height)), colour: .white)
    figure.draw(on: svg)
    return svg.document(
      page: Rectangle(x: 0, y: 0, width: figure.width, height: figure.height),
      title: "\(title) \(scheme.name) \(scheme.version)", description: approvalText)
  }

  /// The diagram with its table as a PNG of black dots on white.
  /// - Throws: `noGlyph`, `drawing`.
  public func png(dotsPerInch: Int = 300) throws(DiagramError) -> Data {
    let figure = try figure(isWhole: true)
    do {
      let size = try PixelSize(
        widthPixels: Length.dots(millimetres: figure.width, dotsPerInch: dotsPerInch),
        heightPixels: Length.dots(millimetres: figure.height, dotsPerInch: dotsPerInch),
        dotsPerInch: dotsPerInch)
      return try DotImage(size: size, dotsPerInch: dotsPerInch) { figure.draw(on: $0, x: 0, y: 0) }.png()
    } catch { throw .drawing(error) }
  }

  // MARK: - The figure

  /// The drawing of the devices and wires.
  /// - Parameter isWhole: whether title, approval and table are part of it; a card has them elsewhere.
  func figure(isWhole: Bool, scale: Double = 1, typesetter: Typesetter = Typesetter()) throws(DiagramError)
    -> Figure
  {
    let layout = DiagramLayout(scheme, diagram, language: language, scale: scale, typesetter: typesetter)
    let table = layout.table
    // Devices are drawn over wires, so that a wire ends at the rim of a terminal.
    var groups = diagram.wires.enumerated().map {
      layout.group(ofWire: $0.offset + 1, $0.element, table: table)
    }
    groups += diagram.devices.map { layout.group(of: $0) }
    var height = layout.height
    if isWhole {
      let margin = 4.0
      var pen = Pen("heading", title, scale: scale, typesetter: typesetter)
      var y = height + 3
      y += pen.text(title, margin, y, points: 10.5, isBold: true, width: DiagramLayout.width - 2 * margin)
      y += pen.text(
        "\(scheme.name) \(scheme.version)  \(approvalText)", margin, y, points: 9,
        width: DiagramLayout.width - 2 * margin)
      let (wires, rows) = table.group(
        x: margin, y: y + 2, columns: 2, columnWidth: 55, scale: scale, typesetter: typesetter)
      groups += [pen.group, wires]
      height = y + 2 + rows + margin
    }
    let unknown = groups.flatMap(\.texts).reduce(0) { $0 + $1.block.unknownGlyphCount }
    guard unknown == 0 else { throw .noGlyph(count: unknown) }
    return Figure(width: DiagramLayout.width * scale, height: height * scale, groups: groups)
  }
}

/// The reasons why a scheme is not drawn.
public enum DiagramError: Error, Hashable, Sendable {
  /// The scheme has no `diagram`.
  case noDiagram(scheme: String)
  /// The installed fonts lack characters of the scheme.
  case noGlyph(count: Int)
  case drawing(DrawingError)
}
