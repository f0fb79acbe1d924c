import Drawing

/// One label with its texts set and its symbol placed, ready to be drawn at any place.
struct LabelDrawing {
  /// Place of the symbol on the label: column and row of the top left dot of its quiet zone.
  struct Place: Hashable {
    let column: Int
    let row: Int
    let dots: SymbolDots
  }

  struct Text {
    let value: String
    let block: TextBlock
    let element: LabelTemplate.Element
    /// Top of the text within the element's turned box, millimetres.
    let y: Double
  }

  let template: LabelTemplate
  let dotsPerInch: Int
  let place: Place
  let texts: [String: Text]
  /// Pictures of image elements by the elements' ids.
  let pictures: [String: GreyImage]

  // MARK: - Drawing

  /// Draws everything but the symbol, with the label's top left at the origin. Straight edges are moved to
  /// whole dots, and no line becomes thinner than one dot.
  func drawElements(on canvas: some Artboard, where isWanted: (LabelTemplate.Element) -> Bool = { _ in true }) {
    for element in template.elements where isWanted(element) {
      let colour: Canvas.Colour = element.isReversed ? .white : .black
      switch element.content {
      case .symbol: break
      case .text:
        if let text = texts[element.id] { draw(text, on: canvas, colour: colour) }
      case .rule: canvas.fill(Path(snapped(element.box)), colour: colour)
      case .line(let line): draw(line, on: canvas, colour: colour)
      case .frame(let frame): draw(frame, in: element.box, on: canvas, colour: colour)
      case .image(let image):
        // A drawing is rendered at whole dots of the printer, so its box is moved to whole dots; a picture of
        // dots keeps its box.
        let box = if case .dots = image.picture { element.box } else { snapped(element.box) }
        guard let picture = pictures[element.id] else { continue }
        canvas.turned(element.rotation, within: box) {
          canvas.draw(picture, in: element.rotation.turned(box), colour: colour)
        }
      }
    }
  }

  func draw(_ text: Text, on canvas: some Artboard, colour: Canvas.Colour) {
    canvas.turned(text.element.rotation, within: text.element.box) {
      canvas.draw(text.block, x: 0, y: text.y, colour: colour)
    }
  }

  /// The symbol as rectangles of exactly the size of its dots.
  func drawSymbol(on canvas: some Artboard) {
    let dot = Length.millimetres(dots: 1, dotsPerInch: dotsPerInch)
    var path = Path()
    for box in place.dots.inkRectangles {
      path.add(
        Rectangle(
          x: (Double(place.column) + box.x) * dot, y: (Double(place.row) + box.y) * dot, width: box.width * dot,
          height: box.height * dot))
    }
    canvas.fill(path, colour: .black)
  }

  private func draw(_ line: LabelTemplate.LineElement, on canvas: some Artboard, colour: Canvas.Colour) {
    if line.fromX == line.toX || line.fromY == line.toY {
      canvas.fill(Path(snapped(line.box)), colour: colour)
      return
    }
    var path = Path()
    path.move(x: line.fromX, y: line.fromY)
    path.line(x: line.toX, y: line.toY)
    canvas.stroke(path, widthMillimetres: atLeastADot(line.thicknessMillimetres), colour: colour)
  }

  private func draw(
    _ frame: LabelTemplate.FrameElement, in box: Rectangle, on canvas: some Artboard, colour: Canvas.Colour
  ) {
    let outer = RoundedRectangle(snapped(box), radius: frame.cornerRadiusMillimetres)
    guard let given = frame.thicknessMillimetres else {
      canvas.fill(Path(outer), colour: colour)
      return
    }
    let dot = Length.millimetres(dots: 1, dotsPerInch: dotsPerInch)
    let thickness = max(1, (given / dot).rounded()) * dot
    if outer.radius > 0 {
      canvas.stroke(Path(outer.inset(by: thickness / 2)), widthMillimetres: thickness, colour: colour)
      return
    }
    let inner = outer.box.inset(by: thickness)
    var bars = Path()
    for y in [outer.box.y, inner.bottom] {
      bars.add(Rectangle(x: outer.box.x, y: y, width: outer.box.width, height: thickness))
    }
    for x in [outer.box.x, inner.right] {
      bars.add(Rectangle(x: x, y: outer.box.y, width: thickness, height: outer.box.height))
    }
    canvas.fill(bars, colour: colour)
  }

  // MARK: - Dots

  private func atLeastADot(_ millimetres: Double) -> Double {
    max(millimetres, Length.millimetres(dots: 1, dotsPerInch: dotsPerInch))
  }

  private func snapped(_ box: Rectangle) -> Rectangle { Self.snapped(box, dotsPerInch: dotsPerInch) }

  /// The box with its edges on whole dots.
  static func snapped(_ box: Rectangle, dotsPerInch: Int) -> Rectangle {
    let (x, width) = snapped(from: box.x, to: box.right, dotsPerInch: dotsPerInch)
    let (y, height) = snapped(from: box.y, to: box.bottom, dotsPerInch: dotsPerInch)
    return Rectangle(x: x, y: y, width: width, height: height)
  }

  /// A length with both ends on the nearest dots; a length under 2 mm has the same number of dots at every
  /// place.
  private static func snapped(from lower: Double, to upper: Double, dotsPerInch: Int) -> (
    start: Double, length: Double
  ) {
    let thin = 2.0
    var first = Length.dots(millimetres: lower, dotsPerInch: dotsPerInch)
    var count = Length.dots(millimetres: upper, dotsPerInch: dotsPerInch) - first
    if upper - lower < thin {
      count = max(1, Length.dots(millimetres: upper - lower, dotsPerInch: dotsPerInch))
      let start = (lower + upper - Length.millimetres(dots: count, dotsPerInch: dotsPerInch)) / 2
      first = Length.dots(millimetres: start, dotsPerInch: dotsPerInch)
    }
    return (
      Length.millimetres(dots: first, dotsPerInch: dotsPerInch),
      Length.millimetres(dots: count, dotsPerInch: dotsPerInch)
    )
  }
}
