/// The clockwise turn of a drawing within its box, degrees; the box itself stays in place.
public enum Rotation: Int, Hashable, Sendable, CaseIterable {
  case none = 0
  case clockwise = 90
  case upsideDown = 180
  case anticlockwise = 270

  /// The size of the box as seen by the drawing inside it; the width is in the direction of reading.
  public func turned(_ box: Rectangle) -> Rectangle {
    switch self {
    case .none, .upsideDown: Rectangle(x: 0, y: 0, width: box.width, height: box.height)
    case .clockwise, .anticlockwise: Rectangle(x: 0, y: 0, width: box.height, height: box.width)
    }
  }
}
