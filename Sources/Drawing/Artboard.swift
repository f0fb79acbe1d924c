/// What shapes and text are put down on: dots, or the operators of a page. Coordinates in millimetres from
/// the top left.
public protocol Artboard: AnyObject {
  func fill(_ path: Path, colour: Canvas.Colour)
  /// With round caps and joins.
  func stroke(_ path: Path, widthMillimetres: Double, colour: Canvas.Colour)
  /// The top left of the text's box at `x`, `y`.
  func draw(_ text: TextBlock, x: Double, y: Double, colour: Canvas.Colour)
  /// As large as fits in `box` and in its middle; what is dark in it comes out in `colour`.
  func draw(_ image: GreyImage, in box: Rectangle, colour: Canvas.Colour)
  /// In `draw` the origin is the turned box's top left as its reader sees it.
  func turned(_ rotation: Rotation, within box: Rectangle, draw: () -> Void)
}

extension Canvas: Artboard {}
