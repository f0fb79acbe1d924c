/// A rectangle with rounded corners: a plate, a frame. With a radius of half its side it is a circle.
public struct RoundedRectangle: Hashable, Sendable {
  public let box: Rectangle
  /// Radius of the corners, millimetres, from 0 to half the shorter side.
  public let radius: Double

  /// A radius that is too large is taken as half the shorter side.
  public init(_ box: Rectangle, radius: Double) {
    self.box = box
    self.radius = min(max(0, radius), max(0, min(box.width, box.height) / 2))
  }

  public func inset(by margin: Double) -> RoundedRectangle {
    RoundedRectangle(box.inset(by: margin), radius: radius - margin)
  }

  /// Whether all of `other` lies within this rectangle, the edge included.
  public func contains(_ other: Rectangle) -> Bool {
    // The shape is convex, so that it contains the whole rectangle where it contains the corners.
    contains(x: other.x, y: other.y) && contains(x: other.right, y: other.y)
      && contains(x: other.x, y: other.bottom) && contains(x: other.right, y: other.bottom)
  }

  public func contains(x: Double, y: Double) -> Bool {
    // A millionth of a millimetre is rounding and does not count as outside.
    let slack = 1e-6
    guard x >= box.x - slack, x <= box.right + slack, y >= box.y - slack, y <= box.bottom + slack else {
      return false
    }
    // Distance of the point from the arc's centre along each axis, within the corner's square.
    let across = max(box.x + radius - x, x - (box.right - radius), 0)
    let down = max(box.y + radius - y, y - (box.bottom - radius), 0)
    guard across > 0, down > 0 else { return true }
    return across * across + down * down <= (radius + slack) * (radius + slack)
  }
}

extension Path {
  public init(_ shape: RoundedRectangle) {
    self.init()
    let box = shape.box
    let radius = shape.radius
    guard radius > 0 else {
      add(box)
      return
    }
    // A quarter of a circle as one Bézier curve, to 0.03 % of its radius.
    let reach = radius * (1 - 0.552_284_75)
    move(x: box.x + radius, y: box.y)
    line(x: box.right - radius, y: box.y)
    curve(
      x1: box.right - reach, y1: box.y, x2: box.right, y2: box.y + reach, x: box.right, y: box.y + radius)
    line(x: box.right, y: box.bottom - radius)
    curve(
      x1: box.right, y1: box.bottom - reach, x2: box.right - reach, y2: box.bottom,
      x: box.right - radius, y: box.bottom)
    line(x: box.x + radius, y: box.bottom)
    curve(
      x1: box.x + reach, y1: box.bottom, x2: box.x, y2: box.bottom - reach, x: box.x,
      y: box.bottom - radius)
    line(x: box.x, y: box.y + radius)
    curve(x1: box.x, y1: box.y + reach, x2: box.x + reach, y2: box.y, x: box.x + radius, y: box.y)
    close()
  }
}
