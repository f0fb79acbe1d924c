import Drawing

/// A drawing as groups of lines, areas and texts, which are drawn on a page, into an SVG or as dots.
/// Coordinates are millimetres from the figure's top left.
struct Figure {
  /// One device, one wire, the heading or the table of the wires.
  struct Group {
    /// The name in an SVG, such as `device-QF1` and `wire-3`.
    let id: String
    let title: String
    var lines: [Line] = []
    var texts: [Label] = []
  }

  struct Line {
    let path: Path
    let width: Double
    let colour: Canvas.Colour
    var isFilled = false
  }

  struct Label {
    let block: TextBlock
    let box: Rectangle
  }

  let width: Double
  let height: Double
  let groups: [Group]

  // MARK: - Drawing

  /// Draws all groups. Lines are black on a page, so that a pale one is not lost on paper; white areas stay
  /// white.
  func draw(on artboard: some Artboard, x: Double, y: Double) {
    for group in groups { draw(group, on: artboard, x: x, y: y, isColoured: false) }
  }

  /// Draws into an SVG, each group with its name and title.
  func draw(on svg: SVGDrawing) {
    for group in groups {
      svg.group(group.id, title: group.title) { draw(group, on: svg, x: 0, y: 0, isColoured: true) }
    }
  }

  private func draw(_ group: Group, on artboard: any Artboard, x: Double, y: Double, isColoured: Bool) {
    for line in group.lines {
      let path = line.path.moved(x: x, y: y)
      let colour = isColoured || line.colour == .white ? line.colour : .black
      if line.isFilled {
        artboard.fill(path, colour: colour)
      } else {
        artboard.stroke(path, widthMillimetres: line.width, colour: colour)
      }
    }
    for label in group.texts { artboard.draw(label.block, x: x + label.box.x, y: y + label.box.y) }
  }

  /// The boxes of all texts, which are disjoint on a drawing that can be read.
  var textBoxes: [Rectangle] { groups.flatMap { $0.texts.map(\.box) } }
}

/// Collects the lines and texts of one group. Its arguments are millimetres at the scale of 1, and the group is
/// made at `scale`.
struct Pen {
  let scale: Double
  let typesetter: Typesetter
  var group: Figure.Group

  init(_ id: String, _ title: String, scale: Double, typesetter: Typesetter) {
    group = Figure.Group(id: id, title: title)
    self.scale = scale
    self.typesetter = typesetter
  }

  typealias Point = (x: Double, y: Double)

  // MARK: - Lines

  mutating func line(_ points: [Point], width: Double = 0.35, colour: Canvas.Colour = .black) {
    guard let first = points.first, points.count > 1 else { return }
    var path = Path()
    path.move(x: first.x * scale, y: first.y * scale)
    for point in points.dropFirst() { path.line(x: point.x * scale, y: point.y * scale) }
    group.lines.append(.init(path: path, width: width * scale, colour: colour))
  }

  /// Draws a straight line of dashes, as for a mechanical connection.
  mutating func dashes(_ from: Point, _ to: Point) {
    let length = ((to.x - from.x) * (to.x - from.x) + (to.y - from.y) * (to.y - from.y)).squareRoot()
    var at = 0.0
    while at < length {
      let (start, end) = (at / length, min(at + 1.4, length) / length)
      line(
        [
          (from.x + (to.x - from.x) * start, from.y + (to.y - from.y) * start),
          (from.x + (to.x - from.x) * end, from.y + (to.y - from.y) * end),
        ], width: 0.25)
      at += 2.4
    }
  }

  mutating func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double, isPaper: Bool = true) {
    let path = Path(Rectangle(x: x * scale, y: y * scale, width: width * scale, height: height * scale))
    if isPaper { group.lines.append(.init(path: path, width: 0, colour: .white, isFilled: true)) }
    group.lines.append(.init(path: path, width: 0.35 * scale, colour: .black))
  }

  /// Draws a circle, open for a terminal and filled where wires are joined.
  mutating func circle(_ centre: Point, radius: Double, isFilled: Bool = false, isPaper: Bool = true) {
    var path = Path()
    path.addCircle(x: centre.x * scale, y: centre.y * scale, radius: radius * scale)
    if !isFilled, isPaper { group.lines.append(.init(path: path, width: 0, colour: .white, isFilled: true)) }
    group.lines.append(.init(path: path, width: 0.35 * scale, colour: .black, isFilled: isFilled))
  }

  // MARK: - Texts

  /// Sets a text with the top left of its box at a point.
  /// - Returns: the height of the box, millimetres at the scale of 1.
  @discardableResult
  mutating func text(
    _ text: String, _ x: Double, _ y: Double, points: Double = 9, isBold: Bool = false, width: Double? = nil
  ) -> Double {
    let block = set(text, points, isBold, width)
    add(block, x * scale, y * scale)
    return block.heightMillimetres / scale
  }

  /// Sets a text with the middle of its box at `x`.
  mutating func text(_ text: String, middle x: Double, _ y: Double, points: Double = 9, isBold: Bool = false) {
    let block = set(text, points, isBold, nil)
    add(block, x * scale - block.widthMillimetres / 2, y * scale)
  }

  /// Sets a text that ends at `x`.
  mutating func text(_ text: String, endingAt x: Double, _ y: Double, points: Double = 9) {
    let block = set(text, points, false, nil)
    add(block, x * scale - block.widthMillimetres, y * scale)
  }

  private func set(_ text: String, _ points: Double, _ isBold: Bool, _ width: Double?) -> TextBlock {
    let style = TextStyle(sizePoints: points * scale, weight: isBold ? .bold : .regular)
    return typesetter.set(text, style: style, widthMillimetres: width.map { $0 * scale })
  }

  private mutating func add(_ block: TextBlock, _ x: Double, _ y: Double) {
    group.texts.append(
      .init(
        block: block,
        box: Rectangle(x: x, y: y, width: block.widthMillimetres, height: block.heightMillimetres)))
  }
}
