/// A surface on which shapes and text are drawn: dots, or the operators of a page. Coordinates are millimetres
/// from the surface's top left.
public protocol Artboard: AnyObject {
  func fill(_ path: Path, colour: Canvas.Colour)
  /// Strokes a path with round caps and joins.
  func stroke(_ path: Path, widthMillimetres: Double, colour: Canvas.Colour)
  /// Draws a text with the top left of its box at `x`, `y`.
  func draw(_ text: TextBlock, x: Double, y: Double, colour: Canvas.Colour)
  /// Draws a picture as large as fits into `box` and in its middle, with the picture's dark parts in `colour`.
  func draw(_ image: GreyImage, in box: Rectangle, colour: Canvas.Colour)
  /// Runs `draw` in a turned box, where the origin is the top left of the box as a reader of the drawing sees
  /// it.
  func turned(_ rotation: Rotation, within box: Rectangle, draw: () -> Void)
}

extension Canvas: Artboard {}

/// The drawing functions with black as their colour.
extension Artboard {
  public func fill(_ path: Path) { fill(path, colour: .black) }

  public func stroke(_ path: Path, widthMillimetres: Double) {
    stroke(path, widthMillimetres: widthMillimetres, colour: .black)
  }

  public func draw(_ text: TextBlock, x: Double, y: Double) { draw(text, x: x, y: y, colour: .black) }

  /// Draws a symbol's dark modules, with its top left module (quiet zone not counted) at `x`, `y`.
  public func draw(_ symbol: QRSymbol, x: Double, y: Double, moduleMillimetres: Double) {
    var path = Path()
    for row in 0..<symbol.moduleCount {
      for run in symbol.darkRuns(row: row) {
        path.add(
          Rectangle(
            x: x + Double(run.lowerBound) * moduleMillimetres, y: y + Double(row) * moduleMillimetres,
            width: Double(run.count) * moduleMillimetres, height: moduleMillimetres))
      }
    }
    fill(path)
  }
}
