import Drawing
import FoundationEssentials

extension LabelMaker {
  /// Writes a label as an SVG file of its own. The file includes the bleed, has the plate's top left at the
  /// origin, and one layer for each ink in the same order and in the same screen colours as a page.
  func svg(of drawing: LabelDrawing, payload: LabelPayload) -> Data {
    let svg = SVGDrawing(dotsPerInch: dotsPerInch, isInverted: inks.process == .laser)
    let mirror = inks.isMirrored ? template.widthMillimetres : nil
    if let base = inks.underBase(of: template) {
      svg.layer(inks.whiteName, mirroredWithin: mirror) { svg.fill(base, shown: "#d9ffff") }
    }
    svg.layer("Black", mirroredWithin: mirror) {
      // In a laser's file, everything without ink is dark.
      if inks.process == .laser { svg.fill(Path(template.plate), colour: .white) }
      drawing.drawElements(on: svg)
      svg.fill(drawing.place.dots, column: drawing.place.column, row: drawing.place.row)
    }
    if let name = inks.cutName {
      svg.layer(name, mirroredWithin: mirror) {
        for path in inks.contours(of: template) {
          svg.stroke(path, widthMillimetres: inks.cutMillimetres, shown: "#ff00ff")
        }
      }
    }
    let texts = template.elements.compactMap { drawing.texts[$0.id]?.value }
    return svg.document(
      page: pageOfItsOwn, title: payload.code.description,
      description: ([payload.text] + texts).joined(separator: "\n"))
  }

  private var pageOfItsOwn: Rectangle { template.plate.box.inset(by: -template.bleedMillimetres) }

  /// Has librsvg draw the file at four pixels for each module, and reads the symbol at its place.
  /// - Returns: the text that the decoder read.
  func verify(svg bytes: Data, place: LabelDrawing.Place) throws(LabelError) -> String {
    let image: SVGImage
    let picture: GreyImage
    let scale = 4 / Double(place.dots.dotsPerModule)
    let dots = Double(dotsPerInch) / Length.millimetresPerInch
    let page = pageOfItsOwn
    do {
      image = try SVGImage(bytes, isOurs: true)
      picture = try image.picture(
        widthPixels: page.width * dots * scale, heightPixels: page.height * dots * scale)
    } catch { throw .drawing(error) }
    guard abs(image.widthMillimetres - page.width) <= 0.01, abs(image.heightMillimetres - page.height) <= 0.01
    else { throw .unreadable(.otherSize) }
    let side = place.dots.side
    let plate = template.widthMillimetres * dots
    let column = inks.isMirrored ? plate - Double(place.column + side) : Double(place.column)
    func pixels(_ start: Double, from edge: Double) -> Range<Int> {
      let first = Int(((start - edge * dots) * scale).rounded())
      return first..<first + side * 4 / place.dots.dotsPerModule
    }
    guard
      let symbol = picture.part(
        columns: pixels(column, from: page.x), rows: pixels(Double(place.row), from: page.y))
    else { throw .unreadable(.otherSize) }
    try LabelPage.check(symbol, shows: place.dots.symbol, inks: inks)
    return place.dots.symbol.text
  }
}
